"""What is read out of each class, and at which speed."""

from opskit.storage.catalog.prices import Prices
from opskit.storage.leaving import Removal, leave, removals
from opskit.storage.profile.model import Cell
from tests.storage.shift.catalogs import DAY, GB, SOURCE, provider

NEAR = provider("near", SOURCE)
PRICES = Prices(NEAR, NEAR.regions[0], DAY)


def test_a_removal_a_class() -> None:
    cells = (Cell("cold", 5, 50), Cell("standard", 1, 2), Cell("cold", 6, 60, age=9))
    assert removals(PRICES, cells) == (
        Removal("cold", 11, 110, "bulk"),
        Removal("standard", 1, 2, ""),
    )


def test_the_cheapest_speed_is_by_amount_and_requests() -> None:
    rows = (
        ("retrieval", "0.02", "USD/GB", {"class_": "cold", "variant": "standard"}),
        ("retrieval", "0.01", "USD/GB", {"class_": "cold", "variant": "bulk"}),
        ("retrieval-request", 0, "USD/1k", {"class_": "cold", "variant": "standard"}),
        ("retrieval-request", 1, "USD/1k", {"class_": "cold", "variant": "bulk"}),
    )
    own = provider("near", rows)
    prices = Prices(own, own.regions[0], DAY)
    [few] = removals(prices, [Cell("cold", 10, 100 * GB)])
    [many] = removals(prices, [Cell("cold", 10_000, 100 * GB)])
    assert (few.speed, many.speed) == ("bulk", "standard")


def test_a_speed_without_a_price_is_not_the_cheapest() -> None:
    rows = (("retrieval", "9", "USD/GB", {"class_": "cold", "variant": "standard"}),)
    own = provider("near", rows)
    [found] = removals(Prices(own, own.regions[0], DAY), [Cell("cold", 10, GB)])
    assert found.speed == "standard"


def test_a_law_takes_the_egress_alone() -> None:
    removed = removals(PRICES, [Cell("cold", 1000, 1000 * GB)])
    by_now, by_law = leave(PRICES, removed), leave(PRICES, removed, free=True)
    assert by_now.of("egress") == 81
    assert by_now.total - by_law.total == 81
