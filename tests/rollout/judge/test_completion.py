"""When a rollout is complete; the control plane's own kubectl agrees in the command's tests."""

from typing import Any

import pytest

from opskit.rollout.judge.completion import progress
from opskit.rollout.judge.judging import judge
from opskit.rollout.kinds import CRON_JOB, DAEMON_SET, DEPLOYMENT, STATEFUL_SET
from tests.rollout.objects import daemon_set, deployment, pod, running, situation, stateful_set


@pytest.mark.parametrize(
    ("counts", "waiting"),
    [
        ({"desired": 3, "updated": 3, "total": 3, "available": 3}, ""),
        ({"desired": 0, "updated": 0, "total": 0, "available": 0}, ""),
        ({"desired": 3, "updated": 1, "total": 3, "available": 3}, "1 of 3 pods are of the new"),
        ({"desired": 3, "updated": 3, "total": 4, "available": 3}, "1 old pod has to end"),
        ({"desired": 3, "updated": 3, "total": 5, "available": 3}, "2 old pods have to end"),
        ({"desired": 3, "updated": 3, "total": 3, "available": 2}, "2 of 3 new pods are available"),
    ],
)
def test_a_deployment(counts: dict[str, int], waiting: str) -> None:
    found = progress(DEPLOYMENT, deployment(**counts))
    assert found.complete is (not waiting)
    assert found.waiting.startswith(waiting)


def test_what_the_controller_has_not_seen_is_not_complete() -> None:
    done = deployment(desired=1, updated=1, total=1, available=1, metadata={"generation": 3})
    assert "not seen" in progress(DEPLOYMENT, done).waiting


@pytest.mark.parametrize(
    ("status", "complete"),
    [
        ({"updatedNumberScheduled": 3, "numberAvailable": 3}, True),
        ({"updatedNumberScheduled": 2, "numberAvailable": 3}, False),
        ({"updatedNumberScheduled": 3, "numberAvailable": 2}, False),
        ({"desiredNumberScheduled": 0}, True),
    ],
)
def test_a_daemon_set(status: dict[str, int], complete: bool) -> None:
    assert progress(DAEMON_SET, daemon_set(status=status)).complete is complete


def revisions(update: str, current: str, **counts: int) -> dict[str, Any]:
    return {"updateRevision": update, "currentRevision": current, **counts}


@pytest.mark.parametrize(
    ("status", "partition", "complete"),
    [
        (revisions("b", "b", availableReplicas=3, currentReplicas=3), None, True),
        (revisions("b", "a", availableReplicas=3, updatedReplicas=3), None, False),
        (revisions("b", "b", availableReplicas=2, currentReplicas=3), None, False),
        (
            revisions("b", "b", availableReplicas=3, currentReplicas=1, updatedReplicas=1),
            None,
            False,
        ),
        (revisions("b", "a", availableReplicas=3, updatedReplicas=1), 2, True),
        (revisions("b", "a", availableReplicas=3, updatedReplicas=0), 2, False),
        (revisions("b", "a", availableReplicas=3, updatedReplicas=0), 3, True),
    ],
)
def test_a_stateful_set(status: dict[str, Any], partition: int | None, complete: bool) -> None:
    strategy = {"rollingUpdate": {"partition": partition}} if partition is not None else {}
    made = stateful_set(status=status, updateStrategy=strategy)
    assert progress(STATEFUL_SET, made).complete is complete


@pytest.mark.parametrize(
    ("status", "complete"),
    [
        (revisions("b", "b", availableReplicas=3, currentReplicas=3), True),
        (revisions("b", "a", availableReplicas=3, updatedReplicas=3), True),
        (revisions("b", "a", availableReplicas=3, updatedReplicas=2), False),
        (revisions("b", "a", availableReplicas=2, updatedReplicas=3), False),
    ],
)
def test_a_stateful_set_whose_pods_are_replaced_by_hand(
    status: dict[str, Any], complete: bool
) -> None:
    strategy = {"type": "OnDelete"}
    made = stateful_set(status=status, updateStrategy=strategy)
    assert progress(STATEFUL_SET, made).complete is complete
    assert judge(situation(workload=made)).complete is complete


@pytest.mark.parametrize(
    ("old", "partition", "complete"), [("db-2", 2, False), ("db-1", 2, True), ("db-2", 0, False)]
)
def test_a_rollout_that_is_taken_back_ends_with_its_last_pod(
    old: str, partition: int, complete: bool
) -> None:
    """The two revisions are the same again at once, and the pods above the partition are not."""
    status = revisions("b", "b", availableReplicas=3, currentReplicas=2 if partition else 3)
    made = stateful_set(status=status, updateStrategy={"rollingUpdate": {"partition": partition}})
    assert progress(STATEFUL_SET, made).complete
    leaving = pod(running(ready=True), name=old, metadata={"deletionTimestamp": "x"})
    found = judge(situation(workload=made, older=(leaving,)))
    assert found.complete is complete
    assert found.progress.waiting == ("" if complete else "1 old pod has to end")
    assert not found.failed


@pytest.mark.parametrize(
    ("old", "start", "complete"),
    [("db-3", 0, True), ("db-2", 0, False), ("db-3", 1, False), ("db-4", 1, True)],
)
def test_a_pod_that_only_leaves_because_fewer_are_wanted_holds_nothing_up(
    old: str, start: int, complete: bool
) -> None:
    """kubectl looks at the counts, and says that the rollout is complete."""
    status = revisions("b", "b", availableReplicas=3, currentReplicas=3)
    made = stateful_set(status=status, ordinals={"start": start}, podManagementPolicy="Parallel")
    leaving = pod(running(ready=True), name=old, metadata={"deletionTimestamp": "x"})
    assert judge(situation(workload=made, older=(leaving,))).complete is complete


def test_a_paused_deployment_without_pods_has_not_taken_a_template() -> None:
    counts = {"desired": 0, "updated": 0, "total": 0, "available": 0}
    assert judge(situation(workload=deployment(**counts))).complete
    found = judge(situation(workload=deployment(**counts, spec={"paused": True})))
    assert [each.code for each in found.causes] == ["ROL114"]
    whole = {"desired": 1, "updated": 1, "total": 1, "available": 1}
    assert judge(situation(workload=deployment(**whole, spec={"paused": True}))).complete


def test_a_cron_job_has_nothing_to_wait_for() -> None:
    assert progress(CRON_JOB, {"metadata": {}, "spec": {}}).complete
