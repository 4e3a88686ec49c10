"""Money that people name: a budget, and exchange rates, which nobody makes up for them."""

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import get_args

from msgspec import Struct

from opskit.errors import UsageError
from opskit.storage.catalog.model import Provider

_RATE = r"\s*([A-Za-z]{3})\s*=\s*([0-9]{1,9}(?:\.[0-9]{1,12})?)\s*"
_BUDGET = (
    r"\s*([$€]?)\s*([0-9][0-9_]*(?:\.[0-9]+)?)\s*([A-Za-z]{3})?\s*(?:/\s*(month|mo|year|y))?\s*"
)
_SIGNS = {"$": "USD", "€": "EUR"}
_MOST = Decimal(10) ** 15
#: The currencies that providers of a catalog charge in.
CURRENCIES: tuple[str, ...] = get_args(Provider.__annotations__["currency"])

#: What one unit of each currency is worth in US dollars.
Rates = Mapping[str, Decimal]


class Budget(Struct, frozen=True):
    """So much a month; `currency` is empty where none was named: it is that of the bill."""

    amount: Decimal
    currency: str = ""


def exchange(texts: Iterable[str], option: str = "--rate", also: str = "") -> dict[str, Decimal]:
    """The rates of `EUR=1.10` and the like: one euro is 1.10 dollars. UsageError for others.

    `also` is a currency beside those of the catalog: the one of a budget.
    """
    known = tuple(dict.fromkeys(name for name in (*CURRENCIES, also) if name not in ("", "USD")))
    rates: dict[str, Decimal] = {}
    for text in texts:
        found = re.fullmatch(_RATE, text, re.ASCII)
        hint = "write what one unit is worth in US dollars: EUR=1.10"
        if not found or not Decimal(found[2]):
            raise UsageError(f"{text[:40]!r} is no exchange rate", where=option, hint=hint)
        name = found[1].upper()
        if name == "USD":
            raise UsageError("a dollar is a dollar", where=option, hint=hint)
        if name not in known:
            raise UsageError(
                f"nothing is priced in {name}",
                where=option,
                hint=f"a rate is of {', '.join(known)}",
            )
        if name in rates:
            raise UsageError(f"{name} has two rates", where=option, hint="give one")
        rates[name] = Decimal(found[2])
    return rates


def converted(amount: Decimal, currency: str, wanted: str, rates: Rates) -> Decimal | None:
    """An amount in another currency; None where a rate is not known."""
    if currency == wanted:
        return amount
    known = {"USD": Decimal(1), **rates}
    if currency not in known or wanted not in known:
        return None
    return amount * known[currency] / known[wanted]


def budget(text: str, option: str = "--budget") -> Budget:
    """The budget of `500/month`, `6000/year`, `500` or `500 EUR/month`; UsageError for others."""
    found = re.fullmatch(_BUDGET, text, re.ASCII)
    if not found:
        comma = "," in text
        hint = "write no comma: " if comma else "write "
        raise UsageError(
            f"{text[:40]!r} is no budget",
            where=option,
            hint=f"{hint}500/month, 6000/year or 500 EUR/month",
        )
    sign, number, name, span = found.groups()
    currency = _SIGNS.get(sign, "")
    if currency and name and name.upper() != currency:
        raise UsageError(f"{text[:40]!r} names two currencies", where=option, hint="name one")
    amount = Decimal(number.replace("_", ""))
    if amount > _MOST:
        raise UsageError(
            f"{text[:40]!r} is more than anybody has", where=option, hint="is it meant so?"
        )
    year = bool(span) and span.startswith("y")
    return Budget(amount / 12 if year else amount, (name or currency).upper())


def number(value: Decimal) -> float:
    """An amount in cents as JSON has numbers.

    The only float that money ever becomes, and the last thing that it becomes: what JSON writes
    for it is the amount to the cent, up to 10^13.
    """
    return float(value.quantize(Decimal("0.01"), ROUND_HALF_UP))
