"""Within, over, or cannot be told; each for its reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.bill.usage import Month
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider, Units
from opskit.storage.estimate import Row, Terms
from opskit.storage.gate import Gate, Judged, Verdict, chosen, gate
from opskit.storage.money import budget
from opskit.storage.profile.model import Cell, Monthly, Profile
from tests.storage.shift.catalogs import DAY, GB, catalog, provider

TB = 1000 * GB
HOT = {"class_": "standard"}
USE = Profile((Cell("standard", 1000, TB),), Monthly(egress=GB), provider="one")


def one(*rows: tuple[Any, ...], **more: Any) -> Catalog:
    currency = more.get("currency", "USD")
    facts = [("storage", "0.02", f"{currency}/GB-month", HOT), *rows]
    if not any(row[0] == "egress" for row in rows):
        facts.append(("egress", 0, f"{currency}/GB"))
    return catalog(provider("one", facts, **more))


def judged(facts: Catalog, text: str, *, late: int = 0, max_age: int = 1000, **terms: Any) -> Gate:
    wanted = Terms(DAY + timedelta(late), **terms)
    return gate(chosen(USE, facts, wanted, "", "", ""), budget(text), wanted, max_age)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("20.01", Verdict.WITHIN),
        ("20", Verdict.WITHIN),
        ("19.99", Verdict.OVER),
        ("240/year", Verdict.WITHIN),
        ("239/year", Verdict.OVER),
        ("0", Verdict.OVER),
    ],
)
def test_the_total_against_the_budget(text: str, verdict: Verdict) -> None:
    assert judged(one(), text).verdict is verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("16", Verdict.OVER),
        ("17", Verdict.UNKNOWN),
        ("22.99", Verdict.UNKNOWN),
        ("23", Verdict.WITHIN),
    ],
)
def test_a_band_that_straddles_the_budget(text: str, verdict: Verdict) -> None:
    found = judged(one(), text, late=90 + 365)
    assert found.verdict is verdict
    assert bool(found.reasons) is (verdict is Verdict.UNKNOWN)


def test_a_price_that_is_too_old() -> None:
    found = judged(one(), "1000", late=101, max_age=100)
    assert found.verdict is Verdict.UNKNOWN
    assert judged(one(), "1", late=101, max_age=100).verdict is Verdict.UNKNOWN
    assert found.reasons == [f"a price is 101 days old (read on {DAY}): --max-age allows 100"]
    assert judged(one(), "1000", late=100, max_age=100).verdict is Verdict.WITHIN


def test_an_unverified_price() -> None:
    unsure = one(("egress", 0, "USD/GB", {"status": "unverified"}))
    found = judged(unsure, "1000")
    assert (found.verdict, found.reasons) == (Verdict.UNKNOWN, ["unverified: egress"])
    assert judged(unsure, "20").verdict is Verdict.UNKNOWN
    assert judged(unsure, "1000", allow_unverified=True).verdict is Verdict.WITHIN


@pytest.mark.parametrize("status", ["unverified", "conflict"])
def test_over_by_what_is_verified(status: str) -> None:
    over = judged(one(("egress", 1, "USD/GB", {"status": status})), "19.99")
    assert over.verdict is Verdict.OVER
    assert over.reasons[-1] == "it is $20.00 at least, whatever is true of that"


def test_an_unverified_rule_may_make_it_any_amount() -> None:
    unsure = one(("free-storage", 10, "GB", {"status": "unverified"}))
    assert judged(unsure, "1").verdict is Verdict.UNKNOWN
    assert judged(unsure, "1", allow_unverified=True).verdict is Verdict.OVER


UNSURE = Units(gb=GB, tb=1000, month="730h", source="page", read_on=DAY, status="unverified")


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("18.62", Verdict.OVER),  # 1,000 x 10^9 bytes are 931.32 GiB: $18.63
        ("18.63", Verdict.UNKNOWN),
        ("19.99", Verdict.UNKNOWN),
        ("20", Verdict.WITHIN),
    ],
)
def test_units_that_nobody_read(text: str, verdict: Verdict) -> None:
    """They matter by as much as a GB may be more or less."""
    found = judged(one(units=UNSURE), text)
    assert found.verdict is verdict
    assert found.reasons[0] == "unverified: what it calls a GB and a month"
    certain = judged(one(units=UNSURE), text, allow_unverified=True)
    assert certain.verdict is (Verdict.WITHIN if text == "20" else Verdict.OVER)


def test_units_of_a_month() -> None:
    """31 days are 744 hours: 1.0333 GB-months of 30 days, or 1.0192 of 730 hours."""
    month = Month(744)
    facts = one(units=UNSURE)
    assert judged(facts, "20.66", month=month).verdict is Verdict.UNKNOWN
    assert judged(facts, "20.67", month=month).verdict is Verdict.WITHIN


@pytest.mark.parametrize("rule", ["min-size", "overhead", "monitoring"])
def test_objects_of_which_nobody_knows_the_number(rule: str) -> None:
    unit = "USD/1k-month" if rule == "monitoring" else "bytes"
    facts = one((rule, 1, unit, HOT))
    unknown = replace(USE, stored=(Cell("standard", 0, TB),))

    def told(profile: Profile, text: str, catalog_: Catalog = facts) -> Gate:
        judged_ = chosen(profile, catalog_, Terms(DAY), "", "", "")
        return gate(judged_, budget(text), Terms(DAY), 1000)

    found = told(unknown, "1000")
    assert found.verdict is Verdict.UNKNOWN
    assert "by which standard is paid: --avg-object 4MB" in found.reasons[0]
    assert told(unknown, "19.99").verdict is Verdict.OVER
    assert told(USE, "1000").verdict is Verdict.WITHIN
    assert told(unknown, "1000", one()).verdict is Verdict.WITHIN
    other = replace(unknown, stored=(*unknown.stored, Cell("cool", 5, 1)))
    assert told(other, "1000").verdict is Verdict.UNKNOWN


def test_a_missing_price() -> None:
    facts = catalog(provider("one", [("storage", "0.02", "USD/GB-month", HOT)]))
    found = judged(facts, "1000")
    assert (found.verdict, found.reasons) == (Verdict.UNKNOWN, ["no price: egress"])
    over = judged(facts, "19")
    assert over.verdict is Verdict.OVER
    assert over.reasons == ["even without egress, which has no price"]


def test_a_broken_policy_is_over_any_budget() -> None:
    strict = one(("egress-limit-times", "0.0001", "times"))
    found = judged(strict, "1000000")
    assert found.verdict is Verdict.BREACH
    assert found.verdict.exit_code == 1
    assert "the policy allows" in found.reasons[0]


def test_exit_codes() -> None:
    assert [each.exit_code for each in Verdict] == [0, 1, 1, 3]


def test_a_budget_in_another_currency() -> None:
    euros = one(currency="EUR")
    assert judged(euros, "20 EUR").verdict is Verdict.WITHIN
    assert judged(euros, "20").budget == 20
    with pytest.raises(UsageError, match="the budget is in USD, and the bill in EUR") as caught:
        judged(euros, "20 USD")
    assert "--rate EUR=1.23" in caught.value.hint
    rates = {"EUR": Decimal("1.1")}
    assert judged(euros, "22 USD", rates=rates).verdict is Verdict.WITHIN
    assert judged(euros, "21.99 USD", rates=rates).verdict is Verdict.OVER
    with pytest.raises(UsageError, match="budget is in GBP") as caught:
        judged(one(), "20 GBP")
    assert "--rate GBP=1.23" in caught.value.hint


TWO = (
    ("storage", "0.01", "USD/GB-month", {"class_": "cool"}),
    ("retrieval", 0, "USD/GB", {"class_": "cool"}),
)


def row(use: Profile, *names: str) -> Row:
    return judgement(use, *names).row


def judgement(use: Profile, *names: str) -> Judged:
    facts = one(*TWO)
    other: Provider = provider("other", [("storage", "0.5", "USD/GB-month", HOT)])
    both = Catalog({**facts.providers, "other": other}, facts.law)
    return chosen(use, both, Terms(DAY), *(*names, "", "", "")[:3])


def test_which_bill_is_judged() -> None:
    mixed = replace(USE, stored=(Cell("standard", 1, TB), Cell("cool", 1, TB)))
    assert (row(mixed).class_, row(mixed).bill.of("storage")) == ("as it is", 30)
    assert (row(USE).class_, row(USE).as_it_is) == ("standard", True)
    assert row(mixed, "one", "cool").bill.of("storage") == 20
    assert row(mixed, "other").bill.of("storage") == 1000
    assert row(USE, "", "", "europe").bill.region.name == "europe"
    assert row(USE, "", "", "eu").bill.region.name == "europe"
    assert row(USE, "", "", "one=europe").bill.region.name == "europe"


def test_a_profile_of_no_provider_keeps_its_classes() -> None:
    mixed = replace(USE, provider="", stored=(Cell("standard", 1, TB), Cell("cool", 1, TB)))
    found = row(mixed, "one")
    assert (found.class_, found.as_it_is, found.bill.of("storage")) == ("as it is", False, 30)
    assert row(replace(USE, provider=""), "one").class_ == "standard"
    assert row(mixed, "one", "cool").bill.of("storage") == 20


def test_another_provider_takes_it_all_in_its_first_hot_class() -> None:
    mixed = replace(USE, stored=(Cell("standard", 1, TB), Cell("cool", 1, TB)))
    found = judgement(mixed, "other")
    assert found.row.bill.of("storage") == 1000
    assert found.notes == ["all of it is taken as in standard (--class names another one)"]
    there = judgement(replace(mixed, region="europe"), "other")
    assert there.row.bill.region.name == "europe"
    assert "the data is in the EU (one europe)" in there.notes[0]


def test_a_class_that_nobody_knows_has_no_price() -> None:
    cells = (Cell("standard", 1, TB), Cell("lost", 1, GB))
    found = judgement(replace(USE, stored=cells))
    assert found.row.bill.missing == ["storage of lost"]
    assert "one has no class lost: what is in it has no price" in found.notes[0]
    assert gate(found, budget("1000"), Terms(DAY), 1000).verdict is Verdict.UNKNOWN
    assert gate(found, budget("19"), Terms(DAY), 1000).verdict is Verdict.OVER


def test_nothing_is_stored() -> None:
    for stored in ((), (Cell("standard", 0, 0),)):
        with pytest.raises(UsageError, match="nothing in it that is stored"):
            row(replace(USE, stored=stored))


@pytest.mark.parametrize(
    ("use", "names", "message"),
    [
        (replace(USE, provider=""), (), "does not say where it is stored"),
        (replace(USE, provider="two"), (), "'two' is no provider"),
        (replace(USE, region="mars"), (), "has no region 'mars'"),
        (USE, ("one", "lost"), "no provider has a class 'lost'"),
        (USE, ("one", "all"), "standard, cool, cold are all all"),
    ],
)
def test_which_bill_cannot_be_found(use: Profile, names: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        row(use, *names)


def _sampled(low: int, high: int, *, interval: bool = True) -> Profile:
    ends = {"low": low, "high": high} if interval else {"low": None, "high": None}
    sample = {"objects": {"low": 1000, "high": 1000}, "bytes": ends, "interval": interval}
    return replace(USE, sample=sample)


@pytest.mark.parametrize(
    ("profile", "text", "verdict"),
    [
        (_sampled(TB // 2, 2 * TB), "40", Verdict.WITHIN),
        (_sampled(TB // 2, 2 * TB), "39.99", Verdict.UNKNOWN),
        (_sampled(TB // 2, 2 * TB), "10", Verdict.UNKNOWN),
        (_sampled(TB // 2, 2 * TB), "9.99", Verdict.OVER),
        (_sampled(0, 0, interval=False), "1000", Verdict.UNKNOWN),
        (_sampled(0, 0, interval=False), "1", Verdict.UNKNOWN),
        (
            replace(USE, skipped=("not counted: a/ (s3:ListBucket is refused)",)),
            "1000",
            Verdict.UNKNOWN,
        ),
        (replace(USE, skipped=("not counted: a/ (s3:ListBucket is refused)",)), "1", Verdict.OVER),
    ],
)
def test_a_profile_that_does_not_know_all_of_it(
    profile: Profile, text: str, verdict: Verdict
) -> None:
    wanted = Terms(DAY)
    found = gate(chosen(profile, one(), wanted, "", "", ""), budget(text), wanted, 1000)
    assert found.verdict is verdict
    assert found.reasons
