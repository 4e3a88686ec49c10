"""Least privilege on prefixes, judged by the evaluator: all of the prefix, and no neighbour."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.build import grants, roles
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.iam.policy import parse
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import Path, path
from tests.emrfs.build.documents import lake

KEY = "arn:aws:kms:eu-west-1:111122223333:key/0aa"


class Judge:
    """What the role of a design may do with the policies that were made for it."""

    def __init__(self, design: Design, name: str = "lake") -> None:
        plan = next(each for each in roles.plans(design) if each.arn.name == name)
        policies = tuple(parse(each.document, each.name) for each in plan.permissions)
        assert not [fault for policy in policies for fault in policy.faults]
        self._role = Role(plan.arn, permissions=policies)
        self._authorizer = Authorizer(design)

    def may(self, action: str, place: Path) -> bool:
        effect = self._authorizer.decide(self._role, action, place).effect
        assert effect is not Effect.UNKNOWN
        return effect is Effect.ALLOW


@pytest.mark.parametrize("action", grants.OBJECTS)
@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        ("s3://b/foo/", ["foo/x", "foo/x/y", "foo/"], ["foo", "foobar", "fo/x", "x/foo/x"]),
        ("s3://b/foo", ["foo", "foo/x", "foo_$folder$"], ["foobar", "foobar/x", "foo_x", "fo"]),
        ("s3://b/foo/*", ["foo/x"], ["foobar/x", "foo"]),
        ("s3://b/", ["x", "x/y"], []),
        ("s3://b", ["x", "x/y"], []),
        ("s3a://b/a/b/c/", ["a/b/c/d"], ["a/b/d", "a/b", "a/b/cd"]),
        ("s3://b/what?/", ["what?/x"], ["what1/x", "what/x"]),
        ("s3://b/a*b/", ["a*b/x"], ["aXb/x", "ab/x"]),
        ("s3://b/${aws:username}/", ["${aws:username}/x"], ["ana/x", "/x"]),
        ("s3://b/übung/", ["übung/x"], ["ubung/x"]),
    ],
)
def test_objects(action: str, prefix: str, inside: list[str], outside: list[str]) -> None:
    judge = Judge(lake(prefix))
    assert [key for key in inside if not judge.may(action, Path("b", key))] == []
    assert [key for key in outside if judge.may(action, Path("b", key))] == []
    others = [Path(bucket, key) for bucket in ("bb", "a", "b2") for key in inside]
    assert [place for place in others if judge.may(action, place)] == []


@pytest.mark.parametrize(
    ("prefix", "inside", "outside"),
    [
        ("s3://b/foo/", ["foo/", "foo/x/"], ["", "foo", "f", "foobar/"]),
        # a listing of "foo" would show the names of its neighbour "foobar"
        ("s3://b/foo", ["foo/", "foo/x/"], ["", "foo", "foobar/"]),
        ("s3://b/", ["", "x", "x/"], []),
    ],
)
def test_listings(prefix: str, inside: list[str], outside: list[str]) -> None:
    judge = Judge(lake(prefix))
    assert [key for key in inside if not judge.may("s3:ListBucket", Path("b", key))] == []
    assert [key for key in outside if judge.may("s3:ListBucket", Path("b", key))] == []
    assert not judge.may("s3:ListBucket", Path("other", inside[0]))
    assert judge.may("s3:GetBucketLocation", Path("b", ""))
    assert not judge.may("s3:GetBucketLocation", Path("other", ""))


@pytest.mark.parametrize(
    "action", ["s3:PutObjectAcl", "s3:DeleteBucket", "s3:PutBucketPolicy", "s3:GetObjectVersion"]
)
def test_nothing_else_is_allowed(action: str) -> None:
    assert not Judge(lake("s3://b/foo/")).may(action, Path("b", "foo/x"))


NAMES = st.text(string.ascii_lowercase + "*?$", min_size=1, max_size=4)


@given(st.lists(st.lists(NAMES, max_size=3), min_size=1, max_size=4), st.lists(NAMES, max_size=4))
def test_what_is_allowed_is_below_a_prefix(folders: list[list[str]], asked: list[str]) -> None:
    """In any mix of prefixes of one bucket: an object is readable if and only if it is in one."""
    prefixes = [f"s3://b/{'/'.join(parts)}/" for parts in folders]
    judge = Judge(lake(*prefixes))
    key = "/".join(asked)
    covered = any(f"b/{key}".startswith(f"b/{_trimmed(parts)}") for parts in folders)
    assert judge.may("s3:GetObject", Path("b", key)) is covered
    assert judge.may("s3:ListBucket", Path("b", key)) is covered


def _trimmed(parts: list[str]) -> str:
    """As EMRFS reads it: stars and slashes at the end are one slash."""
    text = "/".join(parts).rstrip("*/")
    return f"{text}/" if text else ""


def test_prefixes_of_several_buckets() -> None:
    judge = Judge(lake("s3://b/foo/", "s3://c/bar/", "s3://b/baz/"))
    assert judge.may("s3:GetObject", path("s3://c/bar/x"))
    assert judge.may("s3:ListBucket", path("s3://b/baz/"))
    assert not judge.may("s3:GetObject", path("s3://c/foo/x"))
    assert not judge.may("s3:ListBucket", path("s3://c/foo/"))


def test_a_whole_bucket_beside_a_folder_of_it() -> None:
    design = lake("s3://b/foo/", "s3://b/", "s3://b/bar/")
    statements, _ = grants.statements(design, ["s3://b/foo/", "s3://b/", "s3://b/bar/"])
    assert [each["Resource"] for each in statements if each["Sid"] == "Objects"] == [
        "arn:aws:s3:::b/*"
    ]
    assert Judge(design).may("s3:ListBucket", Path("b", "anything"))


@pytest.mark.parametrize(
    "more",
    [
        f"buckets:\n  b:\n    key: {KEY}\n",
        "encryption:\n  EnableAtRestEncryption: true\n  AtRestEncryptionConfiguration:\n"
        f"    S3EncryptionConfiguration:\n      EncryptionMode: SSE-KMS\n      AwsKmsKey: {KEY}\n",
        "encryption:\n  EnableAtRestEncryption: true\n  AtRestEncryptionConfiguration:\n"
        "    S3EncryptionConfiguration:\n      EncryptionMode: SSE-S3\n      Overrides:\n"
        f"        - {{BucketName: b, EncryptionMode: CSE-KMS, AwsKmsKey: '{KEY}'}}\n",
    ],
)
def test_the_role_is_a_user_of_the_key_of_its_data(more: str) -> None:
    statements, notes = grants.statements(lake("s3://b/foo/", more=more), ["s3://b/foo/"])
    assert statements[-1] == {
        "Sid": "Keys",
        "Effect": "Allow",
        "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
        "Resource": KEY,
    }
    assert notes == []


def test_no_key_of_other_data() -> None:
    design = lake("s3://b/foo/", more=f"buckets:\n  c:\n    key: {KEY}\n")
    assert "kms" not in str(grants.statements(design, ["s3://b/foo/"]))


@pytest.mark.parametrize(
    ("prefix", "note"),
    [
        ("s3:///x/", "names no bucket"),
        ("s3://b b/x/", "names no bucket"),
        ("s3://b/日本/", "characters that a policy cannot hold"),
    ],
)
def test_what_no_policy_can_name_is_said(prefix: str, note: str) -> None:
    statements, notes = grants.statements(lake("s3://b/"), [prefix])
    assert statements == []
    assert len(notes) == 1
    assert note in notes[0]


def test_an_alias_of_a_key_is_no_resource() -> None:
    design = lake("s3://b/", more="buckets:\n  b:\n    key: alias/lake\n")
    statements, notes = grants.statements(design, ["s3://b/"])
    assert "kms" not in str(statements)
    assert "no ARN of a KMS key" in notes[0]


def test_sids_are_each_another() -> None:
    prefixes = [f"s3://bucket-{number}/x/" for number in range(30)]
    statements, _ = grants.statements(lake(*prefixes), prefixes)
    sids = [each["Sid"] for each in statements]
    assert len(set(sids)) == len(sids) == 32
