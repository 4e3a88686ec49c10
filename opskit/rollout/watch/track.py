"""One workload that is being watched, and the namespace that it is in."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from opskit.rollout.changes.serving import unproved
from opskit.rollout.judge.completion import Progress, progress
from opskit.rollout.judge.judging import Judgement
from opskit.rollout.judge.situation import Memory, Policy, Situation
from opskit.rollout.kinds import DEPLOYMENT
from opskit.rollout.targets import Target
from opskit.rollout.verdict import UNVERIFIED, Cause, Outcome, Verdict
from opskit.rollout.watch.feeds import Scope
from opskit.rollout.watch.store import Store
from opskit.rollout.workload import images, revision, template

_NOTHING = Progress(0, 0, 0, "nothing is known of it")

#: How long lists are waited for without which something can be said, in seconds.
_LIST_SECONDS = 10.0


@dataclass(slots=True, eq=False)
class Track:
    """What is known of one workload, and what has been said of it."""

    target: Target
    memory: Memory = field(default_factory=Memory)
    seen: bool = False
    said: str = ""
    symptoms: set[tuple[str, str, str]] = field(default_factory=set)
    situation: Situation | None = None
    judgement: Judgement | None = None
    verdict: Verdict | None = None


class Place:
    """One namespace: its objects, the workloads of it, and what has not been listed yet."""

    def __init__(self, namespace: str, targets: Iterable[Target]) -> None:
        self.namespace = namespace
        self.store = Store()
        self.waiting: set[Scope] = set()
        self.notes: list[str] = []
        self._by_name = {(each.kind.plural, each.name): Track(each) for each in targets}
        self._all = False
        self._late = 0.0

    @property
    def tracks(self) -> list[Track]:
        return list(self._by_name.values())

    def begin(self, scopes: Iterable[Scope], now: float) -> None:
        """Wait for these lists: without end for those that are needed, else a while."""
        self.waiting.update(scopes)
        self._late = now + _LIST_SECONDS

    def ready(self, now: float) -> bool:
        """Whether workloads can be judged: all that is to be known has come, or is late."""
        if not self.waiting:
            return True
        return now >= self._late and not any(scope.needed for scope in self.waiting)

    def open_of(self, plural: str) -> list[Track]:
        """The workloads of one kind that have no verdict yet."""
        return [
            track
            for (kind, _), track in self._by_name.items()
            if kind == plural and not track.verdict
        ]

    def came(self, scope: Scope) -> None:
        """Note that a list has come, or never will: any workload may have changed."""
        self.waiting.discard(scope)
        self._all = True

    def touched(self, now: float) -> list[Track]:
        """The workloads to look at anew."""
        if not self.ready(now):
            return []
        names = self.store.touched()
        if self._all:
            self._all = False
            return self.tracks
        return [self._by_name[name] for name in sorted(names) if name in self._by_name]

    def situation(
        self, track: Track, workload: Any, policy: Policy, now: float, wall: float
    ) -> Situation:
        """What the rules are to look at; `wall` is the cluster's clock, in seconds since 1970."""
        pods = self.store.newest_pods(track.target, workload)
        has_sets = track.target.kind is DEPLOYMENT
        replica_set = self.store.replica_set(workload) if has_sets else None
        older = self.store.older_pods(track.target, workload)
        about = [workload, *pods, *older, *([replica_set] if replica_set else [])]
        return Situation(
            kind=track.target.kind,
            workload=workload,
            pods=pods,
            events=self.store.events.of(each["metadata"]["uid"] for each in about),
            now=now,
            wall=wall,
            replica_set=replica_set,
            policy=policy,
            memory=track.memory,
            older=older,
            former=self.store.former(workload) if has_sets else (),
        )

    def verdict(
        self, track: Track, outcome: Outcome, causes: list[Cause], cluster: str, seconds: float
    ) -> Verdict:
        """What is said of a workload in the end, after so many seconds."""
        kind = track.target.kind
        workload = self.store.find(track.target)
        shows = unproved(kind, workload) if workload and outcome is Outcome.COMPLETE else ""
        return Verdict(
            cluster=cluster,
            target=track.target,
            outcome=outcome,
            progress=_progress(track, workload, outcome),
            causes=causes,
            images=images(template(kind, workload or {})),
            revision=revision(workload or {}),
            seconds=seconds,
            notes=(*([shows] if shows else []), *self._all_notes()),
        )

    def _all_notes(self) -> Iterator[str]:
        yield from self.notes
        for scope in sorted(self.waiting):
            if not scope.needed:
                yield f"{scope.plural} could not be looked at: their list does not come"


def _progress(track: Track, workload: Any, outcome: Outcome) -> Progress:
    """How far it is; of what was judged only the judgement knows that it has to stand yet."""
    if not workload:
        return _NOTHING
    if outcome is Outcome.TIMED_OUT and track.judgement:
        return track.judgement.progress
    return progress(track.target.kind, workload)


def gone(track: Track) -> Cause:
    """The cause where the workload is not there any more."""
    text = "it was deleted while it rolled out" if track.seen else "it is not there any more"
    return Cause("ROL117", "Deleted", text, str(track.target))


def overtaken(target: Target, workload: Any, expected: Mapping[str, str]) -> Cause | None:
    """The cause, if the pod template no longer has the images that the caller put there."""
    now = images(template(target.kind, workload))
    for container, image in expected.items():
        if now.get(container) != image:
            text = f"{container} was set to {image}, and is {now.get(container)} now"
            return Cause("ROL120", "Superseded", text, str(target))
    return None


def done(verdict: Verdict) -> str:
    """What is said of a rollout that is complete."""
    if not verdict.verified:
        return UNVERIFIED
    return f"complete: {verdict.progress.available} of {verdict.progress.desired} pods serve"
