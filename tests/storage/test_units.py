"""Sizes, counts, lengths of time and money: what is read, what is refused with words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.errors import UsageError
from opskit.storage import units


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("0B", 0),
        ("1B", 1),
        ("10TB", 10**13),
        ("10 tb", 10**13),
        ("10TiB", 10 * 2**40),
        ("10tib", 10 * 2**40),
        ("1.5GB", 1_500_000_000),
        (".5KB", 500),
        ("1_000MB", 10**9),
        (" 4MiB ", 4 * 2**20),
        ("1EB", 10**18),
    ],
)
def test_sizes(text: str, size: int) -> None:
    assert units.size(text) == size


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("10T", "is no size", "10TB counts in powers of 1000, 10TiB in powers of 1024"),
        ("10 g", "is no size", "10GB counts in powers of 1000, 10GiB in powers of 1024"),
        ("10", "is no size", "add the unit: 10GB is 10 x 10^9 bytes, 10GiB is 10 x 2^30"),
        ("1,5TB", "has a comma", "1.5 for one and a half"),
        ("1,500GB", "has a comma", "1500 for a thousand and a half"),
        ("-1TB", "is negative", "a size such as 10TB"),
        ("10Tbit", "is no size", "units are B, KB"),
        ("10XB", "is no size", "units are B, KB"),
        ("lots", "is not a size", "a size such as 10TB"),
        ("", "is not a size", "a size such as 10TB"),
        ("TB", "is not a size", "a size such as 10TB"),
        ("1e3TB", "is not a size", "a size such as 10TB"),
        ("\N{ARABIC-INDIC DIGIT ONE}TB", "is not a size", "a size such as 10TB"),
        ("1\N{CYRILLIC CAPITAL LETTER TE}B", "is not a size", "a size such as 10TB"),
        ("10TB/month", "is not a size", "a size such as 10TB"),
        ("nan", "is not a size", "a size such as 10TB"),
        ("9999999EB", "more than anybody has", "is the unit meant so?"),
    ],
)
def test_what_is_no_size(text: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        units.size(text, "--stored")
    assert hint in caught.value.hint
    assert caught.value.where == "--stored"


def test_a_long_text_is_not_repeated_in_full() -> None:
    with pytest.raises(UsageError) as caught:
        units.size("x" * 10_000)
    assert len(str(caught.value)) < 200


@pytest.mark.parametrize(
    ("text", "count"),
    [("1500", 1500), ("100k", 100_000), ("1.5M", 1_500_000), ("2G", 2 * 10**9), ("0", 0)],
)
def test_counts(text: str, count: int) -> None:
    assert units.count(text) == count


@pytest.mark.parametrize("text", ["1MB", "-1", "1,000", "a few", "", "1e6", "1.5", "9" * 30])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(UsageError):
        units.count(text)


@pytest.mark.parametrize(
    ("text", "days"), [("90", 90), ("90d", 90), ("2w", 14), ("6mo", 180), ("1y", 365), ("0", 0)]
)
def test_days(text: str, days: int) -> None:
    assert units.days(text) == days


@pytest.mark.parametrize("text", ["1m", "a year", "-1d", "1000y", "1,5y"])
def test_what_is_no_length_of_time(text: str) -> None:
    with pytest.raises(UsageError):
        units.days(text)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 KB"),
        (4_200_000, "4.2 MB"),
        (10**13, "10 TB"),
        (2_740_000_000_000, "2.74 TB"),
        (5 * 10**20, "500 EB"),
    ],
)
def test_shown_sizes(value: int, shown: str) -> None:
    assert units.shown_size(value) == shown


@given(st.integers(0, 10**20))
def test_a_shown_size_is_one_that_is_read(value: int) -> None:
    assert abs(units.size(units.shown_size(value)) - value) <= value / 100


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("1215", "$1,215.00"),
        ("0.005", "$0.01"),
        ("-3.5", "-$3.50"),
        ("1234567.891", "$1,234,567.89"),
    ],
)
def test_money(value: str, shown: str) -> None:
    assert units.money(Decimal(value)) == shown


def test_money_of_other_currencies() -> None:
    assert units.money(Decimal(2), "EUR") == "€2.00"
    assert units.money(Decimal(2), "GBP") == "GBP 2.00"
