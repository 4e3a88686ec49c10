"""Workloads watched on after they serve, on a real control plane."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest

from opskit.clients.kube import Cluster
from opskit.clients.kubeconfig import connect
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.watch.following import Following, Heard
from opskit.rollout.watch.track import overtaken
from opskit.rollout.wave import soak as soaking
from opskit.rollout.wave.soak import soak
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.wave.planes import IMAGE, workload


@pytest.fixture
def target(plane: Plane, namespace: str) -> Target:
    """A Deployment that serves."""
    path = f"/apis/apps/v1/namespaces/{namespace}/deployments"
    plane.api.post(path, workload(f"{IMAGE}:1"))
    wait_until(
        lambda: plane.api.get(f"{path}/web")["status"].get("availableReplicas") == 2, "serving"
    )
    return Target(namespace, "deploy", "web")


@pytest.fixture
def cluster(plane: Plane) -> Cluster:
    return connect("", str(plane.kubeconfig))


def soaked(
    cluster: Cluster, target: Target, happens: Callable[[], object], seconds: float = 20.0
) -> Verdict:
    """The verdict where something happens once the soak has looked for the first time."""
    looked = threading.Event()

    def noted(*seen: Any) -> Any:
        looked.set()
        return overtaken(*seen)

    def later() -> None:
        assert looked.wait(30)
        happens()

    thread = threading.Thread(target=later)
    thread.start()
    try:
        expected = {target: {"web": f"{IMAGE}:1"}}
        with mock.patch.object(soaking, "overtaken", noted):
            [verdict] = soak(cluster, [target], seconds, expected=expected, drop=1.0)
    finally:
        thread.join()
    return verdict


def with_status(plane: Plane, namespace: str, **status: Any) -> None:
    """Give one container of one pod another status."""
    pod = plane.pods(namespace)[0]
    statuses = pod["status"]["containerStatuses"]
    statuses[0] |= status
    plane.set_pod_status(namespace, pod["metadata"]["name"], {"containerStatuses": statuses})


def test_what_serves_all_the_time_is_complete(cluster: Cluster, target: Target) -> None:
    verdict = soaked(cluster, target, lambda: None, 2.0)
    assert verdict.outcome is Outcome.COMPLETE
    assert 2.0 <= verdict.seconds < 10.0


def test_a_container_that_is_started_anew_is_a_failure(
    cluster: Cluster, plane: Plane, target: Target
) -> None:
    ended = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    restarted = {"restartCount": 1, "lastState": ended}
    verdict = soaked(cluster, target, lambda: with_status(plane, target.namespace, **restarted))
    assert verdict.outcome is Outcome.FAILED
    assert "ROL124" in [cause.code for cause in verdict.causes]
    assert "exit code 137" in verdict.causes[-1].message
    assert verdict.seconds < 10


def test_restarts_of_before_do_not_count(cluster: Cluster, plane: Plane, target: Target) -> None:
    ended = {"terminated": {"exitCode": 1, "reason": "Error"}}
    with_status(plane, target.namespace, restartCount=1, lastState=ended)
    assert soaked(cluster, target, lambda: None, 2.0).outcome is Outcome.COMPLETE


def test_too_few_that_serve_for_longer_than_a_moment_is_a_failure(
    cluster: Cluster, plane: Plane, target: Target
) -> None:
    def unready() -> None:
        pod = plane.pods(target.namespace)[0]
        conditions = [
            {**each, "status": "False"} if each["type"] in ("Ready", "ContainersReady") else each
            for each in pod["status"]["conditions"]
        ]
        name = pod["metadata"]["name"]
        plane.set_pod_status(target.namespace, name, {"conditions": conditions})

    verdict = soaked(cluster, target, unready)
    assert verdict.outcome is Outcome.FAILED
    assert verdict.causes[-1].reason == "StoppedServing"
    assert "1 of 2" in verdict.causes[-1].message


def test_a_pod_that_is_replaced_is_no_failure(
    cluster: Cluster, plane: Plane, target: Target
) -> None:
    def delete() -> None:
        name = plane.pods(target.namespace)[0]["metadata"]["name"]
        plane.api.delete(f"/api/v1/namespaces/{target.namespace}/pods/{name}")

    assert soaked(cluster, target, delete, 3.0).outcome is Outcome.COMPLETE


def test_another_image_is_a_failure(cluster: Cluster, plane: Plane, target: Target) -> None:
    def change() -> None:
        plane.kubectl("set", "image", "-n", target.namespace, "deploy/web", f"web={IMAGE}:9")

    verdict = soaked(cluster, target, change)
    assert (verdict.outcome, verdict.causes[0].code) == (Outcome.FAILED, "ROL120")


def test_a_workload_that_is_deleted_is_a_failure(
    cluster: Cluster, plane: Plane, target: Target
) -> None:
    verdict = soaked(cluster, target, lambda: plane.api.delete(target.path))
    assert (verdict.outcome, verdict.causes[0].code) == (Outcome.FAILED, "ROL117")


def test_one_that_fails_ends_it_and_of_the_other_nothing_is_known(
    cluster: Cluster, plane: Plane, target: Target
) -> None:
    path = f"/apis/apps/v1/namespaces/{target.namespace}/deployments"
    plane.api.post(path, workload(f"{IMAGE}:1", "api"))
    wait_until(
        lambda: plane.api.get(f"{path}/api")["status"].get("availableReplicas") == 2, "serving"
    )
    other = Target(target.namespace, "deploy", "api")
    timer = threading.Timer(1.0, lambda: plane.api.delete(target.path))
    timer.start()
    verdicts = soak(cluster, [other, target], 20.0)
    timer.join()
    assert [each.outcome for each in verdicts] == [Outcome.UNKNOWN, Outcome.FAILED]


def test_it_can_be_stopped(cluster: Cluster, target: Target) -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    started = time.monotonic()
    [verdict] = soak(cluster, [target], 60.0, stop=stop)
    assert verdict.outcome is Outcome.UNKNOWN
    assert time.monotonic() - started < 5


def test_a_list_that_does_not_come_does_not_hide_what_happens(
    plane: Plane, cluster: Cluster, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events are not needed: after a while the soak does without them."""
    from opskit.rollout.watch import track

    monkeypatch.setattr(track, "_LIST_SECONDS", 1.0)
    monkeypatch.setattr(soaking, "Following", _WithoutEvents)
    verdict = soaked(
        cluster,
        target,
        lambda: plane.api.delete(f"/apis/apps/v1/namespaces/{target.namespace}/deployments/web"),
        10.0,
    )
    assert (verdict.outcome, verdict.causes[0].code) == (Outcome.FAILED, "ROL117")


class _WithoutEvents(Following):
    """The list of events never comes."""

    def take(self, seconds: float) -> Iterator[Heard]:
        for scope, change in super().take(seconds):
            if scope is None or scope.plural != "events":
                yield scope, change
