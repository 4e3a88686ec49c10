"""IAM's decisions, after the examples that AWS publishes (told in other words) and its rules.

IAM User Guide: "Policy evaluation logic", "Permissions boundaries for IAM entities",
"Cross-account policy evaluation logic", "NotAction", "NotResource", "Variables and tags", "Example
policies"; S3 User Guide: "Bucket policy examples using condition keys".
"""

import time
from typing import Any

import pytest

from opskit.emrfs.iam.decision import Decision, Effect, Request
from opskit.emrfs.iam.evaluate import evaluate
from opskit.emrfs.iam.policy import Policy, parse
from tests.emrfs.iam.policies import ACCOUNT, OTHER, ROLE, SESSION

ALLOW, DENY, IMPLICIT, UNKNOWN = Effect.ALLOW, Effect.DENY, Effect.IMPLICIT_DENY, Effect.UNKNOWN
READ = "s3:GetObject"
PLACE = "arn:aws:s3:::lake/a"


def policy(*statements: dict[str, Any], name: str = "p") -> Policy:
    filled = [{"Effect": "Allow", **each} for each in statements]
    return parse({"Version": "2012-10-17", "Statement": filled}, name)


def asked(
    action: str = READ, resource: str = PLACE, unknown: tuple[str, ...] = (), **context: str
) -> Request:
    keys = {key.replace("__", ":").lower(): (value,) for key, value in context.items()}
    return Request(ROLE, action, resource, keys, frozenset(unknown), "EmrFS-Session")


ALL = policy({"Action": "s3:*", "Resource": "*"}, name="all")
NONE = policy({"Action": "sqs:*", "Resource": "*"}, name="none")
DENIES = policy({"Effect": "Deny", "Action": "s3:*", "Resource": "*"}, name="denies")
HALF = policy(
    {"Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:FutureKey": "true"}}},
    name="half",
)
MAY_DENY = policy(
    {
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"Bool": {"aws:FutureKey": "true"}},
    },
    name="may deny",
)


def grant(principal: Any, **more: Any) -> Policy:
    return policy({"Principal": principal, "Action": "s3:*", "Resource": "*", **more}, name="grant")


TO_ROLE, TO_SESSION = grant({"AWS": ROLE}), grant({"AWS": SESSION})
TO_ALL, TO_ACCOUNT, TO_OTHER = grant("*"), grant({"AWS": ACCOUNT}), grant({"AWS": OTHER})


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ({"identity": []}, IMPLICIT),
        ({"identity": [ALL]}, ALLOW),
        ({"identity": [ALL, DENIES]}, DENY),
        ({"identity": None}, UNKNOWN),
        ({"identity": None, "boundary": DENIES}, DENY),
        ({"identity": None, "resource": [grant("*", Effect="Deny")]}, DENY),
        ({"identity": None, "boundary": NONE}, IMPLICIT),
        ({"identity": None, "resource": [TO_SESSION]}, UNKNOWN),
        # a boundary and a session policy limit, and give nothing
        ({"identity": [ALL], "boundary": NONE}, IMPLICIT),
        ({"identity": [ALL], "boundary": ALL}, ALLOW),
        ({"identity": [], "boundary": ALL}, IMPLICIT),
        ({"identity": [ALL], "boundary": DENIES}, DENY),
        ({"identity": [ALL], "session": [NONE]}, IMPLICIT),
        ({"identity": [ALL], "session": [ALL], "boundary": ALL}, ALLOW),
        ({"identity": [ALL], "session": [ALL], "boundary": NONE}, IMPLICIT),
        ({"identity": [ALL], "session": []}, IMPLICIT),
        # in one account the resource's policy is enough where it names the role
        ({"identity": [], "resource": [TO_ROLE]}, ALLOW),
        ({"identity": [], "resource": [TO_OTHER]}, IMPLICIT),
        ({"identity": [], "resource": [TO_ACCOUNT]}, IMPLICIT),
        ({"identity": [ALL], "resource": [TO_OTHER]}, ALLOW),
        ({"identity": [ALL], "resource": [grant({"AWS": ROLE}, Effect="Deny")]}, DENY),
        ({"identity": [ALL], "resource": [grant({"AWS": ACCOUNT}, Effect="Deny")]}, DENY),
        ({"identity": [ALL], "resource": [grant({"AWS": OTHER}, Effect="Deny")]}, ALLOW),
        # limits hold for what the role is granted, not for its session or for everyone
        ({"identity": [], "resource": [TO_ROLE], "boundary": NONE}, IMPLICIT),
        ({"identity": [], "resource": [TO_SESSION], "boundary": NONE}, ALLOW),
        ({"identity": [], "resource": [TO_ALL], "boundary": NONE}, ALLOW),
        ({"identity": [], "resource": [TO_ROLE], "session": [NONE]}, IMPLICIT),
        ({"identity": [], "resource": [TO_SESSION], "session": [NONE]}, ALLOW),
        ({"identity": [], "resource": [TO_SESSION], "boundary": DENIES}, DENY),
        # across accounts both sides have to allow
        ({"identity": [ALL], "same_account": False}, IMPLICIT),
        ({"identity": [], "resource": [TO_ROLE], "same_account": False}, IMPLICIT),
        ({"identity": [], "resource": [TO_SESSION], "same_account": False}, IMPLICIT),
        ({"identity": [ALL], "resource": [TO_ROLE], "same_account": False}, ALLOW),
        ({"identity": [ALL], "resource": [TO_ACCOUNT], "same_account": False}, ALLOW),
        ({"identity": [ALL], "resource": [TO_OTHER], "same_account": False}, IMPLICIT),
        ({"identity": [ALL], "resource": None, "same_account": False}, UNKNOWN),
        (
            {
                "identity": [ALL],
                "resource": [TO_SESSION],
                "boundary": NONE,
                "same_account": False,
            },
            IMPLICIT,
        ),
        # an account that is not known matters where both readings differ
        ({"identity": [ALL], "same_account": None}, UNKNOWN),
        ({"identity": [ALL], "resource": [TO_ROLE], "same_account": None}, ALLOW),
        ({"identity": [], "same_account": None}, IMPLICIT),
        # keys and trust have to be given by their own policies
        ({"identity": [ALL], "guarded": True}, IMPLICIT),
        ({"identity": [], "resource": [TO_ROLE], "guarded": True}, ALLOW),
        ({"identity": [], "resource": [TO_ACCOUNT], "guarded": True}, IMPLICIT),
        ({"identity": [ALL], "resource": [TO_ACCOUNT], "guarded": True}, ALLOW),
        ({"identity": [ALL], "resource": None, "guarded": True}, UNKNOWN),
        # what cannot be told never allows
        ({"identity": [HALF]}, UNKNOWN),
        ({"identity": [HALF, ALL]}, ALLOW),
        ({"identity": [HALF, DENIES]}, DENY),
        ({"identity": [ALL, MAY_DENY]}, UNKNOWN),
        ({"identity": [MAY_DENY]}, IMPLICIT),
        ({"identity": [ALL], "boundary": HALF}, UNKNOWN),
        ({"identity": [HALF], "boundary": NONE}, IMPLICIT),
        ({"identity": [ALL], "resource": None}, UNKNOWN),
    ],
)
def test_how_policies_come_together(layers: dict[str, Any], expected: Effect) -> None:
    assert evaluate(asked(), **layers).effect is expected


def decided(statement: dict[str, Any], request: Request, *others: dict[str, Any]) -> Effect:
    return evaluate(request, identity=[policy(statement, *others)]).effect


@pytest.mark.parametrize(
    ("statement", "action", "resource", "expected"),
    [
        ({"Action": "S3:GETOBJECT", "Resource": "*"}, READ, PLACE, ALLOW),
        ({"Action": "s3:Get*", "Resource": "*"}, READ, PLACE, ALLOW),
        ({"Action": "s3:?etObject", "Resource": "*"}, READ, PLACE, ALLOW),
        ({"Action": "*", "Resource": "*"}, READ, PLACE, ALLOW),
        ({"Action": "s3:GetObjectAcl", "Resource": "*"}, READ, PLACE, IMPLICIT),
        # everything but: all other actions of all services
        ({"NotAction": "iam:*", "Resource": "*"}, READ, PLACE, ALLOW),
        ({"NotAction": ["s3:Get*", "iam:*"], "Resource": "*"}, READ, PLACE, IMPLICIT),
        ({"NotAction": "s3:DeleteBucket", "Resource": "arn:aws:s3:::*"}, READ, PLACE, ALLOW),
        # case counts in resources
        ({"Action": READ, "Resource": "arn:aws:s3:::lake/A"}, READ, PLACE, IMPLICIT),
        ({"Action": READ, "Resource": "arn:aws:s3:::lake/?"}, READ, PLACE, ALLOW),
        ({"Action": READ, "Resource": "arn:aws:s3:::lake"}, READ, PLACE, IMPLICIT),
        ({"Action": READ, "Resource": "arn:aws:s3:::lake/*"}, READ, PLACE + "/b", ALLOW),
        ({"Action": READ, "Resource": "arn:aws:s3:::lake-*"}, READ, PLACE, IMPLICIT),
        ({"Action": "s3:ListBucket", "Resource": PLACE}, "s3:ListBucket", PLACE[:-2], IMPLICIT),
        ({"Action": READ, "NotResource": "arn:aws:s3:::lake/*"}, READ, PLACE, IMPLICIT),
        ({"Action": READ, "NotResource": "arn:aws:s3:::other/*"}, READ, PLACE, ALLOW),
        ({"Action": READ, "Resource": []}, READ, PLACE, IMPLICIT),
    ],
)
def test_what_a_statement_is_about(
    statement: dict[str, Any], action: str, resource: str, expected: Effect
) -> None:
    assert decided(statement, asked(action, resource)) is expected


def test_all_but_one_bucket_is_denied() -> None:
    """NotResource with Deny: the guide's payroll bucket, which an Allow still has to open."""
    payroll = ["arn:aws:s3:::payroll", "arn:aws:s3:::payroll/*"]
    denial = {"Effect": "Deny", "Action": "s3:*", "NotResource": payroll}
    inside, outside = asked(resource="arn:aws:s3:::payroll/x"), asked()
    assert decided(denial, inside) is IMPLICIT
    assert decided(denial, inside, {"Action": "s3:*", "Resource": payroll}) is ALLOW
    assert decided(denial, outside, {"Action": "*", "Resource": "*"}) is DENY


HOME = (
    {"Action": ["s3:ListAllMyBuckets", "s3:GetBucketLocation"], "Resource": "arn:aws:s3:::*"},
    {
        "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::lake",
        "Condition": {"StringLike": {"s3:prefix": ["", "home/", "home/${aws:username}/*"]}},
    },
    {
        "Action": "s3:*",
        "Resource": [
            "arn:aws:s3:::lake/home/${aws:username}",
            "arn:aws:s3:::lake/home/${aws:username}/*",
        ],
    },
)


@pytest.mark.parametrize(
    ("action", "resource", "prefix", "expected"),
    [
        ("s3:ListBucket", "lake", "", ALLOW),
        ("s3:ListBucket", "lake", "home/", ALLOW),
        ("s3:ListBucket", "lake", "home/ana/x", ALLOW),
        ("s3:ListBucket", "lake", "home/bo/", IMPLICIT),
        ("s3:ListBucket", "lake", "home", IMPLICIT),
        ("s3:GetObject", "lake/home/ana/x", None, ALLOW),
        ("s3:GetObject", "lake/home/ana", None, ALLOW),
        ("s3:GetObject", "lake/home/anabel", None, IMPLICIT),
        ("s3:GetObject", "lake/home/bo/x", None, IMPLICIT),
    ],
)
def test_home_folders(action: str, resource: str, prefix: str | None, expected: Effect) -> None:
    """The guide's policy for a folder of one's own in a bucket."""
    context = {"aws:username": ("ana",)}
    if prefix is not None:
        context["s3:prefix"] = (prefix,)
    request = Request(ROLE, action, f"arn:aws:s3:::{resource}", context)
    assert evaluate(request, identity=[policy(*HOME)]).effect is expected


def test_home_folders_of_a_role_have_no_name() -> None:
    """A role has no user name: the statements with it match nothing."""
    request = asked(resource="arn:aws:s3:::lake/home/ana/x")
    assert evaluate(request, identity=[policy(*HOME)]).effect is IMPLICIT


def test_variables_stand_for_themselves_in_old_policies() -> None:
    old = parse({"Statement": [{"Effect": "Allow", **HOME[2]}]}, "old")
    written = asked(resource="arn:aws:s3:::lake/home/${aws:username}/x", aws__username="ana")
    replaced = asked(resource="arn:aws:s3:::lake/home/ana/x", aws__username="ana")
    assert evaluate(written, identity=[old]).effect is ALLOW
    assert evaluate(replaced, identity=[old]).effect is IMPLICIT


@pytest.mark.parametrize(
    ("condition", "context", "expected"),
    [
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws__SecureTransport": "true"}, ALLOW),
        ({"Bool": {"aws:SecureTransport": "false"}}, {"aws__SecureTransport": "false"}, DENY),
        (
            {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
            {"s3__x-amz-server-side-encryption": "AES256"},
            DENY,
        ),
        ({"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}}, {}, DENY),
        ({"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}}, {}, DENY),
        ({"Null": {"s3:x-amz-server-side-encryption": "true"}}, {}, DENY),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, {"aws__PrincipalOrgID": "o-1"}, ALLOW),
        ({"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws__SourceIp": "10.1.2.3"}, ALLOW),
        ({"ArnNotLike": {"aws:PrincipalArn": ROLE}}, {"aws__PrincipalArn": ROLE}, ALLOW),
        ({"StringEquals": {"aws:SourceAccount": ACCOUNT}}, {}, ALLOW),
        # all operators and all keys have to hold
        (
            {"StringEquals": {"s3:prefix": "a", "s3:delimiter": "/"}},
            {"s3__prefix": "a", "s3__delimiter": "/"},
            DENY,
        ),
        ({"StringEquals": {"s3:prefix": "a", "s3:delimiter": "/"}}, {"s3__prefix": "a"}, ALLOW),
        (
            {"StringEquals": {"s3:prefix": "a"}, "Null": {"s3:delimiter": "false"}},
            {"s3__prefix": "a"},
            ALLOW,
        ),
    ],
)
def test_denials_with_conditions(
    condition: dict[str, Any], context: dict[str, str], expected: Effect
) -> None:
    denial = {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": condition}
    assert evaluate(asked(**context), identity=[ALL, policy(denial)]).effect is expected


def test_the_statement_that_decides_is_named() -> None:
    second = policy({"Action": "sqs:*", "Resource": "*"}, {"Action": READ, "Resource": "*"})
    found = evaluate(asked(), identity=[NONE, second, ALL])
    assert found.statement is second.statements[1]
    assert found.why == "the role's policy allows it"
    assert evaluate(asked(), identity=[ALL, DENIES]) == Decision(
        DENY, DENIES.statements[0], "the role's policy denies it"
    )
    found = evaluate(asked(), identity=[], resource=[TO_ROLE])
    assert (found.statement, found.why) == (
        TO_ROLE.statements[0],
        "the resource's policy allows it",
    )


@pytest.mark.parametrize(
    ("layers", "why"),
    [
        ({"identity": [NONE]}, "no policy of the role allows it"),
        ({"identity": [ALL], "boundary": NONE}, "the permissions boundary does not allow it"),
        ({"identity": [ALL], "session": [NONE]}, "the session policy does not allow it"),
        (
            {"identity": [ALL], "same_account": False},
            "nothing in the resource's policy allows it, and it is of another account",
        ),
        ({"identity": None}, "the role's policy is not known"),
        ({"identity": [HALF]}, "the role's policy may allow it: aws:FutureKey is not known here"),
        (
            {"identity": [ALL, MAY_DENY]},
            "the role's policy may deny it: aws:FutureKey is not known here",
        ),
        (
            {"identity": [ALL], "same_account": None},
            "it is not known whether the role and the resource are of one account",
        ),
    ],
)
def test_why(layers: dict[str, Any], why: str) -> None:
    assert evaluate(asked(), **layers).why == why


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ({"Action": "s3:*"}, "it is not understood: neither Resource nor Principal"),
        ({"Action": "s3:*", "Resource": "*", "Effect": "Grant"}, "Effect is 'Grant'"),
        ({"Action": "s3:*", "Resource": "*", "When": 1}, "unknown key 'When'"),
        ({"Action": "s3:*", "NotAction": "x:*", "Resource": "*"}, "both Action and NotAction"),
        ({"Action": "s3:*", "Resource": "*", "Principal": "*"}, "and no Principal"),
        (
            {"Action": "s3:*", "Resource": "*", "Condition": {"StringIs": {"s3:prefix": "a"}}},
            "StringIs is no condition operator that is known",
        ),
        (
            {
                "Action": "s3:*",
                "Resource": "*",
                "Condition": {"Bool": {"aws:SecureTransport": "no"}},
            },
            "its condition on aws:SecureTransport cannot be judged here",
        ),
        ({"Action": "GetObject", "Resource": "*"}, "'GetObject' is no action"),
        ({"Action": ["s3:*"], "Resource": {"Fn::Sub": "x"}}, "which is no text"),
        (
            {"Action": "s3:*", "Resource": "arn:aws:s3:::lake/${aws:userid}"},
            "its resource has a variable whose value is not known here",
        ),
    ],
)
def test_what_is_not_understood_is_unknown(statement: dict[str, Any], reason: str) -> None:
    request = asked(unknown=("aws:userid",), aws__SecureTransport="true")
    found = evaluate(request, identity=[policy(statement)])
    assert found.effect is UNKNOWN
    assert reason in found.why
    # where it surely does not apply it is passed over
    other = asked("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q")
    assert evaluate(other, identity=[policy(statement)]).effect is IMPLICIT
    # and a denial stays one
    assert evaluate(request, identity=[policy(statement), DENIES]).effect is DENY


def test_an_action_that_is_no_text_could_be_any() -> None:
    open_ = policy({"Action": {"Ref": "x"}, "Resource": "*"})
    assert evaluate(asked(), identity=[open_]).effect is UNKNOWN
    assert evaluate(asked("sqs:SendMessage"), identity=[open_]).effect is UNKNOWN


@pytest.mark.parametrize("source", [[], {}, {"Version": "2099-01-01", "Statement": []}])
def test_a_policy_that_is_none(source: object) -> None:
    broken = parse(source, "broken")
    assert evaluate(asked(), identity=[broken]).effect is UNKNOWN
    assert evaluate(asked(), identity=[broken, ALL]).effect is UNKNOWN
    assert evaluate(asked(), identity=[broken, DENIES]).effect is DENY


def test_a_policy_of_a_hundred_thousand_statements() -> None:
    listed = [
        {"Effect": "Allow", "Action": READ, "Resource": f"arn:aws:s3:::lake/team{i}/*"}
        for i in range(100_000)
    ]
    large = parse({"Version": "2012-10-17", "Statement": listed}, "large")
    start = time.perf_counter()
    found = evaluate(asked(resource="arn:aws:s3:::lake/team99999/x"), identity=[large])
    assert found.statement is large.statements[-1]
    missing = asked(resource="arn:aws:s3:::lake/nobody/x")
    assert evaluate(missing, identity=[large]).effect is IMPLICIT
    # a scan of every pattern for every other one would take hours
    assert time.perf_counter() - start < 30
