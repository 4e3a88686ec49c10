"""The patterns over places on which decisions depend."""

from typing import Any

import pytest

from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.patterns import Cuts, key_patterns
from opskit.emrfs.iam.policy import parse
from tests.emrfs.iam.policies import ACCOUNT, ROLE


def cuts(action: str, statement: dict[str, Any]) -> Cuts:
    """Of one statement; None takes an element away."""
    whole = {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **statement}
    kept = {key: value for key, value in whole.items() if value is not None}
    policy = parse({"Version": "2012-10-17", "Statement": kept}, "p")
    context = {"aws:principalaccount": (ACCOUNT,)}
    request = Request(ROLE, action, "arn:aws:s3:::", context, frozenset(("aws:userid",)))
    return key_patterns([policy], request)


@pytest.mark.parametrize(
    ("statement", "places"),
    [
        ({}, {"*"}),
        ({"Resource": "arn:aws:s3:::lake/a/*"}, {"lake/a/*"}),
        ({"NotResource": "arn:aws:s3:::lake/a/*", "Resource": None}, {"lake/a/*"}),
        ({"Effect": "Deny", "Resource": ["arn:aws:s3:::*/x?"]}, {"*/x?"}),
        ({"Resource": "arn:aws:s3:::lake/${*}"}, {r"lake/\*"}),
        ({"Resource": "arn:aws:s3:::lake/${aws:PrincipalAccount}/*"}, {f"lake/{ACCOUNT}/*"}),
        ({"Resource": "arn:aws:s3:::lake/${aws:userid}/*"}, {"lake/*/*"}),
        ({"Resource": "arn:aws:s3:::lake/${aws:username}/*"}, set()),
        ({"Resource": "arn:aws-cn:s3:::lake/*"}, set()),
        ({"Action": "s3:PutObject"}, set()),
        ({"NotAction": "s3:PutObject", "Action": None}, {"*"}),
    ],
)
def test_places(statement: dict[str, Any], places: set[str]) -> None:
    assert cuts("s3:GetObject", statement) == Cuts(places=frozenset(places))


@pytest.mark.parametrize(
    ("condition", "prefixes", "exact"),
    [
        ({"StringLike": {"s3:prefix": ["", "home/*"]}}, {"", "home/*"}, True),
        ({"StringNotEquals": {"S3:Prefix": "a*"}}, {r"a\*"}, True),
        ({"ForAnyValue:StringLikeIfExists": {"s3:prefix": "a?"}}, {"a?"}, True),
        ({"StringEqualsIgnoreCase": {"s3:prefix": "a"}}, set(), False),
        ({"ArnLike": {"s3:prefix": "a"}}, set(), False),
        ({"Null": {"s3:prefix": "true"}}, set(), True),
        ({"StringSounds": {"s3:prefix": "a"}}, set(), True),
        ({"StringLike": {"s3:delimiter": "a"}}, set(), True),
    ],
)
def test_buckets_and_prefixes(condition: dict[str, Any], prefixes: set[str], exact: bool) -> None:
    found = cuts("s3:ListBucket", {"Resource": "arn:aws:s3:::lake", "Condition": condition})
    assert found == Cuts(frozenset(), frozenset({"lake"}), frozenset(prefixes), exact)


def test_together() -> None:
    found = Cuts(frozenset("a"), exact=False) | Cuts(frozenset("b"), frozenset("c"))
    assert found == Cuts(frozenset("ab"), frozenset("c"), frozenset(), False)
    assert cuts("s3:ListAllMyBuckets", {}) == Cuts()
