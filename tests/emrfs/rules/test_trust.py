"""EMR031 to EMR033 and EMR037: trust policies, among them shapes that were published."""

import json
from typing import Any

import pytest

from opskit.findings import Severity
from tests.emrfs.rules.rule_designs import ACCOUNT, BASE, ENG, allow, found, policy, roles, trust

# Trust policies as blog posts and guides print them: a permission policy where a trust policy
# belongs, an action of the wrong service, and both at once.
RESOURCE_FOR_PRINCIPAL = policy(allow("sts:AssumeRole", ENG))
WRONG_ACTION = policy({"Effect": "Allow", "Principal": {"AWS": BASE}, "Action": "iam:AssumeRole"})
BOTH = policy({**allow("iam:AssumeRole", ENG), "Principal": {"AWS": BASE}})


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (RESOURCE_FOR_PRINCIPAL, ["has a Resource", "has no Principal"]),
        (WRONG_ACTION, ["iam:AssumeRole, which is none"]),
        (BOTH, ["has a Resource", "iam:AssumeRole"]),
        (policy({"Effect": "Allow", "Action": "sts:AssumeRole"}), ["has no Principal"]),
    ],
)
def test_a_misshapen_trust_policy(shape: dict[str, Any], words: list[str]) -> None:
    [finding] = found(roles(eng_trust=shape), "EMR031")
    assert all(word in finding.message for word in words)
    assert json.loads(finding.fix.removeprefix("write ")) == {
        "Effect": "Allow",
        "Principal": {"AWS": BASE},
        "Action": "sts:AssumeRole",
    }
    assert finding.location is not None
    assert finding.location.line


def test_reversed_direction_is_an_error_where_the_role_cannot_be_assumed() -> None:
    back = trust({"AWS": ENG})
    both = roles(base_trust=back)
    [finding] = found(both, "EMR031")
    assert finding.level is Severity.WARNING  # the role trusts the base role as well
    only = roles(base_trust=back, eng_trust=trust({"Service": "ec2.amazonaws.com"}))
    [finding] = found(only, "EMR031")
    assert finding.level is Severity.ERROR
    assert "the other way round" in finding.message


def test_the_wrong_action_on_the_base_role() -> None:
    [finding] = found(roles(base=policy(allow(["iam:assumerole"], ENG))), "EMR031")
    assert finding.object == "Base"


def test_quiet_on_sound_trust() -> None:
    assert found(roles(), "EMR031") == []


@pytest.mark.parametrize(
    ("principal", "level", "observed"),
    [
        ("*", Severity.ERROR, "*"),
        ({"AWS": "*"}, Severity.ERROR, "*"),
        ({"AWS": ["arn:aws:iam::999900001111:root"]}, Severity.ERROR, ":root"),
        ({"AWS": ACCOUNT}, Severity.ERROR, ACCOUNT),
    ],
)
def test_trust_in_anyone_or_an_account(principal: object, level: Severity, observed: str) -> None:
    [finding] = found(roles(eng_trust=trust(principal)), "EMR032")
    assert finding.level is level
    assert finding.observed.endswith(observed)


def test_a_condition_makes_wide_trust_a_warning() -> None:
    limited = trust("*", Condition={"ArnEquals": {"aws:PrincipalArn": BASE}})
    [finding] = found(roles(eng_trust=limited), "EMR032")
    assert finding.level is Severity.WARNING


def test_not_principal_lets_in_all_others() -> None:
    shape = policy({"Effect": "Allow", "NotPrincipal": {"AWS": ENG}, "Action": "sts:AssumeRole"})
    [finding] = found(roles(eng_trust=shape), "EMR032")
    assert "all but a few" in finding.message


def test_quiet_on_narrow_trust_and_on_denials() -> None:
    shape = policy(
        *trust()["Statement"],
        {"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole"},
    )
    assert found(roles(), "EMR032") == []
    assert found(roles(eng_trust=shape), "EMR032") == []


@pytest.mark.parametrize(
    ("condition", "fires"),
    [
        ({"StringEquals": {"sts:ExternalId": "abc"}}, True),
        ({"StringLike": {"sts:RoleSessionName": "alice"}}, True),
        ({"StringEquals": {"sts:RoleSessionName": "EmrFS-Session"}}, False),
        ({"StringLike": {"sts:RoleSessionName": "Emr*"}}, False),
        ({"StringEqualsIfExists": {"sts:ExternalId": "abc"}}, False),
        ({"StringEquals": {"aws:RequestTag/team": "eng"}}, True),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, True),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
    ],
)
def test_conditions_that_emrfs_never_meets(condition: dict[str, Any], fires: bool) -> None:
    findings = found(roles(eng_trust=trust(Condition=condition)), "EMR033")
    assert bool(findings) is fires
    assert all(finding.level is Severity.WARNING for finding in findings)


@pytest.mark.parametrize(("seconds", "fires"), [(3600, False), (3601, True), (43200, True)])
def test_sessions_of_more_than_an_hour(seconds: int, fires: bool) -> None:
    model = roles()
    model.roles[ENG].max_session = seconds
    assert bool(found(model, "EMR037")) is fires
