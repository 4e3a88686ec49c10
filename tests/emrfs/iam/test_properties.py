"""IAM against a naive interpreter written apart, and against itself."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.iam.decision import Decision, Effect, Request
from opskit.emrfs.iam.evaluate import evaluate
from opskit.emrfs.iam.policy import Policy, parse
from tests.emrfs import naive
from tests.emrfs.iam.policies import policies, requests, statements

IDENTITY = st.lists(policies(), max_size=2)
#: From what gives most to what gives least.
ORDER = (Effect.ALLOW, Effect.UNKNOWN, Effect.IMPLICIT_DENY, Effect.DENY)


@settings(max_examples=250, deadline=None)
@given(
    requests(),
    st.none() | IDENTITY,
    st.none() | st.lists(policies(principals=True), max_size=1),
    st.none() | policies(),
    st.none() | st.lists(policies(), max_size=1),
    st.sampled_from((True, True, False, None)),
    st.booleans(),
)
def test_both_interpreters_decide_alike(
    request: Request,
    identity: list[Policy] | None,
    resource: list[Policy] | None,
    boundary: Policy | None,
    session: list[Policy] | None,
    same_account: bool | None,
    guarded: bool,
) -> None:
    found = evaluate(
        request,
        identity=identity,
        resource=resource or [],
        boundary=boundary,
        session=session,
        same_account=same_account,
        guarded=guarded,
    )
    expected = naive.evaluate(
        request,
        identity=identity,
        resource=resource,
        boundary=boundary,
        session=session,
        same_account=same_account,
        guarded=guarded,
    )
    assert found.effect == expected, found


@settings(max_examples=60, deadline=None)
@given(requests(), IDENTITY, policies(), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_count(
    request: Request, identity: list[Policy], boundary: Policy, shuffler: random.Random
) -> None:
    def mixed(policy: Policy) -> Policy:
        listed = list(policy.statements)
        shuffler.shuffle(listed)
        return replace(policy, statements=tuple(listed))

    before = evaluate(request, identity=identity, boundary=boundary)
    after = evaluate(request, identity=[*map(mixed, identity)][::-1], boundary=mixed(boundary))
    assert before.effect == after.effect


@settings(max_examples=60, deadline=None)
@given(requests(), IDENTITY, statements(principals=False))
def test_one_more_denial_never_widens(
    request: Request, identity: list[Policy], statement: dict[str, object]
) -> None:
    denial = parse({"Version": "2012-10-17", "Statement": statement | {"Effect": "Deny"}}, "d")
    before = evaluate(request, identity=identity)
    after = evaluate(request, identity=[*identity, denial])
    assert ORDER.index(after.effect) >= ORDER.index(before.effect)


@settings(max_examples=60, deadline=None)
@given(requests(), IDENTITY, policies())
def test_one_more_layer_of_limits_never_widens(
    request: Request, identity: list[Policy], boundary: Policy
) -> None:
    before = evaluate(request, identity=identity)
    after = evaluate(request, identity=identity, boundary=boundary)
    assert ORDER.index(after.effect) >= ORDER.index(before.effect)


@settings(max_examples=60, deadline=None)
@given(requests(), IDENTITY)
def test_a_statement_split_by_its_values_means_the_same(
    request: Request, identity: list[Policy]
) -> None:
    """One statement for each action and resource; of Not lists only the whole means the same."""

    def split(policy: Policy) -> Policy:
        parts = []
        for each in policy.statements:
            actions = [None] if each.actions is None else [(one,) for one in each.actions]
            places = [None] if each.resources is None else [(one,) for one in each.resources]
            parts += [replace(each, actions=a, resources=r) for a in actions for r in places]
        return replace(policy, statements=tuple(parts))

    def effect(decision: Decision) -> Effect:
        return decision.effect

    before = evaluate(request, identity=identity)
    assert effect(evaluate(request, identity=[*map(split, identity)])) == effect(before)


@settings(max_examples=60, deadline=None)
@given(requests(), IDENTITY)
def test_what_is_told_in_the_end_never_contradicts_what_was_told_before(
    request: Request, identity: list[Policy]
) -> None:
    """A decision that is not UNKNOWN stays when a key that was unknown turns out absent."""
    before = evaluate(request, identity=identity)
    known = replace(request, unknown=frozenset({"aws:userid"}))
    after = evaluate(known, identity=identity)
    if before.effect is Effect.ALLOW:
        assert after.effect is Effect.ALLOW
    if before.effect in (Effect.DENY, Effect.IMPLICIT_DENY) and after.effect is not Effect.UNKNOWN:
        assert after.effect in (Effect.DENY, Effect.IMPLICIT_DENY)
