"""Selectors, affinity and taints; `test_on_plane` compares with the scheduler."""

from typing import Any

import pytest

from opskit.rollout.preflight.selectors import holds, matches, takes
from tests.rollout.preflight.things import node

LABELS = {"app": "web", "cpus": "8"}


@pytest.mark.parametrize(
    ("operator", "key", "values", "holding"),
    [
        ("In", "app", ["db", "web"], True),
        ("In", "app", ["db"], False),
        ("In", "tier", ["web"], False),
        ("NotIn", "app", ["web"], False),
        ("NotIn", "tier", ["web"], True),  # a label that is missing is not among them
        ("Exists", "app", [], True),
        ("Exists", "tier", [], False),
        ("DoesNotExist", "tier", [], True),
        ("DoesNotExist", "app", [], False),
        ("Gt", "cpus", ["7"], True),
        ("Gt", "cpus", ["8"], False),
        ("Lt", "cpus", ["9"], True),
        ("Gt", "app", ["1"], False),
        ("Gt", "tier", ["1"], False),
        ("Gt", "cpus", [], False),
        ("Near", "app", ["web"], False),
    ],
)
def test_expressions(operator: str, key: str, values: list[str], holding: bool) -> None:
    assert holds({"key": key, "operator": operator, "values": values}, LABELS) is holding


def test_selectors() -> None:
    assert matches({}, LABELS)
    assert not matches(None, LABELS)
    assert matches({"matchLabels": {"app": "web"}}, LABELS)
    assert not matches({"matchLabels": {"app": "web", "tier": "x"}}, LABELS)
    exists = {"key": "tier", "operator": "Exists"}
    assert not matches({"matchLabels": {"app": "web"}, "matchExpressions": [exists]}, LABELS)


def affinity(*terms: dict[str, Any]) -> dict[str, Any]:
    required = {"nodeSelectorTerms": list(terms)}
    return {
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    }


def term(key: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": "In", "values": list(values)}]}


TAINT = {"key": "gpu", "value": "yes", "effect": "NoSchedule"}


@pytest.mark.parametrize(
    ("spec", "taken"),
    [
        ({}, True),
        ({"nodeName": "n"}, True),
        ({"nodeName": "other"}, False),
        ({"nodeSelector": {"kubernetes.io/arch": "amd64"}}, True),
        ({"nodeSelector": {"kubernetes.io/arch": "arm64"}}, False),
        (affinity(term("kubernetes.io/arch", "arm64"), term("kubernetes.io/os", "linux")), True),
        (affinity(term("kubernetes.io/arch", "arm64")), False),
        (affinity({}), False),
        (
            affinity(
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["n"]}]}
            ),
            True,
        ),
        (
            affinity(
                {"matchFields": [{"key": "metadata.name", "operator": "In", "values": ["m"]}]}
            ),
            False,
        ),
    ],
)
def test_nodes(spec: dict[str, Any], taken: bool) -> None:
    assert takes(node("amd64"), spec) is taken


@pytest.mark.parametrize(
    ("toleration", "taken"),
    [
        ({}, False),
        ({"operator": "Exists"}, True),
        ({"key": "gpu", "operator": "Exists"}, True),
        ({"key": "gpu", "value": "yes"}, True),
        ({"key": "gpu", "operator": "Equal", "value": "no"}, False),
        ({"key": "gpu", "value": "yes", "effect": "NoExecute"}, False),
        ({"key": "gpu", "value": "yes", "effect": "NoSchedule"}, True),
        ({"key": "cpu", "operator": "Exists"}, False),
    ],
)
def test_taints(toleration: dict[str, Any], taken: bool) -> None:
    tainted = node("amd64", taints=[TAINT])
    assert takes(tainted, {"tolerations": [toleration]}) is taken
    assert not takes(tainted, {})


@pytest.mark.parametrize(
    "taint",
    [
        {"key": "gpu", "effect": "PreferNoSchedule"},
        {"key": "node.kubernetes.io/not-ready", "effect": "NoExecute"},
        {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"},
    ],
)
def test_taints_that_do_not_last_or_do_not_bind(taint: dict[str, str]) -> None:
    assert takes(node("amd64", taints=[taint]), {})
