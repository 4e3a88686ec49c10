"""Whether a month's bill is within a budget, and whether that can be told."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct

from opskit.errors import ExitCode, UsageError
from opskit.storage import units
from opskit.storage.bill.monthly import monthly_bill
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Choice, places, region_of
from opskit.storage.estimate import Row, Terms, lacking, own_place, row
from opskit.storage.money import Budget, converted
from opskit.storage.profile.model import Cell, Profile


class Verdict(StrEnum):
    """What the gate says."""

    WITHIN = "within"
    OVER = "over"
    BREACH = "policy breach"
    UNKNOWN = "could not tell"

    @property
    def exit_code(self) -> ExitCode:
        return _EXIT[self]


_EXIT = {
    Verdict.WITHIN: ExitCode.OK,
    Verdict.OVER: ExitCode.NO,
    Verdict.BREACH: ExitCode.NO,
    Verdict.UNKNOWN: ExitCode.UNKNOWN,
}


class Gate(Struct, frozen=True):
    """The verdict with its reasons; `budget`, `total` and the band are in the bill's currency."""

    row: Row
    budget: Decimal
    verdict: Verdict
    reasons: Sequence[str]


def chosen(
    profile: Profile, catalog: Catalog, terms: Terms, provider: str, class_: str, region: str
) -> Row:
    """The bill that is judged: as it is, or of a provider, class and region by name.

    UsageError where nothing says which provider is meant, or several classes are.
    """
    if not profile.stored:
        profile = replace(profile, stored=(Cell("standard", 0, 0),))
    name = provider or profile.provider
    if not name:
        hint = "name one: --provider aws"
        raise UsageError("the profile does not say where it is stored", hint=hint)
    found = catalog.provider(name)
    here = region_of(found, region or (profile.region if name == profile.provider else ""))
    own = own_place(replace(profile, provider=name, region=here.name), catalog, terms.day)
    if not class_ and own and profile.provider == name:
        return row(own.label, own.bill(terms.month), terms, as_it_is=True)
    if not class_ and profile.provider == name:
        hint = "--class names one of its classes for all"
        raise UsageError(lacking(replace(profile, region=here.name), catalog), hint=hint)
    meant = places(catalog, Choice((name,), class_ or "hot", here.name)).places
    if class_ and len(meant) > 1:
        several = ", ".join(each.class_.name for each in meant)
        raise UsageError(f"{several} are all {class_}", where="--class", hint="name one of them")
    first = meant[0].class_.name
    prices = Prices(found, here, terms.day)
    return row(first, monthly_bill(profile.in_class(first), prices, terms.month), terms)


def gate(found: Row, budget: Budget, terms: Terms, max_age: int) -> Gate:
    """The verdict on a bill; UsageError for a budget in a currency without a rate."""
    currency = found.bill.currency
    limit = converted(budget.amount, budget.currency or currency, currency, terms.rates)
    if limit is None:
        other = budget.currency if budget.currency != "USD" else currency
        raise UsageError(
            f"the budget is in {budget.currency}, and the bill in {currency}",
            where="--budget",
            hint=f"say what a unit is worth in US dollars: --rate {other}=1.23",
        )
    return Gate(found, limit, *_verdict(found, limit, terms, max_age))


def _verdict(
    found: Row, limit: Decimal, terms: Terms, max_age: int
) -> tuple[Verdict, Sequence[str]]:
    bill = found.bill
    if bill.breaches:
        return Verdict.BREACH, bill.breaches
    unsure = _unsure(found, terms, max_age)
    if unsure:
        return Verdict.UNKNOWN, unsure
    low, high = units.cents(found.low), units.cents(found.high)
    if bill.missing and low <= limit:
        return Verdict.UNKNOWN, [f"no price: {', '.join(bill.missing)}"]
    if bill.missing:
        return Verdict.OVER, [f"even without {', '.join(bill.missing)}, which has no price"]
    if low <= limit < high:
        return Verdict.UNKNOWN, [
            f"prices are up to {_age(found, terms)} days old: the bill is anywhere from "
            f"{units.money(low, bill.currency)} to {units.money(high, bill.currency)}"
        ]
    return (Verdict.OVER if low > limit else Verdict.WITHIN), []


def _unsure(found: Row, terms: Terms, max_age: int) -> list[str]:
    """Why no number can be trusted, whatever it is."""
    made = [] if terms.allow_unverified else list(found.bill.doubts)
    age = _age(found, terms)
    if age > max_age:
        made.append(
            f"a price is {age} days old (read on {found.bill.oldest()}): --max-age allows {max_age}"
        )
    return made


def _age(found: Row, terms: Terms) -> int:
    oldest = found.bill.oldest()
    return (terms.day - oldest).days if oldest else 0
