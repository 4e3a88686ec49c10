"""The way back on a real control plane, beside kubectl."""

import pytest

from opskit.errors import InputError
from opskit.rollout.changes import outcomes, patching, plan, undoing
from opskit.rollout.changes.patching import Wanted
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.changes.revisions import History, Revision, history
from opskit.rollout.changes.undoing import undo
from opskit.rollout.judge.completion import Progress
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.workload import CHANGE_CAUSE, images, template
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.onplane import Object, bare, connected, observed, put, rolled_out


@pytest.mark.parametrize("short", ["deploy", "sts", "ds"])
def test_good_bad_bad_undo_lands_on_good(short: str, plane: Plane, namespace: str) -> None:
    """And again it stays there; `previous` goes on to the bad one."""
    cluster, target = connected(plane), Target(namespace, short, "web")
    _roll(plane, target, "w:good")
    rolled_out(plane, target)
    assert outcomes.record(cluster, _verdict(cluster.get(target.path), target)) == []
    for bad in ("w:missing", "v:missing"):
        _roll(plane, target, bad)
    change = undo(cluster, target)
    assert change.note.startswith("back to revision 1: recorded as good")
    assert [tuple(each) for each in change.images] == [("web", "v:missing", "w:good")]
    notes = undoing.take_back(cluster, change)
    assert ["was deleted" in note for note in notes] == [True] * (short == "sts")
    rolled_out(plane, target)
    again = undo(cluster, target)
    assert (again.needed, again.note) == (
        False,
        f"no change: it is at the last good revision, {_current(history(cluster, target)).number}",
    )
    plan.carry_out(cluster, undo(cluster, target, "previous"))
    observed(plane, target)
    assert images(template(target.kind, cluster.get(target.path))) == {"web": "v:missing"}


@pytest.mark.parametrize("short", ["deploy", "sts"])
def test_without_a_record_it_goes_back_to_what_serves(
    short: str, plane: Plane, namespace: str
) -> None:
    cluster, target = connected(plane), Target(namespace, short, "web")
    _roll(plane, target, "w:good")
    rolled_out(plane, target)
    for bad in ("w:missing", "v:missing"):
        _roll(plane, target, bad)
    change = undo(cluster, target)
    assert change.expected == {"web": "w:good"}
    assert "no good one is recorded" in change.note


@pytest.mark.parametrize("short", ["deploy", "sts", "ds"])
def test_the_object_is_the_one_that_kubectl_makes(short: str, plane: Plane, namespace: str) -> None:
    cluster = connected(plane)
    ours, theirs = (Target(namespace, short, name) for name in ("ours", "theirs"))
    for target in (ours, theirs):
        for image in ("w:1", "w:2", "w:3"):
            _roll(plane, target, image)
    plan.carry_out(cluster, undo(cluster, ours, "1"))
    plane.kubectl("rollout", "undo", str(theirs), "--to-revision=1", "-n", namespace)
    assert bare(observed(plane, ours), "ours") == bare(observed(plane, theirs), "theirs")


def test_a_cause_comes_back_with_its_revision(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    _roll(plane, target, "w:0")
    for image, cause in (("w:1", "first"), ("w:2", "second"), ("w:3", "")):
        plan.carry_out(cluster, patching.plan(cluster, target, Wanted({"web": image}, cause=cause)))
        observed(plane, target)
    assert [each.cause for each in history(cluster, target).revisions] == [
        "",
        "first",
        "second",
        "",
    ]
    plan.carry_out(cluster, undo(cluster, target, "2"))
    observed(plane, target)
    assert [each.cause for each in history(cluster, target).revisions] == [
        "",
        "second",
        "",
        "first",
    ]
    assert cluster.get(target.path)["metadata"]["annotations"][CHANGE_CAUSE] == "first"


def test_what_others_change_before_it_is_written_stops_it(plane: Plane, namespace: str) -> None:
    """Not only another image: any change of the pod template would be lost."""
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    for image in ("w:1", "w:2"):
        _roll(plane, target, image)
    change = undo(cluster, target, "1")
    plane.kubectl("set", "env", "deploy/web", "A=b", "-n", namespace)
    with pytest.raises(NotDoneError, match="somebody else changed it meanwhile"):
        plan.carry_out(cluster, change)
    change = undo(cluster, target, "1")
    plane.kubectl("scale", "deploy/web", "--replicas=3", "-n", namespace)
    made = plan.carry_out(cluster, change)
    assert made["spec"]["replicas"] == 3
    assert images(template(target.kind, made)) == {"web": "w:1"}


def test_a_paused_deployment_is_refused(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    for image in ("w:1", "w:2"):
        _roll(plane, target, image)
    plane.kubectl("rollout", "pause", "deploy/web", "-n", namespace)
    with pytest.raises(NotDoneError, match="is paused"):
        undo(cluster, target)


def test_a_revision_that_the_limit_removed_is_told(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    for image in ("w:1", "w:2", "w:3"):
        put(plane, target, web=image)
        plane.api.patch(target.path, {"spec": {"revisionHistoryLimit": 1}})
    numbers = lambda: [each.number for each in history(cluster, target).revisions]  # noqa: E731
    wait_until(lambda: numbers() == [2, 3], "revision 1 stays")
    with pytest.raises(InputError, match="no revision 1") as caught:
        undo(cluster, target, "1")
    assert "there are 2, 3" in caught.value.hint


def test_kubectls_undo_gives_no_revision_the_outcome_of_another(
    plane: Plane, namespace: str
) -> None:
    """It copies a ReplicaSet's annotations to the Deployment, whose controller spreads them."""
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    for image in ("w:1", "w:2"):
        _roll(plane, target, image)
        outcomes.record(cluster, _verdict(cluster.get(target.path), target))
    plane.kubectl("rollout", "undo", "deploy/web", "--to-revision=1", "-n", namespace)
    observed(plane, target)
    assert outcomes.OUTCOME in cluster.get(target.path)["metadata"]["annotations"]
    plane.kubectl("set", "image", "deploy/web", "web=w:missing", "-n", namespace)
    observed(plane, target)
    fresh = _current(history(cluster, target))
    assert outcomes.OUTCOME in fresh.object["metadata"]["annotations"]
    assert fresh.recorded is None
    failed = _verdict(cluster.get(target.path), target, Outcome.FAILED, "ROL102")
    assert outcomes.record(cluster, failed) == []
    plane.kubectl("scale", "deploy/web", "--replicas=3", "-n", namespace)
    observed(plane, target)
    told = _current(history(cluster, target)).recorded
    assert told is not None
    assert (told.outcome, told.code) == ("failed", "ROL102")
    assert undo(cluster, target).expected == {"web": "w:1"}


def _current(found: History) -> Revision:
    assert found.current is not None
    return found.current


def _roll(plane: Plane, target: Target, image: str) -> None:
    put(plane, target, web=image)
    observed(plane, target)


def _verdict(
    thing: Object, target: Target, outcome: Outcome = Outcome.COMPLETE, code: str = ""
) -> Verdict:
    causes = [Cause(code, "x", "x", str(target))] if code else []
    shown = images(template(target.kind, thing))
    return Verdict("c", target, outcome, Progress(2, 2, 2), causes, shown)
