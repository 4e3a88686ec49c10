"""Within, over, or cannot be told; each for its reason."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Provider
from opskit.storage.estimate import Row, Terms
from opskit.storage.gate import Gate, Verdict, chosen, gate
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
    assert found.reasons == [f"a price is 101 days old (read on {DAY}): --max-age allows 100"]
    assert judged(one(), "1000", late=100, max_age=100).verdict is Verdict.WITHIN


def test_an_unverified_price() -> None:
    unsure = one(("egress", 0, "USD/GB", {"status": "unverified"}))
    assert judged(unsure, "1000").verdict is Verdict.UNKNOWN
    assert judged(unsure, "1").verdict is Verdict.UNKNOWN
    assert judged(unsure, "1000", allow_unverified=True).verdict is Verdict.WITHIN


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


@pytest.mark.parametrize(
    ("use", "names", "message"),
    [
        (replace(USE, provider=""), (), "does not say where it is stored"),
        (replace(USE, provider="two"), (), "'two' is no provider"),
        (replace(USE, region="mars"), (), "has no region 'mars'"),
        (USE.in_class("lost"), (), "one has no class lost"),
        (USE, ("one", "lost"), "no provider has a class 'lost'"),
        (USE, ("one", "all"), "standard, cool, cold are all all"),
    ],
)
def test_which_bill_cannot_be_found(use: Profile, names: tuple[str, ...], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        row(use, *names)
