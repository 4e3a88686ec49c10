"""What a profile costs a month, by provider, region and class, and which is the cheapest."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from opskit.storage.bill.lines import Bill, stale
from opskit.storage.bill.monthly import monthly_bill
from opskit.storage.bill.usage import AVERAGE, Month
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Choice, class_of, in_classes, places
from opskit.storage.estimate_notes import not_known
from opskit.storage.money import Rates, converted
from opskit.storage.profile.model import Cell, Profile
from opskit.storage.units import cents

AS_IT_IS = "as it is"


class State(StrEnum):
    """Whether a row is in the ranking, and why not; the best known first."""

    RANKED = "ranked"
    UNVERIFIED = "unverified"
    CURRENCY = "other currency"
    BREACH = "policy breach"
    MISSING = "no price"


class Terms(Struct, frozen=True):
    """What a total is made for: the day of the prices, the month, and what may be ranked.

    `free` says whether the catalog has the free amounts.
    """

    day: date
    month: Month = AVERAGE
    rates: Rates = field(default_factory=dict)
    allow_unverified: bool = False
    free: bool = True


class Row(Struct, frozen=True):
    """The bill of one place. `reasons` say why it has no rank; `value` is what ranks it.

    `class_` is the class's name, or `as it is` where the profile's own classes are billed.
    """

    class_: str
    bill: Bill
    low: Decimal
    high: Decimal
    state: State
    reasons: Sequence[str] = ()
    value: Decimal | None = None
    rank: int | None = None
    as_it_is: bool = False

    @property
    def total(self) -> Decimal | None:
        """The total; None where a limit is broken or a price is missing."""
        return self.bill.total if self.bill.complete else None

    @property
    def at_least(self) -> Decimal | None:
        """What is known of a total for which a price is missing; None where nothing is."""
        known = self.bill.missing and not self.bill.breaches and self.bill.total
        return self.bill.total if known else None

    @property
    def wide(self) -> bool:
        """Whether prices are so old that the total is a band."""
        return self.total is not None and cents(self.high) > cents(self.low)


class Estimate(Struct, frozen=True):
    """The rows, ranked ones first; `currency` is that of the ranking.

    `as_it_is` is the profile where it is. It is among the rows too where its provider is meant.
    """

    profile: Profile
    terms: Terms
    rows: Sequence[Row]
    currency: str
    notes: Sequence[str] = ()
    as_it_is: Row | None = None

    @property
    def stale(self) -> str:
        """How old the oldest price is and how far the bands reach, if any is not fresh."""
        return stale([each.bill for each in self.rows if each.total is not None], self.terms.day)


def estimate(profile: Profile, catalog: Catalog, choice: Choice, terms: Terms) -> Estimate:
    """What a profile costs at each place that is meant; UsageError for a place that none has."""
    if not profile.stored:
        profile = replace(profile, stored=(Cell("standard", 0, 0),))
    found = places(catalog, choice.at(profile.provider, profile.region))
    own = own_place(profile, catalog, terms.day)
    here = None if own is None else _as_it_is(own, terms)
    meant = not choice.providers or profile.provider in choice.providers
    rows = [here] if here and meant else []
    same = [(each.bill.provider.name, each.bill.region.name, each.class_) for each in rows]
    known: dict[str, Prices] = {}
    for place in found.places:
        there = Prices(place.provider, place.region, terms.day)
        prices = known.setdefault(place.provider.name, there)
        name = place.class_.name
        if (place.provider.name, place.region.name, name) not in same:
            made = monthly_bill(profile.in_class(name), prices, terms.month)
            rows.append(row(name, made, terms))
    notes = [*found.notes, *_notes(profile, catalog, own, rows)]
    ranked, currency = rank(rows, terms)
    told = next((each for each in ranked if each.as_it_is), here)
    return Estimate(profile, terms, ranked, currency, notes, told)


class Own(Struct, frozen=True):
    """A profile where it is: its classes by the names of the catalog, where it has them."""

    profile: Profile
    prices: Prices

    @property
    def label(self) -> str:
        """The class that all of it is in, or `as it is`."""
        names = {each.class_ for each in self.profile.stored}
        return names.pop() if len(names) == 1 else AS_IT_IS

    @property
    def unknown(self) -> list[str]:
        """The classes that the catalog does not have."""
        names = dict.fromkeys(each.class_ for each in self.profile.stored)
        return [name for name in names if not self.prices.provider.storage_class(name)]

    def bill(self, month: Month = AVERAGE) -> Bill:
        """The bill of a month as it is."""
        return monthly_bill(self.profile, self.prices, month)


def own_place(profile: Profile, catalog: Catalog, day: date) -> Own | None:
    """Where a profile says that it is, if the catalog has the provider and the region."""
    provider = catalog.providers.get(profile.provider)
    if provider is None:
        return None
    region = provider.region(profile.region) if profile.region else provider.regions[0]
    if region is None:
        return None
    return Own(in_classes(profile, provider), Prices(provider, region, day))


def _as_it_is(own: Own, terms: Terms) -> Row:
    return row(own.label, own.bill(terms.month), terms, as_it_is=True)


def row(class_: str, made: Bill, terms: Terms, *, as_it_is: bool = False) -> Row:
    """A bill as a row that has no rank yet."""
    low, high = made.band(terms.day)
    state, reasons = State.RANKED, list(made.doubts)
    if reasons and not terms.allow_unverified:
        state = State.UNVERIFIED
    if made.missing:
        state, reasons = State.MISSING, [_missing(made, terms.day)]
    if made.breaches:
        state, reasons = State.BREACH, made.breaches
    return Row(class_, made, low, high, state, reasons, as_it_is=as_it_is)


def _missing(made: Bill, day: date) -> str:
    first = min(each.effective_from for each in made.provider.facts)
    if day < first:
        return f"on {day}: its first price is of {first}"
    return ", ".join(made.missing)


def rank(rows: Sequence[Row], terms: Terms) -> tuple[list[Row], str]:
    """The rows in order, with their ranks, and the currency that they are compared in."""
    currencies = {each.bill.currency for each in rows}
    currency = "USD" if len(currencies) != 1 else currencies.pop()
    made = [_valued(each, currency, terms) for each in rows]
    made.sort(key=_order)
    ranks = iter(range(1, len(made) + 1))
    return [
        replace(each, rank=next(ranks)) if each.state is State.RANKED else each for each in made
    ], currency


def _valued(each: Row, currency: str, terms: Terms) -> Row:
    """The row with what ranks it; where no exchange rate is known, that is the reason."""
    if not each.bill.complete:
        return each
    own = each.bill.currency
    value = converted(each.bill.total, own, currency, terms.rates)
    if value is not None:
        return replace(each, value=value)
    doubts = each.reasons if each.state is State.UNVERIFIED else ()
    reasons = [f"it is in {own}: --rate {own}=1.23 compares it", *doubts]
    return replace(each, state=State.CURRENCY, reasons=reasons)


def _order(each: Row) -> tuple[int, Decimal, str, str, str]:
    value = each.value if each.value is not None else (each.total or Decimal(0))
    place = (each.bill.provider.name, each.class_, each.bill.region.name)
    return (list(State).index(each.state), value, *place)


def _notes(profile: Profile, catalog: Catalog, own: Own | None, rows: Sequence[Row]) -> list[str]:
    notes = list(profile.remarks)
    if profile.provider and own is None:
        notes.append(f"not priced as it is: {lacking(profile, catalog)}")
    elif own and own.unknown:
        notes.append(f"{lacking(profile, catalog)}: what is in it has no price")
    return [*notes, *not_known(profile, own.profile if own else profile, rows)]


def lacking(profile: Profile, catalog: Catalog) -> str:
    """What the catalog has not of the place where a profile says that it is."""
    provider = catalog.providers.get(profile.provider)
    if provider is None:
        return f"the catalog has no provider {profile.provider[:40]!r}"
    if profile.region and not provider.region(profile.region):
        return f"the catalog has no region {profile.region[:40]!r} of {provider.name}"
    names = {each.class_ for each in profile.stored if not class_of(provider, each.class_)}
    return f"{provider.name} has no class {', '.join(sorted(names))[:200]}"


def newest_reading(catalog: Catalog) -> date:
    """The day on which the newest price was read."""
    return max(each.read_on for p in catalog.providers.values() for each in p.facts)
