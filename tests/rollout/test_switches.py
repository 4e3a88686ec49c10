"""Pause, resume, restart: on a real control plane, beside kubectl."""

from datetime import UTC, datetime

import pytest

from opskit.errors import UsageError
from opskit.rollout.changes import plan, switches
from opskit.rollout.changes.patching import Wanted
from opskit.rollout.changes.patching import planned as planned_set
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.changes.switches import RESTARTED_AT, planned_restart
from opskit.rollout.targets import Target
from tests.controlplane.plane import Plane
from tests.rollout.onplane import bare, connected, observed, put, rolled_out, workload

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def test_paused_and_resumed_as_kubectl_does(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    original = bare(observed(plane, target), "web")
    plan.carry_out(cluster, switches.pause(cluster, target))
    ours = bare(observed(plane, target), "web")
    assert ours["spec"]["paused"] is True
    again = switches.pause(cluster, target)
    assert (again.needed, again.note) == (False, "is paused already")
    plan.carry_out(cluster, switches.resume(cluster, target))
    plane.kubectl("rollout", "pause", "deploy/web", "-n", namespace)
    theirs = bare(observed(plane, target), "web")
    assert _spec(ours) == _spec(theirs)
    plan.carry_out(cluster, switches.resume(cluster, target))
    assert _spec(bare(observed(plane, target), "web")) == _spec(original)
    assert not switches.resume(cluster, target).needed


def test_a_restart_replaces_the_pods(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "sts", "db")
    put(plane, target, db="d:1")
    rolled_out(plane, target)
    before = {pod["metadata"]["uid"] for pod in plane.pods(namespace)}
    plan.carry_out(cluster, switches.restart(cluster, target, NOW))
    rolled_out(plane, target)
    assert not before & {pod["metadata"]["uid"] for pod in plane.pods(namespace)}
    with pytest.raises(NotDoneError, match="this very second"):
        switches.restart(cluster, target, NOW)
    meta = cluster.get(target.path)["spec"]["template"]["metadata"]
    assert meta["annotations"] == {RESTARTED_AT: "2026-05-04T03:02:01Z"}


def test_a_paused_deployment_is_not_restarted_not_even_if_it_is_paused_meanwhile(
    plane: Plane, namespace: str
) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    change = switches.restart(cluster, target)
    plane.kubectl("rollout", "pause", "deploy/web", "-n", namespace)
    for act in (lambda: plan.carry_out(cluster, change), lambda: switches.restart(cluster, target)):
        with pytest.raises(NotDoneError, match="is paused, and is not restarted"):
            act()
    assert "annotations" not in cluster.get(target.path)["spec"]["template"]["metadata"]
    note = planned_set(target, cluster.get(target.path), Wanted({"web": "w:2"})).note
    assert note.startswith("it is paused")


@pytest.mark.parametrize("short", ["sts", "ds", "cronjob"])
def test_only_deployments_can_be_paused(short: str) -> None:
    for act in (switches.pause, switches.resume):
        with pytest.raises(UsageError, match="cannot be"):
            act(None, Target("n", short, "x"))  # type: ignore[arg-type]


def test_a_cronjob_is_not_restarted() -> None:
    with pytest.raises(UsageError, match="no pods to replace"):
        planned_restart(Target("n", "cronjob", "x"), workload("CronJob", "x", x="x:1"))


def _spec(thing: dict[str, object]) -> object:
    return thing["spec"]
