"""Reasons, those that are the same together."""

import pytest

from opskit.storage.reasons import own_class, together

ROWS = [("one", "hot"), ("two", "hot"), ("two", "cold"), ("three", "hot"), ("three", "cold")]


def test_a_provider_is_named_alone_where_all_its_places_have_the_reason() -> None:
    told = [(ROWS[0], "dear"), (ROWS[1], "dear"), (ROWS[3], "dear"), (ROWS[4], "dear")]
    assert together(ROWS, told) == ["one, two hot, three: dear"]


def test_other_reasons_stand_apart_in_their_order() -> None:
    assert together(ROWS, [(ROWS[2], "far"), (ROWS[0], "dear"), (ROWS[0], "far")]) == [
        "two cold, one: far",
        "one: dear",
    ]
    assert together(ROWS, []) == []


def test_two_rows_of_a_name_are_named_once() -> None:
    assert together(ROWS, [(ROWS[1], "far"), (ROWS[1], "far")]) == ["two hot: far"]


@pytest.mark.parametrize(
    ("why", "short"),
    [
        ("write of cold, read of cold", "write, read"),
        ("retrieval of cold (bulk)", "retrieval (bulk)"),
        ("write of cold-ia", "write of cold-ia"),
        ("egress", "egress"),
    ],
)
def test_the_class_that_is_meant_is_not_said_again(why: str, short: str) -> None:
    assert own_class(why, "cold") == short
