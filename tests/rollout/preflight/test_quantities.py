"""Quantities and shares, against the kubernetes package's own parser."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kubernetes.utils.quantity import parse_quantity

from opskit.rollout.preflight.quantities import quantity, share, shown

SUFFIXES = ["", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]


@given(
    st.integers(0, 10**6),
    st.sampled_from(["", ".5", ".125", "."]),
    st.sampled_from([*SUFFIXES, "e3", "E2", "e-3", "e+1"]),
)
def test_quantities_are_those_of_kubernetes(whole: int, part: str, suffix: str) -> None:
    text = f"{whole}{part}{suffix}"
    if suffix[:1] in ("e", "E") and len(suffix) > 1 and suffix != "Ei":
        exponent = int(suffix[1:])
        expected = Fraction(f"{whole}{part}".rstrip(".")) * Fraction(10) ** exponent
    else:
        expected = Fraction(parse_quantity(text))
    assert quantity(text) == expected


@pytest.mark.parametrize("text", ["", "x", "1 Gi", "1GiB", "--1", None, "1e", "e3", "\u0661"])
def test_what_is_none_counts_as_nothing(text: object) -> None:
    assert quantity(text) == 0


def test_numbers_are_quantities() -> None:
    assert quantity(2) == 2
    assert quantity("+1.5") == Fraction(3, 2)
    assert quantity(" 1Ki ") == 1024
    assert quantity("-1") == -1


@pytest.mark.parametrize(
    ("number", "resource", "text"),
    [
        (Fraction(2), "requests.cpu", "2"),
        (Fraction(3, 2), "cpu", "1500m"),
        (Fraction(1, 3), "limits.cpu", "334m"),
        (Fraction(1536 * 1024**2), "memory", "1.5Gi"),
        (Fraction(1000), "memory", "1000"),
        (Fraction(1024), "requests.storage", "1Ki"),
        (Fraction(0), "memory", "0"),
        (Fraction(7), "pods", "7"),
    ],
)
def test_quantities_for_people(number: Fraction, resource: str, text: str) -> None:
    assert shown(number, resource) == text


@pytest.mark.parametrize(
    ("value", "whole", "up", "count"),
    [
        ("25%", 3, True, 1),
        ("25%", 3, False, 0),
        ("25%", 4, True, 1),
        ("25%", 5, True, 2),
        ("100%", 7, False, 7),
        ("1%", 1000, False, 10),
        ("0%", 9, True, 0),
        (2, 1, True, 2),
        ("3", 9, False, 3),
        ("x", 9, False, 0),
        (None, 9, True, 0),
    ],
)
def test_shares(value: object, whole: int, up: bool, count: int) -> None:
    assert share(value, whole, up=up) == count
