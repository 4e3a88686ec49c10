"""The month's bill of a profile, with uploads that were not completed."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from opskit.storage.bill.billing import bill
from opskit.storage.bill.monthly import monthly_bill, with_uploads
from opskit.storage.bill.usage import Month, usage
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell, Monthly, Profile
from tests.storage.shift.catalogs import DAY, GB, usual

NEAR = usual().providers["near"]
PRICES = Prices(NEAR, NEAR.regions[0], DAY)
MIXED = Profile(
    (Cell("cold", 10, 10 * GB), Cell("standard", 10, 10 * GB)), Monthly(reads=7), upload_bytes=GB
)


def test_they_are_stored_in_the_first_hot_class() -> None:
    *own, parts = with_uploads(MIXED, NEAR).stored
    assert tuple(own) == MIXED.stored
    assert (parts.class_, parts.objects, parts.bytes) == ("standard", 0, GB)
    assert with_uploads(MIXED.in_class("cold"), NEAR).stored[-1].class_ == "cold"


def test_they_are_added_once() -> None:
    once = with_uploads(MIXED, NEAR)
    assert with_uploads(once, NEAR) == once


def test_without_them_it_is_the_plain_bill() -> None:
    plain = Profile(MIXED.stored, MIXED.monthly)
    month = Month(744)
    assert monthly_bill(plain, PRICES, month).lines == bill(PRICES, usage(plain, NEAR), month).lines
    assert with_uploads(Profile((), upload_bytes=GB), NEAR).stored == ()


@given(st.integers(0, 500 * GB))
def test_they_cost_what_they_take_and_nothing_else(size: int) -> None:
    """The first 1,000 GB are at one rate."""
    profile = Profile(MIXED.stored, MIXED.monthly, upload_bytes=size)
    more = monthly_bill(profile, PRICES)
    plain = bill(PRICES, usage(Profile(MIXED.stored, MIXED.monthly), NEAR))
    assert more.total - plain.total == Decimal(size) / GB * Decimal("0.02")
