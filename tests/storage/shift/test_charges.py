"""Early deletion and restored copies: what is charged, for whom, and at which rate."""

from decimal import Decimal
from fractions import Fraction

from opskit.storage.catalog.load import load
from opskit.storage.catalog.prices import Prices
from opskit.storage.leaving import Removal
from opskit.storage.profile.model import Cell
from opskit.storage.shift.charges import average, copies, early, month_days
from tests.storage.shift.catalogs import DAY, GB, SOURCE, provider

NEAR = provider("near", SOURCE)
PRICES = Prices(NEAR, NEAR.regions[0], DAY)


def test_only_what_is_too_young_is_charged() -> None:
    cells = [Cell("cool", 1, GB, age=age) for age in (0, 29, 30, 400)]
    assert [each.days for each in early(PRICES, cells)] == [30, 1]
    assert early(PRICES, [Cell("standard", 1, GB)]) == []


def test_the_least_size_counts() -> None:
    own = provider(
        "near",
        [*SOURCE, ("min-size", 1000, "bytes", {"class_": "cool"}), ("overhead", 24, "bytes")],
    )
    [found] = early(Prices(own, own.regions[0], DAY), [Cell("cool", 10, 100)])
    assert found.bytes == 10 * 1000 + 10 * 24


def test_an_amount_is_for_days_of_a_month() -> None:
    [found] = early(PRICES, [Cell("cold", 1, 1000 * GB)])
    month = month_days(PRICES)
    assert month == Fraction(730, 24)
    assert found.amount(month, month) == 1
    assert found.amount(Fraction(0), month) == 0


def test_the_rate_is_that_of_all_that_is_stored() -> None:
    rate = PRICES.rate("storage", "standard")
    assert rate
    assert average(rate, Decimal(1000 * GB)) == Decimal("0.02")
    assert average(rate, Decimal(2000 * GB)) == Decimal("0.015")
    assert average(rate, Decimal(0)) == Decimal("0.02")


def test_copies_are_of_what_is_restored_alone() -> None:
    removed = [Removal("cold", 1, GB, "bulk"), Removal("standard", 1, GB)]
    [found] = copies(PRICES, removed)
    assert (found.class_, found.bytes, found.rate) == ("cold", GB, Decimal("0.02"))


def test_tiers_inside_a_class_keep_no_copy() -> None:
    aws = load().provider("aws")
    prices = Prices(aws, aws.regions[0], DAY)
    assert copies(prices, [Removal("intelligent-tiering-archive", 1, GB, "bulk")]) == []
    assert copies(prices, [Removal("deep-archive", 1, GB, "bulk")])
