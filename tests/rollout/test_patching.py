"""Images set: what is planned, and what a real control plane makes of it."""

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from opskit.clients.kubeerrors import InvalidError, NotFoundError
from opskit.errors import InputError, UsageError
from opskit.rollout.changes import patching, plan
from opskit.rollout.changes.patching import IfUnchanged, Wanted, assignments, planned
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.targets import Target
from opskit.rollout.workload import CHANGE_CAUSE, images, template
from tests.controlplane.plane import Plane
from tests.rollout.onplane import bare, connected, image, observed, put, rolled_out, workload

WEB = Target("shop", "deploy", "web")


def after(images: dict[str, str], thing: dict[str, Any], **options: Any) -> dict[str, str]:
    change = planned(WEB, thing, Wanted(images, **options))
    return change.expected


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["web=nginx:1.27"], {"web": "nginx:1.27"}),
        (["*=a:1", "init=b:2"], {"*": "a:1", "init": "b:2"}),
        (["a=x:1", "a=x:1"], {"a": "x:1"}),
    ],
)
def test_assignments(words: list[str], found: dict[str, str]) -> None:
    assert assignments(words) == found


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (["web="], UsageError),
        (["=nginx"], UsageError),
        (["web=a:1", "web=a:2"], UsageError),
        (["web=Nginx:1"], InputError),
        (["web=nginx:"], InputError),
        (["web=nginx:1 "], InputError),
        (["web=a=b"], InputError),
        (["web=ng\u0456nx"], InputError),  # a Cyrillic letter
        (["web=" + "a" * 100_000], InputError),
    ],
)
def test_words_that_set_no_image(words: list[str], error: type[Exception]) -> None:
    with pytest.raises(error):
        assignments(words)


def test_an_init_container_is_set_by_name_and_by_star_only_if_asked() -> None:
    thing = workload(web="w:1", log="l:1", init_db="i:1")
    assert after({"*": "x:2"}, thing) == {"init_db": "i:1", "web": "x:2", "log": "x:2"}
    assert after({"init_db": "x:2"}, thing) == {"init_db": "x:2", "web": "w:1", "log": "l:1"}
    assert set(after({"*": "x:2"}, thing, init=True).values()) == {"x:2"}
    named = after({"*": "x:2", "log": "y:3"}, thing)
    assert named == {"init_db": "i:1", "web": "x:2", "log": "y:3"}


def test_a_container_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(InputError, match="no container www") as caught:
        planned(WEB, workload(web="w:1", log="l:1"), Wanted({"www": "w:2"}))
    assert caught.value.hint == "there is web, log"


def test_an_image_that_is_set_already_is_no_change() -> None:
    thing = workload(web="w:1")
    assert not planned(WEB, thing, Wanted({"web": "w:1"}, cause="again")).needed
    with pytest.raises(NotDoneError, match="already"):
        planned(WEB, thing, Wanted({"web": "w:1"}, if_unchanged="fail"))
    change = planned(
        WEB,
        thing,
        Wanted({"web": "w:1"}, if_unchanged="restart", now=datetime(2026, 1, 2, tzinfo=UTC)),
    )
    meta = change.after["spec"]["template"]["metadata"]
    assert meta["annotations"] == {"kubectl.kubernetes.io/restartedAt": "2026-01-02T00:00:00Z"}


def test_expect_holds_for_what_changes() -> None:
    thing = workload(web="docker.io/library/w:1", log="l:1")
    assert planned(WEB, thing, Wanted({"web": "w:2"}, expect="w:1")).needed
    with pytest.raises(NotDoneError, match="log has l:1, not w:1"):
        planned(WEB, thing, Wanted({"*": "w:2"}, expect="w:1"))


def test_expect_holds_for_what_is_set_already() -> None:
    """Else a restart would go past it; a pipeline that tries again finds no change."""
    thing = workload(web="w:2")
    assert not planned(WEB, thing, Wanted({"web": "w:2"}, expect="w:1")).needed
    choices: list[IfUnchanged] = ["restart", "fail"]
    for choice in choices:
        with pytest.raises(NotDoneError, match="web has w:2 already, not w:1"):
            planned(WEB, thing, Wanted({"web": "w:2"}, expect="w:1", if_unchanged=choice))
    assert not planned(WEB, thing, Wanted({"web": "w:2"}, expect="w:2")).needed
    again = Wanted({"web": "w:2"}, expect="w:2", if_unchanged="restart")
    assert planned(WEB, thing, again).needed


def test_a_cause_is_written_and_an_old_one_goes() -> None:
    thing = workload(web="w:1")
    first = planned(WEB, thing, Wanted({"web": "w:2"}, cause="try")).after
    assert first["metadata"]["annotations"] == {CHANGE_CAUSE: "try"}
    second = planned(WEB, first, Wanted({"web": "w:3"})).after
    assert CHANGE_CAUSE not in second["metadata"]["annotations"]


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "CronJob"])
def test_the_object_is_the_one_that_kubectl_makes(kind: str, plane: Plane, namespace: str) -> None:
    cluster = connected(plane)
    short = {"Deployment": "deploy", "StatefulSet": "sts", "DaemonSet": "ds", "CronJob": "cronjob"}
    ours, theirs = (Target(namespace, short[kind], name) for name in ("ours", "theirs"))
    for each in (ours, theirs):
        put(plane, each, web="w:1", log="l:1", init="i:1")
    wanted = {"web": "w:2", "init": "i:2"}
    change = patching.plan(cluster, ours, Wanted(wanted))
    assert plan.tried(cluster, change)["metadata"]["uid"]
    assert cluster.get(ours.path)["spec"] == change.before["spec"]
    plan.carry_out(cluster, change)
    plane.kubectl("set", "image", str(theirs), "-n", namespace, "web=w:2", "init=i:2")
    read = observed if kind != "CronJob" else lambda plane, target: plane.api.get(target.path)
    assert bare(read(plane, ours), "ours") == bare(read(plane, theirs), "theirs")
    managers = {each["manager"] for each in cluster.get(ours.path)["metadata"]["managedFields"]}
    assert "opskit" in managers


def test_what_others_change_between_reading_and_writing_stays(plane: Plane, namespace: str) -> None:
    """Another image, and a sidecar that moves the container to another place."""
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1", log="l:1")
    change = patching.plan(cluster, target, Wanted({"log": "l:2"}, cause="ours"))
    plane.kubectl("set", "image", "deploy/web", "-n", namespace, "web=w:2")
    sidecar = [
        {
            "op": "add",
            "path": "/spec/template/spec/containers/0",
            "value": {"name": "s", "image": "s:1"},
        }
    ]
    cluster.patch(target.path, sidecar)
    made = plan.carry_out(cluster, change)
    assert images(template(target.kind, made)) == {"s": "s:1", "web": "w:2", "log": "l:2"}
    assert made["metadata"]["annotations"][CHANGE_CAUSE] == "ours"


def test_an_image_that_somebody_else_set_meanwhile_stays(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    change = patching.plan(cluster, target, Wanted({"web": "w:3"}))
    plane.kubectl("set", "image", "deploy/web", "-n", namespace, "web=w:2")
    with pytest.raises(NotDoneError, match="somebody else set web to w:2"):
        plan.carry_out(cluster, change)
    late = patching.plan(cluster, target, Wanted({"web": "w:3"}))
    plane.kubectl("set", "image", "deploy/web", "-n", namespace, "web=w:3")
    assert image(plan.carry_out(cluster, late)) == "w:3"


def test_many_writers_at_once_lose_nothing(plane: Plane, namespace: str) -> None:
    """Four sets of four containers, and kubectl's of a fifth, all at the same moment."""
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    names = ["a", "b", "c", "d", "k"]
    put(plane, target, replicas=0, **dict.fromkeys(names, "x:0"))
    for turn in ("x:1", "x:2", "x:3"):
        changes = [patching.plan(cluster, target, Wanted({name: turn})) for name in names[:4]]
        start = threading.Barrier(5)
        failures: list[Exception] = []

        def write(work: Any, start: threading.Barrier = start, into: Any = failures) -> None:
            start.wait()
            try:
                work()
            except Exception as error:
                into.append(error)

        works = [lambda change=change: plan.carry_out(cluster, change) for change in changes]
        works.append(
            lambda turn=turn: plane.kubectl(
                "set", "image", "deploy/web", "-n", namespace, f"k={turn}"
            )
        )
        threads = [threading.Thread(target=write, args=(work,)) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert failures == []
        found = images(template(target.kind, cluster.get(target.path)))
        assert found == dict.fromkeys(names, turn)


def test_of_two_that_set_one_container_one_is_told(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, replicas=0, web="x:0")
    changes = [patching.plan(cluster, target, Wanted({"web": image})) for image in ("x:1", "x:2")]
    start, told = threading.Barrier(2), []

    def write(change: plan.Change) -> None:
        start.wait()
        try:
            plan.carry_out(cluster, change)
        except NotDoneError as error:
            told.append((change.expected["web"], str(error)))

    threads = [threading.Thread(target=write, args=(change,)) for change in changes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [(loser, message)] = told
    winner = image(cluster.get(target.path))
    assert {loser, winner} == {"x:1", "x:2"}
    assert f"somebody else set web to {winner}" in message


def test_a_rolled_out_image_again_starts_no_rollout(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    rolled_out(plane, target)
    before = cluster.get(target.path)
    made = plan.carry_out(cluster, patching.plan(cluster, target, Wanted({"web": "w:1"})))
    assert made["metadata"]["resourceVersion"] == before["metadata"]["resourceVersion"]


def test_what_the_server_does_not_take_is_its_own_words(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    change = patching.plan(cluster, target, Wanted({"web": ""}))
    with pytest.raises(InvalidError, match="image: Required value"):
        plan.carry_out(cluster, change)
    with pytest.raises(NotFoundError):
        patching.plan(cluster, Target(namespace, "deploy", "none"), Wanted({"web": "w:1"}))
