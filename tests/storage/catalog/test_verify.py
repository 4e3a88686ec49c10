"""The catalog looked through: ages, doubts, what is unfit, and what a bill would not find."""

from datetime import date

import pytest

from opskit.storage.catalog.load import BUNDLED, read
from opskit.storage.catalog.model import Fact
from opskit.storage.catalog.verify import sections, verify
from tests.storage.catalog.test_listing import catalog, fact

DAY = date(2026, 6, 1)
GOOD = [
    fact("6", "2026-01-01"),
    fact("1", "2026-01-01", class_="cold"),
    fact("1", "2026-01-01", item="write", class_="*", unit="USD/1k"),
    fact("1", "2026-01-01", item="read", class_="*", unit="USD/1k"),
    fact("1", "2026-01-01", item="retrieval", class_="cold", variant="standard", unit="USD/GB"),
]


def test_a_catalog_with_nothing_to_tell() -> None:
    found = verify(catalog(*GOOD), DAY)
    assert [lines for _, lines in sections(found)] == [[], [], [], []]
    assert found.providers[0]["verified"] == found.providers[0]["in_force"] == 6
    assert found.providers[0]["oldest_days"] == 151


@pytest.mark.parametrize(
    ("bad", "field", "message"),
    [
        (fact("1", "2026-01-01", item="egress", read="2026-06-02"), "unfit", "check the clock"),
        (fact("1", "2026-01-01", item="egress", status="conflict"), "unfit", "no note says"),
        (
            fact("1", "2026-01-01", item="egress", status="conflict", note="a page has 2"),
            "conflicts",
            "a page has 2",
        ),
        (fact("1", "2025-01-01", item="egress", read="2025-05-31"), "stale", "366 days ago"),
    ],
)
def test_what_is_told(bad: Fact, field: str, message: str) -> None:
    found = verify(catalog(*GOOD, bad), DAY)
    told = {name: [each.text for each in getattr(found, name)] for name in ("unfit", "stale")}
    told["conflicts"] = [each.text for each in found.conflicts]
    assert [message in text for text in told[field]] == [True]


def test_a_reading_of_a_year_ago_is_not_old_yet() -> None:
    assert not verify(catalog(*GOOD, fact("1", "2025-06-01", item="egress")), DAY).stale


def test_history_does_not_grow_old() -> None:
    replaced = fact("5", "2020-01-01")
    assert not verify(catalog(replaced, *GOOD), DAY, max_age=200).stale
    units = 1
    assert len(verify(catalog(replaced, *GOOD), DAY, max_age=100).stale) == len(GOOD) + units


@pytest.mark.parametrize(
    ("without", "gap"),
    [
        (0, "acme standard: storage"),
        (2, "acme standard: write"),
        (4, "acme cold: retrieval (standard)"),
    ],
)
def test_what_a_bill_would_not_find(without: int, gap: str) -> None:
    facts = [each for index, each in enumerate(GOOD) if index != without]
    assert gap in verify(catalog(*facts), DAY).gaps


def test_a_gap_of_one_region_names_it() -> None:
    facts = [*GOOD[:3], fact("1", "2026-01-01", item="read", class_="*", region="north"), GOOD[4]]
    assert verify(catalog(*facts), DAY).gaps == [
        "acme standard: read in south",
        "acme cold: read in south",
    ]


def test_facts_of_one_reading_are_told_in_one_line() -> None:
    found = verify(catalog(*GOOD), DAY, max_age=10)
    assert dict(sections(found))["Read more than 10 days ago"] == [
        "acme page, 2026-01-01 (6 facts)"
    ]


def test_how_a_provider_counts_is_counted_with_its_facts() -> None:
    b2 = next(
        each
        for each in verify(read(BUNDLED), date(2026, 11, 28)).providers
        if each["provider"] == "b2"
    )
    assert (b2["unverified"], b2["conflict"]) == (1, 0)


@pytest.mark.parametrize(
    ("tiers", "gap"),
    [
        (("0-10", "10-20"), ["acme standard: storage above 20 GB in north"]),
        (("0-10", "10-"), []),
        (("0-900000",), ["acme standard: storage above 900,000 GB in north"]),
    ],
)
def test_a_last_tier_that_ends_is_told(tiers: tuple[str, ...], gap: list[str]) -> None:
    closed = [fact("1", "2026-01-01", region="north", tier=each) for each in tiers]
    assert verify(catalog(*closed, *GOOD), DAY).gaps == gap


def test_an_end_that_is_past_is_not_told() -> None:
    old = fact("1", "2025-01-01", tier="0-10")
    assert verify(catalog(old, *GOOD), DAY).gaps == []


def test_nothing_of_the_bundled_catalog_is_unfit() -> None:
    assert verify(read(BUNDLED), date(2026, 11, 28)).unfit == []
