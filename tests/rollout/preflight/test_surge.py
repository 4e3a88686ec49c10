"""How many pods come and go, and what one asks for; `test_on_plane` compares with Kubernetes."""

from fractions import Fraction
from typing import Any

import pytest

from opskit.rollout.preflight.scopes import counts
from opskit.rollout.preflight.surge import Steps, steps, unset, usage
from tests.rollout.preflight.things import pod, workload

MEBI = 1024**2


def rolling(surge: object, unavailable: object) -> dict[str, Any]:
    return {"rollingUpdate": {"maxSurge": surge, "maxUnavailable": unavailable}}


@pytest.mark.parametrize(
    ("replicas", "strategy", "added", "away"),
    [
        # the examples beside ResolveFenceposts of the Deployment controller
        (2, rolling("0%", "1%"), 0, 1),
        (1, rolling("0%", "1%"), 0, 1),
        (2, rolling("1%", "25%"), 1, 0),
        (1, rolling("1%", "25%"), 1, 0),
        (2, rolling("1%", "0%"), 1, 0),
        (1, rolling("1%", "0%"), 1, 0),
        # what is not written is 25%
        (3, {}, 1, 0),
        (10, {}, 3, 2),
        (4, rolling(2, 9), 2, 4),
        (0, {}, 0, 0),
        (5, {"type": "Recreate"}, 0, 5),
    ],
)
def test_deployments(replicas: int, strategy: dict[str, Any], added: int, away: int) -> None:
    assert steps(workload(replicas=replicas, strategy=strategy)) == Steps(replicas, added, away)


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("sts", {}, Steps(3, 0, 1)),
        ("sts", {"replicas": 1}, Steps(1, 0, 1)),
        ("sts", {"updateStrategy": {"type": "OnDelete"}}, Steps(3, 0, 0)),
        ("sts", {"replicas": 9, "updateStrategy": rolling(0, "25%")}, Steps(9, 0, 2)),
        ("sts", {"replicas": 3, "updateStrategy": rolling(0, "25%")}, Steps(3, 0, 1)),
        ("ds", {"status": {"desiredNumberScheduled": 8}}, Steps(8, 0, 1)),
        (
            "ds",
            {"status": {"desiredNumberScheduled": 8}, "updateStrategy": rolling("30%", 0)},
            Steps(8, 3, 0),
        ),
        ("ds", {"updateStrategy": {"type": "OnDelete"}}, Steps(0, 0, 0)),
        ("cronjob", {}, Steps(0, 1, 0)),
        ("cronjob", {"job": {"parallelism": 4}}, Steps(0, 4, 0)),
        ("deploy", {"new": True}, Steps(3, 3, 0)),
        ("sts", {"new": True}, Steps(3, 3, 0)),
    ],
)
def test_other_kinds(kind: str, spec: dict[str, Any], expected: Steps) -> None:
    assert steps(workload(kind, **spec)) == expected


def container(name: str = "web", restart: str = "", **resources: Any) -> dict[str, Any]:
    return {"name": name, "resources": resources} | ({"restartPolicy": restart} if restart else {})


def test_containers_are_added_and_init_containers_run_one_by_one() -> None:
    spec = pod(
        initContainers=[
            container("a", requests={"cpu": "3", "memory": "1Mi"}),
            container("b", requests={"cpu": "1"}),
        ],
        containers=[
            container("c", requests={"cpu": "500m", "memory": "2Mi"}),
            container("d", requests={"cpu": "1", "memory": "3Mi"}, limits={"memory": "4Mi"}),
        ],
    )
    found = usage(spec)
    assert found["requests.cpu"] == found["cpu"] == 3
    assert found["requests.memory"] == 5 * MEBI
    assert found["limits.memory"] == 4 * MEBI
    assert found["pods"] == 1


def test_sidecars_stay() -> None:
    spec = pod(
        initContainers=[
            container("side", "Always", requests={"cpu": "1"}),
            container("init", requests={"cpu": "2"}),
        ],
        containers=[container(requests={"cpu": "1"})],
    )
    assert usage(spec)["cpu"] == 3  # the sidecar beside the init container
    spec["containers"] = [container(requests={"cpu": "4"})]
    assert usage(spec)["cpu"] == 5


def test_what_is_not_said_comes_from_elsewhere() -> None:
    limits = {
        "spec": {
            "limits": [
                {
                    "type": "Container",
                    "default": {"memory": "9Mi"},
                    "defaultRequest": {"cpu": "2", "memory": "5Mi"},
                },
                {"type": "Pod", "default": {"cpu": "99"}},
            ]
        }
    }
    found = usage(pod(containers=[container(), container(limits={"cpu": "1"})]), [limits])
    assert found["requests.cpu"] == 2 + 1  # the limit is the request of the second
    assert found["limits.cpu"] == 1
    assert found["limits.memory"] == 18 * MEBI
    assert unset(pod(containers=[container()]), "requests.cpu", [limits]) == []
    assert unset(pod(containers=[container()]), "limits.cpu", [limits]) == ["web"]


def test_a_pod_may_say_it_as_a_whole() -> None:
    spec = pod(
        containers=[container(requests={"cpu": "1"})],
        resources={"requests": {"cpu": "3"}},
        overhead={"cpu": "250m"},
    )
    assert usage(spec)["cpu"] == Fraction(13, 4)
    assert unset(spec, "requests.memory") == []


def quota(*scopes: str, **expression: Any) -> dict[str, Any]:
    spec: dict[str, Any] = {"scopes": list(scopes)}
    if expression:
        spec["scopeSelector"] = {"matchExpressions": [expression]}
    return {"spec": spec}


def priority(operator: str, *values: str) -> dict[str, Any]:
    return quota(scopeName="PriorityClass", operator=operator, values=list(values))


SMALL = pod(containers=[container(requests={"cpu": "1"})])
HIGH = pod(priorityClassName="high")
CROSSING = pod(
    affinity={
        "podAntiAffinity": {
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"podAffinityTerm": {"namespaces": ["other"]}}
            ]
        }
    }
)


@pytest.mark.parametrize(
    ("given", "spec", "counted"),
    [
        (quota(), SMALL, True),
        (quota("BestEffort"), SMALL, False),
        (quota("BestEffort"), pod(), True),
        (quota("NotBestEffort"), SMALL, True),
        (quota("Terminating"), pod(), False),
        (quota("Terminating"), pod(activeDeadlineSeconds=9), True),
        (quota("NotTerminating", "BestEffort"), pod(), True),
        (quota("NotTerminating", "BestEffort"), SMALL, False),
        (priority("In", "high"), HIGH, True),
        (priority("In", "low"), HIGH, False),
        (priority("NotIn", "high"), HIGH, False),
        (priority("Exists"), HIGH, True),
        (priority("Exists"), pod(), False),
        (priority("DoesNotExist"), pod(), True),
        (quota("CrossNamespacePodAffinity"), CROSSING, True),
        (quota("CrossNamespacePodAffinity"), pod(), False),
        (quota("SomethingNew"), pod(), True),
    ],
)
def test_scopes(given: dict[str, Any], spec: dict[str, Any], counted: bool) -> None:
    assert counts(given, spec) is counted
