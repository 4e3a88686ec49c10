"""Names and patterns, against what is known of the broker and against a matcher written apart."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opskit.broker import destinations
from opskit.broker.destinations import Destination, covers, has_wildcard, matches, split
from opskit.errors import UsageError

levels = st.sampled_from(["a", "b", "ab", "*", ">", ""])
paths = st.lists(levels, min_size=1, max_size=4).map(".".join)
names = paths.filter(bool)
patterns = st.lists(paths, min_size=1, max_size=3).map(",".join)


def oracle(pattern: str, name: str) -> bool:
    """The same question, answered by regular expressions."""
    return any(re.fullmatch(_regex(part), name, re.DOTALL) for part in pattern.split(",") if part)


def _regex(pattern: str) -> str:
    levels = pattern.split(".")
    if levels[-1] != ">":
        stars = "*" in levels
        return r"\.".join("[^.]*" if stars and lev == "*" else re.escape(lev) for lev in levels)
    while levels and levels[-1] == ">":
        levels.pop()
    if not levels:
        return ".*"
    before = r"\.".join("[^.]*" if lev == "*" else rf"(?:{re.escape(lev)}|\*)" for lev in levels)
    return rf"{before}(?:\..*)?"


@given(patterns, names)
@example("a.>", "a")
@example("a.>", "*.b")
@example("*", "")
@example("a.>.b", "a.>.b")
@example(".>", "")
def test_matches_as_the_oracle_says(pattern: str, name: str) -> None:
    assert matches(pattern, name) == oracle(pattern, name)


@given(names)
def test_everything_matches_the_rest_of_everything(name: str) -> None:
    assert matches(">", name)


@given(patterns, patterns, names)
def test_a_composite_matches_what_its_parts_match(one: str, other: str, name: str) -> None:
    assert matches(f"{one},{other}", name) == (matches(one, name) or matches(other, name))


@given(st.sampled_from(destinations.KINDS), st.sampled_from(destinations.KINDS), patterns, names)
def test_types_have_to_be_the_same(kind: str, other: str, pattern: str, name: str) -> None:
    covered = covers(Destination(kind, pattern), Destination(other, name))
    assert covered == (kind == other and oracle(pattern, name))


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_has_an_answer(pattern: str, name: str) -> None:
    assert matches(pattern, name) in (True, False)
    assert covers(Destination("queue", pattern), Destination("queue", name)) in (True, False)


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("queue://a", "queue://a", True),
        ("queue://a", "topic://a", False),
        ("queue://a", "queue://A", False),
        ("queue:// a ", "queue://a", True),
        ("queue://a?consumer.prefetchSize=1", "queue://a", True),
        ("queue://a", "queue://a?consumer.prefetchSize=1", True),
        ("queue://a,b", "queue://b", True),
        ("queue://a, ,b", "queue://b", True),
        ("queue://a,topic://b", "queue://b", False),
        ("queue://a,topic://b", "topic://b", False),
        ("queue://a,queue://b.>", "queue://b.c", True),
        ("queue://queue://b,a", "queue://b", True),
        ("queue://queue://b", "queue://b", False),
        ("queue://a.>", "queue://a,b", False),
        ("queue://*", "queue://a,b", True),
        ("queue://a,b", "queue://a,b", False),
        ("queue://,", "queue://a", False),
        ("queue://a.*", "queue://a.>", True),
        ("queue://a.>", "queue://a.*", True),
        ("temp-queue://>", "queue://a", False),
    ],
)
def test_entries_cover_destinations(pattern: str, name: str, covered: bool) -> None:
    assert covers(destinations.parse(pattern), destinations.parse(name)) == covered


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("queue://a", ["queue://a"]),
        ("queue://a?x=1", ["queue://a"]),
        ("queue://a, b", ["queue://a", "queue://b"]),
        ("queue://a,topic://b,temp-queue://c", ["queue://a", "topic://b", "temp-queue://c"]),
        ("topic://,", []),
    ],
)
def test_a_composite_is_split(text: str, parts: list[str]) -> None:
    assert [str(part) for part in split(destinations.parse(text))] == parts


@pytest.mark.parametrize(
    ("name", "wildcard"),
    [("a.b", False), ("a.*", True), ("a.>", True), ("a.>.b", False), ("a*", False), ("a,>", True)],
)
def test_wildcards_are_whole_levels(name: str, wildcard: bool) -> None:
    assert has_wildcard(name) == wildcard


@pytest.mark.parametrize("kind", ["queue", "topic", "temp-queue", "temp-topic"])
def test_a_destination_prints_as_it_is_written(kind: str) -> None:
    assert str(destinations.parse(f"{kind}://a.b")) == f"{kind}://a.b"
    assert destinations.parse(f"{kind.upper()}://a.b") == destinations.parse(f"{kind}://a.b")


def test_an_unknown_kind_prints_as_it_is() -> None:
    """A file may have any element in a list."""
    assert str(Destination("colour", "a.b")) == "colour://a.b"
    assert str(Destination("tempTopic", "a")) == "temp-topic://a"


@pytest.mark.parametrize("text", ["", "a", "queue:a", "queue://", "://a", "virtual://a", "queue"])
def test_anything_else_is_no_destination(text: str) -> None:
    with pytest.raises(UsageError, match="not a destination") as caught:
        destinations.parse(text)
    assert "queue://" in caught.value.hint
