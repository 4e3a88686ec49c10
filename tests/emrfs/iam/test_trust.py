"""Whether the base role can assume another: the three cases, and what EMRFS sends."""

from typing import Any

import pytest

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.iam.policy import Policy, parse
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.model import Role
from tests.emrfs import naive

ALLOW, DENY, IMPLICIT, UNKNOWN = Effect.ALLOW, Effect.DENY, Effect.IMPLICIT_DENY, Effect.UNKNOWN
ACCOUNT, OTHER = "111122223333", "444455556666"
BASE = f"arn:aws:iam::{ACCOUNT}:role/base"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def policy(*statements: dict[str, Any]) -> Policy:
    filled = [{"Effect": "Allow", "Action": "sts:AssumeRole", **each} for each in statements]
    return parse({"Version": "2012-10-17", "Statement": filled}, "p")


def base(*permissions: Policy | None, **more: Any) -> Role:
    known = None if permissions == (None,) else tuple(each for each in permissions if each)
    return Role(RoleArn.parse(BASE), permissions=known, **more)


def role(trust: Policy | None, account: str = ACCOUNT) -> Role:
    return Role(RoleArn.parse(f"arn:aws:iam::{account}:role/reader"), trust=trust)


def trusts(principal: Any, **more: Any) -> Policy:
    return policy({"Principal": principal, **more})


BY_ARN, BY_ROOT = trusts({"AWS": BASE}), trusts({"AWS": ROOT})
MAY = policy({"Resource": "arn:aws:iam::*:role/reader"})
MAY_OTHERS = policy({"Resource": "arn:aws:iam::*:role/writer"})
DENIES = policy({"Effect": "Deny", "Resource": "*"})


@pytest.mark.parametrize(
    ("of_base", "trust", "account", "expected"),
    [
        # the ARN is named, in one account: enough
        (base(), BY_ARN, ACCOUNT, ALLOW),
        (base(MAY_OTHERS), BY_ARN, ACCOUNT, ALLOW),
        (base(DENIES), BY_ARN, ACCOUNT, DENY),
        # the account is named: the base role has to be allowed too
        (base(), BY_ROOT, ACCOUNT, IMPLICIT),
        (base(MAY_OTHERS), BY_ROOT, ACCOUNT, IMPLICIT),
        (base(MAY), BY_ROOT, ACCOUNT, ALLOW),
        (base(MAY), trusts({"AWS": ACCOUNT}), ACCOUNT, ALLOW),
        # across accounts both
        (base(), BY_ARN, OTHER, IMPLICIT),
        (base(MAY), BY_ARN, OTHER, ALLOW),
        (base(MAY), BY_ROOT, OTHER, ALLOW),
        (base(MAY), trusts({"AWS": OTHER}), OTHER, IMPLICIT),
        # nobody who is named is the base role
        (base(MAY), trusts({"Service": "ec2.amazonaws.com"}), ACCOUNT, IMPLICIT),
        (base(MAY), trusts({"AWS": BASE + "2"}), ACCOUNT, IMPLICIT),
        (base(MAY), policy({"Principal": {"AWS": BASE}, "Effect": "Deny"}), ACCOUNT, DENY),
        # everybody is
        (base(), trusts({"AWS": "*"}), ACCOUNT, ALLOW),
        (base(), trusts("*"), OTHER, IMPLICIT),
        (base(MAY), trusts("*"), OTHER, ALLOW),
        # what is not known
        (base(MAY), None, ACCOUNT, UNKNOWN),
        (base(None), BY_ARN, ACCOUNT, UNKNOWN),
        (base(None), BY_ROOT, ACCOUNT, UNKNOWN),
        (base(None), trusts({"Service": "ec2.amazonaws.com"}), ACCOUNT, IMPLICIT),
        # boundaries limit what the role is given
        (base(MAY, boundary=MAY_OTHERS), BY_ROOT, ACCOUNT, IMPLICIT),
        (base(MAY, boundary=MAY), BY_ROOT, ACCOUNT, ALLOW),
        (base(MAY, boundary=MAY_OTHERS), BY_ARN, ACCOUNT, IMPLICIT),
        (base(boundary=DENIES), BY_ARN, ACCOUNT, DENY),
    ],
)
def test_the_three_cases(
    of_base: Role, trust: Policy | None, account: str, expected: Effect
) -> None:
    assert assumable(of_base, role(trust, account)).effect is expected
    assert naive.assumable(of_base, role(trust, account)) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"sts:ExternalId": "1234"}}, IMPLICIT),
        ({"Null": {"sts:ExternalId": "true"}}, ALLOW),
        ({"StringEquals": {"sts:RoleSessionName": "EmrFS-Session"}}, ALLOW),
        ({"StringLike": {"sts:RoleSessionName": "${aws:username}"}}, IMPLICIT),
        ({"StringEquals": {"sts:RoleSessionName": "ana"}}, IMPLICIT),
        ({"ArnEquals": {"aws:PrincipalArn": BASE}}, ALLOW),
        ({"ArnLike": {"aws:PrincipalArn": f"arn:aws:iam::{OTHER}:role/*"}}, IMPLICIT),
        ({"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, ALLOW),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, UNKNOWN),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, UNKNOWN),
        ({"StringEquals": {"aws:PrincipalTag/team": "x"}}, UNKNOWN),
        ({"StringEquals": {"aws:RequestTag/team": "x"}}, IMPLICIT),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, IMPLICIT),
        ({"Bool": {"aws:MultiFactorAuthPresent": "true"}}, UNKNOWN),
        ({"Bool": {"aws:SecureTransport": "true"}}, ALLOW),
        ({"NumericLessThan": {"sts:DurationSeconds": "3600"}}, UNKNOWN),
    ],
)
def test_what_emrfs_sends(condition: dict[str, Any], expected: Effect) -> None:
    trust = trusts({"AWS": BASE}, Condition=condition)
    assert assumable(base(), role(trust)).effect is expected


@pytest.mark.parametrize(
    "statement",
    [
        {"Resource": f"arn:aws:iam::{ACCOUNT}:role/base"},
        {"Principal": {"AWS": BASE}, "Resource": "*"},
        {"NotResource": "*", "Principal": {"AWS": BASE}},
        {},
    ],
)
def test_a_trust_policy_that_iam_would_refuse(statement: dict[str, Any]) -> None:
    found = assumable(base(MAY), role(policy(statement)))
    assert found.effect is UNKNOWN
    assert "it is not understood" in found.why


def test_an_action_that_assumes_nothing() -> None:
    trust = trusts({"AWS": BASE}, Action="iam:AssumeRole")
    assert assumable(base(MAY), role(trust)).effect is IMPLICIT


def test_what_another_tool_fills_in() -> None:
    reader = Role(RoleArn.parse("${aws_iam_role.reader.arn}"), trust=BY_ARN)
    assert assumable(base(MAY), reader).effect is UNKNOWN
    template = Role(RoleArn.parse("arn:aws:iam::${AWS::AccountId}:role/base"), permissions=(MAY,))
    assert assumable(template, role(BY_ARN)).effect is UNKNOWN
    assert assumable(base(), role(trusts({"AWS": "${var.base}"}))).effect is UNKNOWN


def test_a_base_role_of_unknown_account() -> None:
    """The name fits, but whose role it is nobody said."""
    bare = Role(RoleArn.parse("base"), permissions=(MAY,))
    assert assumable(bare, role(BY_ARN)).effect is UNKNOWN
    assert assumable(bare, role(trusts({"AWS": BASE + "2"}))).effect is IMPLICIT


def test_the_statement_is_named() -> None:
    found = assumable(base(), role(BY_ARN))
    assert BY_ARN is not None
    assert found.statement is BY_ARN.statements[0]
    assert found.why == "the trust policy allows it"
    assert assumable(base(MAY_OTHERS), role(BY_ROOT)).why == (
        "the trust policy leaves it to IAM, and no policy of the base role allows it"
    )
    assert assumable(base(), role(BY_ARN, OTHER)).why == "no policy of the base role allows it"


# roles that a template makes, called by expressions

MADE = "arn:aws:iam::${AWS::AccountId}:role/"


def made(name: str, **more: Any) -> Role:
    return Role(RoleArn.parse(MADE + name).made_as(MADE + name), **more)


@pytest.mark.parametrize(
    ("principal", "permissions", "expected"),
    [
        (MADE + "${Base}", (), ALLOW),
        (MADE + "${Base2}", (), UNKNOWN),
        ("${Base}", (), UNKNOWN),
        (BASE, (), UNKNOWN),
        (MADE + "${Base}", None, UNKNOWN),
        # the account is named: the base role has to be allowed too
        ("arn:aws:iam::${AWS::AccountId}:root", (), IMPLICIT),
        ("${AWS::AccountId}", (policy({"Resource": "*"}),), ALLOW),
        ("${AWS::AccountId}", (policy({"Resource": MADE + "reader"}),), ALLOW),
        ("${AWS::AccountId}", (policy({"Resource": MADE + "writer"}),), IMPLICIT),
        ("${AWS::AccountId}", (policy({"Resource": MADE + "${P}"}),), UNKNOWN),
        ("arn:aws:iam::${Other}:root", (policy({"Resource": "*"}),), UNKNOWN),
        # what it denies may be the role
        (MADE + "${Base}", (DENIES,), DENY),
        (MADE + "${Base}", (policy({"Effect": "Deny", "Resource": MADE + "reader"}),), DENY),
        (
            MADE + "${Base}",
            (policy({"Effect": "Deny", "Resource": "arn:aws:iam::111122223333:role/reader"}),),
            UNKNOWN,
        ),
        (
            MADE + "${Base}",
            (policy({"Effect": "Deny", "Resource": "arn:aws:iam::111122223333:role/writer"}),),
            ALLOW,
        ),
        (
            MADE + "${Base}",
            (policy({"Effect": "Deny", "NotResource": "arn:aws:iam::*:role/reader"}),),
            UNKNOWN,
        ),
    ],
)
def test_expressions(principal: str, permissions: Any, expected: Effect) -> None:
    of_base = made("${Base}", permissions=permissions)
    found = assumable(of_base, made("reader", trust=trusts({"AWS": principal})))
    assert found.effect is expected, found


def test_an_expression_of_another_tool_names_no_role_of_this_template() -> None:
    """Nothing says that both are of one account, or that the text means the same twice."""
    text = "${base}"
    of_base = Role(RoleArn.parse(text), permissions=())
    assert assumable(of_base, made("r", trust=trusts({"AWS": text}))).effect is UNKNOWN
    assert not RoleArn.parse("x").made_as(MADE + "${each.key}").expression
    elsewhere = Role(RoleArn.parse("reader"), trust=trusts({"AWS": MADE + "${Base}"}))
    assert assumable(made("${Base}", permissions=()), elsewhere).effect is UNKNOWN
