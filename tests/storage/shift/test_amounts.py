"""Whole parts of amounts, and the requests that write objects."""

from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.storage.profile.model import Cell
from opskit.storage.shift.amounts import Puts, between, movable, puts

MIB = 2**20
SHARES = st.fractions(0, 1, max_denominator=10**6)


@given(st.integers(0, 10**18), st.lists(SHARES, max_size=5))
def test_parts_add_up_to_the_whole(amount: int, inside: list[Fraction]) -> None:
    stops = sorted([Fraction(0), *inside, Fraction(1)])
    parts = [between(amount, *pair) for pair in pairwise(stops)]
    assert sum(parts) == amount
    assert min(parts) >= 0


@pytest.mark.parametrize(
    ("objects", "size", "expected"),
    [
        (10, 10 * 8 * MIB, Puts(10, 0)),  # as large as a part: one request
        (10, 10 * 8 * MIB + 1, Puts(10, 30)),  # two parts, and what begins the upload
        (1, 100 * MIB, Puts(1, 14)),
        (1, 10**13, Puts(1, 10_001)),  # no upload has more parts: they are larger
        (0, 10**12, Puts(0, 0)),  # nobody knows how many objects
        (5, 0, Puts(5, 0)),
    ],
)
def test_large_objects_are_written_in_parts(objects: int, size: int, expected: Puts) -> None:
    assert puts([Cell("standard", objects, size)], 8 * MIB) == {
        "standard": Puts(expected.writes, expected.parts, size)
    }


def test_the_requests_of_a_class_add_up() -> None:
    cells = [Cell("a", 1, 1), Cell("a", 1, 16 * MIB), Cell("b", 1, 1)]
    assert puts(cells, 8 * MIB) == {"a": Puts(2, 3, 16 * MIB + 1), "b": Puts(1, 0, 1)}


def test_what_comes_and_goes_is_not_moved() -> None:
    stays, goes = Cell("a", 1, 1), Cell("a", 1, 1, kept=3)
    assert movable([stays, goes]) == (stays,)
