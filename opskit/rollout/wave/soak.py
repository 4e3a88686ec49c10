"""Workloads that serve watched on: whether they stay so."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from opskit.clients.kube import Cluster
from opskit.clients.kubewatch import SILENCE_SECONDS, Changed, Listed, Recovered, Trouble
from opskit.errors import OpskitError
from opskit.rollout.judge.completion import progress
from opskit.rollout.judge.judging import symptoms
from opskit.rollout.judge.situation import Policy, Situation, states
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.watch import causes
from opskit.rollout.watch.feeds import Scope
from opskit.rollout.watch.following import Following, Heard
from opskit.rollout.watch.track import Place, Track, gone, overtaken

#: How long there may be fewer pods that serve than are wanted, in seconds: a node that is emptied,
#: or an autoscaler that wants more, is no fault of the image.
DROP_SECONDS = 15.0
#: How long a first look may take, where the soak is shorter than that.
_LOOK_SECONDS = 10.0
CODE = "ROL124"


@dataclass(slots=True)
class _Held:
    """What is remembered of one workload: restarts by container, and since when it serves less."""

    restarts: dict[tuple[str, str], int] = field(default_factory=dict)
    first: bool = True
    since: float | None = None


def soak(
    cluster: Cluster,
    targets: Sequence[Target],
    seconds: float,
    policy: Policy | None = None,
    *,
    expected: Mapping[Target, Mapping[str, str]] | None = None,
    clock: Callable[[], float] = time.monotonic,
    stop: threading.Event | None = None,
    drop: float = DROP_SECONDS,
) -> list[Verdict]:
    """The verdict of each target: complete where it served for so many seconds from now on.

    It has failed when a container is started anew, when fewer pods serve than are wanted for
    `drop` seconds, when its images change, or it is deleted. Where too few serve at the end, it is
    watched on until that is decided; where the cluster does not answer then, for the policy's
    timeout at most. One that fails ends the soak; the verdict of the others is unknown then, as it
    is where the cluster did not answer to the last. Raises what the cluster answers when the
    targets are asked for.
    """
    made = _Soak(cluster, targets, policy or Policy(), expected or {}, clock, drop)
    return made.run(seconds, stop or threading.Event())


class _Soak:
    def __init__(
        self,
        cluster: Cluster,
        targets: Sequence[Target],
        policy: Policy,
        expected: Mapping[Target, Mapping[str, str]],
        clock: Callable[[], float],
        drop: float,
    ) -> None:
        self._cluster, self._policy, self._clock, self._drop = cluster, policy, clock, drop
        self._expected = expected
        self._targets = list(dict.fromkeys(targets))
        self._places = {
            name: Place(name, [each for each in self._targets if each.namespace == name])
            for name in dict.fromkeys(each.namespace for each in self._targets)
        }
        self._held = {each: _Held() for each in self._targets}
        self._verdicts: dict[Target, Verdict] = {}
        self._trouble: dict[Scope | None, OpskitError] = {}
        self._hopeless = False
        self._started = clock()

    def run(self, seconds: float, stop: threading.Event) -> list[Verdict]:
        following = Following(self._cluster, self._targets, SILENCE_SECONDS)
        end = self._started + seconds
        try:
            while not self._verdicts and not stop.is_set() and self._goes_on(end):
                left = end - self._clock()
                for heard in following.take(min(left, 1.0) if left > 0 else 1.0):
                    self._take(heard)
                for place, track in self._tracks():
                    self._look(place, track)
        finally:
            following.stop()
        for place, track in self._tracks():
            self._close(place, track, stopped=stop.is_set())
        return [self._verdicts[each] for each in self._targets]

    def _goes_on(self, end: float) -> bool:
        """Whether it is not over: also after `end`, where it is not known how it stands."""
        now = self._clock()
        if now < end:
            return True
        tracks = [track for _, track in self._tracks()]
        if any(map(self._blind, tracks)):
            return not self._hopeless and now < end + self._policy.timeout
        if not all(track.seen for track in tracks):
            return now < max(end, self._started + _LOOK_SECONDS)
        begun = [self._held[track.target].since for track in tracks]
        return any(since is not None and since < end for since in begun)

    def _blind(self, track: Track) -> bool:
        return self._error(track) is not None

    def _error(self, track: Track) -> OpskitError | None:
        """Why the lists that tell of it do not come at the moment: those of it, or of its pods."""
        for scope, error in self._trouble.items():
            tells = scope is None or scope.needed or scope.plural == "pods"
            if tells and (scope is None or scope.namespace == track.target.namespace):
                return error
        return None

    def _tracks(self) -> Iterator[tuple[Place, Track]]:
        for place in self._places.values():
            for track in place.tracks:
                if track.target not in self._verdicts:
                    yield place, track

    def _take(self, heard: Heard) -> None:
        scope, change = heard
        if isinstance(change, list):
            self._trouble.pop(None, None)
            for place in self._places.values():
                here = [each for each in change if each.namespace == place.namespace]
                place.begin(here, self._clock())
        elif isinstance(change, Trouble):
            self._trouble[scope] = change.error
            if scope is not None and change.final:
                self._lost(scope)
        elif scope is not None:
            place = self._places[scope.namespace]
            if isinstance(change, Listed):
                place.store.replace(scope.plural, change.objects)
                place.came(scope)
            elif isinstance(change, Changed):
                place.store.change(scope.plural, change.object, gone=change.gone)
            elif isinstance(change, Recovered):
                self._trouble.pop(scope, None)

    def _lost(self, scope: Scope) -> None:
        """A list that will not come; one that is not needed is no trouble."""
        self._places[scope.namespace].came(scope)
        if scope.needed:
            self._hopeless = True
        else:
            self._trouble.pop(scope, None)

    def _look(self, place: Place, track: Track) -> None:
        if not place.ready(self._clock()):
            return
        target = track.target
        workload = place.store.find(target)
        if workload is None:
            if not self._trouble:
                self._end(place, track, Outcome.FAILED, [gone(track)])
            return
        track.seen = True
        if cause := overtaken(target, workload, self._expected.get(target, {})):
            self._end(place, track, Outcome.FAILED, [cause])
            return
        now = self._clock()
        wall = time.time() + self._cluster.skew
        situation = place.situation(track, workload, self._policy, now, wall)
        found = [*self._restarted(track, situation), *self._dropped(track, situation, now)]
        if found:
            self._end(place, track, Outcome.FAILED, found)

    def _restarted(self, track: Track, situation: Situation) -> Iterator[Cause]:
        """The containers that were started anew since the soak began."""
        held = self._held[track.target]
        for state in states(situation.judged):
            key = (state.uid, state.name)
            before = held.restarts.setdefault(key, state.restarts if held.first else 0)
            if state.restarts > before and not state.init:
                how = state.ended
                code = how.get("exitCode")
                text = f"{state.name} was started anew" + (
                    "" if code is None else f": it ended with exit code {code}"
                )
                yield from self._why(track, situation, state.pod_name)
                yield Cause(CODE, "Restarted", text, f"pod/{state.pod_name}", state.name)
                return
        held.first = False

    def _dropped(self, track: Track, situation: Situation, now: float) -> Iterator[Cause]:
        """The cause, where fewer pods serve than are wanted, and have for a while."""
        held, made = self._held[track.target], progress(situation.kind, situation.workload)
        if made.complete:
            held.since = None
            return
        if self._blind(track):
            return  # it may serve again, and nobody can see it
        held.since = now if held.since is None else held.since
        if now - held.since >= self._drop:
            yield from self._why(track, situation, "")
            text = f"for {self._drop:g} s: {made.waiting}"
            yield Cause(CODE, "StoppedServing", text, str(track.target))

    def _why(self, track: Track, situation: Situation, pod: str) -> list[Cause]:
        found = [each for each in symptoms(situation) if not pod or each.pod == pod]
        return causes.causes(self._cluster, track.target, situation, found)

    def _close(self, place: Place, track: Track, *, stopped: bool) -> None:
        """The verdict of a workload against which nothing was seen."""
        error = self._error(track)
        text = ""
        if stopped:
            text = "the watch was ended"
        elif self._verdicts and all(e.outcome is Outcome.FAILED for e in self._verdicts.values()):
            text = "it was not watched to the end: another workload failed"
        elif error or not track.seen:
            text = error.message if error else "the cluster did not answer in time"
        if not text:
            self._end(place, track, Outcome.COMPLETE, [])
            return
        cause = Cause("ROL121", "CouldNotLook", text, str(track.target))
        self._end(place, track, Outcome.UNKNOWN, [cause])

    def _end(self, place: Place, track: Track, outcome: Outcome, found: list[Cause]) -> None:
        seconds = self._clock() - self._started
        self._verdicts[track.target] = place.verdict(
            track, outcome, found, self._cluster.name, seconds
        )
