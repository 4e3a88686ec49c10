"""Budgets and exchange rates that people name."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.errors import UsageError
from opskit.storage.money import Budget, budget, converted, exchange, number


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("500", 500, ""),
        ("500/month", 500, ""),
        ("6000/year", 500, ""),
        ("6000 / y", 500, ""),
        ("500 EUR/month", 500, "EUR"),
        ("500eur", 500, "EUR"),
        ("$1_000.50/mo", "1000.50", "USD"),
        ("€500", 500, "EUR"),
        ("$500 USD", 500, "USD"),
    ],
)
def test_budgets(text: str, amount: object, currency: str) -> None:
    assert budget(text) == Budget(Decimal(str(amount)), currency)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is no budget"),
        ("-5", "is no budget"),
        ("1,000", "is no budget"),
        ("500/week", "is no budget"),
        ("a lot", "is no budget"),
        ("$500 EUR", "two currencies"),
        ("9" * 20, "more than anybody has"),
    ],
)
def test_what_is_no_budget(text: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        budget(text)


def test_exchange_rates() -> None:
    rates = exchange(["EUR=1.10", "gbp = 1.27"], also="GBP")
    assert rates == {"EUR": Decimal("1.10"), "GBP": Decimal("1.27")}
    assert converted(Decimal(10), "EUR", "USD", rates) == 11
    assert converted(Decimal("12.7"), "USD", "GBP", rates) == 10
    assert converted(Decimal(1), "EUR", "EUR", {}) == 1
    assert converted(Decimal(1), "EUR", "USD", {}) is None
    assert converted(Decimal(1), "CHF", "USD", rates) is None


@pytest.mark.parametrize("text", ["EUR", "EUR=", "EUR=0", "EUR=-1", "EUR=1,10", "USD=1", "EURO=1"])
def test_what_is_no_exchange_rate(text: str) -> None:
    with pytest.raises(UsageError):
        exchange([text])


def test_a_currency_in_which_nothing_is_priced() -> None:
    with pytest.raises(UsageError, match="nothing is priced in ERU") as caught:
        exchange(["ERU=1.1"])
    assert caught.value.hint == "a rate is of EUR"
    with pytest.raises(UsageError, match="GBP"):
        exchange(["GBP=1.2"], also="CHF")


def test_two_rates_of_one_currency() -> None:
    with pytest.raises(UsageError, match="two rates"):
        exchange(["EUR=1.1", "eur=1.2"])


@given(st.decimals(0, 10**12, places=2))
def test_a_number_of_json_is_the_amount_to_the_cent(amount: Decimal) -> None:
    assert Decimal(repr(number(amount))) == amount
