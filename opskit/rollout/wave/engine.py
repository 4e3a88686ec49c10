"""A plan carried out: wave by wave, with a journal, and taken back where too much fails.

Whatever happens follows from the journal: a run that goes on after a crash takes in what is
written there, and does what a run without the crash would have done next.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.wave.clusters import Clusters
from opskit.rollout.wave.document import ClusterSpec, RolloutWave, WaveSpec
from opskit.rollout.wave.journal import Journal
from opskit.rollout.wave.standing import Piece, Standings
from opskit.rollout.wave.work import Show, Work

_BACK_AT_ONCE = 8


class Engine:
    """One run of a plan. `stop` ends it early, in a state that another run goes on from."""

    def __init__(
        self,
        document: RolloutWave,
        journal: Journal,
        clusters: Clusters,
        show: Show,
        clock: Callable[[], float] = time.time,
        survey: Mapping[str, Sequence[Piece]] | None = None,
    ) -> None:
        """`survey` is what `survey.survey` found: the workloads of clusters not begun yet."""
        self._document = document
        self._journal = journal
        self._show = show
        self._work = Work(document, journal, clusters, show, clock, survey or {})

    @property
    def stop(self) -> threading.Event:
        return self._work.stop

    @property
    def standings(self) -> Standings:
        return self._work.standings

    @property
    def verdicts(self) -> dict[str, list[Verdict]]:
        """The verdicts of this run on what it watched, by the clusters' labels."""
        return self._work.verdicts

    def run(self) -> None:
        """Carry the plan out, to its end or until `stop`."""
        if self._journal.ended:
            return
        for label in self._unknown():
            self._work.note("again", label)
        for wave in self._document.waves:
            self._wave(wave)
            if self.stop.is_set():
                return
            if self._over(wave):
                self._failed(wave)
                break
            if self._held(wave):
                break
        if not self.stop.is_set() and not self._left_open():
            self._work.note("end")

    def _unknown(self) -> list[str]:
        """Clusters of which it is not known how it went: another run asks again.

        Once the rollout is taken back, one that was not changed stays so.
        """
        takes_back = self._document.on_failure != "stop" and any(
            map(self._over, self._document.waves)
        )
        return [
            label
            for label, each in self.standings.by_label.items()
            if each.unknown and (each.pieces or not takes_back)
        ]

    def _left_open(self) -> bool:
        """Whether another run has something to do; says what."""
        unknown = self._unknown()
        kept = [label for label, each in self.standings.by_label.items() if each.back_again]
        if unknown:
            self._show.told(f"not known of {', '.join(unknown)}: --resume asks again")
        if kept:
            self._show.told(f"not taken back: {', '.join(kept)}: --resume tries again")
        return bool(unknown or kept)

    def _failures(self, wave: WaveSpec) -> int:
        return sum(self.standings[each.label].failed for each in wave.clusters)

    def _over(self, wave: WaveSpec) -> bool:
        """Whether more clusters have failed than may."""
        return self._failures(wave) > wave.max_failures

    def _held(self, wave: WaveSpec) -> bool:
        """Whether more clusters may have failed than may: those that could not be asked, too."""
        unknown = sum(self.standings[each.label].unknown for each in wave.clusters)
        return self._failures(wave) + unknown > wave.max_failures

    def _wave(self, wave: WaveSpec) -> None:
        open_ = [each for each in wave.clusters if self.standings[each.label].outcome is None]
        if open_ and not self._over(wave):
            self._show.told(f"wave {wave.name}: {', '.join(each.label for each in open_)}")
            self._roll(wave, open_)
        if self.stop.is_set():
            return
        if wave.soak_seconds and not self._held(wave):
            self._soak(wave)
        if self.stop.is_set() or self._over(wave) or self._document.on_failure == "stop":
            return
        self._back([each for each in wave.clusters if self.standings[each.label].failed])

    def _roll(self, wave: WaveSpec, specs: Sequence[ClusterSpec]) -> None:
        """Roll out to the clusters of a wave, no new one once too many have failed."""
        keys = [(each.label, target) for each in specs for target in self._work.targets(each)]
        with self._show.rolling(keys) as say, ThreadPoolExecutor(wave.max_parallel) as pool:

            def one(spec: ClusterSpec) -> None:
                if not self.stop.is_set() and not self._held(wave):
                    self._work.roll(spec, say)

            self._gather([pool.submit(one, spec) for spec in specs])

    def _gather(self, futures: Sequence[Future[None]]) -> None:
        """Wait for threads; one that is interrupted, or cannot write the journal, ends them all."""
        try:
            while wait(futures, timeout=0.5).not_done:
                if any(each.done() and each.exception() for each in futures):
                    self.stop.set()
        except BaseException:
            self.stop.set()
            raise
        for each in futures:
            each.result()

    def _soak(self, wave: WaveSpec) -> None:
        """Watch on what serves. A soak that was cut off begins anew: nobody saw what went on."""
        specs = [
            each
            for each in wave.clusters
            if self.standings[each.label].outcome is Outcome.COMPLETE
            and not self.standings[each.label].soaked
        ]
        if not specs:
            return
        for each in specs:
            self._work.note("soaking", each.label, since=self._work.clock())
        self._show.told(f"wave {wave.name}: serves; watched on for {wave.soak_seconds:.0f} s")
        with ThreadPoolExecutor(len(specs)) as pool:
            self._gather([pool.submit(self._work.soak, wave, each) for each in specs])

    def _failed(self, wave: WaveSpec) -> None:
        """The wave has failed: take back what is to be."""
        many = self._failures(wave)
        self._show.told(f"wave {wave.name}: {many} of {len(wave.clusters)} clusters failed")
        action = self._document.on_failure
        if action == "stop":
            self._show.told("nothing is taken back (on-failure: stop)")
            return
        waves = [wave] if action == "rollback-wave" else list(self._document.waves)
        self._back([spec for each in reversed(waves) for spec in each.clusters])

    def _back(self, specs: Sequence[ClusterSpec]) -> None:
        """Take back the clusters that were changed, and have not been."""
        open_ = [each for each in specs if self.standings[each.label].back_open]
        if not open_:
            return
        self._show.told(f"taking back: {', '.join(each.label for each in open_)}")
        keys = [(each.label, target) for each in open_ for target in self._work.targets(each)]
        with self._show.rolling(keys) as say, ThreadPoolExecutor(_BACK_AT_ONCE) as pool:
            self._gather([pool.submit(self._work.back, each, say) for each in open_])
