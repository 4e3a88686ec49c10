"""Watches of workloads that are made up: how long judging takes, and what is kept in memory."""

from collections.abc import Callable, Iterator
from typing import Any

from opskit.clients.kube import Cluster, connect_with_token
from opskit.clients.kubewatch import Changed, Listed
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Verdict
from opskit.rollout.watch import watching
from opskit.rollout.watch.feeds import Scope
from opskit.rollout.watch.following import Heard
from opskit.rollout.workload import REVISION
from tests.rollout import objects

NAMESPACE = "shop"
PLURALS = ("deployments", "replicasets", "pods", "events")
Object = dict[str, Any]


def scopes() -> dict[str, Scope]:
    return {each: Scope(NAMESPACE, each, f"/{each}", each == "deployments") for each in PLURALS}


def targets(count: int) -> list[Target]:
    return [Target(NAMESPACE, "deploy", f"web-{n}") for n in range(count)]


def deployment(number: int, available: int) -> Object:
    name = f"web-{number}"
    meta = {"name": name, "uid": f"uid-{name}", "annotations": {REVISION: "2"}}
    return objects.deployment(desired=2, updated=2, total=2, available=available, metadata=meta)


def replica_set(number: int) -> Object:
    meta: Object = {"name": f"rs-{number}", "uid": f"uid-rs-{number}"}
    meta["annotations"] = {REVISION: "2"}
    meta["ownerReferences"] = [{"uid": f"uid-web-{number}", "controller": True}]
    return {"metadata": meta, "spec": {}, "status": {}}


def pod(number: int, ordinal: int, *, ready: bool = False, turn: int = 0) -> Object:
    made = objects.pod(objects.running(ready=ready), name=f"web-{number}-{ordinal}")
    made["metadata"]["ownerReferences"] = [{"uid": f"uid-rs-{number}", "controller": True}]
    made["metadata"]["resourceVersion"] = str(turn)
    return made


def event(number: int, turn: int) -> Object:
    text = f"Readiness probe failed: {turn}"
    return objects.event(pod(number, 0), "Unhealthy", text, metadata={"uid": f"e-{number}-{turn}"})


class Replay:
    """What a cluster with `count` Deployments of two pods tells in so many turns.

    In each turn a pod of each workload changes, with an event; in the end all are complete.
    It stands in for `opskit.rollout.watch.following.Following`.
    """

    def __init__(self, count: int, turns: int, after: Callable[[int], None] | None = None) -> None:
        self.heard = 0
        self._told = self._tell(count, turns, after or (lambda turn: None))

    def __call__(
        self, cluster: Cluster, targets: object, silence: float, *, sought: object
    ) -> "Replay":
        return self

    def stop(self) -> None:
        """Nothing runs."""

    def take(self, seconds: float) -> Iterator[Heard]:
        """One change at a time: the worst case, in which nothing is judged together."""
        if heard := next(self._told, None):
            self.heard += 1
            yield heard

    def _tell(self, count: int, turns: int, after: Callable[[int], None]) -> Iterator[Heard]:
        scope = scopes()
        yield None, list(scope.values())
        numbers = range(count)
        yield scope["deployments"], Listed([deployment(n, 0) for n in numbers])
        yield scope["replicasets"], Listed([replica_set(n) for n in numbers])
        yield scope["pods"], Listed([pod(n, k) for n in numbers for k in (0, 1)])
        yield scope["events"], Listed([])
        for turn in range(turns):
            for number in numbers:
                yield scope["pods"], Changed(pod(number, 0, turn=turn), gone=False)
                yield scope["events"], Changed(event(number, turn), gone=False)
            after(turn)
        for number in numbers:
            yield scope["deployments"], Changed(deployment(number, 2), gone=False)


def run(
    count: int, turns: int, after: Callable[[int], None] | None = None
) -> tuple[list[Verdict], int]:
    """The verdicts of a replay, and how many changes there were."""
    cluster = connect_with_token("it", "https://127.0.0.1:1", "", lambda refused: "token")
    replay = Replay(count, turns, after)
    before = watching.Following
    watching.Following = replay  # type: ignore[assignment, misc]
    try:
        return watching.watch(cluster, targets(count)), replay.heard
    finally:
        watching.Following = before  # type: ignore[misc]
