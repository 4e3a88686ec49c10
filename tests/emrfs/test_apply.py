"""Security configurations created and removed, against moto (its limits: `accounts`)."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from opskit.emrfs import apply
from opskit.emrfs.live.emr import Emr
from opskit.emrfs.model import Design
from opskit.emrfs.naming import name_of
from opskit.emrfs.rules import launch
from opskit.errors import InputError, UnknownError
from tests.emrfs import accounts
from tests.emrfs.designs import design


@pytest.fixture(autouse=True)
def _account(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with accounts.account(monkeypatch):
        accounts.list_configurations(monkeypatch)
        accounts.add_base()
        yield


def small(user: str = "ana", name: str = "shared") -> Design:
    return design(f"""
        name: {name}
        account: "123456789012"
        base-role: emr-base
        mappings: [{{role: r, users: [{user}]}}]
    """)


def applied(made: Design, **options: Any) -> apply.Plan:
    """Apply and say the plan."""
    plan = apply.plan(made, Emr(), **options)
    for _, error in apply.carry_out(plan, Emr()):
        assert error is None
    return plan


def steps(plan: apply.Plan) -> list[tuple[str, str]]:
    return [(step.action, step.name) for step in plan.steps]


def test_the_name_is_that_of_the_content() -> None:
    one, two = apply.plan(small(), Emr()), apply.plan(small("bob"), Emr())
    assert one.name.startswith("shared-")
    assert one.name != two.name
    assert name_of("x", '{"a": 1, "b": 2}') == name_of("x", '{"b":2,"a":1}')


def test_a_second_run_finds_nothing_to_do() -> None:
    first = applied(small())
    assert steps(first) == [("create", first.name)]
    again = apply.plan(small(), Emr())
    assert again.changes == []
    assert steps(again) == [("keep", first.name)]
    text = boto3.client("emr").describe_security_configuration(Name=first.name)
    assert text["SecurityConfiguration"] == first.text


def test_what_the_service_adds_is_no_change(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = applied(small())
    asked = Emr.configuration

    def added(self: Emr, name: str) -> dict[str, Any]:
        found = asked(self, name)
        found["AuthorizationConfiguration"]["EmrFsConfiguration"]["ExternalId"] = "x"
        return found

    monkeypatch.setattr(Emr, "configuration", added)
    assert apply.plan(small(), Emr()).name == plan.name
    assert apply.plan(small(), Emr()).changes == []


def test_the_difference_to_the_one_in_use_and_the_clusters_that_use_it() -> None:
    old = applied(small())
    cluster = accounts.add_cluster("nightly", old.name)
    plan = apply.plan(small("bob"), Emr(), clean_up=True)
    assert plan.before == old.name
    assert '-            "ana"' in plan.diff
    assert '+            "bob"' in plan.diff
    kept = plan.steps[1]
    assert (kept.action, [each.id for each in kept.clusters]) == ("keep", [cluster])


def test_clean_up_deletes_what_no_cluster_uses_and_nothing_else() -> None:
    one, two = applied(small("one")), applied(small("two"))
    accounts.add_cluster("c", two.name)
    for name in ("shared", "shared-prod", "sharedx-00000000", "other", "shared-XYZ"):
        accounts.add_configuration(name, {})
    plan = applied(small("three"), clean_up=True)
    assert steps(plan) == [
        ("create", plan.name),
        ("delete", one.name),
        ("keep", two.name),
        ("delete", "shared"),
    ]
    left = set(Emr().names())
    assert left == {two.name, plan.name, "shared-prod", "sharedx-00000000", "other", "shared-XYZ"}
    kept = apply.plan(small("three"), Emr())
    assert steps(kept)[1][0] == "keep"


def test_without_clean_up_nothing_is_deleted() -> None:
    applied(small("one"))
    assert {step.action for step in apply.plan(small("two"), Emr()).steps} == {"create", "keep"}


def test_another_content_under_the_name_is_refused() -> None:
    name = apply.plan(small(), Emr()).name
    accounts.add_configuration(name, {"a": 1})
    with pytest.raises(InputError, match="another content"):
        apply.plan(small(), Emr())


def test_a_name_is_wanted() -> None:
    with pytest.raises(InputError, match="has no name"):
        apply.plan(small(name='""'), Emr())
    assert apply.plan(small(name='""'), Emr(), base="given").name.startswith("given-")


def test_expressions_of_other_tools_are_not_sent() -> None:
    with pytest.raises(InputError, match=r"\$\{var\.user\}"):
        apply.plan(small("'${var.user}'"), Emr())


def test_near_the_limit_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Emr, "names", lambda self: [f"x{n}" for n in range(launch.NEAR - 1)])
    assert "has 540 security configurations" in apply.plan(small(), Emr()).notes[0]
    monkeypatch.setattr(Emr, "names", lambda self: ["x"])
    assert apply.plan(small(), Emr()).notes == ()


@pytest.mark.parametrize(
    ("operation", "permission"),
    [
        ("DescribeSecurityConfiguration", "elasticmapreduce:DescribeSecurityConfiguration"),
        ("ListClusters", "elasticmapreduce:ListClusters"),
    ],
)
def test_nothing_is_planned_where_emr_cannot_be_asked(
    monkeypatch: pytest.MonkeyPatch, operation: str, permission: str
) -> None:
    accounts.refused(monkeypatch, operation, "AccessDeniedException")
    with pytest.raises(UnknownError) as error:
        apply.plan(small(), Emr())
    assert permission in error.value.hint


def test_nothing_is_deleted_where_the_creation_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    old = applied(small("one"))
    plan = apply.plan(small("two"), Emr(), clean_up=True)
    accounts.refused(monkeypatch, "CreateSecurityConfiguration")
    results = list(apply.carry_out(plan, Emr()))
    assert [(step.action, error is None) for step, error in results] == [("create", False)]
    assert old.name in Emr().names()


def test_one_that_somebody_else_deleted_is_no_failure() -> None:
    old = applied(small("one"))
    plan = apply.plan(small("two"), Emr(), clean_up=True)
    boto3.client("emr").delete_security_configuration(Name=old.name)
    assert [error for _, error in apply.carry_out(plan, Emr())] == [None, None]
