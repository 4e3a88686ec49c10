"""How long a move takes, and what is where in each of its months."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.errors import UsageError
from opskit.storage.shift.timing import DAYS, Course, Share, link
from opskit.storage.units import MONTH_HOURS

LENGTHS = st.fractions(Fraction(1, 1000), 30, max_denominator=1000)
LAGS = st.integers(0, 4).map(Fraction)


def _twice(share: Share) -> Fraction:
    """What is at both places."""
    return share.here + share.kept - 1


@pytest.mark.parametrize(
    ("text", "bits"),
    [("1Gbps", 10**9), ("2.5 Gbps", 2_500_000_000), ("500mbps".replace("m", "M"), 5 * 10**8)],
)
def test_a_line_is_read_in_bits(text: str, bits: int) -> None:
    assert link(text, Decimal(1)).bits == bits


@pytest.mark.parametrize("text", ["0Gbps", "1GB/s", "1Gb", "fast", "", "-1Gbps", "1e9bps"])
def test_no_line(text: str) -> None:
    with pytest.raises(UsageError) as error:
        link(text, Decimal(1))
    assert error.value.where == "--link"


def test_a_line_takes_the_bytes_by_its_share() -> None:
    day = link("1Gbps", Decimal("0.5")).months(10**9 // 8 * 24 * 3600) * MONTH_HOURS / 24
    assert day == 2


def test_a_move_of_two_months_and_a_half() -> None:
    shares = list(Course(Fraction(5, 2), as_you_go=True).shares())
    assert [each.moved for each in shares] == [Fraction(2, 5), Fraction(2, 5), Fraction(1, 5)]
    assert [each.before for each in shares] == [0, Fraction(2, 5), Fraction(4, 5)]
    assert [each.here for each in shares] == [Fraction(1, 5), Fraction(3, 5), Fraction(19, 20)]
    assert [each.kept for each in shares] == [Fraction(4, 5), Fraction(2, 5), Fraction(1, 20)]
    assert all(_twice(each) == 0 for each in shares)


def test_what_stays_longer_is_at_both_places() -> None:
    shares = list(Course(Fraction(1), Fraction(1), as_you_go=True).shares())
    assert [each.kept for each in shares] == [1, Fraction(1, 2)]
    assert [each.here for each in shares] == [Fraction(1, 2), 1]
    assert sum(_twice(each) for each in shares) == 1  # all of it for one month


@given(LENGTHS, LAGS)
def test_everything_arrives_once_and_leaves_after_the_lag(length: Fraction, lag: Fraction) -> None:
    shares = list(Course(length, lag, as_you_go=True).shares())
    assert sum(each.moved for each in shares) == 1
    assert all(0 <= part <= 1 for s in shares for part in (s.here, s.kept, s.moved))
    assert sum(_twice(each) for each in shares) == lag
    assert all(one.here <= other.here for one, other in pairwise(shares))
    assert all(one.kept >= other.kept for one, other in pairwise(shares))


def test_a_source_that_is_kept_whole() -> None:
    shares = list(Course(Fraction(5, 2), Fraction(1)).shares())
    assert [each.kept for each in shares] == [1, 1, 1, Fraction(1, 2)]
    assert [each.here for each in shares] == [Fraction(1, 5), Fraction(3, 5), Fraction(19, 20), 1]


@given(LENGTHS, LAGS)
def test_what_is_kept_whole_is_there_twice_for_half_of_the_move_and_the_lag(
    length: Fraction, lag: Fraction
) -> None:
    shares = list(Course(length, lag).shares())
    assert sum(each.moved for each in shares) == 1
    assert sum(_twice(each) for each in shares) == length / 2 + lag
    assert all(0 <= part <= 1 for s in shares for part in (s.here, s.kept, s.moved))


def test_all_is_deleted_at_the_end() -> None:
    course = Course(Fraction(3, 2), Fraction(1))
    days = Fraction(100)
    assert [course.days_left(days, month) for month in range(4)] == [
        0, 0, days - DAYS * Fraction(5, 2), 0,
    ]  # fmt: skip
    assert course.days_left(Fraction(10), 2) == 0


def test_days_that_are_left() -> None:
    # 30 days to go, all deleted evenly within a month: from 30 days down to none
    assert Course(Fraction(30) / DAYS, as_you_go=True).days_left(Fraction(30), 0) == 15
    # moved at once: all 30 of them
    assert float(
        Course(Fraction(1, 10**9), as_you_go=True).days_left(Fraction(30), 0)
    ) == pytest.approx(30)
    # old enough when the first one is deleted
    assert Course(Fraction(1), Fraction(1), as_you_go=True).days_left(Fraction(30), 1) == 0
    assert Course(Fraction(1), as_you_go=True).days_left(Fraction(-5), 0) == 0


@given(LENGTHS, LAGS, st.integers(1, 400))
def test_days_that_are_left_as_objects_one_by_one_have_them(
    length: Fraction, lag: Fraction, days: int
) -> None:
    number = 400
    course = Course(length, lag, as_you_go=True)
    total = sum(course.days_left(Fraction(days), month) for month in range(course.months))
    moments = (lag + length * (2 * n + 1) / (2 * number) for n in range(number))
    one_by_one = sum(max(days - DAYS * moment, Fraction(0)) for moment in moments) / number
    assert abs(total - one_by_one) <= DAYS * length / number
