"""What is in doubt, in words: each provider once, parts that are alike as one, and what is not."""

import pytest
from msgspec.structs import replace

from opskit.storage.catalog.doubts import summary
from opskit.storage.catalog.load import BUNDLED, read
from opskit.storage.catalog.model import Fact
from tests.storage.catalog.test_listing import catalog, fact

DAY = "2026-01-01"
STORAGE = fact("6", DAY)
REQUESTS = [
    fact("1", DAY, item=item, class_="*", unit="USD/1k")
    for item in ("write", "read", "list", "delete")
]


def doubtful(**fields: str) -> Fact:
    return fact("1", DAY, **{"status": "unverified", **fields})


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ([], ""),
        ([doubtful(class_="cold")], "storage of cold"),
        ([doubtful(item="egress", class_="*")], "egress"),
        ([doubtful(item="egress", class_="*", region="north")], "egress"),
        (
            [
                doubtful(item="egress", class_="*", region="north"),
                fact("1", DAY, item="egress", class_="*", region="south"),
            ],
            "in north (egress)",
        ),
        (
            [
                doubtful(item="monitoring", region="north", class_=class_)
                for class_ in ("standard", "cold")
            ]
            + [doubtful(item="egress", class_="*")],
            "monitoring of standard and cold; egress",
        ),
        (
            [
                fact("1", DAY, class_="cold", tier="0-10"),
                doubtful(class_="cold", tier="10-"),
            ],
            "some tiers of storage of cold",
        ),
        (
            [
                doubtful(item="retrieval", class_="cold", variant=speed)
                for speed in ("standard", "bulk")
            ],
            "retrieval of cold",
        ),
        (
            [doubtful(class_="cold"), doubtful(item="egress", class_="*", status="conflict")],
            "storage of cold; sources disagree on: egress",
        ),
    ],
)
def test_doubts_in_words(facts: list[Fact], text: str) -> None:
    assert summary(catalog(STORAGE, *REQUESTS, *facts)) == (f"- Acme: {text}.\n" if text else "")


def test_a_doubt_that_is_past_is_not_told() -> None:
    later = fact("2", "2026-02-01", class_="cold")
    assert summary(catalog(STORAGE, *REQUESTS, doubtful(class_="cold"), later)) == ""


def test_all_is_told_as_one() -> None:
    unsure = [replace(each, status="unverified") for each in (STORAGE, *REQUESTS)]
    assert summary(catalog(*unsure)) == "- Acme: all prices and rules.\n"


def test_how_a_provider_counts_may_be_in_doubt() -> None:
    found = catalog(STORAGE, *REQUESTS)
    acme = found.provider("acme")
    found.providers["acme"] = replace(acme, units=replace(acme.units, status="unverified"))
    assert summary(found) == "- Acme: what it calls a GB and a month.\n"


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (REQUESTS[:3], "No price of delete: Acme."),
        ([], "No price of write, read, list and delete: Acme."),
        (
            [*REQUESTS[:3], replace(REQUESTS[3], region="north")],
            "No price of delete: Acme in south.",
        ),
    ],
)
def test_who_has_no_price_of_requests(left: list[Fact], text: str) -> None:
    assert summary(catalog(STORAGE, *left)).startswith(f"- {text} A bill with such")


def test_every_provider_with_a_doubt_is_in_the_summary() -> None:
    bundled = read(BUNDLED)
    text = summary(bundled)
    for each in bundled.providers.values():
        doubts = each.units.status != "verified" or any(
            fact.status != "verified" for fact in each.facts
        )
        assert (f"- {each.title}: " in text) is doubts
    assert all(len(line) <= 100 for line in text.splitlines())
