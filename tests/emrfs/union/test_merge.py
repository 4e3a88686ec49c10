"""Merged and packed policies decide as the roles do together: judged by the evaluator."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.build.size import MANAGED, size
from opskit.emrfs.iam.decision import Effect, Request
from opskit.emrfs.iam.evaluate import evaluate
from opskit.emrfs.iam.policy import Policy, parse
from opskit.emrfs.union.merge import merged
from opskit.emrfs.union.pack import TooLargeError, packed
from opskit.emrfs.union.rules import Rule, document, keys_on_the_caller, rules_of

ROLE = "arn:aws:iam::111122223333:role/x"
ACTIONS = ["s3:GetObject", "s3:PutObject", "S3:getobject", "s3:Get*", "s3:*", "*", "s3:?utObject"]
PLACES = ["a/x", "a/xy", "a/x/y", "b/x", "b/z"]
RESOURCES = [f"arn:aws:s3:::{each}" for each in (*PLACES, "a/*", "*/x", "a/x?", "b/${*}", "?/x*")]
CONDITIONS = [
    {},
    {"StringLike": {"s3:prefix": ["x*", "y"]}},
    {"StringLike": {"s3:prefix": "x*"}, "Bool": {"aws:SecureTransport": "true"}},
    {"Bool": {"aws:SecureTransport": True}},
]


def several(values: list[str]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=4)


@st.composite
def statements(draw: st.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {"Effect": draw(st.sampled_from(["Allow", "Allow", "Deny"]))}
    made[draw(st.sampled_from(["Action", "Action", "NotAction"]))] = draw(several(ACTIONS))
    made[draw(st.sampled_from(["Resource", "Resource", "NotResource"]))] = draw(
        several([*RESOURCES, "*"])
    )
    condition = draw(st.sampled_from(CONDITIONS))
    return {**made, "Condition": condition} if condition else made


POLICIES = st.builds(
    lambda version, listed: parse({"Version": version, "Statement": listed}, "p"),
    st.sampled_from(["2012-10-17", "2012-10-17", "2008-10-17"]),
    st.lists(statements(), min_size=1, max_size=4),
)
REQUESTS = [
    Request(
        ROLE,
        action,
        f"arn:aws:s3:::{place}",
        {"s3:prefix": (prefix,), "aws:securetransport": (secure,)},
    )
    for action in ("s3:GetObject", "s3:PutObject", "sqs:SendMessage")
    for place in (*PLACES, "b/${*}")
    for prefix, secure in (("x1", "true"), ("y", "false"), ("z", "true"))
]


def together(effects: list[Effect]) -> Effect:
    for effect in (Effect.DENY, Effect.ALLOW):
        if effect in effects:
            return effect
    return Effect.IMPLICIT_DENY


@settings(max_examples=60, deadline=None)
@given(st.lists(POLICIES, min_size=1, max_size=4), st.integers(300, 900))
def test_the_union_decides_as_its_roles(policies: list[Policy], limit: int) -> None:
    rules = merged(rule for policy in policies for rule in rules_of(policy))
    try:
        made = [parse(document(each), "merged") for each in packed(rules, limit)]
    except TooLargeError:
        made = [parse(document(rules), "merged")]
    assert [fault for policy in made for s in policy.statements for fault in s.faults] == []
    for request in REQUESTS:
        alone = [evaluate(request, identity=[policy]).effect for policy in policies]
        assert evaluate(request, identity=made).effect is together(alone), request


def merge(*listed: dict[str, Any]) -> list[dict[str, Any]]:
    policy = parse({"Version": "2012-10-17", "Statement": list(listed)}, "p")
    return [rule.statement for rule in merged(rules_of(policy))]


def allow(action: Any, resource: Any, **more: Any) -> dict[str, Any]:
    """Resources are places in S3: `a/b` is the ARN of an object."""
    listed = [resource] if isinstance(resource, str) else resource
    arns = [each if each == "*" else f"arn:aws:s3:::{each}" for each in listed]
    places = arns[0] if isinstance(resource, str) else arns
    return {"Effect": "Allow", "Action": action, "Resource": places, **more}


def test_same_actions_and_same_resources() -> None:
    assert merge(
        allow("s3:GetObject", "a"),
        allow("s3:GetObject", "b"),
        allow("s3:PutObject", ["a", "b"], Sid="x"),
    ) == [allow(["s3:GetObject", "s3:PutObject"], ["a", "b"])]


def test_what_is_covered_goes() -> None:
    assert merge(
        allow("s3:GetObject", ["a/b", "c"]),
        allow("s3:*", "a/*"),
        allow("s3:Get*", "a/x", Condition={"Bool": {"aws:SecureTransport": "true"}}),
    ) == [allow("s3:GetObject", "c"), allow("s3:*", "a/*")]


def test_two_that_cover_each_other_do_not_both_go() -> None:
    assert len(merge(allow("s3:*", "a/*"), allow("S3:*", "a/**"))) == 1


def test_conditions_and_effects_are_kept_apart() -> None:
    condition = {"Bool": {"aws:SecureTransport": "true"}}
    deny = {"Effect": "Deny", "Action": "s3:*", "Resource": "*"}
    listed = [allow("s3:*", "a", Condition=condition), allow("s3:Get*", "a"), deny]
    assert merge(*listed) == listed


def test_exceptions_are_not_put_together() -> None:
    listed = [
        {"Effect": "Allow", "Action": "s3:Get*", "NotResource": "arn:aws:s3:::a"},
        {"Effect": "Allow", "Action": "s3:Get*", "NotResource": "arn:aws:s3:::b"},
    ]
    assert merge(*listed) == listed
    assert merge(listed[0], listed[0]) == listed[:1]


def test_older_policies_have_no_variables() -> None:
    old = parse({"Statement": allow("s3:*", "a/${aws:username}")}, "old")
    assert rules_of(old)[0].resources == ("arn:aws:s3:::a/${$}{aws:username}",)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ({}, "Statement"),
        ({"Statement": [{"Effect": "Allow", "Action": "s3:*"}]}, "Resource"),
        ({"Statement": [{"Effect": "Allow", "Resource": "*"}]}, "Action"),
        ({"Statement": [{**allow("s3:*", "*"), "Principal": "*"}]}, "Principal"),
        ({"Statement": [{"Effect": "Maybe", "Action": "s3:*", "Resource": "*"}]}, "Effect"),
    ],
)
def test_what_is_not_understood_is_not_taken_over(source: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        rules_of(parse(source, "p"))


def test_a_hundred_thousand_statements() -> None:
    rules = [
        Rule("Allow", ("s3:GetObject",), (f"arn:aws:s3:::bucket-{number % 1000}/{number}/*",))
        for number in range(100_000)
    ]
    assert len(merged(rules)) == 1


def test_keys_that_tell_roles_apart() -> None:
    rule = Rule("Allow", ("s3:*",), ("a/${aws:PrincipalTag/team}/*",))
    assert keys_on_the_caller([rule]) == ["aws:PrincipalTag/"]
    assert keys_on_the_caller([Rule("Allow", ("s3:*",), ("a",))]) == []


def places(count: int) -> tuple[str, ...]:
    return tuple(f"arn:aws:s3:::bucket/{number:060}/*" for number in range(count))


def test_packed_policies_are_full_and_none_is_too_long() -> None:
    rules = [Rule("Allow", ("s3:GetObject",), places(200)), Rule("Deny", ("s3:Put*",), places(90))]
    found = packed(rules)
    sizes = [size(document(each)) for each in found]
    assert max(sizes) <= MANAGED
    assert len(sizes) == -(-sum(sizes) // MANAGED)  # no fewer would do
    kept = [(rule.effect, place) for each in found for rule in each for place in rule.resources]
    assert sorted(kept) == sorted((rule.effect, p) for rule in rules for p in rule.resources)


def test_a_policy_of_just_the_limit() -> None:
    rule = Rule("Allow", ("s3:GetObject",), places(5))
    exact = size(document([rule]))
    assert packed([rule], exact) == [[rule]]
    assert len(packed([rule], exact - 1)) == 2


def test_a_statement_that_cannot_be_parted() -> None:
    rule = Rule("Deny", ("s3:*",), places(200), but_resources=True)
    with pytest.raises(TooLargeError, match="cannot be parted"):
        packed([rule])
    many = Rule("Allow", tuple(f"s3:Action{n}" for n in range(800)), ("*",))
    assert len(packed([many])) == 2  # actions can be
