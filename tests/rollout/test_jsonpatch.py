"""Guarded operations: what they do to an object, and what stops them."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.rollout.changes import jsonpatch
from opskit.rollout.changes.jsonpatch import annotated, applied, found, guarded, parts_of, pointer

KEYS = st.text(max_size=6)
VALUES = st.recursive(
    st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(st.lists(KEYS, min_size=1))
def test_a_pointer_is_read_as_it_was_written(parts: list[str]) -> None:
    assert parts_of(pointer(parts)) == parts


def test_pointers_are_escaped_as_in_the_rfc() -> None:
    assert pointer(("metadata", "annotations", "a.b/c~d")) == "/metadata/annotations/a.b~1c~0d"


@given(OBJECTS, KEYS, VALUES | st.none())
def test_a_guarded_change_puts_its_value_there_and_keeps_the_rest(
    thing: dict[str, Any], key: str, value: Any
) -> None:
    before = copy.deepcopy(thing)
    after = applied(thing, guarded(thing, (key,), value))
    assert thing == before
    assert after == ({**thing, key: value} if value is not None else _without(thing, key))
    assert guarded(after, (key,), value) == []


@given(OBJECTS, KEYS, VALUES, VALUES)
def test_a_guarded_change_stops_where_something_else_stands_by_now(
    thing: dict[str, Any], key: str, value: Any, other: Any
) -> None:
    operations = guarded(thing, (key,), value)
    if operations and other != thing.get(key):
        with pytest.raises(ValueError, match=r"is "):
            applied({**thing, key: other}, operations)


@given(st.dictionaries(KEYS, st.text()) | st.none(), st.dictionaries(KEYS, st.text() | st.none()))
def test_annotations_are_set_and_taken_away_whether_there_are_some_or_not(
    there: dict[str, str] | None, changes: dict[str, str | None]
) -> None:
    thing = {"metadata": {} if there is None else {"annotations": there}}
    after = applied(thing, annotated(thing, changes))
    merged = {**(there or {}), **changes}
    wanted = {name: value for name, value in merged.items() if value is not None}
    assert (found(after, ("metadata", "annotations")) or {}) == wanted


def test_operations_reach_into_lists_and_fail_beyond_them() -> None:
    thing = {"a": [{"b": 1}, {"b": 2}]}
    assert applied(thing, [{"op": "replace", "path": "/a/1/b", "value": 3}])["a"][1] == {"b": 3}
    for path in ("/a/2/b", "/a/x/b", "/b/c"):
        with pytest.raises(ValueError, match="not there"):
            applied(thing, [{"op": "replace", "path": path, "value": 3}])
    with pytest.raises(ValueError, match="not there"):
        applied(thing, [jsonpatch.test(("b", "c"), None)])


def _without(thing: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in thing.items() if name != key}
