"""Facts as rows: which hold on a day, which are meant, and how they read."""

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.errors import UsageError
from opskit.storage.catalog.listing import (
    UNITS,
    Choice,
    Held,
    in_force,
    listed,
    price,
    rows,
    units,
)
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact, Law, Provider, Region, Source, StorageClass, Units


def fact(value: str, since: str, **fields: str) -> Fact:
    return Fact(
        item=fields.get("item", "storage"),  # type: ignore[arg-type]
        value=Decimal(value),
        unit=fields.get("unit", "USD/GB-month"),
        effective_from=date.fromisoformat(since),
        read_on=date.fromisoformat(fields.get("read", since)),
        source="page",
        method="page",
        status=fields.get("status", "verified"),  # type: ignore[arg-type]
        class_=fields.get("class_", "standard"),
        region=fields.get("region", "*"),
        tier=fields.get("tier", ""),
        variant=fields.get("variant", ""),
        note=fields.get("note", ""),
    )


def catalog(*facts: Fact, law: tuple[Fact, ...] = ()) -> Catalog:
    """A catalog of one provider, with two regions and two classes."""
    sources = {"page": Source("Pricing")}
    acme = Provider(
        name="acme",
        title="Acme",
        currency="USD",
        units=Units(10**9, 1000, "30d", "page", date(2026, 1, 1), "verified"),
        sources=sources,
        regions=(Region("north", "North"), Region("south", "South")),
        classes=(
            StorageClass("standard", "Standard", "hot"),
            StorageClass("cold", "Cold", "archive", restore=("standard",)),
        ),
        facts=facts,
    )
    return Catalog({"acme": acme}, Law(sources, law))


OLD, NEW = fact("6", "2025-01-01"), fact("7", "2026-05-01")
COLD = fact("1", "2025-01-01", class_="cold", region="north")
EGRESS = fact("0.1", "2025-01-01", item="egress", class_="*", unit="USD/GB", status="unverified")
ALL = catalog(OLD, NEW, COLD, EGRESS)


def found(
    choice: Choice, day: date | None = date(2026, 1, 1), *, history: bool = False
) -> list[Fact]:
    """What is listed, but for how the provider counts."""
    held = listed(ALL, choice, day, history=history)
    return [each.fact for each in held if each.fact.item != UNITS]


def test_what_holds_on_a_day() -> None:
    assert found(Choice()) == [OLD, COLD, EGRESS]
    assert found(Choice(), date(2026, 5, 1)) == [NEW, COLD, EGRESS]
    assert found(Choice(), date(2026, 4, 30)) == [OLD, COLD, EGRESS]
    assert found(Choice(), date(2024, 1, 1)) == []


def test_history_is_all_of_it_or_up_to_a_day() -> None:
    assert found(Choice(), None, history=True) == [OLD, NEW, COLD, EGRESS]
    assert found(Choice(), date(2026, 1, 1), history=True) == [OLD, COLD, EGRESS]


def test_a_replaced_fact_says_until_when_it_held() -> None:
    held = listed(ALL, Choice(), None, history=True)
    assert [each.until for each in held] == [date(2026, 5, 1), None, None, None, None]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(providers=["acme"]), [OLD, COLD, EGRESS]),
        (Choice(classes=["cold"]), [COLD, EGRESS]),
        (Choice(classes=["standard"]), [OLD, EGRESS]),
        (Choice(regions=["south"]), [OLD, EGRESS]),
        (Choice(regions=["north"]), [OLD, COLD, EGRESS]),
        (Choice(items=["egress"]), [EGRESS]),
        (Choice(items=["storage"], classes=["cold"], regions=["south"]), []),
    ],
)
def test_which_are_meant(choice: Choice, expected: list[Fact]) -> None:
    assert found(choice) == expected


@pytest.mark.parametrize(
    ("choice", "message"),
    [
        (Choice(providers=["acne"]), "did you mean acme?"),
        (Choice(regions=["norht"]), "'norht' is no region of the catalog of acme; did you mean"),
        (Choice(classes=["warm"]), "'warm' is no class"),
        (Choice(items=["storge"]), "did you mean storage?"),
    ],
)
def test_a_name_that_is_not_known(choice: Choice, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        listed(ALL, choice, None)
    assert message in str(caught.value)
    assert caught.value.hint


def test_how_a_provider_counts_is_listed_too() -> None:
    (held,) = listed(ALL, Choice(items=["units"]), date(2026, 1, 1))
    (row,) = rows(ALL, [held])
    assert (row["item"], row["value"], row["status"]) == ("units", "1000000000", "verified")
    assert row["price"] == "10^9 bytes/GB, 1000 GB/TB, 30 days/month"
    (own,) = units(ALL, [held]).values()
    assert own == {
        "gb": 10**9,
        "tb": 1000,
        "month": "30d",
        "source": "page",
        "read_on": "2026-01-01",
        "status": "verified",
        "round": "none",
        "requests_to": 1,
        "note": "",
    }
    assert units(ALL, []) == {}


def test_a_class_by_its_name_in_the_api() -> None:
    named = catalog(OLD, COLD)
    acme = named.provider("acme")
    classes = (acme.classes[0], msgspec.structs.replace(acme.classes[1], api="GLACIER"))
    named.providers["acme"] = msgspec.structs.replace(acme, classes=classes)
    for name in ("GLACIER", "glacier", "cold"):
        choice = Choice(classes=[name], items=["storage"])
        assert [each.fact for each in listed(named, choice, date(2026, 1, 1))] == [COLD]


def test_laws_are_shown_with_all_providers_only() -> None:
    zero = fact("0", "2027-01-12", item="switching-egress", unit="EUR/GB", region="eu")
    both = catalog(OLD, law=(zero,))
    day = date(2027, 2, 1)
    assert [each.provider for each in listed(both, Choice(), day)] == ["acme", "acme", "law"]
    assert [each.provider for each in listed(both, Choice(("acme",)), None)] == ["acme", "acme"]
    (row,) = rows(both, [Held("law", zero)])
    assert row["source_title"] == "Pricing"


@pytest.mark.parametrize(
    ("one", "text"),
    [
        (fact("0.0230", "2026-01-01"), "0.0230 USD/GB-month"),
        (fact("0.0000001", "2026-01-01"), "0.0000001 USD/GB-month"),
        (fact("1", "2026-01-01", tier="0-51200"), "1 USD/GB-month, 0 to 51,200 GB"),
        (fact("1", "2026-01-01", tier="512000-"), "1 USD/GB-month, over 512,000 GB"),
        (fact("1", "2026-01-01", status="unverified"), "1 USD/GB-month*"),
        (fact("131072", "2026-01-01", item="min-size", unit="bytes"), "131,072 bytes"),
        (
            fact("1", "2026-01-01", status="conflict", tier="5-"),
            "1 USD/GB-month*, over 5 GB",
        ),
    ],
)
def test_a_price_as_people_read_it(one: Fact, text: str) -> None:
    assert price(one) == text


_DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))


@given(st.lists(_DAYS, unique=True, max_size=6), _DAYS)
def test_of_one_thing_the_newest_that_has_begun_holds(days: list[date], on: date) -> None:
    facts = [fact("1", day.isoformat()) for day in days]
    newest = max((day for day in days if day <= on), default=None)
    assert [each.effective_from for each in in_force(facts, on)] == ([newest] if newest else [])
