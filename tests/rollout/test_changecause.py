"""The change cause of what `deploy` applies, on a real control plane."""

from typing import Any

import pytest

from opskit.clients.kube import Cluster
from opskit.rollout.changes.revisions import history
from opskit.rollout.deploying import deploy
from opskit.rollout.deploying.apply import Manifest
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import Target
from opskit.rollout.workload import CHANGE_CAUSE, annotations
from tests.controlplane.plane import Plane
from tests.rollout.onplane import connected, put, rolled_out, workload


@pytest.fixture
def cluster(plane: Plane) -> Cluster:
    return connected(plane)


@pytest.fixture
def web(plane: Plane, namespace: str) -> Target:
    """A Deployment whose revision 1 has a cause, which kubectl wrote."""
    target = Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    note = f"{CHANGE_CAUSE}=first"
    plane.kubectl("annotate", "deploy/web", "-n", namespace, note)
    rolled_out(plane, target)
    return target


def deployed(cluster: Cluster, web: Target, image: str, cause: str = "", **options: Any) -> Any:
    thing = workload("Deployment", "web", 2, web=image)
    manifests = [Manifest(thing, "web.yaml")]
    items = deploy.of_manifests(cluster, manifests, web.namespace, cause=cause, force=True)
    done = deploy.Deployed("plane", items)
    deploy.run(cluster, done, Policy(timeout=30), **options)
    assert done.error is None
    return items[0]


def causes(cluster: Cluster, web: Target) -> dict[int, str]:
    return {each.number: each.cause for each in history(cluster, web).revisions}


def test_a_stale_cause_is_not_copied_and_a_new_one_is_written(
    cluster: Cluster, web: Target
) -> None:
    item = deployed(cluster, web, "w:2")
    assert "-    kubernetes.io/change-cause: first" in item.diff()
    assert causes(cluster, web) == {1: "first", 2: ""}
    deployed(cluster, web, "w:3", "third")
    assert causes(cluster, web) == {1: "first", 2: "", 3: "third"}
    deployed(cluster, web, "w:4")
    assert causes(cluster, web) == {1: "first", 2: "", 3: "third", 4: ""}


def test_what_does_not_roll_out_keeps_its_cause(cluster: Cluster, web: Target) -> None:
    deployed(cluster, web, "w:1", "nothing is new")
    assert annotations(cluster.get(web.path))[CHANGE_CAUSE] == "first"


def test_what_is_taken_back_has_its_own_cause_again(cluster: Cluster, web: Target) -> None:
    deployed(cluster, web, "w:missing", "a bad one", auto_rollback=True)
    told = {each.images["web"]: each.cause for each in history(cluster, web).revisions}
    assert told == {"w:1": "first", "w:missing": "a bad one"}
