"""What a run does to one cluster: set, watch, soak, take back, each written down."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Protocol, TypeVar

from opskit.clients.kube import Cluster
from opskit.errors import InputError, OpskitError
from opskit.rollout.changes import outcomes
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.watch.watching import Step, watch
from opskit.rollout.wave import rolling
from opskit.rollout.wave.clusters import Clusters
from opskit.rollout.wave.document import ClusterSpec, RolloutWave, WaveSpec
from opskit.rollout.wave.journal import Journal, JournalError
from opskit.rollout.wave.patience import patiently, put_back
from opskit.rollout.wave.soak import soak
from opskit.rollout.wave.standing import Piece, Standings

Say = Callable[[str, Step], None]
Found = TypeVar("Found")
#: From best to worst.
_ORDER = (Outcome.COMPLETE, Outcome.UNKNOWN, Outcome.TIMED_OUT, Outcome.FAILED)


class Show(Protocol):
    """How a run is told of. `say` of `rolling` is called by several threads."""

    def told(self, text: str) -> None: ...

    def verdict(self, label: str, verdict: Verdict) -> None: ...

    def rolling(self, keys: Sequence[tuple[str, Target]]) -> AbstractContextManager[Say]: ...


class Work:
    """The state of a run, and what it does to single clusters, each in a thread of its own."""

    def __init__(
        self,
        document: RolloutWave,
        journal: Journal,
        clusters: Clusters,
        show: Show,
        clock: Callable[[], float],
        survey: Mapping[str, Sequence[Piece]],
    ) -> None:
        self.document = document
        self.show = show
        self.clock = clock
        self.stop = threading.Event()
        self.verdicts: dict[str, list[Verdict]] = {}
        self.standings = Standings()
        self.standings.take(journal.events)
        self._policy = document.policy.policy()
        self._journal = journal
        self._clusters = clusters
        self._survey = survey
        self._lock = threading.Lock()

    def note(self, event: str, label: str = "", **fields: object) -> None:
        """Write an event down, then let it count."""
        about = {"cluster": label} if label else {}
        self._journal.add(event, **about, **fields)
        with self._lock:
            self.standings.take([{"event": event, **about, **fields}])

    def targets(self, spec: ClusterSpec) -> list[Target]:
        """The workloads of a cluster, as far as they are known."""
        found = self.standings[spec.label].pieces
        if found is None:
            found = self._survey.get(spec.label, ())
        return [each.target for each in found]

    def roll(self, spec: ClusterSpec, say: Say) -> None:
        """Change one cluster and watch it; whatever becomes of it is written down."""
        started = time.monotonic()
        try:
            found = self._patiently(lambda seconds: self._rolled(spec, say, seconds))
        except OpskitError as error:
            if self.stop.is_set() or isinstance(error, JournalError):
                raise
            bad = isinstance(error, NotDoneError | InputError)
            outcome = Outcome.FAILED if bad else Outcome.UNKNOWN
            self._verdict(spec, outcome, str(error), time.monotonic() - started)
            return
        if self.stop.is_set():
            return  # what it saw last is no verdict
        self.verdicts[spec.label] = found
        cluster = self._clusters(spec)
        self._record(cluster, [each for each in found if each.outcome is not Outcome.COMPLETE])
        worst, cause = _worst(found)
        self._verdict(spec, worst, cause, time.monotonic() - started)
        if worst is Outcome.COMPLETE and not self._soaks(spec):
            self._record(cluster, found)

    def _rolled(self, spec: ClusterSpec, say: Say, seconds: float) -> list[Verdict]:
        """The images set, as far as they are not yet, and watched for so many seconds."""
        cluster = self._clusters(spec)
        todo = self._intended(spec, cluster)
        if not self.standings[spec.label].applied:
            rolling.roll(cluster, todo)
            self.note("applied", spec.label)
        return self._watched(spec, cluster, todo, say, seconds)

    def _patiently(self, work: Callable[[float], Found]) -> Found:
        return patiently(work, self._policy.timeout, self.stop)

    def _intended(self, spec: ClusterSpec, cluster: Cluster) -> Sequence[Piece]:
        """What is to be changed; on the disk before it is."""
        todo = self.standings[spec.label].pieces
        if todo is None:
            todo = rolling.pieces(cluster, spec, self.document)
            self.note("intent", spec.label, workloads=[each.told() for each in todo])
        return todo

    def _watched(
        self, spec: ClusterSpec, cluster: Cluster, todo: Sequence[Piece], say: Say, seconds: float
    ) -> list[Verdict]:
        found = watch(
            cluster,
            [each.target for each in todo],
            replace(self._policy, timeout=seconds),
            expected=rolling.expected(todo),
            say=lambda step: say(spec.label, step),
            stop=self.stop,
        )
        return [replace(each, cluster=spec.label) for each in found]

    def _verdict(self, spec: ClusterSpec, outcome: Outcome, cause: str, seconds: float) -> None:
        told = {"outcome": outcome.value, "cause": cause, "seconds": round(seconds, 1)}
        self.note("verdict", spec.label, **told)

    def _record(self, cluster: Cluster, verdicts: Sequence[Verdict]) -> None:
        """Write the outcome down on the cluster too, for `history` and `undo`."""
        for verdict in verdicts:
            for note in outcomes.record(cluster, verdict):
                self.show.told(f"note: {verdict.cluster}: {note}")

    def _soaks(self, spec: ClusterSpec) -> bool:
        return any(spec in wave.clusters and wave.soak_seconds for wave in self.document.waves)

    def soak(self, wave: WaveSpec, spec: ClusterSpec) -> None:
        todo = self.standings[spec.label].pieces or ()
        try:
            cluster = self._patiently(lambda _: self._clusters(spec))
            found = self._patiently(
                lambda seconds: soak(
                    cluster,
                    [each.target for each in todo],
                    wave.soak_seconds,
                    replace(self._policy, timeout=seconds),
                    expected=rolling.expected(todo),
                    stop=self.stop,
                )
            )
        except OpskitError as error:
            if not self.stop.is_set():
                unknown = Outcome.UNKNOWN.value
                self.note("soaked", spec.label, outcome=unknown, cause=str(error))
            return
        if self.stop.is_set():
            return
        found = [replace(each, cluster=spec.label) for each in found]
        worst, cause = _worst(found)
        if worst is not Outcome.COMPLETE:
            self.verdicts[spec.label] = found
            for each in found:
                if each.outcome is worst:
                    self.show.verdict(spec.label, each)
        self._record(cluster, [each for each in found if each.outcome is not Outcome.UNKNOWN])
        self.note("soaked", spec.label, outcome=worst.value, cause=cause)

    def back(self, spec: ClusterSpec, say: Say) -> None:
        """Put back what was set. What could not be done but may yet be is left to another run;
        what somebody else has changed meanwhile is left alone for good.
        """
        done = self.standings[spec.label].pieces or ()
        if self.standings[spec.label].back is None:
            self.note("back-intent", spec.label)
        troubles: list[tuple[Piece, OpskitError]] = []
        try:
            cluster = self._patiently(lambda _: self._clusters(spec))
            troubles = self._patiently(lambda _: put_back(cluster, done))
            note = "; ".join(about(piece.target, error.message) for piece, error in troubles)
            left = {piece.target for piece, _ in troubles}
            again = [each for each in done if each.target not in left]
            if again:
                note = self._seen_back(spec, cluster, again, say) or note
        except OpskitError as error:
            note, troubles = str(error), [(each, error) for each in done]
        if self.stop.is_set():
            return
        tries = any(not isinstance(error, NotDoneError) for _, error in troubles)
        images = ", ".join(sorted({image for each in done for image in each.before.values()}))
        note = note or f"back to {images}"
        self.note("back", spec.label, done=not troubles, note=note, again=tries)

    def _seen_back(
        self, spec: ClusterSpec, cluster: Cluster, done: Sequence[Piece], say: Say
    ) -> str:
        """Watch what was taken back; what is wrong with it."""
        found = watch(
            cluster,
            [each.target for each in done],
            self._policy,
            expected=rolling.expected(done, before=True),
            say=lambda step: say(spec.label, step),
            stop=self.stop,
        )
        if self.stop.is_set():
            return ""
        self._record(cluster, found)
        bad = [each for each in found if each.outcome is not Outcome.COMPLETE]
        return "; ".join(f"taken back, and {e.outcome}: {e.headline}" for e in bad)


def _worst(verdicts: Sequence[Verdict]) -> tuple[Outcome, str]:
    """The worst outcome and its root cause."""
    if not verdicts:
        return Outcome.COMPLETE, ""
    worst = max(verdicts, key=lambda each: _ORDER.index(each.outcome))
    return worst.outcome, about(worst.target, worst.headline) if worst.headline else ""


def about(target: Target, text: str) -> str:
    """A text with the workload before it, once."""
    return text if text.startswith(str(target)) else f"{target}: {text}"
