"""Rollouts watched to their end: one list and watch a namespace and kind, no polling."""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from opskit.clients.kube import Cluster
from opskit.clients.kubewatch import Change, Changed, Feed, Listed, Recovered, Trouble
from opskit.errors import OpskitError
from opskit.rollout import causes
from opskit.rollout.feeds import Scope, feeds
from opskit.rollout.judge.completion import Progress, progress
from opskit.rollout.judge.judging import Judgement, judge
from opskit.rollout.judge.situation import Memory, Policy, Situation, Symptom
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT
from opskit.rollout.store import Store
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.workload import images, revision, template

Images = Mapping[str, str]
_NOTHING = Progress(0, 0, 0, "nothing is known of it")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened while watching, for a table, for lines or for a stream of events.

    `kind` says what; `verdict` is set for the last one of a workload.
    """

    kind: Literal["progress", "symptom", "trouble", "recovered", "verdict"]
    message: str
    target: Target | None = None
    progress: Progress | None = None
    symptom: Symptom | None = None
    verdict: Verdict | None = None


@dataclass(slots=True)
class _Track:
    """One workload that is being watched."""

    target: Target
    memory: Memory = field(default_factory=Memory)
    seen: bool = False
    look_again: float | None = None
    said: str = ""
    symptoms: set[tuple[str, str, str]] = field(default_factory=set)
    situation: Situation | None = None
    judgement: Judgement | None = None
    verdict: Verdict | None = None


def watch(
    cluster: Cluster,
    targets: Sequence[Target],
    policy: Policy | None = None,
    *,
    expected: Mapping[Target, Images] | None = None,
    say: Callable[[Step], None] = lambda step: None,
    clock: Callable[[], float] = time.monotonic,
    stop: threading.Event | None = None,
) -> list[Verdict]:
    """The verdict of each target, in their order, once all have one or the time is over.

    `expected` holds the images that the caller put there: a rollout that another one overtakes has
    failed. `stop` ends the watch early, with the outcome unknown for what is still open. Raises
    what the cluster answers when the targets are asked for (`NotFoundError`, `ForbiddenError`).
    """
    return _Watch(cluster, targets, policy or Policy(), expected or {}, say, clock, stop).run()


class _Watch:
    def __init__(
        self,
        cluster: Cluster,
        targets: Sequence[Target],
        policy: Policy,
        expected: Mapping[Target, Images],
        say: Callable[[Step], None],
        clock: Callable[[], float],
        stop: threading.Event | None,
    ) -> None:
        self._cluster = cluster
        self._policy = policy
        self._expected = expected
        self._say = say
        self._clock = clock
        self._stop = stop or threading.Event()
        self._tracks = {target: _Track(target) for target in targets}
        self._stores: dict[str, Store] = {target.namespace: Store() for target in targets}
        self._queue: queue.Queue[tuple[Scope, Change]] = queue.Queue()
        self._waiting: set[Scope] = set()
        self._notes: dict[str, list[str]] = {namespace: [] for namespace in self._stores}
        self._trouble: dict[Scope, OpskitError] = {}
        self._started = clock()

    def run(self) -> list[Verdict]:
        running = [
            (scope, Feed(self._cluster, scope.path, scope.query))
            for scope in feeds(self._cluster, list(self._tracks))
        ]
        self._waiting = {scope for scope, _ in running}
        for scope, feed in running:
            threading.Thread(target=self._pump, args=(scope, feed), daemon=True).start()
        try:
            self._loop()
        finally:
            for _, feed in running:
                feed.stop()
        return [track.verdict for track in self._tracks.values() if track.verdict]

    def _pump(self, scope: Scope, feed: Feed) -> None:
        try:
            for change in feed.changes():
                self._queue.put((scope, change))
        except Exception as error:  # a thread that ends silently would leave the watch waiting
            trouble = OpskitError(f"{type(error).__name__}: {error}", where=self._cluster.name)
            self._queue.put((scope, Trouble(trouble, final=True)))

    def _loop(self) -> None:
        end = self._started + self._policy.timeout
        while open_ := [track for track in self._tracks.values() if not track.verdict]:
            if self._stop.is_set() or self._clock() >= end:
                for track in open_:
                    self._give_up(track)
                return
            looks = [track.look_again for track in open_ if track.look_again is not None]
            touched = self._take(min([end, *looks]) - self._clock())
            now = self._clock()
            for track in open_:
                due = track.look_again is not None and track.look_again <= now
                if due or track.target.namespace in touched:
                    self._judge(track)

    def _take(self, seconds: float) -> set[str]:
        """Take in all that has come, after waiting for something to come; the namespaces."""
        touched = set()
        try:
            item = self._queue.get(timeout=max(0.0, min(seconds, 1.0)))  # `stop` may be set
            while True:
                self._apply(*item)
                touched.add(item[0].namespace)
                item = self._queue.get_nowait()
        except queue.Empty:
            return touched

    def _apply(self, scope: Scope, change: Change) -> None:
        store = self._stores[scope.namespace]
        if isinstance(change, Listed):
            store.replace(scope.plural, change.objects)
            self._waiting.discard(scope)
        elif isinstance(change, Changed):
            store.change(scope.plural, change.object, gone=change.gone)
        elif isinstance(change, Recovered):
            self._recovered(scope)
        else:
            self._troubled(scope, change)

    def _troubled(self, scope: Scope, trouble: Trouble) -> None:
        first = not self._trouble
        self._trouble[scope] = trouble.error
        if trouble.final:
            self._waiting.discard(scope)
            if scope.needed:
                for track in self._tracks.values():
                    if track.target.namespace == scope.namespace and not track.verdict:
                        self._unknown(track, trouble.error)
                return
            note = f"{scope.plural} could not be looked at: {trouble.error.message}"
            self._notes[scope.namespace].append(note)
            del self._trouble[scope]
        if first or trouble.final:
            self._say(Step("trouble", trouble.error.message))

    def _recovered(self, scope: Scope) -> None:
        self._trouble.pop(scope, None)
        if not self._trouble:
            self._say(Step("recovered", "the cluster answers again"))

    def _judge(self, track: _Track) -> None:
        """Look at one workload, if all that is to be known of its namespace has come once."""
        target = track.target
        if track.verdict or any(scope.namespace == target.namespace for scope in self._waiting):
            return
        store = self._stores[target.namespace]
        workload = store.find(target)
        if workload is None:
            self._end(track, Outcome.FAILED, [_gone(track)])
            return
        track.seen = True
        if overtaken := self._overtaken(track, workload):
            self._end(track, Outcome.FAILED, [overtaken])
            return
        situation = self._situation(track, store, workload)
        track.situation, track.judgement = situation, judge(situation)
        track.look_again = track.judgement.look_again
        self._report(track, track.judgement)
        if track.judgement.complete:
            self._end(track, Outcome.COMPLETE, [])
        elif track.judgement.failed:
            found = causes.causes(self._cluster, target, situation, track.judgement.causes)
            self._end(track, Outcome.FAILED, found)

    def _situation(self, track: _Track, store: Store, workload: Any) -> Situation:
        pods = store.newest_pods(track.target, workload)
        replica_set = store.replica_set(workload) if track.target.kind is DEPLOYMENT else None
        about = [workload, *pods, *([replica_set] if replica_set else [])]
        return Situation(
            kind=track.target.kind,
            workload=workload,
            pods=pods,
            events=store.events.of(each["metadata"]["uid"] for each in about),
            now=self._clock(),
            replica_set=replica_set,
            policy=self._policy,
            memory=track.memory,
        )

    def _overtaken(self, track: _Track, workload: Any) -> Cause | None:
        """The cause, if the pod template no longer has the images that the caller put there."""
        now = images(template(track.target.kind, workload))
        for container, image in self._expected.get(track.target, {}).items():
            if now.get(container) != image:
                text = f"{container} was set to {image}, and is {now.get(container)} now"
                return Cause("ROL120", "Superseded", text, str(track.target))
        return None

    def _report(self, track: _Track, judgement: Judgement) -> None:
        """Say what is new: how far it is, and what is wrong."""
        made = judgement.progress
        text = made.waiting or "complete"
        if text != track.said:
            track.said = text
            self._say(Step("progress", text, track.target, made))
        for each in judgement.symptoms:
            key = (each.code, each.pod, each.container)
            if key not in track.symptoms:
                track.symptoms.add(key)
                self._say(Step("symptom", each.message, track.target, made, each))

    def _give_up(self, track: _Track) -> None:
        """The time is over: say what was in the way, or that nobody could look."""
        if self._trouble or track.situation is None or track.judgement is None:
            error = next(iter(self._trouble.values()), None)
            self._unknown(track, error or OpskitError("the cluster did not answer in time"))
            return
        if self._stop.is_set():
            self._unknown(track, OpskitError("the watch was ended"))
            return
        found = causes.causes(
            self._cluster, track.target, track.situation, track.judgement.symptoms
        )
        late = Cause(
            "ROL119",
            "TimedOut",
            f"not complete after {self._policy.timeout:g} s: {track.judgement.progress.waiting}",
            str(track.target),
        )
        self._end(track, Outcome.TIMED_OUT, [*found, late])

    def _unknown(self, track: _Track, error: OpskitError) -> None:
        self._end(
            track,
            Outcome.UNKNOWN,
            [Cause("ROL121", "CouldNotLook", error.message, str(track.target))],
        )

    def _end(self, track: _Track, outcome: Outcome, found: list[Cause]) -> None:
        workload = self._stores[track.target.namespace].find(track.target) or {"metadata": {}}
        kind = track.target.kind
        made = progress(kind, workload) if workload.get("spec") else _NOTHING
        track.verdict = Verdict(
            cluster=self._cluster.name,
            target=track.target,
            outcome=outcome,
            progress=made,
            causes=found,
            images=images(template(kind, workload)),
            revision=revision(workload),
            seconds=self._clock() - self._started,
            notes=tuple(self._notes[track.target.namespace]),
        )
        track.look_again = None
        words = track.verdict.headline or _done(kind, made)
        self._say(Step("verdict", words, track.target, made, verdict=track.verdict))


def _done(kind: Any, made: Progress) -> str:
    if kind is CRON_JOB:
        return "its next run takes the image"
    return f"complete: {made.available} of {made.desired} pods serve"


def _gone(track: _Track) -> Cause:
    text = "it was deleted while it rolled out" if track.seen else "there is no such workload"
    return Cause("ROL117", "Deleted", text, str(track.target))
