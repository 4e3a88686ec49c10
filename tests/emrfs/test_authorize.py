"""What a role may do at a place: IAM, buckets, keys; one by one and many at once."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.authorize import Authorizer, authorize
from opskit.emrfs.iam.actions import s3_action
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.iam.policy import Policy, parse
from opskit.emrfs.load import load
from opskit.emrfs.model import Bucket, Design, Key, Role
from opskit.emrfs.prefixes import Path, path
from opskit.errors import UsageError
from tests.emrfs import naive
from tests.emrfs.designs import EXAMPLES
from tests.emrfs.iam.policies import policies

ALLOW, DENY, IMPLICIT, UNKNOWN = Effect.ALLOW, Effect.DENY, Effect.IMPLICIT_DENY, Effect.UNKNOWN
ACCOUNT, OTHER = "111122223333", "444455556666"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/EmrFS-Session"
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
PLACE = path("s3://lake/a/x")


def policy(*statements: dict[str, Any]) -> Policy:
    filled = [{"Effect": "Allow", "Resource": "*", **each} for each in statements]
    return parse({"Version": "2012-10-17", "Statement": filled}, "p")


def design(*buckets: Bucket, keys: tuple[Key, ...] = (), **more: Any) -> Design:
    return Design(
        "emrfs.yaml",
        "emrfs",
        [],
        account=ACCOUNT,
        buckets={bucket.name: bucket for bucket in buckets},
        keys={key.arn: key for key in keys},
        **more,
    )


def role(*permissions: Policy | None, arn: str = ROLE, **more: Any) -> Role:
    known = None if permissions == (None,) else tuple(each for each in permissions if each)
    return Role(RoleArn.parse(arn), permissions=known, **more)


ALL = policy({"Action": ["s3:*", "kms:*"]})
S3 = policy({"Action": "s3:*"})


def test_the_published_scenario() -> None:
    found = load(EXAMPLES / "emrfs.yaml")
    engineer = found.role("emrfs_auth_group_role_data_eng")
    own = path("s3://emrfs-auth-data-engineering-bucket-demo/t/part-0")
    others = path("s3://emrfs-auth-data-science-bucket-demo/t/part-0")
    assert authorize(found, engineer, "s3:GetObject", own).effect is ALLOW
    assert authorize(found, engineer, "s3:ListBucket", own).effect is ALLOW
    assert authorize(found, engineer, "s3:ListBucket", others).effect is IMPLICIT
    admin = found.role("emrfs_auth_user_role_admin_user")
    assert authorize(found, admin, "s3:PutObject", others).effect is ALLOW


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ("s3:GetObjects", "did you mean s3:GetObject?"),
        ("GetObject", "did you mean s3:GetObject?"),
        ("s3:listbuckets", "did you mean s3:ListBucket?"),
        ("sqs:SendMessage", "write it as s3:GetObject"),
        ("s3:Get*", ""),
        ("s3:CreateJob", ""),
        ("", "write it as s3:GetObject"),
    ],
)
def test_actions_that_are_none(written: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        authorize(design(), role(ALL), written, PLACE)
    assert hint in caught.value.hint


def test_actions_in_any_case() -> None:
    assert s3_action("S3:getobject").name == "s3:GetObject"
    assert authorize(design(), role(S3), "S3:GETOBJECT", PLACE).effect is ALLOW


@pytest.mark.parametrize(
    ("action", "resource", "expected"),
    [
        ("s3:GetObject", "arn:aws:s3:::lake/a/*", ALLOW),
        ("s3:GetObject", "arn:aws:s3:::lake", IMPLICIT),
        ("s3:ListBucket", "arn:aws:s3:::lake", ALLOW),
        ("s3:ListBucket", "arn:aws:s3:::lake/*", IMPLICIT),
        ("s3:ListMultipartUploadParts", "arn:aws:s3:::lake/*", ALLOW),
        ("s3:ListBucketMultipartUploads", "arn:aws:s3:::lake", ALLOW),
        ("s3:ListAllMyBuckets", "*", ALLOW),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::*", ALLOW),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::lake*", IMPLICIT),
        ("s3:ListAllMyBuckets", "arn:aws:s3:::lake", IMPLICIT),
        ("s3:GetObject", "arn:aws-cn:s3:::lake/*", IMPLICIT),
    ],
)
def test_what_actions_are_about(action: str, resource: str, expected: Effect) -> None:
    holder = role(policy({"Action": "s3:*", "Resource": resource}))
    assert authorize(design(), holder, action, PLACE).effect is expected


def test_an_action_on_no_bucket_asks_no_bucket() -> None:
    closed = Bucket("lake", OTHER, policy({"Action": "*", "Principal": "*", "Effect": "Deny"}))
    assert authorize(design(closed), role(S3), "s3:ListAllMyBuckets", PLACE).effect is ALLOW
    assert authorize(design(closed), role(S3), "s3:ListBucket", PLACE).effect is DENY


def test_the_partition_is_the_roles() -> None:
    china = role(
        policy({"Action": "s3:*", "Resource": "arn:aws-cn:s3:::lake/*"}),
        arn=ROLE.replace("arn:aws:", "arn:aws-cn:"),
    )
    assert authorize(design(), china, "s3:GetObject", PLACE).effect is ALLOW


@pytest.mark.parametrize(
    ("condition", "key", "expected"),
    [
        ({"StringLike": {"s3:prefix": "a/*"}}, "a/x", ALLOW),
        ({"StringLike": {"s3:prefix": "a/*"}}, "b/x", IMPLICIT),
        ({"StringEquals": {"s3:prefix": ""}}, "", ALLOW),
        ({"StringNotLike": {"s3:prefix": "a/*"}}, "a/x", IMPLICIT),
        ({"StringEquals": {"s3:delimiter": "/"}}, "a/x", UNKNOWN),
        ({"Null": {"s3:prefix": "true"}}, "a/x", IMPLICIT),
    ],
)
def test_listing_carries_the_key_as_prefix(
    condition: dict[str, Any], key: str, expected: Effect
) -> None:
    holder = role(policy({"Action": "s3:ListBucket", "Condition": condition}))
    assert authorize(design(), holder, "s3:ListBucket", Path("lake", key)).effect is expected


def test_reading_carries_no_prefix() -> None:
    holder = role(policy({"Action": "s3:*", "Condition": {"Null": {"s3:prefix": "true"}}}))
    assert authorize(design(), holder, "s3:GetObject", PLACE).effect is ALLOW


def granting(principal: Any, **more: Any) -> Policy:
    return policy({"Action": "s3:*", "Principal": principal, **more})


@pytest.mark.parametrize(
    ("permissions", "bucket", "expected"),
    [
        (S3, Bucket("lake"), ALLOW),
        (S3, Bucket("lake", ACCOUNT), ALLOW),
        (S3, Bucket("lake", OTHER), UNKNOWN),
        (S3, Bucket("lake", OTHER, granting({"AWS": ROLE})), ALLOW),
        (S3, Bucket("lake", OTHER, granting({"AWS": ACCOUNT})), ALLOW),
        (S3, Bucket("lake", OTHER, granting({"AWS": OTHER})), IMPLICIT),
        (policy({"Action": "sqs:*"}), Bucket("lake", OTHER, granting({"AWS": ROLE})), IMPLICIT),
        (policy({"Action": "sqs:*"}), Bucket("lake", "", granting({"AWS": ROLE})), ALLOW),
        (policy({"Action": "sqs:*"}), Bucket("lake", "", granting({"AWS": SESSION})), ALLOW),
        (S3, Bucket("lake", "", granting({"AWS": ACCOUNT}, Effect="Deny")), DENY),
        (
            S3,
            Bucket(
                "lake",
                "",
                granting("*", Effect="Deny", Condition={"Bool": {"aws:SecureTransport": "false"}}),
            ),
            ALLOW,
        ),
        (
            S3,
            Bucket(
                "lake",
                "",
                granting(
                    "*", Effect="Deny", Condition={"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}
                ),
            ),
            UNKNOWN,
        ),
        (None, Bucket("lake"), UNKNOWN),
        (None, Bucket("lake", "", granting("*", Effect="Deny")), DENY),
    ],
)
def test_buckets(permissions: Policy | None, bucket: Bucket, expected: Effect) -> None:
    assert authorize(design(bucket), role(permissions), "s3:GetObject", PLACE).effect is expected


def test_whose_a_bucket_is_that_nothing_is_known_of() -> None:
    """It is the design's account's; to a role of another account that may be another one."""
    abroad = role(S3, arn=f"arn:aws:iam::{OTHER}:role/reader")
    assert authorize(design(), role(S3), "s3:GetObject", PLACE).effect is ALLOW
    assert authorize(design(), abroad, "s3:GetObject", PLACE).effect is UNKNOWN
    own = design(Bucket("lake", OTHER))
    assert authorize(own, abroad, "s3:GetObject", PLACE).effect is ALLOW


def test_a_session_of_the_base_role_has_a_name_of_its_own() -> None:
    bucket = Bucket("lake", "", granting({"AWS": SESSION}))
    holder = role()
    assert authorize(design(bucket), holder, "s3:GetObject", PLACE).effect is ALLOW
    as_base = design(bucket, base_role=holder)
    assert authorize(as_base, holder, "s3:GetObject", PLACE).effect is UNKNOWN


def test_boundaries() -> None:
    holder = role(S3, boundary=policy({"Action": "s3:Get*"}))
    assert authorize(design(), holder, "s3:GetObject", PLACE).effect is ALLOW
    found = authorize(design(), holder, "s3:PutObject", PLACE)
    assert (found.effect, found.why) == (IMPLICIT, "the permissions boundary does not allow it")


def key(*statements: dict[str, Any]) -> Key:
    return Key(KEY, policy(*[{"Action": "kms:*", **each} for each in statements]))


TO_ACCOUNT = key({"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}})
TO_ROLE = key({"Principal": {"AWS": ROLE}})
S3_AND = {
    "decrypt": policy({"Action": ["s3:*", "kms:Decrypt"]}),
    "generate": policy({"Action": ["s3:*", "kms:GenerateDataKey*"]}),
}


@pytest.mark.parametrize(
    ("permissions", "known", "action", "expected"),
    [
        (ALL, TO_ACCOUNT, "s3:GetObject", ALLOW),
        (S3, TO_ACCOUNT, "s3:GetObject", IMPLICIT),
        (S3, TO_ROLE, "s3:GetObject", ALLOW),
        (ALL, key({"Principal": {"AWS": OTHER}}), "s3:GetObject", IMPLICIT),
        (ALL, key({"Principal": {"AWS": ROLE}, "Effect": "Deny"}), "s3:GetObject", DENY),
        (ALL, None, "s3:GetObject", UNKNOWN),
        (ALL, Key(KEY), "s3:GetObject", UNKNOWN),
        (S3_AND["decrypt"], TO_ACCOUNT, "s3:GetObject", ALLOW),
        (S3_AND["decrypt"], TO_ACCOUNT, "s3:PutObject", IMPLICIT),
        # small objects can be written, large ones cannot
        (S3_AND["generate"], TO_ACCOUNT, "s3:PutObject", UNKNOWN),
        (S3_AND["generate"], TO_ACCOUNT, "s3:GetObject", IMPLICIT),
        (ALL, TO_ACCOUNT, "s3:PutObject", ALLOW),
        # no content is read
        (S3, TO_ACCOUNT, "s3:ListBucket", ALLOW),
        (S3, TO_ACCOUNT, "s3:DeleteObject", ALLOW),
    ],
)
def test_keys(permissions: Policy, known: Key | None, action: str, expected: Effect) -> None:
    made = design(Bucket("lake", key=KEY), keys=(known,) if known else ())
    found = authorize(made, role(permissions), action, PLACE)
    assert found.effect is expected
    if expected in (DENY, IMPLICIT):
        assert "kms:" in found.why
        assert KEY in found.why


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}, ALLOW),
        ({"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}, IMPLICIT),
        ({"StringEquals": {"kms:CallerAccount": ACCOUNT}}, ALLOW),
        ({"StringEquals": {"kms:CallerAccount": OTHER}}, IMPLICIT),
        ({"StringLike": {"kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::lake*"}}, UNKNOWN),
    ],
)
def test_conditions_of_keys(condition: dict[str, Any], expected: Effect) -> None:
    known = key({"Principal": {"AWS": "*"}, "Condition": condition})
    made = design(Bucket("lake", key=KEY), keys=(known,))
    assert authorize(made, role(S3), "s3:GetObject", PLACE).effect is expected


def test_where_the_client_encrypts_no_service_calls() -> None:
    through = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
    known = key({"Principal": {"AWS": ROLE}, "Condition": through})
    for mode, expected in (("SSE-KMS", ALLOW), ("CSE-KMS", IMPLICIT)):
        made = design(blocks=encrypted(mode, override=True), keys=(known,))
        assert authorize(made, role(S3), "s3:GetObject", PLACE).effect is expected


def test_a_key_by_its_alias_is_not_known() -> None:
    made = design(Bucket("lake", key="alias/lake"))
    assert authorize(made, role(ALL), "s3:GetObject", PLACE).effect is UNKNOWN


def test_s3_decides_before_the_key() -> None:
    made = design(Bucket("lake", key=KEY))
    found = authorize(made, role(), "s3:GetObject", PLACE)
    assert (found.effect, found.why) == (IMPLICIT, "no policy of the role allows it")
    closed = design(Bucket("lake", key=KEY), keys=(key({"Principal": {"AWS": OTHER}}),))
    assert authorize(closed, role(None), "s3:GetObject", PLACE).effect is IMPLICIT


def encrypted(mode: str, *, override: bool = False, **more: Any) -> dict[str, Any]:
    block: dict[str, Any] = {"EncryptionMode": mode, "AwsKmsKey": KEY}
    if mode == "SSE-S3":
        del block["AwsKmsKey"]
    if override:
        block = {"EncryptionMode": "SSE-S3", "Overrides": [{"BucketName": "lake", **block}]}
    rest = {"S3EncryptionConfiguration": block}
    inner = {"EnableAtRestEncryption": True, "AtRestEncryptionConfiguration": rest, **more}
    return {"EncryptionConfiguration": inner}


ONLY_KMS = {
    "Effect": "Deny",
    "Action": "s3:PutObject",
    "Condition": {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
}


@pytest.mark.parametrize(
    ("blocks", "expected"),
    [
        ({}, UNKNOWN),
        (encrypted("SSE-KMS"), ALLOW),
        (encrypted("SSE-KMS", override=True), ALLOW),
        (encrypted("SSE-S3"), DENY),
        (encrypted("CSE-KMS"), DENY),
        (encrypted("SSE-KMS", EnableAtRestEncryption=False), UNKNOWN),
        ({"EncryptionConfiguration": "x"}, UNKNOWN),
        ({"EncryptionConfiguration": {"AtRestEncryptionConfiguration": []}}, UNKNOWN),
    ],
)
def test_what_a_write_asks_for(blocks: dict[str, Any], expected: Effect) -> None:
    made = design(blocks=blocks, keys=(TO_ACCOUNT,))
    holder = role(policy({"Action": ["s3:*", "kms:*"]}, ONLY_KMS))
    assert authorize(made, holder, "s3:PutObject", PLACE).effect is expected


def test_overrides_name_the_key_of_a_bucket() -> None:
    made = design(blocks=encrypted("SSE-KMS", override=True), keys=(TO_ACCOUNT,))
    assert authorize(made, role(S3), "s3:GetObject", PLACE).effect is IMPLICIT
    assert authorize(made, role(ALL), "s3:GetObject", PLACE).effect is ALLOW
    assert authorize(made, role(S3), "s3:GetObject", path("s3://other/x")).effect is ALLOW
    # the default is for what the cluster writes: other objects may be encrypted otherwise
    default = design(blocks=encrypted("SSE-KMS"), keys=(TO_ACCOUNT,))
    assert authorize(default, role(S3), "s3:GetObject", PLACE).effect is UNKNOWN
    assert authorize(default, role(ALL), "s3:GetObject", PLACE).effect is ALLOW
    assert authorize(default, role(S3), "s3:PutObject", PLACE).effect is IMPLICIT


TEXTS = ("lake/", "lake/a", "lake/a/x", "lake/a/*", f"lake/{ACCOUNT}/x", "other/a/x", "like/ax")
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")


@st.composite
def designs(draw: st.DrawFn) -> tuple[Design, Role]:
    bucket = Bucket(
        "lake",
        draw(st.sampled_from(("", ACCOUNT, OTHER))),
        draw(policies(principals=True)),
    )
    holder = Role(
        RoleArn.parse(ROLE),
        permissions=draw(st.none() | st.lists(policies(), max_size=2).map(tuple)),
        boundary=draw(st.none() | policies()),
    )
    return design(*draw(st.sampled_from(((), (bucket,))))), holder


@settings(max_examples=120, deadline=None)
@given(designs())
def test_as_the_naive_interpreter_decides(made: tuple[Design, Role]) -> None:
    found, holder = made
    many = Authorizer(found)
    for action in ACTIONS:
        for text in TEXTS:
            place = Path(*text.split("/", 1))
            expected = naive.authorize(found, holder, action, text)
            assert many.decide(holder, action, place).effect == expected, (action, text)
            assert many.decide(holder, action, place) == authorize(found, holder, action, place)


@settings(max_examples=80, deadline=None)
@given(designs(), st.sampled_from(ACTIONS), st.lists(st.sampled_from(TEXTS), max_size=2))
def test_places_that_match_the_same_patterns_get_the_same(
    made: tuple[Design, Role], action: str, more: list[str]
) -> None:
    found, holder = made
    many = Authorizer(found)
    cuts = many.cuts(holder, action)
    seen: dict[object, Any] = {}
    for text in (*TEXTS, *(f"{each}x" for each in more), "lake/b", "lake/a/y", "third/a/y"):
        place = Path(*text.split("/", 1))
        region = (
            frozenset(each for each in cuts.places if matches(each, text)),
            frozenset(each for each in cuts.buckets if matches(each, place.bucket)),
            frozenset(each for each in cuts.prefixes if matches(each, place.key)),
        )
        decision = many.decide(holder, action, place)
        if cuts.exact:
            assert seen.setdefault(region, decision) == decision, text


def test_a_thousand_roles_by_two_hundred_paths_are_quick() -> None:
    """Measured against the naive interpreter, on a hundredth of the work."""
    roles = [
        role(
            policy(
                {
                    "Action": ["s3:Get*", "s3:PutObject"],
                    "Resource": f"arn:aws:s3:::b{i % 9}/t{i}/*",
                },
                {"Action": "s3:*", "Resource": "arn:aws:s3:::*/secret/*", "Effect": "Deny"},
            )
        )
        for i in range(1000)
    ]
    made = design()
    places = [Path(f"b{i % 9}", f"t{i}/part-{i}") for i in range(200)]
    start = time.perf_counter()
    many = Authorizer(made)
    found = [many.decisions(holder, "s3:GetObject", places) for holder in roles]
    taken = time.perf_counter() - start
    start = time.perf_counter()
    for holder, decisions in zip(roles[:20], found[:20], strict=True):
        for place, decision in zip(places[:20], decisions[:20], strict=True):
            text = place.text
            assert naive.authorize(made, holder, "s3:GetObject", text) == decision.effect
    assert taken < 500 * (time.perf_counter() - start) / 20
