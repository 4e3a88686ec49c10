"""Changes: how they are shown, and when they are tried again."""

import json
from typing import Any

import pytest

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import ApiError, ConflictError, InvalidError
from opskit.errors import UnknownError
from opskit.rollout.changes.jsonpatch import NO_MATCH, applied
from opskit.rollout.changes.patching import Wanted, planned
from opskit.rollout.changes.plan import ATTEMPTS, NotDoneError, carry_out, diff, image_changes
from opskit.rollout.targets import Target
from tests.rollout.onplane import workload

WEB = Target("shop", "deploy", "web")


class Scripted(Cluster):
    """A cluster of one workload whose patches answer with these errors, in turn.

    A callable among them is done to the workload before its `test` fails.
    """

    def __init__(self, thing: dict[str, Any], *answers: Any) -> None:
        self.name, self.thing, self.answers, self.patches = "c", thing, list(answers), 0

    def get(self, path: str, query: Any = None) -> dict[str, Any]:
        return self.thing

    def patch(self, path: str, body: Any, **options: Any) -> dict[str, Any]:
        self.patches += 1
        answer = self.answers.pop(0) if self.answers else None
        if callable(answer):
            answer(self)
            answer = InvalidError(NO_MATCH, status=422)
        if answer is not None:
            raise answer
        self.thing = applied(self.thing, body)
        return self.thing


def image(cluster: Scripted) -> str:
    found: str = cluster.thing["spec"]["template"]["spec"]["containers"][0]["image"]
    return found


@pytest.mark.parametrize(
    "error",
    [
        ConflictError("the object has been modified", status=409),
        InvalidError(NO_MATCH, status=422),
        UnknownError("the connection was reset"),
    ],
)
def test_what_may_pass_is_tried_again(error: Exception) -> None:
    cluster = Scripted(workload(web="w:1"), error)
    carry_out(cluster, planned(WEB, cluster.thing, Wanted({"web": "w:2"})))
    assert (image(cluster), cluster.patches) == ("w:2", 2)


@pytest.mark.parametrize(
    "error", [InvalidError("image: Required value", status=422), ApiError("no", status=403)]
)
def test_what_will_not_pass_is_not(error: Exception) -> None:
    cluster = Scripted(workload(web="w:1"), error)
    with pytest.raises(type(error), match=str(error)):
        carry_out(cluster, planned(WEB, cluster.thing, Wanted({"web": "w:2"})))
    assert (image(cluster), cluster.patches) == ("w:1", 1)


def test_an_answer_that_was_lost_is_seen_in_the_next_reading() -> None:
    thing = workload(web="w:1")
    change = planned(WEB, thing, Wanted({"web": "w:2"}))
    cluster = Scripted(dict(change.after), UnknownError("reset"))
    cluster.answers[:] = [UnknownError("reset")]
    carry_out(cluster, change)
    assert (image(cluster), cluster.patches) == ("w:2", 1)


def test_tries_are_bounded() -> None:
    cluster = Scripted(workload(web="w:1"), *[InvalidError(NO_MATCH, status=422)] * 50)
    with pytest.raises(NotDoneError, match=f"changed it {ATTEMPTS} times"):
        carry_out(cluster, planned(WEB, cluster.thing, Wanted({"web": "w:2"})))
    assert (image(cluster), cluster.patches) == ("w:1", ATTEMPTS)


def test_a_container_that_goes_meanwhile_is_told() -> None:
    def swap(cluster: Scripted) -> None:
        cluster.thing = workload(other="o:1")

    cluster = Scripted(workload(web="w:1"), swap)
    with pytest.raises(Exception, match="no container web"):
        carry_out(cluster, planned(WEB, cluster.thing, Wanted({"web": "w:2"})))


def test_the_diff_shows_what_changes_and_nothing_that_changes_by_itself() -> None:
    thing = workload(web="w:1")
    thing["metadata"] |= {"resourceVersion": "1", "generation": 1, "managedFields": [{"a": 1}]}
    thing["status"] = {"replicas": 1}
    change = planned(WEB, thing, Wanted({"web": "w:2"}))
    served = {**change.after, "status": {}}
    served["metadata"] = {**served["metadata"], "resourceVersion": "2", "generation": 2}
    for text in (change.diff(), change.diff(served)):
        lines = [line for line in text.splitlines() if line[:1] in "+-"]
        assert lines == [
            "--- deploy/web",
            "+++ deploy/web",
            "-        image: w:1",
            "+        image: w:2",
        ]
    assert diff("x", thing, {**thing, "status": {}}) == ""


def test_the_order_of_keys_is_no_difference() -> None:
    """A ControllerRevision has them sorted."""
    thing = workload(web="w:1", log="l:1")
    turned = json.loads(json.dumps(thing, sort_keys=True))
    turned["spec"]["template"]["spec"]["containers"][1]["image"] = "l:2"
    changed = [line for line in diff("x", thing, turned).splitlines()[2:] if line[:1] in "+-"]
    assert [line[1:].strip() for line in changed] == ["image: l:1", "image: l:2"]


def test_the_diff_masks_secrets_of_the_environment_and_still_shows_that_they_change() -> None:
    def with_env(*values: str) -> dict[str, Any]:
        thing = workload(web="w:1")
        names = ("DB_PASSWORD", "API_TOKEN", "MODE")
        thing["spec"]["template"]["spec"]["containers"][0]["env"] = [
            {"name": name, "value": value} for name, value in zip(names, values, strict=True)
        ]
        return thing

    text = diff("deploy/web", with_env("hunter2", "abc", "a"), with_env("hunter3", "abc", "b"))
    assert not any(secret in text for secret in ("hunter2", "hunter3", "abc"))
    changed = [line[1:].strip() for line in text.splitlines()[2:] if line[:1] in "+-"]
    assert changed == ["value: '***'", "value: '*** (another one)'", "value: a", "value: b"]


def test_image_changes_tell_of_containers_that_come_and_go() -> None:
    old, new = (
        workload(**images)["spec"]["template"]
        for images in ({"a": "1", "b": "1"}, {"b": "2", "c": "1"})
    )
    assert sorted(image_changes(old, new)) == [("a", "1", ""), ("b", "1", "2"), ("c", "", "1")]
