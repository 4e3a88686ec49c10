"""Whom a statement names, after the IAM User Guide: "Principal" and "NotPrincipal"."""

from typing import Any

import pytest

from opskit.emrfs.iam.policy import Statement, parse
from opskit.emrfs.iam.principals import Caller, named
from opskit.emrfs.iam.truth import Truth
from tests.emrfs.iam.policies import ACCOUNT, OTHER, ROLE, SESSION

NO, MAYBE, YES = Truth.NO, Truth.MAYBE, Truth.YES
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
CALLER = Caller.of(ROLE, "EmrFS-Session")


def statement(key: str, value: Any) -> Statement:
    return parse({"Statement": {"Effect": "Deny", "Action": "*", key: value}}, "p").statements[0]


@pytest.mark.parametrize(
    ("principal", "expected"),
    [
        ("*", (NO, NO, YES)),
        ({"AWS": "*"}, (NO, NO, YES)),
        ({"AWS": ACCOUNT}, (YES, NO, NO)),
        ({"AWS": ROOT}, (YES, NO, NO)),
        ({"AWS": OTHER}, (NO, NO, NO)),
        ({"AWS": ROLE}, (NO, YES, NO)),
        ({"AWS": ROLE.replace("role/", "role/team/")}, (NO, MAYBE, NO)),
        ({"AWS": ROLE.replace("role/reader", "role/team/writer")}, (NO, NO, NO)),
        ({"AWS": ROLE.replace("arn:aws:", "arn:aws-cn:")}, (NO, NO, NO)),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/reader"}, (NO, NO, NO)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/Reader"}, (NO, NO, NO)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:user/reader"}, (NO, NO, NO)),
        ({"AWS": SESSION}, (NO, NO, YES)),
        ({"AWS": SESSION.replace("EmrFS", "Other")}, (NO, NO, NO)),
        ({"AWS": [ROOT, ROLE, SESSION]}, (YES, YES, YES)),
        ({"Service": "ec2.amazonaws.com"}, (NO, NO, NO)),
        ({"Federated": "*"}, (NO, NO, NO)),
        ({"CanonicalUser": "79a5"}, (NO, NO, MAYBE)),
        ({"AWS": "AROAEXAMPLE"}, (NO, NO, MAYBE)),
        ({"AWS": "AIDAEXAMPLE"}, (NO, NO, NO)),
        ({"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"}, (NO, NO, MAYBE)),
        ({"AWS": f"arn:aws:iam::{OTHER}:role/*"}, (NO, NO, NO)),
        ({"AWS": "arn:aws:iam::${AWS::AccountId}:root"}, (NO, NO, MAYBE)),
        ({"AWS": "arn:aws:iam::${AWS::AccountId}:role/writer"}, (NO, NO, NO)),
        ({"AWS": "${aws_iam_role.base.arn}"}, (NO, NO, MAYBE)),
    ],
)
def test_principals(principal: Any, expected: tuple[Truth, ...]) -> None:
    assert named(statement("Principal", principal), CALLER) == expected


@pytest.mark.parametrize(
    ("principals", "expected"),
    [
        ("*", NO),
        ({"AWS": [ROOT, ROLE, SESSION]}, NO),
        ({"AWS": [ROLE]}, MAYBE),
        ({"AWS": [ROOT, ROLE]}, MAYBE),
        ({"AWS": [OTHER, f"arn:aws:iam::{ACCOUNT}:role/writer"]}, YES),
        ({"Service": "ec2.amazonaws.com"}, YES),
    ],
)
def test_all_but_some(principals: Any, expected: Truth) -> None:
    """The guide asks that account, role and session all be listed; of less it is not sure."""
    assert max(named(statement("NotPrincipal", principals), CALLER)) is expected


def test_a_session_of_unknown_name() -> None:
    assert named(statement("Principal", {"AWS": SESSION}), Caller.of(ROLE)) == (NO, NO, MAYBE)


def test_a_role_of_unknown_account() -> None:
    caller = Caller.of("reader")
    assert named(statement("Principal", {"AWS": ROLE}), caller) == (NO, MAYBE, NO)
    assert named(statement("Principal", {"AWS": f"{ROLE}-2"}), caller) == (NO, NO, NO)
    assert named(statement("Principal", {"AWS": ACCOUNT}), caller) == (MAYBE, NO, NO)


def test_nobody_is_named() -> None:
    assert named(statement("Sid", "x"), CALLER) == (NO, NO, MAYBE)


def test_a_denial_of_all_but_some_denies_every_role_with_a_boundary() -> None:
    """IAM User Guide, "Permissions boundaries for IAM entities"."""
    left_out = statement("NotPrincipal", {"AWS": [ROOT, ROLE, SESSION]})
    bounded = Caller.of(ROLE, "EmrFS-Session", YES)
    assert named(left_out, CALLER) == (NO, NO, NO)
    assert named(left_out, bounded) == (NO, NO, YES)
    assert named(left_out, bounded._replace(bounded=MAYBE)) == (NO, NO, MAYBE)
    others = statement("NotPrincipal", {"AWS": OTHER})
    assert named(others, bounded._replace(bounded=MAYBE)) == (NO, NO, YES)


def test_a_role_with_a_path() -> None:
    """A session does not say the path of its role; the role's own ARN does."""
    written = ROLE.replace("role/", "role/team/x/")
    caller = Caller.of(written, "EmrFS-Session")
    assert named(statement("Principal", {"AWS": written}), caller) == (NO, YES, NO)
    assert named(statement("Principal", {"AWS": ROLE}), caller) == (NO, MAYBE, NO)
    assert named(statement("Principal", {"AWS": SESSION}), caller) == (NO, NO, YES)
