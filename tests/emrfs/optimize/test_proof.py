"""The proof: it finds a difference exactly where trying everything finds one."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.model import Design
from opskit.emrfs.optimize import proof
from tests.emrfs.designs import design
from tests.emrfs.optimize.everything import MAPPINGS, differ, made


@st.composite
def _near(draw: st.DrawFn) -> tuple[Any, Any]:
    """A list of mappings and another that is near to it."""
    one = draw(MAPPINGS)
    other = draw(st.permutations(one))
    return one, other[1:] if draw(st.booleans()) else other


@settings(max_examples=300, deadline=None)
@given(_near())
def test_as_trying_everything(pair: tuple[Any, Any]) -> None:
    before, after = made(pair[0]), made(pair[1])
    assert (proof.difference(before, after) is not None) == differ(before, after)


def _with(*mappings: str) -> Design:
    return design(f"base-role: B\nmappings: [{', '.join(mappings)}]")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("users: [a]", "users: [b]", "user a"),
        ("groups: [a]", "users: [a]", "group a"),
        ('prefixes: ["s3://a/"]', 'prefixes: ["s3://a"]', "prefix a"),
    ],
)
def test_what_differs_is_named(before: str, after: str, told: str) -> None:
    pair = [_with(f"{{role: A, {each}}}") for each in (before, after)]
    assert proof.difference(pair[0], pair[1]) == told


@pytest.mark.parametrize(
    ("upper", "lower", "told"),
    [
        ("{role: A, groups: [g]}", "{role: B, users: [u]}", "g and u"),
        ("{role: A, groups: [g]}", "{role: B, groups: [h]}", "g and h"),
        ('{role: A, prefixes: ["s3://x"]}', "{role: B, users: [u]}", "x and u"),
        ("{role: A, users: [v]}", "{role: B, users: [u]}", None),
        ('{role: A, users: ["${Users}"]}', "{role: B, users: [u]}", "${Users} and u"),
        ('{role: A, prefixes: ["s3://x/"]}', '{role: B, prefixes: ["s3://y/"]}', None),
        (
            '{role: A, prefixes: ["s3://x/"]}',
            '{role: B, prefixes: ["s3://${B}/"]}',
            "x/ and s3://${B}/",
        ),
    ],
)
def test_an_order_that_matters(upper: str, lower: str, told: str | None) -> None:
    assert proof.difference(_with(upper, lower), _with(lower, upper)) == told


def test_an_order_with_more_of_the_same_role_between() -> None:
    one, two, three = (f"{{role: {role}, groups: [{name}]}}" for role, name in ("Aa", "Bb", "Ac"))
    assert proof.difference(_with(one, two, three), _with(two, three, one)) == "a and b"


def test_roles_that_are_only_written_the_same() -> None:
    one, two = (f"{{role: '${{If P}}', users: [{name}]}}" for name in "ab")
    merged = "{role: '${If P}', users: [a, b]}"
    assert proof.difference(_with(one, two), _with(merged)) == "user b"
    assert proof.difference(_with(one, two), _with(two, one)) == "user a"
    assert proof.difference(_with(one, two), _with(one, two)) is None
