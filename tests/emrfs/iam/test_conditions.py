"""Condition operators, after the tables of the IAM User Guide: "Condition operators", "Set
operators for multivalued context keys" and "Condition operator logic for multiple keys or values".
"""

import pytest

from opskit.emrfs.iam.conditions import holds
from opskit.emrfs.iam.policy import Condition
from opskit.emrfs.iam.truth import Truth

NO, MAYBE, YES = Truth.NO, Truth.MAYBE, Truth.YES
GIVEN = ("a",)


def told(operator: str, values: str | tuple[str, ...], given: tuple[str, ...] | None) -> Truth:
    listed = (values,) if isinstance(values, str) else tuple(values)
    keys = {"key": given, "aws:username": (), "aws:userid": None, "aws:id": ("me",)}
    return holds(Condition(operator, "key", listed), "2012-10-17", lambda key: keys[key.lower()])


@pytest.mark.parametrize(
    ("operator", "values", "given", "expected"),
    [
        ("StringEquals", "a", GIVEN, YES),
        ("StringEquals", "A", GIVEN, NO),
        ("StringEquals", "*", GIVEN, NO),
        ("StringEquals", ("b", "a"), GIVEN, YES),
        ("StringEquals", "${*}", ("*",), YES),
        ("StringNotEquals", "a", GIVEN, NO),
        ("StringNotEquals", ("a", "b"), GIVEN, NO),
        ("StringNotEquals", ("b", "c"), GIVEN, YES),
        ("StringEqualsIgnoreCase", "A", GIVEN, YES),
        ("StringNotEqualsIgnoreCase", "A", GIVEN, NO),
        ("StringLike", "home/*", ("home/x/y",), YES),
        ("StringLike", "home/?", ("home/xy",), NO),
        ("StringLike", ("", "home/"), ("",), YES),
        ("StringNotLike", "home/*", ("other",), YES),
        ("NumericEquals", "10", ("10.0",), YES),
        ("NumericNotEquals", "10", ("10",), NO),
        ("NumericLessThan", "10", ("9",), YES),
        ("NumericLessThanEquals", "10", ("11",), NO),
        ("NumericGreaterThan", "10", ("10",), NO),
        ("NumericGreaterThanEquals", "10", ("10",), YES),
        ("NumericLessThan", "ten", ("9",), MAYBE),
        ("NumericLessThan", "NaN", ("9",), MAYBE),
        ("DateGreaterThan", "2024-01-01T00:00:00Z", ("2024-01-01T00:00:01Z",), YES),
        ("DateLessThan", "2024-01-01", ("1704067199",), YES),
        ("DateEquals", "2024-01-01T02:00:00+02:00", ("2024-01-01T00:00:00Z",), YES),
        ("DateNotEquals", "2024-01-01T00:00:00Z", ("2024-01-01T00:00:00Z",), NO),
        ("DateLessThan", "tomorrow", ("2024-01-01",), MAYBE),
        ("Bool", "true", ("true",), YES),
        ("Bool", "False", ("true",), NO),
        ("Bool", "yes", ("true",), MAYBE),
        ("BinaryEquals", "QQ==", ("QQ==",), YES),
        ("IpAddress", "203.0.113.0/24", ("203.0.113.7",), YES),
        ("IpAddress", "203.0.113.7", ("203.0.113.7",), YES),
        ("IpAddress", "2001:db8::/32", ("203.0.113.7",), NO),
        ("NotIpAddress", ("10.0.0.0/8", "203.0.113.0/24"), ("203.0.113.7",), NO),
        ("IpAddress", "anywhere", ("203.0.113.7",), MAYBE),
        ("ArnEquals", "arn:aws:iam::1:role/*", ("arn:aws:iam::1:role/a/b",), YES),
        ("ArnLike", "arn:aws:iam::*:role/a", ("arn:aws:iam::1:role/a",), YES),
        ("ArnLike", "arn:*:role/a", ("arn:aws:iam::1:role/a",), NO),
        ("ArnNotLike", "arn:aws:iam::1:role/a", ("arn:aws:iam::1:role/b",), YES),
        ("Null", "true", GIVEN, NO),
        ("Null", "false", GIVEN, YES),
        ("Null", "maybe", GIVEN, MAYBE),
        ("StringSounds", "a", GIVEN, MAYBE),
        ("stringequals", "a", GIVEN, MAYBE),
        ("BoolNot", "true", ("true",), MAYBE),
        ("NotBool", "true", ("true",), MAYBE),
        ("NumericNotLessThan", "1", ("1",), MAYBE),
        ("NullIfExists", "true", GIVEN, MAYBE),
        ("ForSomeValues:StringEquals", "a", GIVEN, MAYBE),
        ("StringEquals", (), GIVEN, MAYBE),
    ],
)
def test_operators(
    operator: str, values: str | tuple[str, ...], given: tuple[str, ...] | None, expected: Truth
) -> None:
    assert told(operator, values, given) is expected


@pytest.mark.parametrize(
    ("operator", "expected"),
    [
        ("StringEquals", NO),
        ("StringLike", NO),
        ("NumericLessThan", NO),
        ("DateLessThan", NO),
        ("Bool", NO),
        ("IpAddress", NO),
        ("ArnLike", NO),
        ("StringNotEquals", YES),
        ("StringNotLike", YES),
        ("NumericNotEquals", YES),
        ("NotIpAddress", YES),
        ("ArnNotEquals", YES),
        ("StringEqualsIfExists", YES),
        ("StringNotEqualsIfExists", YES),
        ("BoolIfExists", YES),
        ("ForAllValues:StringEquals", YES),
        ("ForAllValues:StringNotEquals", YES),
        ("ForAllValues:StringEqualsIfExists", YES),
        ("ForAnyValue:StringEquals", NO),
        ("ForAnyValue:StringNotEquals", NO),
        ("ForAnyValue:StringEqualsIfExists", MAYBE),
        ("StringSounds", MAYBE),
    ],
)
def test_a_key_that_the_request_has_not(operator: str, expected: Truth) -> None:
    assert told(operator, "true", ()) is expected
    assert told("Null", "true", ()) is YES
    assert told("Null", "false", ()) is NO


@pytest.mark.parametrize(
    "operator", ["StringEquals", "StringNotLike", "Null", "ForAllValues:StringLike", "BoolIfExists"]
)
def test_a_key_that_is_not_known(operator: str) -> None:
    assert told(operator, "true", None) is MAYBE


@pytest.mark.parametrize(
    ("given", "all_values", "any_value", "not_all", "not_any"),
    [
        (("Dept",), YES, YES, NO, NO),
        (("Dept", "Owner"), YES, YES, NO, NO),
        (("Dept", "Team"), NO, YES, NO, YES),
        (("Team", "Site"), NO, NO, YES, YES),
        ((), YES, NO, YES, NO),
    ],
)
def test_set_operators(
    given: tuple[str, ...], all_values: Truth, any_value: Truth, not_all: Truth, not_any: Truth
) -> None:
    values = ("Dept", "Owner")
    assert told("ForAllValues:StringEquals", values, given) is all_values
    assert told("ForAnyValue:StringEquals", values, given) is any_value
    assert told("ForAllValues:StringNotEquals", values, given) is not_all
    assert told("ForAnyValue:StringNotEquals", values, given) is not_any


def test_set_operators_take_an_empty_text_for_no_value() -> None:
    """The guide says so: where both readings differ it cannot be told."""
    assert told("ForAllValues:StringEquals", "a", ("",)) is MAYBE
    assert told("ForAllValues:StringEquals", "", ("",)) is YES
    assert told("ForAnyValue:StringEquals", "a", ("",)) is NO
    assert told("ForAnyValue:StringEquals", "", ("",)) is MAYBE
    assert told("Null", "false", ("",)) is MAYBE


def test_several_values_need_a_set_operator() -> None:
    assert told("StringEquals", ("a", "b"), ("a", "b")) is MAYBE


def test_variables_in_values() -> None:
    assert told("StringEquals", "${aws:id}", ("me",)) is YES
    assert told("StringLike", "home/${aws:username}/*", ("home/me/x",)) is NO
    assert told("StringNotLike", "home/${aws:username}/*", ("home/me/x",)) is MAYBE
    assert told("StringEquals", "x${aws:userid}", ("xy",)) is MAYBE
    assert told("StringEquals", "x${aws:userid}", ("y",)) is NO
    assert told("NumericEquals", "${aws:id}", ("1",)) is MAYBE
