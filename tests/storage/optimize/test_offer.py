"""Which classes a plan may use, and what is said of the others."""

from decimal import Decimal

import pytest

from opskit.errors import UsageError
from opskit.storage.optimize.offer import Wish, hours_to, offered, wait
from tests.storage.optimize.made import ANY, PRICES, TARGETS, prices, without

TB = 10**12


def names(wish: Wish, *sources: str, stored: int = TB, region: str = "us-east-1") -> list[str]:
    found = offered(prices("aws", region), sources or ("standard",), wish, stored)
    return [each.name for each in found.classes]


def test_all_that_rules_move_to() -> None:
    assert names(ANY) == list(TARGETS)
    assert names(ANY, "onezone-ia") == ["glacier", "deep-archive"]
    assert names(ANY, "intelligent-tiering-ia") == [
        "onezone-ia",
        "glacier-ir",
        "glacier",
        "deep-archive",
    ]
    assert names(ANY, "express-onezone") == []


def test_unverified_prices_and_single_zones_are_left_out_and_said() -> None:
    found = offered(PRICES, ["standard"], Wish(), TB)
    left = {each.name: why for each, why in found.left_out}
    assert "glacier-ir" not in [each.name for each in found.classes]
    assert "not verified" in left["glacier-ir"]
    assert "--allow-unverified" in left["glacier-ir"]
    assert "--one-zone" in left["onezone-ia"]


@pytest.mark.parametrize(
    ("hours", "kept"), [("0", False), ("4", False), ("5", True), ("11.9", True)]
)
def test_a_wait(hours: str, kept: bool) -> None:
    found = names(Wish(wait=Decimal(hours)))
    assert ("glacier" in found) is kept
    assert "deep-archive" not in found
    assert "standard-ia" in found


def test_an_unverified_tier_counts_only_where_data_reaches_it() -> None:
    few = offered(prices("aws", "us-west-2"), ["standard"], Wish(), TB)
    many = offered(prices("aws", "us-west-2"), ["standard"], Wish(), 60 * 2**40)
    reasons = [
        next(why for each, why in found.left_out if each.name == "intelligent-tiering")
        for found in (few, many)
    ]
    assert "storage" not in reasons[0]
    assert "storage" in reasons[1]


def test_a_class_without_a_price_is_left_out() -> None:
    found = offered(without("retrieval"), ["standard"], ANY, TB)
    left = {each.name: why for each, why in found.left_out}
    assert left["glacier"] == "no price is known: retrieval"
    assert [each.name for each in found.classes] == ["intelligent-tiering"]


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("milliseconds", "0"),
        ("3 to 5 hours", "5"),
        ("12 hours", "12"),
        ("1 hour", "1"),
        ("30 minutes", "0.5"),
        ("2 days", "48"),
    ],
)
def test_hours(text: str, hours: str) -> None:
    assert round(hours_to(text) or Decimal(0), 6) == Decimal(hours)


def test_hours_that_are_not_said() -> None:
    assert hours_to("hours") is None
    assert hours_to("soon") is None


@pytest.mark.parametrize(("text", "hours"), [("12h", 12), (" 2 d", 48), ("30m", "0.5")])
def test_waits(text: str, hours: object) -> None:
    assert round(wait(text), 6) == Decimal(str(hours))


@pytest.mark.parametrize("text", ["", "12", "-1h", "h", "1w", "1e3h"])
def test_what_is_no_wait(text: str) -> None:
    with pytest.raises(UsageError, match="no time to wait"):
        wait(text)
