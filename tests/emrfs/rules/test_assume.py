"""EMR030: whether the base role can assume the mapped roles, in the three cases."""

import json
from typing import Any

import pytest

from opskit.emrfs.model import Design
from opskit.findings import Severity
from tests.emrfs.designs import EXAMPLES, design
from tests.emrfs.rules.rule_designs import ACCOUNT, BASE, ENG, allow, deny, found, policy, roles
from tests.emrfs.rules.rule_designs import trust as trusting

ROOT = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
MAY = f"Base may do sts:AssumeRole on {ENG}"
ASSUME = allow("sts:AssumeRole", ENG)


@pytest.mark.parametrize(
    "model",
    [
        roles(),
        roles(base=policy(ASSUME), eng_trust=trusting(ROOT)),
        roles(base=policy(allow("sts:*", "*")), eng_trust=trusting({"AWS": ACCOUNT})),
    ],
    ids=["names the base role", "names the account, and the base role may", "account by number"],
)
def test_quiet_where_the_role_can_be_assumed(model: Design) -> None:
    assert found(model, "EMR030") == []


@pytest.mark.parametrize(
    ("model", "fix", "expected"),
    [
        (
            roles(eng_trust=trusting({"Service": "ec2.amazonaws.com"})),
            "add to the trust policy of",
            BASE,
        ),
        (roles(eng_trust=trusting(ROOT)), "add to a policy of Base", MAY),
        (roles(base=policy(deny("sts:AssumeRole", "*"))), "take the denial away", MAY),
    ],
    ids=["not trusted", "left to the account, which does not allow", "denied"],
)
def test_fires_where_it_cannot_with_the_statement_to_write(
    model: Design, fix: str, expected: str
) -> None:
    [finding] = found(model, "EMR030")
    assert finding.level is Severity.ERROR
    assert finding.object == "Eng"
    assert finding.fix.startswith(fix)
    assert finding.location is not None
    assert finding.location.line
    assert finding.expected == expected
    assert expected not in finding.observed


@pytest.mark.parametrize(
    ("trust", "says", "observed", "fix"),
    [
        (
            trusting(Condition={"StringEquals": {"sts:ExternalId": "x"}}),
            "its condition on sts:ExternalId does not hold: EMRFS gives none",
            "StringEquals sts:ExternalId x",
            "take the condition on sts:ExternalId out of",
        ),
        (
            trusting(Condition={"StringLike": {"sts:RoleSessionName": "hue-*"}}),
            "it is EmrFS-Session",
            "StringLike sts:RoleSessionName hue-*",
            "take the condition on sts:RoleSessionName out of",
        ),
        (
            trusting(Action="sts:TagSession"),
            "its action is sts:TagSession",
            "sts:TagSession",
            "add sts:AssumeRole to the actions of",
        ),
    ],
)
def test_the_statement_that_comes_nearest_is_named(
    trust: dict[str, Any], says: str, observed: str, fix: str
) -> None:
    [finding] = found(roles(eng_trust=trust), "EMR030")
    assert says in finding.message
    assert "Statement[0] names it, but" in finding.message
    assert (finding.observed, finding.level) == (observed, Severity.ERROR)
    assert finding.fix.startswith(fix)
    assert finding.location is not None
    assert finding.location.line


def test_where_the_base_roles_permissions_are_not_known_they_are_asked_for() -> None:
    model = roles()
    model.roles[BASE].permissions = None
    [finding] = found(model, "EMR030")
    assert finding.level is Severity.UNKNOWN
    assert finding.fix.startswith("give the permissions of the base role Base")
    open_ = allow("sts:AssumeRole", "*", Condition={"Bool": {"aws:NoSuchKey": "true"}})
    [finding] = found(roles(base=policy(open_), eng_trust=trusting(ROOT)), "EMR030")
    assert finding.fix.startswith("the trust policy is not what is in doubt")


def test_across_accounts_both_sides_are_needed() -> None:
    other = "arn:aws:iam::999900001111:role/Eng"
    shape = {
        "mappings": [{"role": other, "groups": ["eng"]}],
        "roles": {
            "Base": {"permissions": []},
            other: {"trust": trusting(), "permissions": []},
        },
    }
    [finding] = found(roles(**shape), "EMR030")
    assert finding.fix == (
        'add to a policy of Base: {"Effect": "Allow", "Action": "sts:AssumeRole", '
        f'"Resource": "{other}"}}'
    )
    shape["roles"]["Base"] = {"permissions": [policy(allow("sts:AssumeRole", other))]}  # type: ignore[index]
    assert found(roles(**shape), "EMR030") == []


def test_a_condition_that_cannot_be_judged_is_unknown_at_its_statement() -> None:
    model = roles(eng_trust=trusting(Condition={"Bool": {"aws:NoSuchKey": "true"}}))
    [finding] = found(model, "EMR030")
    assert finding.level is Severity.UNKNOWN
    assert "aws:NoSuchKey" in finding.message


def test_a_bare_security_configuration_is_told_once() -> None:
    text = """
    base-role: Base
    mappings:
    """ + "".join(f"  - {{role: r{i}, users: [u{i}]}}\n    " for i in range(20))
    [finding] = found(design(text), "EMR030")
    assert finding.level is Severity.UNKNOWN
    assert "20 mapped roles" in finding.message
    assert not found(design(text), "EMR034")
    assert not found(design(text), "EMR035")


def test_roles_without_trust_are_told_together() -> None:
    model = roles(mappings=[{"role": f"r{i}", "users": [f"u{i}"]} for i in range(9)])
    [finding] = found(model, "EMR030")
    assert finding.level is Severity.UNKNOWN
    assert "r0, r1, r2 and 6 more" in finding.message


def test_quiet_on_the_published_scenario() -> None:
    from opskit.emrfs.load import read

    model = read(EXAMPLES / "emrfs.yaml")
    assert {finding.rule for finding in found(model, "EMR03")} == set()
    assert json.loads((EXAMPLES / "policies/trust.json").read_text())["Statement"]


def test_a_trust_policy_that_is_known_is_not_said_to_be_unknown() -> None:
    """Once for all roles: the reason is that of the base role."""
    text = """
base-role: "${Base}"
mappings:
  - {role: eng, groups: [eng]}
  - {role: ops, groups: [ops]}
roles:
"""
    for name in ("eng", "ops"):
        text += f"""  {name}:
    trust:
      Statement: [{{Effect: Allow, Action: sts:AssumeRole, Principal: {{AWS: "${{Base}}"}}}}]
"""
    [finding] = found(design(text), "EMR030")
    assert finding.severity is Severity.UNKNOWN
    assert "no trust policy" not in finding.message
    assert "eng and ops" in finding.message or "eng, ops" in finding.message
    assert "filled in by another tool" in finding.message
