"""What grants can say of a role, and what they cannot."""

from typing import Any

import pytest

from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.policy import parse
from opskit.emrfs.migrate.scopes import Scopes, scopes
from opskit.emrfs.model import Role
from tests.emrfs.build.documents import lake


def found(*statements: dict[str, Any], **more: Any) -> Scopes:
    design = lake("s3://b/")
    policy = parse({"Version": "2012-10-17", "Statement": list(statements)}, "p")
    return scopes(Authorizer(design), Role(design.arn("x"), permissions=(policy,), **more))


def allow(action: Any, *places: str, **more: Any) -> dict[str, Any]:
    resources = [f"arn:aws:s3:::{place}" for place in places]
    return {"Effect": "Allow", "Action": action, "Resource": resources, **more}


@pytest.mark.parametrize(
    ("statements", "granted"),
    [
        ([allow("s3:GetObject", "b/x/*")], ["READ b/x/*"]),
        ([allow("s3:PutObject", "b/x/*")], ["WRITE b/x/*"]),
        ([allow("s3:*", "b", "b/*")], ["READWRITE b/*"]),
        ([allow(["s3:GetObject", "s3:PutObject"], "b/x")], ["READWRITE b/x"]),
        (
            [allow("s3:GetObject", "b/*"), allow("s3:PutObject", "b/out/*")],
            ["READ b/*", "READWRITE b/out/*"],
        ),
        ([allow("s3:GetObject", "b/*", "b/x/*", "b/y")], ["READ b/*"]),
        ([allow("s3:GetObject", "b/pre*")], ["READ b/pre*"]),
        ([allow("s3:ListBucket", "b")], []),
        ([], []),
    ],
)
def test_granted(statements: list[dict[str, Any]], granted: list[str]) -> None:
    scope = found(*statements)
    assert [f"{each.permission} {each.place}" for each in scope.granted] == granted
    assert scope.lost == []


DENY = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::b/secret/*"}


@pytest.mark.parametrize(
    ("statements", "lost"),
    [
        ([allow("s3:*", "b/*"), DENY], "denies; a grant allows only"),
        ([allow("s3:*", "b/*", Condition={"Bool": {"aws:SecureTransport": "true"}})], "condition"),
        ([allow(["s3:GetObject", "s3:GetObjectTagging"], "b/*")], "allows s3:GetObjectTagging"),
        ([allow(["s3:GetObject", "sqs:SendMessage"], "b/*")], "allows sqs:SendMessage"),
        ([allow("s3:*", "*")], "it reaches *; a grant is on one bucket"),
        ([allow("s3:*", "b-*/x/*")], "a grant is on one bucket"),
        ([allow("s3:*", "b/*/x/*")], "has a star at its end only"),
    ],
)
def test_lost(statements: list[dict[str, Any]], lost: str) -> None:
    assert any(lost in each for each in found(*statements).lost)


def test_a_place_that_is_denied_again_is_not_granted() -> None:
    assert [each.place for each in found(allow("s3:*", "b/*"), DENY).granted] == ["b/*"]
    inside = found(allow("s3:*", "b/secret/x/*"), DENY)
    assert inside.granted == []


def test_a_boundary_limits_what_is_granted_and_is_said() -> None:
    boundary = parse({"Version": "2012-10-17", "Statement": [allow("s3:GetObject", "*")]}, "b")
    made = found(allow("s3:*", "b/*"), boundary=boundary)
    assert [each.permission for each in made.granted] == ["READ"]
    assert any("boundary" in each for each in made.lost)


def test_a_role_of_which_nothing_is_known() -> None:
    design = lake("s3://b/")
    made = scopes(Authorizer(design), Role(design.arn("x")))
    assert made == Scopes([], ["what x may do is not known"])


def test_what_is_not_known_is_said() -> None:
    made = found(allow("s3:GetObject", "b/*", Condition={"StringEquals": {"aws:SourceVpce": "x"}}))
    assert made.granted == []
    assert any(each.startswith("b/*: ") for each in made.lost)
