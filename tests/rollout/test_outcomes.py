"""How a rollout ended, written down and read again."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from opskit.clients.kubeconfig import connect
from opskit.rollout.changes import outcomes
from opskit.rollout.changes.outcomes import (
    LAST_GOOD,
    OUTCOME,
    LastGood,
    last_good,
    outcome_of,
    record,
)
from opskit.rollout.changes.revisions import history
from opskit.rollout.judge.completion import Progress
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause, Outcome, Verdict
from tests.controlplane.plane import Plane
from tests.rollout.onplane import Object, connected, observed, put, rolled_out

NOW = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def noted(name: str, text: str) -> Object:
    return {"metadata": {"name": "web-1", "annotations": {name: text}}}


def verdict(
    target: Target, outcome: Outcome = Outcome.COMPLETE, code: str = "", image: str = "w:1"
) -> Verdict:
    causes = [Cause(code, "x", "x", str(target))] if code else []
    return Verdict("c", target, outcome, Progress(2, 2, 2), causes, {"web": image})


@pytest.mark.parametrize(
    "text",
    ["", "yes", "[]", "{", '{"revision":3}', '{"template":""}', '"web-1"', "\x00", "[" * 9000],
)
def test_what_people_write_there_is_no_record(text: str) -> None:
    assert last_good(noted(LAST_GOOD, text)) is None
    assert outcome_of(noted(OUTCOME, text)) is None


def test_odd_parts_of_a_record_are_passed_over() -> None:
    text = json.dumps({"template": "web-1", "revision": "3", "images": ["w:1"]})
    assert last_good(noted(LAST_GOOD, text)) == LastGood("web-1", 0, {}, "")


def test_an_outcome_that_names_another_object_does_not_count() -> None:
    told = {"outcome": "complete", "template": "web-2"}
    assert outcome_of(noted(OUTCOME, json.dumps(told))) is None
    assert outcome_of(noted(OUTCOME, json.dumps({**told, "template": "web-1"}))) is not None


@pytest.mark.parametrize("short", ["deploy", "sts", "ds"])
def test_success_and_failure_are_recorded_and_start_no_rollout(
    short: str, plane: Plane, namespace: str
) -> None:
    cluster, target = connected(plane), Target(namespace, short, "web")
    put(plane, target, web="w:1")
    rolled_out(plane, target)
    assert record(cluster, verdict(target), now=NOW) == []
    thing = observed(plane, target)
    found = history(cluster, target, thing)
    [first] = found.revisions
    assert found.last_good == LastGood(first.name, 1, {"web": "w:1"}, "2026-05-04T03:02:01Z")
    assert first.recorded == outcomes.Recorded("complete", "", "2026-05-04T03:02:01Z")
    put(plane, target, web="w:2")
    observed(plane, target)
    assert record(cluster, verdict(target, Outcome.FAILED, "ROL107", "w:2")) == []
    found = history(cluster, target, observed(plane, target))
    assert [each.number for each in found.revisions] == [1, 2]
    assert [each.recorded and each.recorded.outcome for each in found.revisions] == [
        "complete",
        "failed",
    ]
    assert [each.last_good for each in found.revisions] == [True, False]


def test_the_same_again_writes_nothing(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    rolled_out(plane, target)
    record(cluster, verdict(target))
    before = observed(plane, target)["metadata"]["generation"]
    record(cluster, verdict(target), now=NOW)
    assert cluster.get(target.path)["metadata"]["generation"] == before


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome.UNKNOWN, "ROL121"),
        (Outcome.FAILED, "ROL114"),
        (Outcome.FAILED, "ROL117"),
        (Outcome.FAILED, "ROL120"),
    ],
)
def test_what_says_nothing_of_the_revision_is_not_recorded(outcome: Outcome, code: str) -> None:
    assert record(None, verdict(Target("n", "deploy", "web"), outcome, code)) == []  # type: ignore[arg-type]


def test_a_workload_that_was_changed_since_is_left_alone(plane: Plane, namespace: str) -> None:
    cluster, target = connected(plane), Target(namespace, "deploy", "web")
    put(plane, target, web="w:2")
    observed(plane, target)
    assert "was changed since" in record(cluster, verdict(target, image="w:1"))[0]
    assert LAST_GOOD not in cluster.get(target.path)["metadata"]["annotations"]


def test_a_permission_that_is_missing_is_said(plane: Plane, namespace: str) -> None:
    """Without ReplicaSets the last good revision is still recorded."""
    target = Target(namespace, "deploy", "web")
    put(plane, target, web="w:1")
    rolled_out(plane, target)
    rules: list[dict[str, Any]] = [
        {"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]},
        {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": ["list"]},
    ]
    cluster = connect("", str(plane.kubeconfig_for("deployer", rules, namespace)))
    [note] = record(cluster, verdict(target))
    assert "could not be recorded" in note
    assert 'cannot patch resource "replicasets"' in note
    assert last_good(cluster.get(target.path)) is not None
    nobody = connect("", str(plane.kubeconfig_for("nobody", [], namespace)))
    [note] = record(nobody, verdict(target))
    assert 'cannot get resource "deployments"' in note
