"""Which tier of a class what lies unread is billed in."""

from decimal import Decimal

import pytest

from opskit.storage.bill.monthly import monthly_bill
from opskit.storage.bill.tiers import inside, note
from opskit.storage.catalog.load import load
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell, Monthly, Profile
from tests.storage.shift.catalogs import DAY

AWS = load().providers["aws"]
PRICES = Prices(AWS, AWS.regions[0], DAY)
NAME, GIB = "intelligent-tiering", 2**30


def stored(*cells: Cell, **monthly: int) -> dict[str, Decimal]:
    found = monthly_bill(Profile(cells, Monthly(**monthly)), PRICES)
    assert not found.missing
    return {each.class_: each.quantity for each in found.lines if each.item == "storage"}


@pytest.mark.parametrize(
    ("idle", "tier"),
    [
        (None, NAME),
        (0, NAME),
        (29, NAME),
        (30, f"{NAME}-ia"),
        (89, f"{NAME}-ia"),
        (90, f"{NAME}-archive-instant"),
        (5000, f"{NAME}-archive-instant"),
    ],
)
def test_what_is_idle_is_in_the_tier_that_fits(idle: int | None, tier: str) -> None:
    found = stored(Cell(NAME, 10, GIB, idle=idle))
    assert {name: gb for name, gb in found.items() if gb} == {tier: 1}


def test_small_objects_and_those_that_go_within_the_month_stay() -> None:
    small = Cell(NAME, 1000, 1000 * 100_000, idle=100)
    gone = Cell(NAME, 1, GIB, idle=100, kept=5)
    assert set(stored(small)) == set(stored(gone)) == {NAME}


def test_other_classes_have_no_tiers() -> None:
    assert set(stored(Cell("standard", 10, GIB, idle=100))) == {"standard"}
    assert set(inside(AWS)) == {NAME}
    assert inside(load().providers["r2"]) == {}


def test_requests_and_monitoring_are_those_of_the_class() -> None:
    """Each object that is large enough is monitored once, wherever it lies."""
    cells = [Cell(NAME, 1000, 1000 * GIB, idle=idle) for idle in (0, 40, 100)]
    found = monthly_bill(Profile(tuple(cells), Monthly(reads=3000)), PRICES)
    monitored = [each.quantity for each in found.lines if each.item == "monitoring"]
    assert sum(monitored) == 3
    assert [(e.class_, e.quantity) for e in found.lines if e.item == "read"] == [(NAME, 3)]
    assert not found.missing


def test_what_is_not_known_is_told() -> None:
    known, unknown = Cell(NAME, 1, GIB, idle=3), Cell(NAME, 1, GIB)
    assert note(AWS, NAME, [known]) == ""
    assert note(AWS, NAME, [Cell(NAME, 0, 0)]) == ""
    assert note(AWS, "standard", [unknown]) == ""
    assert note(AWS, NAME, [unknown]) == (
        "Intelligent-Tiering: nobody knows when objects were read; all in frequent access"
    )
    assert "some objects" in note(AWS, NAME, [known, unknown])
