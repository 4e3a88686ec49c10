"""How the quantity of a line comes about: with what is told, it can be computed again."""

from decimal import Decimal
from typing import Any

import pytest

from opskit.storage.bill.billing import bill
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.usage import ClassUse, Usage, month
from opskit.storage.bill.words import amount, count, size, times
from opskit.storage.catalog.load import load
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell
from tests.storage.shift.catalogs import DAY


def made(name: str, class_: str, *cells: Cell, egress: int = 0, in_: str = "", **use: Any) -> Bill:
    provider = load().providers[name]
    where = Prices(provider, provider.regions[0], DAY)
    return bill(where, Usage([ClassUse(class_, cells, **use)], egress), month(in_))


def notes(found: Bill) -> dict[str, str]:
    return {each.item: each.note for each in found.lines}


def test_free_amounts_and_rounding() -> None:
    cells = (Cell("standard", 10, 10**13),)
    found = notes(made("r2", "standard", *cells, writes=2_100_000, reads=3_000_000))
    assert found["storage"] == "10,000 GB less 10 GB free"
    assert found["write"] == "2.1 M less 1 M free, rounded up to 2 M"
    assert found["read"] == "3 M less 3 M free"
    more = notes(made("r2", "standard", Cell("standard", 10, 10**10 + 5), egress=10**9))
    assert more["storage"] == "10 GB less 10 GB free, rounded up to 1 GB"
    assert more["egress"] == ""


def test_what_is_billed_as_it_is_needs_no_words() -> None:
    found = notes(made("aws", "standard", Cell("standard", 10, 10**13), reads=5))
    assert set(found.values()) == {""}


def test_free_egress() -> None:
    found = notes(made("aws", "standard", Cell("standard", 1, 2**40), egress=200 * 2**30))
    assert found["egress"] == "200 GB less 100 GB free"


def test_the_least_amount_and_the_month() -> None:
    least = made("wasabi", "standard", Cell("standard", 1, 2**39), in_="2026-12")
    first, rest = (each.note for each in least.lines if each.item == "storage")
    assert first == "a GB is 1.033333 GB-months in this month"
    assert rest.startswith("up to the 1,024 GB that are billed at least; stored are 529.0667 GB")


def test_small_objects() -> None:
    found = made("aws", "glacier", Cell("glacier", 2_100_000, 2**40))
    assert [each.note for each in found.lines if each.item == "storage"] == [
        "64.0869 GB of it are added to small objects",
        "8 KiB for each of 2.1 M objects in glacier",
    ]
    gone = made("aws", "standard-ia", Cell("standard-ia", 1, 2**30, kept=5))
    assert gone.lines[0].note == "part of it is kept for some days of the month; " + (
        "30 days at least are billed"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1000, "1 k"),
        (2_100_000, "2.1 M"),
        (2_123_456, "2,123,456"),
        (2_123_456_789, "2,123,456,789"),
        (5 * 10**9, "5 G"),
    ],
)
def test_numbers_lose_no_digit(value: int, text: str) -> None:
    assert count(Decimal(value)) == text


def test_amounts_and_sizes() -> None:
    assert amount(Decimal("9313.22574615")) == "9,313.2257"
    assert size(Decimal(8192)) == "8 KiB"
    assert size(Decimal(1000)) == "1 KB"


@pytest.mark.parametrize(
    ("value", "of", "text"),
    [(200, 100, "2.00 times"), (1000400, 1000000, "1.01 times"), (5, 0, "more than")],
)
def test_times_are_never_told_as_what_is_allowed(value: int, of: int, text: str) -> None:
    assert times(value, of) == text
