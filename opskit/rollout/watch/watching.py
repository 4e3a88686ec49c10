"""Rollouts watched to their end: one list and watch a namespace and kind, no polling.

The thread that calls `watch` only waits, judges and tells; whatever asks the cluster does so in
threads of its own, so that neither a server that hangs nor one that is away delays the end.
"""

import heapq
import itertools
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from opskit.clients.kube import Cluster
from opskit.clients.kubewatch import SILENCE_SECONDS, Change, Changed, Listed, Recovered, Trouble
from opskit.errors import OpskitError
from opskit.rollout.judge.judging import Judgement, judge
from opskit.rollout.judge.situation import Policy, Symptom
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.watch import causes
from opskit.rollout.watch.feeds import Scope
from opskit.rollout.watch.following import Following
from opskit.rollout.watch.step import Step
from opskit.rollout.watch.track import Place, Track, done, gone, overtaken

__all__ = ["Images", "Step", "watch"]

Images = Mapping[str, str]
#: How long all logs of a watch may take, and those that are asked for when the time is over.
_LOGS_SECONDS = 20.0
_LAST_LOGS_SECONDS = 3.0
#: How long the one look may take that is left where there is less than a second.
_LOOK_SECONDS = 5.0


def watch(
    cluster: Cluster,
    targets: Sequence[Target],
    policy: Policy | None = None,
    *,
    expected: Mapping[Target, Images] | None = None,
    say: Callable[[Step], None] = lambda step: None,
    clock: Callable[[], float] = time.monotonic,
    stop: threading.Event | None = None,
    silence: float = SILENCE_SECONDS,
) -> list[Verdict]:
    """The verdict of each target, in their order, once all have one or the time is over.

    `expected` holds the images that the caller put there: a rollout that another one overtakes has
    failed, and so has one that is gone. `stop` ends the watch early, with the outcome unknown for
    what is still open. After `silence`, in seconds, a connection is taken for dead and made anew.
    Raises NotThereError where a target without `expected` is not there, what the cluster answers
    when the targets are asked for, and UnreachableError where it does not for half a minute.
    """
    made = _Watch(cluster, targets, policy or Policy(), expected or {}, say, clock)
    return made.run(stop or threading.Event(), silence)


class _Watch:
    def __init__(
        self,
        cluster: Cluster,
        targets: Sequence[Target],
        policy: Policy,
        expected: Mapping[Target, Images],
        say: Callable[[Step], None],
        clock: Callable[[], float],
    ) -> None:
        self._cluster = cluster
        self._targets = list(dict.fromkeys(targets))
        self._policy = policy
        self._expected = expected
        self._tell = say
        self._clock = clock
        self._places: dict[str, Place] = {}
        for name in dict.fromkeys(each.namespace for each in self._targets):
            here = [each for each in self._targets if each.namespace == name]
            self._places[name] = Place(name, here)
        self._tracks = [track for place in self._places.values() for track in place.tracks]
        self._open = len(self._tracks)
        self._trouble: dict[Scope | None, OpskitError] = {}
        self._due: list[tuple[float, int, Track]] = []
        self._numbers = itertools.count()
        self._patience = causes.Patience(_LOGS_SECONDS)
        self._looked = False
        self._started = clock()

    def run(self, stop: threading.Event, silence: float) -> list[Verdict]:
        sought = [each for each in self._targets if each not in self._expected]
        following = Following(self._cluster, self._targets, silence, sought=sought)
        try:
            self._loop(following, stop)
        finally:
            following.stop()
        self._give_up(stopped=stop.is_set())
        found = {track.target: track.verdict for track in self._tracks if track.verdict}
        return [found[each] for each in self._targets]

    def _say(self, step: Step) -> None:
        self._tell(replace(step, seconds=self._clock() - self._started))

    def _loop(self, following: Following, stop: threading.Event) -> None:
        end = self._started + self._policy.timeout
        while self._open and not stop.is_set() and self._clock() < (until := self._until(end)):
            look = self._due[0][0] if self._due else until
            seconds = min(until, look) - self._clock()
            for heard in following.take(min(seconds, 1.0)):  # `stop` may be set
                self._take(*heard)
            for place in self._places.values():
                for track in place.touched(self._clock()):
                    self._judge(place, track)
            while self._due and self._due[0][0] <= self._clock():
                track = heapq.heappop(self._due)[2]
                self._judge(self._places[track.target.namespace], track)

    def _until(self, end: float) -> float:
        """When the watch ends: at `end`; where that is at once, after a look at everything."""
        if not self._looked:
            self._looked = all(track.verdict or track.judgement for track in self._tracks)
        wait = self._policy.timeout < 1.0 and not self._looked
        return self._started + _LOOK_SECONDS if wait else end

    def _take(self, scope: Scope | None, change: Change | list[Scope]) -> None:
        if isinstance(change, list):
            self._recovered(None)
            for place in self._places.values():
                here = [each for each in change if each.namespace == place.namespace]
                place.begin(here, self._clock())
        elif scope is None:
            assert isinstance(change, Trouble)
            self._troubled(None, change)
        else:
            self._apply(self._places[scope.namespace], scope, change)

    def _apply(self, place: Place, scope: Scope, change: Change) -> None:
        if isinstance(change, Listed):
            place.store.replace(scope.plural, change.objects)
            place.came(scope)
        elif isinstance(change, Changed):
            place.store.change(scope.plural, change.object, gone=change.gone)
        elif isinstance(change, Recovered):
            self._recovered(scope)
        else:
            if change.final:
                self._lost(place, scope, change.error)
            self._troubled(scope, change)

    def _lost(self, place: Place, scope: Scope, error: OpskitError) -> None:
        """A list that will not come: nothing can be said without a needed one."""
        place.came(scope)
        if scope.needed:
            for track in place.open_of(scope.plural):
                self._unknown(track, error)
        else:
            place.notes.append(f"{scope.plural} could not be looked at: {error.message}")

    def _troubled(self, scope: Scope | None, trouble: Trouble) -> None:
        if trouble.final:
            self._trouble.pop(scope, None)
        first = not self._trouble
        if not trouble.final:
            self._trouble[scope] = trouble.error
        if first or trouble.final:
            self._say(Step("trouble", trouble.error.message))

    def _recovered(self, scope: Scope | None) -> None:
        if self._trouble.pop(scope, None) and not self._trouble:
            self._say(Step("recovered", "the cluster answers again"))

    def _judge(self, place: Place, track: Track) -> None:
        """Look at one workload anew."""
        if track.verdict or not place.ready(self._clock()):
            return
        target = track.target
        workload = place.store.find(target)
        if workload is None:
            self._end(track, Outcome.FAILED, [gone(track)])
            return
        track.seen = True
        if cause := overtaken(target, workload, self._expected.get(target, {})):
            self._end(track, Outcome.FAILED, [cause])
            return
        wall = time.time() + self._cluster.skew
        situation = place.situation(track, workload, self._policy, self._clock(), wall)
        judgement = track.judgement = judge(situation)
        track.situation = situation
        self._report(track, judgement)
        if judgement.complete:
            self._end(track, Outcome.COMPLETE, [])
        elif judgement.failed:
            found = self._causes(track, judgement.causes)
            self._end(track, Outcome.FAILED, found)
        elif judgement.look_again is not None:
            heapq.heappush(self._due, (judgement.look_again, next(self._numbers), track))

    def _causes(self, track: Track, symptoms: Sequence[Symptom]) -> list[Cause]:
        assert track.situation
        return causes.causes(self._cluster, track.target, track.situation, symptoms, self._patience)

    def _report(self, track: Track, judgement: Judgement) -> None:
        """Say what is new: how far it is, and what is wrong."""
        made = judgement.progress
        text = made.waiting or "complete"
        if text != track.said:
            track.said = text
            self._say(Step("progress", text, track.target, made))
        for each in judgement.symptoms:
            key = (each.code, each.pod, each.container)
            if key not in track.symptoms and not each.usual:
                track.symptoms.add(key)
                self._say(Step("symptom", each.message, track.target, made, each))

    def _give_up(self, *, stopped: bool) -> None:
        """The time is over: say what was in the way, or that nobody could look."""
        self._patience.left = min(self._patience.left, _LAST_LOGS_SECONDS)
        late = f"the cluster's lists had not come after {self._clock() - self._started:.0f} s"
        for track in self._tracks:
            if track.verdict:
                continue
            error = self._error_of(track)
            if error or track.situation is None or track.judgement is None:
                self._unknown(track, error or OpskitError(late))
            elif stopped:
                self._unknown(track, OpskitError("the watch was ended"))
            else:
                text = track.judgement.progress.waiting
                text = f"not complete after {self._policy.timeout:g} s: {text}"
                found = self._causes(track, track.judgement.symptoms)
                over = Cause("ROL119", "TimedOut", text, str(track.target))
                self._end(track, Outcome.TIMED_OUT, [*found, over])

    def _error_of(self, track: Track) -> OpskitError | None:
        """Why nothing is known of a workload now; trouble with other lists is none."""
        for scope, error in self._trouble.items():
            if scope is None or (scope.needed and scope.namespace == track.target.namespace):
                return error
        return None

    def _unknown(self, track: Track, error: OpskitError) -> None:
        cause = Cause("ROL121", "CouldNotLook", error.message, str(track.target))
        self._end(track, Outcome.UNKNOWN, [cause])

    def _end(self, track: Track, outcome: Outcome, found: list[Cause]) -> None:
        seconds = self._clock() - self._started
        place = self._places[track.target.namespace]
        verdict = track.verdict = place.verdict(track, outcome, found, self._cluster.name, seconds)
        track.situation = track.judgement = None  # its pods are kept no longer
        self._open -= 1
        words, made = verdict.headline or done(verdict), verdict.progress
        self._tell(Step("verdict", words, track.target, made, None, verdict, seconds))
