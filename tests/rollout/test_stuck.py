"""Pods that a StatefulSet waits for: which they are, and what becomes of them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from opskit.clients.kubeerrors import ForbiddenError
from opskit.rollout.changes import patching, plan, stuck, undoing
from opskit.rollout.changes.patching import Wanted
from opskit.rollout.deploying import takeback
from opskit.rollout.deploying.apply import Item
from opskit.rollout.targets import Target
from opskit.rollout.wave import rolling
from opskit.rollout.wave.standing import Piece
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.onplane import connected, image, put, rolled_out, workload

DB = Target("shop", "sts", "db")


class Pods:
    """Answers every list with these pods, or with an error."""

    name = "c"

    def __init__(self, *pods: dict[str, Any], error: Exception | None = None) -> None:
        self._pods, self._error = list(pods), error

    def list(self, path: str, query: Any = None) -> tuple[list[dict[str, Any]], str]:
        if self._error:
            raise self._error
        return self._pods, "1"

    def get(self, path: str, query: Any = None) -> dict[str, Any]:
        raise AssertionError(path)

    def text(self, path: str, query: Any, *, seconds: float) -> str:
        raise AssertionError(path)


def pod(number: int, revision: str, ready: str = "False", **meta: Any) -> dict[str, Any]:
    owner = {"controller": True, "uid": "u"}
    return {
        "metadata": {
            "name": f"db-{number}",
            "uid": f"uid-{number}",
            "labels": {"controller-revision-hash": revision},
            "ownerReferences": [owner],
            **meta,
        },
        "status": {"conditions": [{"type": "Ready", "status": ready}]},
    }


def stateful(**spec: Any) -> dict[str, Any]:
    thing = workload("StatefulSet", "db", db="d:1")
    thing["metadata"]["uid"] = "u"
    thing["spec"] |= spec
    return thing


@pytest.mark.parametrize(
    ("thing", "pods", "names"),
    [
        (stateful(), [pod(0, "old", "True"), pod(1, "bad")], "db-1"),
        (stateful(), [pod(1, "new")], ""),
        (stateful(), [pod(1, "bad", deletionTimestamp="now")], ""),
        (stateful(), [pod(1, "bad", ownerReferences=[])], ""),
        (stateful(podManagementPolicy="Parallel"), [pod(1, "bad")], ""),
        (stateful(updateStrategy={"type": "OnDelete"}), [pod(1, "bad")], ""),
        (
            stateful(updateStrategy={"rollingUpdate": {"partition": 2}}),
            [pod(1, "bad"), pod(2, "bad")],
            "db-2",
        ),
        (
            stateful(updateStrategy={"rollingUpdate": {"partition": 1}}, ordinals={"start": 5}),
            [pod(5, "bad"), pod(6, "bad")],
            "db-6",
        ),
    ],
)
def test_which_pods(thing: dict[str, Any], pods: list[dict[str, Any]], names: str) -> None:
    assert stuck.names(stuck.stuck_pods(Pods(*pods), DB, thing, "new")) == names


def crashed(number: int, revision: str) -> dict[str, Any]:
    """A pod whose container crashed twice, and was started again just now."""
    thing = pod(number, revision, "True")
    ended = {"exitCode": 1, "reason": "Error", "finishedAt": now_as_text()}
    thing["spec"] = {"containers": [{"name": "db", "image": "d:2"}]}
    thing["status"]["containerStatuses"] = [
        {
            "name": "db",
            "ready": True,
            "restartCount": 2,
            "state": {"running": {"startedAt": now_as_text()}},
            "lastState": {"terminated": ended},
        }
    ]
    return thing


def now_as_text() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_pod_that_crashes_is_ready_for_a_moment_and_stuck_all_the_same() -> None:
    """The controller waits for it again after the moment."""
    pods = Pods(pod(0, "old", "True"), crashed(1, "bad"))
    assert stuck.names(stuck.stuck_pods(pods, DB, stateful(), "new")) == "db-1"


def test_other_kinds_have_none() -> None:
    web = Target("shop", "deploy", "web")
    assert stuck.stuck_pods(Pods(pod(1, "bad")), web, stateful(), "new") == []
    assert stuck.warning(Pods(pod(1, "bad")), web, stateful()) == []


def test_that_nobody_could_look_is_said() -> None:
    error = ForbiddenError("pods is forbidden", status=403)
    [text] = stuck.warning(Pods(error=error), DB, stateful())
    assert "could not be seen: pods is forbidden" in text


def test_a_new_image_waits_for_them_and_an_undo_deletes_them(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "sts", "db")
    put(plane, target, db="d:1")
    rolled_out(plane, target)
    put(plane, target, db="d:missing")
    wait_until(lambda: _image(plane, namespace) == "d:missing", "db-1 was not replaced")
    change = patching.plan(cluster, target, Wanted({"db": "d:2"}))
    [warning] = change.warnings
    assert f"kubectl delete pod db-1 -n {namespace}" in warning
    plan.carry_out(cluster, change)
    back = undoing.undo(cluster, target)
    assert back.note.endswith("not ready, and deleted: db-1")
    [note] = undoing.take_back(cluster, back)
    assert note.startswith("pod db-1 was deleted")
    assert image(rolled_out(plane, target), "db") == "d:1"
    assert _image(plane, namespace) == "d:1"


def _broken(plane: Plane, target: Target) -> tuple[dict[str, Any], dict[str, Any]]:
    """sts/db before and after an image that cannot be pulled, once its pod is there."""
    put(plane, target, db="d:1")
    before = rolled_out(plane, target)
    put(plane, target, db="d:missing")
    wait_until(lambda: _image(plane, target.namespace) == "d:missing", "db-1 was not replaced")
    return before, plane.api.get(target.path)


def test_a_deploy_that_is_taken_back_deletes_them(plane: Plane, namespace: str) -> None:
    target = Target(namespace, "sts", "db")
    before, after = _broken(plane, target)
    item = Item(str(target), target.path, after, namespace, target, before=before, after=after)
    [told] = takeback.take_back(connected(plane), [item])
    assert told.done
    assert told.note.startswith("back to d:1; pod db-1 was deleted")
    assert image(rolled_out(plane, target), "db") == "d:1"
    wait_until(lambda: _image(plane, namespace) == "d:1", "db-1 was not replaced")


def test_a_wave_that_is_taken_back_deletes_them(plane: Plane, namespace: str) -> None:
    target = Target(namespace, "sts", "db")
    _, after = _broken(plane, target)
    piece = Piece(target, after["metadata"]["uid"], {"db": "d:1"}, {"db": "d:missing"})
    assert rolling.back(connected(plane), [piece]) == []
    assert image(rolled_out(plane, target), "db") == "d:1"
    wait_until(lambda: _image(plane, namespace) == "d:1", "db-1 was not replaced")


def _image(plane: Plane, namespace: str) -> str:
    found = [each for each in plane.pods(namespace) if each["metadata"]["name"] == "db-1"]
    return str(found[0]["spec"]["containers"][0]["image"]) if found else ""
