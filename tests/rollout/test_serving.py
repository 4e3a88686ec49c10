"""What pods do now, on a real control plane: it says more than what was noted once."""

import pytest

from opskit.clients.kube import Cluster
from opskit.clients.kubeconfig import connect
from opskit.rollout.changes import outcomes, undoing
from opskit.rollout.changes.plan import NotDoneError
from opskit.rollout.changes.revisions import history
from opskit.rollout.changes.serving import Standing
from opskit.rollout.explain.explaining import explain
from opskit.rollout.judge.completion import Progress
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause, Outcome, Verdict
from opskit.rollout.watch.watching import watch
from opskit.rollout.workload import images, template
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane
from tests.rollout.onplane import Object, connected, observed, put, rolled_out

KINDS = pytest.mark.parametrize("short", ["deploy", "sts", "ds"])


def verdict(cluster: Cluster, target: Target, outcome: Outcome, code: str = "") -> Verdict:
    shown = images(template(target.kind, cluster.get(target.path)))
    causes = [Cause(code, "x", "x", str(target))] if code else []
    return Verdict("c", target, outcome, Progress(2, 2, 2), causes, shown)


def good(plane: Plane, target: Target, image: str) -> None:
    """Roll an image out, and record it as good."""
    put(plane, target, web=image)
    rolled_out(plane, target)
    cluster = connected(plane)
    assert outcomes.record(cluster, verdict(cluster, target, Outcome.COMPLETE)) == []


def fails(plane: Plane, target: Target, image: str) -> None:
    """Roll an image out of which a pod fails."""
    put(plane, target, web=image)
    observed(plane, target)
    cluster = connected(plane)

    def ill() -> bool:
        current = history(cluster, target).current
        return current is not None and bool(current.now.trouble)

    wait_until(ill, f"no pod of {target} fails")


def agree(cluster: Cluster, target: Target, number: int) -> str:
    """The note of the undo, which status and explain advise alike."""
    change = undoing.undo(cluster, target)
    assert change.note.startswith(f"back to revision {number}: ")
    failed = verdict(cluster, target, Outcome.FAILED)
    late = verdict(cluster, target, Outcome.TIMED_OUT)
    for told in undoing.with_ways_back(cluster, [failed, late]):
        assert told.way_back.startswith(f"revision {number} (")
    steps = [each.what for each in explain(cluster, target).steps]
    assert [each for each in steps if each.startswith(f"goes back to revision {number} (")]
    return change.note


@KINDS
def test_without_a_pod_nothing_is_good(short: str, plane: Plane, namespace: str) -> None:
    """Scaled to 0, or no node matches: any image is complete, and none has shown anything."""
    cluster, target = connected(plane), Target(namespace, short, "web")
    put(plane, target, web="w:1")
    without: Object = {"spec": {"replicas": 0}}
    if short == "ds":
        without = {"spec": {"template": {"spec": {"nodeSelector": {"disk": "none"}}}}}
    plane.api.patch(target.path, without)
    rolled_out(plane, target)
    plane.kubectl("set", "image", str(target), "web=w:crash", "-n", namespace)
    [found] = watch(cluster, [target], Policy(timeout=20))
    assert found.outcome is Outcome.COMPLETE
    assert found.notes[0].startswith("no pod runs it, ")
    assert ("no node matches it" in found.notes[0]) == (short == "ds")
    assert outcomes.record(cluster, found) == []
    past = history(cluster, target)
    assert past.last_good is None
    assert [each.recorded for each in past.revisions] == [None] * len(past.revisions)


@pytest.mark.parametrize(("partition", "new"), [(3, 0), (2, 1), (0, 3)])
def test_before_all_pods_are_new_nothing_is_good(
    partition: int, new: int, plane: Plane, namespace: str
) -> None:
    cluster, target = connected(plane), Target(namespace, "sts", "db")
    put(plane, target, replicas=3, web="w:1")
    update = {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}
    plane.api.patch(target.path, {"spec": {"updateStrategy": update}})
    rolled_out(plane, target)
    plane.kubectl("set", "image", str(target), "web=w:2", "-n", namespace)
    observed(plane, target)
    [found] = watch(cluster, [target], Policy(timeout=30))
    assert found.outcome is Outcome.COMPLETE
    assert outcomes.record(cluster, found) == []
    past = history(cluster, target)
    if partition:
        assert found.notes[0].startswith(f"{new} of 3 pods are new (partition {partition})")
        assert past.last_good is None
    else:
        assert found.notes == ()
        assert past.last_good is not None
        assert past.last_good.images == {"web": "w:2"}


def test_of_a_paused_deployment_it_is_not_said_that_it_was_changed(
    plane: Plane, namespace: str
) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    rolled_out(plane, target)
    plane.kubectl("rollout", "pause", "deploy/web", "-n", namespace)
    put(plane, target, web="w:2")
    observed(plane, target)
    [note] = outcomes.record(cluster, verdict(cluster, target, Outcome.TIMED_OUT))
    assert "it is paused" in note
    assert "changed" not in note


@KINDS
def test_undo_leaves_a_good_revision_that_fails_now(
    short: str, plane: Plane, namespace: str
) -> None:
    cluster, target = connected(plane), Target(namespace, short, "web")
    good(plane, target, "w:1")
    fails(plane, target, "w:crash")
    outcomes.record(cluster, verdict(cluster, target, Outcome.COMPLETE))
    note = agree(cluster, target, 1)
    assert "it is the newest that was complete" in note or "all its pods serve now" in note
    assert "revision 2, which was good, does not serve now (pod web-" in note
    undoing.take_back(cluster, undoing.undo(cluster, target))
    rolled_out(plane, target)


def test_undo_leaves_no_good_revision_for_one_that_is_not_known_to_be_better(
    plane: Plane, namespace: str
) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="v:missing")
    observed(plane, target)
    fails(plane, target, "w:crash")
    outcomes.record(cluster, verdict(cluster, target, Outcome.COMPLETE))
    with pytest.raises(NotDoneError, match="does not serve now"):
        undoing.undo(cluster, target)


@pytest.mark.parametrize(
    ("short", "noted"),
    [("deploy", ""), ("sts", ""), ("ds", "ROL110"), ("deploy", "timed-out"), ("sts", "timed-out")],
)
def test_undo_goes_to_the_newer_revision_that_serves(
    noted: str, short: str, plane: Plane, namespace: str
) -> None:
    """Somebody else rolled it out; or --wait gave up on it, and it was only slow."""
    cluster, target = connected(plane), Target(namespace, short, "web")
    good(plane, target, "w:1")
    put(plane, target, web="w:2")
    rolled_out(plane, target)
    if noted:
        outcome = Outcome.TIMED_OUT if noted == "timed-out" else Outcome.FAILED
        code = "ROL119" if noted == "timed-out" else noted
        assert outcomes.record(cluster, verdict(cluster, target, outcome, code)) == []
    fails(plane, target, "w:crash")
    assert "newer than 1, which is recorded as good" in agree(cluster, target, 2)


def test_undo_twice_stays_on_its_way(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    good(plane, target, "w:1")
    put(plane, target, web="w:slow")
    observed(plane, target)
    outcomes.record(cluster, verdict(cluster, target, Outcome.COMPLETE))
    fails(plane, target, "w:crash")
    undoing.take_back(cluster, undoing.undo(cluster, target, "last-good"))
    observed(plane, target)
    again = undoing.undo(cluster, target)
    assert not again.needed
    assert again.note.startswith("no change: it is on its way to the last good revision, 4: ")


@KINDS
def test_without_the_right_to_see_pods_the_records_decide(
    short: str, plane: Plane, namespace: str
) -> None:
    target = Target(namespace, short, "web")
    good(plane, target, "w:1")
    fails(plane, target, "w:crash")
    plurals = [target.kind.plural, "replicasets", "controllerrevisions"]
    rules = [{"apiGroups": ["apps"], "resources": plurals, "verbs": ["get", "list"]}]
    cluster = connect("", str(plane.kubeconfig_for("nobody", rules, namespace)))
    past = history(cluster, target)
    assert undoing.choose(past).revision == past.numbered(1)
    if short != "deploy":
        assert {each.now for each in past.revisions} == {Standing()}


def test_pods_are_counted_where_they_are_asked_for(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "sts", "web")
    good(plane, target, "w:1")
    assert [each.now for each in history(cluster, target, pods=False).revisions] == [Standing()]
    assert [each.now for each in history(cluster, target).revisions] == [Standing(2, 2)]
