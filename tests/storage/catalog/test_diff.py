"""Two catalogs, or one on two days: what is told of each difference, and what is none."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest

from opskit.storage.catalog.diff import Change, between, compare, rows
from opskit.storage.catalog.listing import price
from opskit.storage.catalog.model import Fact
from tests.storage.catalog.test_listing import catalog, fact

DAY = date(2026, 6, 1)
OLD, NEW = fact("6", "2025-01-01"), fact("6.95", "2026-05-01")
LATER = fact("8", "2027-01-01", read="2026-05-15", note="announced")
COLD = fact("1", "2025-01-01", class_="cold")


def told(changes: list[Change]) -> list[str]:
    return [str(row["from_to"]) for row in rows(changes)]


def test_a_price_between_two_days() -> None:
    changes, known = between(catalog(OLD, NEW, COLD), date(2026, 4, 1), DAY)
    assert told(changes) == ["6 -> 6.95 USD/GB-month (+15.8 %)"]
    assert known == 0
    assert changes[0].percent == Decimal("15.8")


def test_nothing_between_two_days() -> None:
    assert between(catalog(OLD, NEW, COLD), date(2026, 5, 1), DAY) == ([], 0)


def test_what_is_first_known_later_is_no_change() -> None:
    """The day on which a price was first read is not the day on which it began."""
    changes, known = between(catalog(NEW, COLD), date(2026, 4, 1), DAY)
    assert (changes, known) == ([], 1)


def test_what_was_announced_is_a_change() -> None:
    changes, known = between(catalog(LATER), DAY, date(2027, 6, 1))
    assert (told(changes), known) == (["8 USD/GB-month (added)"], 0)


def test_other_tiers_are_a_change() -> None:
    before = [fact("2", "2025-01-01", tier="0-10"), fact("1", "2025-01-01", tier="10-")]
    after = fact("1.5", "2026-05-01", tier="0-")
    changes, known = between(catalog(*before, after), date(2026, 4, 1), DAY)
    assert known == 0
    assert told(changes) == ["2 to 10, 1 above -> 1.5 USD/GB-month (tiers)"]
    (row,) = rows(changes)
    assert (row["change"], row["tier"], row["percent"]) == ("tiers", "", None)
    assert (row["old"], row["new"]) == ("2 (0-10), 1 (10-)", "1.5")
    assert row["effective_from"] == date(2026, 5, 1)


def test_a_tier_of_the_same_bounds_is_told_alone() -> None:
    before = [fact("2", "2025-01-01", tier="0-10"), fact("1", "2025-01-01", tier="10-")]
    changes, _ = between(
        catalog(*before, fact("3", "2026-05-01", tier="10-")), date(2026, 4, 1), DAY
    )
    assert told(changes) == ["1 -> 3 USD/GB-month, over 10 GB (+200.0 %)"]


def test_a_tier_without_an_end_is_no_tier() -> None:
    assert compare(catalog(OLD), catalog(msgspec.structs.replace(OLD, tier="0-")), DAY) == []


def test_how_a_provider_counts_is_compared() -> None:
    other = catalog(OLD)
    acme = other.provider("acme")
    units = msgspec.structs.replace(acme.units, gb=2**30, tb=1024)
    other.providers["acme"] = msgspec.structs.replace(acme, units=units)
    assert told(compare(catalog(OLD), other, DAY)) == [
        "1,000,000,000 bytes/GB, 1000 GB/TB, 30 days/month -> 2^30 bytes/GB, 1024 GB/TB, "
        "30 days/month"
    ]


def test_a_catalog_is_no_other_than_itself() -> None:
    one = catalog(OLD, NEW, LATER, COLD)
    assert compare(one, one, DAY) == []


@pytest.mark.parametrize(
    ("old", "new", "kind", "text"),
    [
        ((OLD,), (NEW,), "value", "6 -> 6.95 USD/GB-month (+15.8 %)"),
        ((NEW,), (OLD,), "value", "6.95 -> 6 USD/GB-month (-13.7 %)"),
        ((OLD, COLD), (OLD,), "removed", "1 USD/GB-month (removed)"),
        ((OLD,), (OLD, COLD), "added", "1 USD/GB-month (added)"),
        ((OLD,), (OLD, LATER), "value", "6 -> 8 USD/GB-month (+33.3 %)"),
        (
            (OLD,),
            (msgspec.structs.replace(OLD, status="conflict"),),
            "status",
            "6 USD/GB-month* (verified -> conflict)",
        ),
        (
            (OLD,),
            (msgspec.structs.replace(OLD, unit="USD/TB-month"),),
            "value",
            "6 USD/GB-month -> 6 USD/TB-month",
        ),
        (
            (msgspec.structs.replace(OLD, value=Decimal(0)),),
            (OLD,),
            "value",
            "0 -> 6 USD/GB-month",
        ),
    ],
)
def test_two_catalogs(old: tuple[Fact, ...], new: tuple[Fact, ...], kind: str, text: str) -> None:
    changes = compare(catalog(*old), catalog(*new), DAY)
    assert [each.kind for each in changes] == [kind]
    assert told(changes) == [text]


def test_a_change_that_is_known_to_come_is_told_once() -> None:
    later = msgspec.structs.replace(LATER, effective_from=date(2028, 1, 1), value=Decimal(9))
    changes = compare(catalog(OLD), catalog(OLD, LATER, later), DAY)
    assert [each.on for each in changes] == [date(2027, 1, 1), date(2028, 1, 1)]
    assert [price(fact) for each in changes for fact in each.new] == [
        "8 USD/GB-month",
        "9 USD/GB-month",
    ]


def test_sources_and_days_of_reading_are_not_compared() -> None:
    new = msgspec.structs.replace(OLD, read_on=DAY, note="read again")
    assert compare(catalog(OLD), catalog(new), DAY) == []


def test_laws_are_compared_too() -> None:
    zero = fact("0", "2027-01-12", item="switching-egress", unit="EUR/GB", read="2025-09-12")
    changes, known = between(catalog(OLD, law=(zero,)), DAY, date(2027, 2, 1))
    assert [(each.provider, each.kind) for each in changes] == [("law", "added")]
    assert known == 0
