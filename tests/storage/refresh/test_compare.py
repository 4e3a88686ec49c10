"""Readings against facts: what is renewed, what is added, what is not believed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from opskit.storage.catalog.listing import Thing
from opskit.storage.refresh.compare import compare
from opskit.storage.refresh.outcomes import Comparison, Outcome
from opskit.storage.refresh.provided import Doubt, Provided
from opskit.storage.refresh.readings import Read, Tier
from tests.storage.refresh.parts import FEED, HALF, READ_ON, catalog, provider

STANDARD = Thing("storage", "standard", "us-east-1", "")
IA = Thing("storage", "standard-ia", "us-east-1", "")
WRITE = Thing("write", "standard", "us-east-1", "")
BULK = Thing("retrieval", "glacier", "us-east-1", "bulk")
KNOWN = ("0.023", "0.022", "0.021")


def tiers(*values: str) -> list[Tier]:
    bounds: Sequence[tuple[int, int | None]] = ((0, 51200), (51200, 512000), (512000, None))
    if len(values) == 1:
        bounds = ((0, None),)
    return [Tier(*each, Decimal(v)) for each, v in zip(bounds, values, strict=True)]


def feed(
    *things: tuple[Thing, Sequence[Tier], str],
    published: date | None = date(2026, 11, 20),
    since: date | None = date(2026, 11, 1),
) -> Read:
    read = Read(FEED, published)
    for thing, rates, unit in things:
        read.add(thing, rates, unit, since)
        read.covers.add(thing)
    return read


def compared(
    folder: Path,
    *reads: Read,
    day: date = READ_ON,
    most: Decimal = HALF,
    doubts: Sequence[Doubt] = (),
) -> Comparison:
    found = provider(catalog(folder))
    return compare(found, Provided(list(reads), doubts=list(doubts)), day, most)


def told(outcomes: Sequence[Outcome]) -> list[tuple[str, str, str, str]]:
    return [
        (e.kind, e.fact.tier, f"{e.fact.value:f}", str(e.fact.effective_from)) for e in outcomes
    ]


def of_standard(*values: str) -> tuple[Thing, Sequence[Tier], str]:
    return STANDARD, tiers(*values), "USD/GB-month"


def test_the_same_price_is_read_again_and_a_guess_is_verified(tmp_path: Path) -> None:
    found = compared(tmp_path, feed(of_standard(*KNOWN)))
    assert not found.errors
    assert [each.kind for each in found.outcomes] == ["read", "read", "verified"]
    first, second, third = (each.new for each in found.outcomes)
    assert first
    assert second
    assert third
    assert (first.read_on, first.source, first.method) == (READ_ON, "feed-s3", "feed")
    assert first.effective_from == date(2026, 1, 1)
    assert second.note == "by hand"
    assert third.status == "verified"
    assert third.note == 'unverified until 2026-11-23: a "guess"'


def test_read_on_the_same_day_nothing_is_to_be_done(tmp_path: Path) -> None:
    found = compared(tmp_path, feed(of_standard(*KNOWN)), day=date(2026, 8, 1))
    assert [each.kind for each in found.outcomes] == ["verified"]
    found = compared(tmp_path, feed(of_standard(*KNOWN)), day=date(2026, 7, 31))
    assert (found.outcomes, found.errors) == ([], [])


def test_another_price_holds_from_the_day_that_the_feed_says(tmp_path: Path) -> None:
    found = compared(tmp_path, feed(of_standard("0.025", *KNOWN[1:])))
    assert not found.errors
    change, *_ = found.outcomes
    assert told([change]) == [("value", "0-51200", "0.025", "2026-11-01")]
    assert change.percent == Decimal("8.7")
    assert change.old
    assert str(change.old.value) == "0.0230"
    assert change.new
    assert (change.new.status, change.new.note) == ("verified", "")


@pytest.mark.parametrize(
    ("since", "published", "day"),
    [
        (date(2026, 11, 1), date(2026, 11, 20), date(2026, 11, 1)),
        (date(2026, 7, 1), date(2026, 11, 20), date(2026, 11, 20)),  # read at the old price later
        (None, None, READ_ON),
        (date(2026, 12, 1), None, READ_ON),
    ],
)
def test_a_price_holds_from_the_first_day_that_is_not_contradicted(
    tmp_path: Path, since: date | None, published: date | None, day: date
) -> None:
    read = feed(of_standard("0.025", *KNOWN[1:]), since=since, published=published)
    change, *_ = compared(tmp_path, read).outcomes
    assert change.fact.effective_from == day


def test_a_guess_may_have_been_wrong_since_its_first_day(tmp_path: Path) -> None:
    read = feed(of_standard("0.023", "0.022", "0.020"), since=date(2026, 7, 1))
    *_, change = compared(tmp_path, read).outcomes
    assert told([change]) == [("value", "512000-", "0.02", "2026-07-01")]


def test_units_are_converted_to_those_of_the_fact(tmp_path: Path) -> None:
    found = compared(tmp_path, feed((WRITE, tiers("0.005"), "USD/1k")))
    assert [each.kind for each in found.outcomes] == ["read"]
    found = compared(tmp_path, feed((WRITE, tiers("0.006"), "USD/1k")))
    (change,) = found.outcomes
    assert (str(change.fact.value), change.fact.unit) == ("0.06", "USD/10k")


@pytest.mark.parametrize("unit", ["USD/GB", "EUR/1k", "USD/1k-month", "requests"])
def test_other_units_are_an_error(tmp_path: Path, unit: str) -> None:
    found = compared(tmp_path, feed((WRITE, tiers("0.005"), unit)))
    (error,) = found.errors
    assert f"says {unit} of write standard us-east-1, where the catalog has USD/10k" in str(error)


def test_a_price_of_a_thing_that_had_none_is_new(tmp_path: Path) -> None:
    found = compared(
        tmp_path, feed((IA._replace(region="eu-central-1"), tiers("0.0135"), "USD/GB-month"))
    )
    assert told(found.outcomes) == [("new", "", "0.0135", "2026-11-01")]


def test_a_class_that_the_catalog_has_not_is_passed_over(tmp_path: Path) -> None:
    found = compared(
        tmp_path, feed((IA._replace(class_="onezone-ia"), tiers("0.01"), "USD/GB-month"))
    )
    assert (found.outcomes, found.errors) == ([], [])


def test_an_old_recording_adds_nothing_before_the_first_known_price(tmp_path: Path) -> None:
    found = compared(tmp_path, feed(of_standard("1", "2", "3")), day=date(2025, 1, 1))
    assert (found.outcomes, found.errors) == ([], [])


def test_what_is_not_in_the_feed_is_told_and_stays(tmp_path: Path) -> None:
    read = feed(of_standard(*KNOWN))
    read.covers |= {IA, Thing("lifecycle", "glacier", "us-east-1", "")}
    found = compared(tmp_path, read)
    gone = [each for each in found.outcomes if each.kind == "gone"]
    assert [(each.old and each.old.class_, each.new) for each in gone] == [("standard-ia", None)]


def test_a_feed_that_lacks_most_prices_is_broken(tmp_path: Path) -> None:
    read = feed((IA, tiers("0.0125"), "USD/GB-month"))
    read.covers |= {STANDARD, WRITE, Thing("egress", "*", "us-east-1", "")}
    (error,) = compared(tmp_path, read).errors
    assert "has only 1 of the 4 prices that are known from it" in str(error)


def test_other_tiers_are_added_as_a_whole(tmp_path: Path) -> None:
    rates = [Tier(0, 1000, Decimal("0.0125")), Tier(1000, None, Decimal("0.012"))]
    found = compared(tmp_path, feed((IA, rates, "USD/GB-month")))
    assert told(found.outcomes) == [
        ("value", "0-1000", "0.0125", "2026-11-01"),
        ("value", "1000-", "0.012", "2026-11-01"),
    ]


def test_a_price_for_all_regions_needs_all_of_them(tmp_path: Path) -> None:
    other = BULK._replace(region="eu-central-1")
    one = feed((BULK, tiers("0"), "USD/GB"))
    assert compared(tmp_path, one).outcomes == []
    both = feed((BULK, tiers("0"), "USD/GB"), (other, tiers("0"), "USD/GB"))
    (again,) = compared(tmp_path, both).outcomes
    assert (again.kind, again.fact.region) == ("read", "*")
    apart = feed((BULK, tiers("0"), "USD/GB"), (other, tiers("0.001"), "USD/GB"))
    (new,) = compared(tmp_path, apart, most=Decimal(100)).outcomes
    assert (new.kind, new.fact.region, str(new.fact.value)) == ("new", "eu-central-1", "0.001")


def refused(folder: Path, read: Read, **options: object) -> str:
    found = compared(folder, read, **options)  # type: ignore[arg-type]
    (error,) = found.errors
    return f"{error} | {error.hint}"


def test_a_change_beyond_the_limit_is_refused_until_it_is_raised(tmp_path: Path) -> None:
    read = feed(of_standard("0.035", *KNOWN[1:]))
    text = refused(tmp_path, read)
    assert "changes storage standard us-east-1, 0-51200 by more than 50 %" in text
    assert "0.023 -> 0.035 USD/GB-month" in text
    assert "--max-change 53%" in text
    assert not compared(tmp_path, read, most=Decimal(53)).errors


def test_a_price_where_nothing_was_paid_counts_as_a_hundred_percent(tmp_path: Path) -> None:
    read = feed((BULK, tiers("0.0025"), "USD/GB"))
    assert "by more than 50 %: 0 -> 0.0025 USD/GB" in refused(tmp_path, read)
    assert not compared(tmp_path, read, most=Decimal(100)).errors


def test_a_price_of_0_is_never_believed(tmp_path: Path) -> None:
    text = refused(tmp_path, feed((IA, tiers("0.0000"), "USD/GB-month")), most=Decimal(1000))
    assert "has a price of 0 for storage standard-ia us-east-1, where there was one" in text


def test_a_feed_older_than_a_verified_price_that_says_otherwise_is_refused(tmp_path: Path) -> None:
    read = feed(of_standard("0.024", *KNOWN[1:]), published=date(2026, 7, 31))
    assert (
        "was published on 2026-07-31, before storage standard us-east-1, 0-51200 was read "
        "(2026-08-01), and says otherwise: 0.023 -> 0.024" in refused(tmp_path, read)
    )
    same = feed(of_standard(*KNOWN), published=date(2026, 3, 9))
    assert not compared(tmp_path, same).errors  # a list that did not change stays the current one
    guess = feed(of_standard("0.023", "0.022", "0.020"), published=date(2026, 7, 31))
    assert not compared(tmp_path, guess).errors


def test_a_recording_older_than_the_price_is_refused(tmp_path: Path) -> None:
    read = feed(of_standard("0.024", *KNOWN[1:]), published=None)
    text = refused(tmp_path, read, day=date(2026, 7, 31))
    assert "was read on 2026-07-31, before storage standard" in text


def test_two_changes_on_one_day_are_refused(tmp_path: Path) -> None:
    folder = catalog(tmp_path)
    text = (
        (folder / "aws.yaml")
        .read_text()
        .replace("2026-01-01, read_on: 2026-08-01", f"{READ_ON}, read_on: {READ_ON}")
    )
    (folder / "aws.yaml").write_text(text)
    found = compare(
        provider(folder), Provided([feed(of_standard("0.024", *KNOWN[1:]), published=READ_ON)]),
        READ_ON, HALF,
    )  # fmt: skip
    assert "again on 2026-11-23" in str(found.errors[0])


def test_what_two_feeds_do_not_agree_on_stays(tmp_path: Path) -> None:
    read = feed(of_standard(*KNOWN))
    reading = read.readings.pop((STANDARD, "0-51200"))
    for key in list(read.readings):
        del read.readings[key]
    other = replace(reading, value=Decimal("0.03"))
    found = compared(tmp_path, read, doubts=[Doubt(STANDARD, reading, other)])
    assert not found.errors
    assert [each.kind for each in found.outcomes] == ["doubt"]
