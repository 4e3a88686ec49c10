"""Judgements of containers that end, on a real control plane and by the words of its kubelet."""

import pytest

from opskit.clients.kube import Cluster
from opskit.rollout.explain.explaining import explain
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome
from opskit.rollout.watch.watching import watch
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.onplane import connected, workload
from tests.rollout.watched import Watching, deploy


@pytest.fixture
def cluster(plane: Plane) -> Cluster:
    return connected(plane)


def restarts(plane: Plane, space: str) -> int:
    return max(
        (
            each["restartCount"]
            for pod in plane.pods(space)
            for each in pod["status"].get("containerStatuses", [])
        ),
        default=0,
    )


def test_what_ends_with_128_heals_and_a_liveness_kill_is_named(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    targets = [deploy(plane, namespace, name, name) for name in ("exit128", "liveness")]
    good, killed = watch(cluster, targets, Policy(timeout=60))
    assert good.outcome is Outcome.COMPLETE
    assert killed.outcome is Outcome.FAILED
    cause = killed.causes[0]
    assert cause.code == "ROL125"
    assert "killed by its liveness probe (HTTP probe failed with statuscode: 503)" in cause.message
    assert any(each.startswith("Killing: Container") for each in cause.events)


def test_what_serves_between_crashes_is_not_complete(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "crash-late")

    def serves() -> bool:
        return restarts(plane, namespace) >= 2 and any(
            each["ready"]
            for pod in plane.pods(namespace)
            for each in pod["status"]["containerStatuses"]
        )

    wait_until(serves, "no second restart", 40)
    watching = Watching(cluster, target)
    [verdict] = watching.end()
    assert (verdict.outcome, verdict.causes[0].code) == (Outcome.FAILED, "ROL107")
    said = [step.message for _, step in watching.steps if step.kind == "progress"]
    assert any("it has to stand for 60 s" in each for each in said)


def test_what_has_to_stand_when_the_time_is_over_is_said(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    target = deploy(plane, namespace, "web", "crash-once")
    wait_until(lambda: restarts(plane, namespace) == 1, "no restart", 40)
    once = {"max_restarts": 1, "timeout": 3.0}
    [verdict] = Watching(cluster, target, policy=once).end()
    assert verdict.outcome is Outcome.TIMED_OUT
    assert verdict.headline.startswith("web restarted once, ")
    assert watch(cluster, [target], Policy(timeout=20))[0].outcome is Outcome.COMPLETE


def test_pods_that_somebody_replaced_by_hand_are_complete(
    plane: Plane, cluster: Cluster, namespace: str
) -> None:
    target = Target(namespace, "sts", "db")
    made = workload("StatefulSet", "db", 1, web="registry.test/web:1")
    made["spec"] |= {"updateStrategy": {"type": "OnDelete"}, "serviceName": "db"}
    plane.apply(namespace, made)
    assert watch(cluster, [target], Policy(timeout=60))[0].outcome is Outcome.COMPLETE
    image = "web=registry.test/web:2"
    plane.kubectl("set", "image", "-n", namespace, "statefulset/db", image)
    [verdict] = watch(cluster, [target], Policy(timeout=60))
    assert verdict.causes[0].code == "ROL118"
    plane.kubectl("delete", "pod", "db-0", "-n", namespace)

    def replaced() -> bool:
        status = plane.api.get(target.path)["status"]
        return bool(status.get("updatedReplicas") == status.get("availableReplicas") == 1)

    wait_until(replaced, "no new pod", 60)
    assert watch(cluster, [target], Policy(timeout=60))[0].outcome is Outcome.COMPLETE
    assert explain(cluster, target).healthy is True
