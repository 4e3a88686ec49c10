"""Whether a month's bill is within a budget, and whether that can be told."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import product

from msgspec import Struct
from msgspec.structs import replace as changed

from opskit.errors import ExitCode, UsageError
from opskit.storage import units
from opskit.storage.bill.lines import Bill, Line, spread
from opskit.storage.bill.monthly import monthly_bill
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Item, Provider
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import Choice, class_of, in_classes, places, provider_of, region_of
from opskit.storage.estimate import AS_IT_IS, Row, Terms, row
from opskit.storage.money import Budget, converted
from opskit.storage.profile import gaps
from opskit.storage.profile.model import Profile

#: What is paid by the object that is stored, or for its least size.
_BY_OBJECT: tuple[Item, ...] = ("min-size", "overhead", "overhead-standard", "monitoring")
_GB, _TB = (10**9, 2**30), (1000, 1024)


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


class Judged(Struct, frozen=True):
    """The bill that is judged, and the profile that it is of, in the provider's classes."""

    row: Row
    profile: Profile
    notes: Sequence[str] = ()


class Gate(Struct, frozen=True):
    """The verdict with its reasons; `budget`, `total` and the band are in the bill's currency."""

    row: Row
    budget: Decimal
    verdict: Verdict
    reasons: Sequence[str]
    notes: Sequence[str] = ()


def chosen(
    profile: Profile, catalog: Catalog, terms: Terms, provider: str, class_: str, region: str
) -> Judged:
    """The bill that is judged: as it is, or of a provider, class and region by name.

    Where no class is named, the classes stay as they are; with another provider than the
    profile's, all is in its first hot class. UsageError where nothing says which provider is
    meant, or several classes are, and for a profile in which nothing is stored.
    """
    if not profile.bytes and not profile.objects:
        raise UsageError("the profile has nothing in it that is stored", where=profile.source)
    name = provider or profile.provider
    if not name:
        hint = "name one: --provider aws"
        raise UsageError("the profile does not say where it is stored", hint=hint)
    found = provider_of(catalog, name, "--provider" if provider else "the profile")
    if name == profile.provider and not region:
        region_of(found, profile.region)
    asked = Choice((name,), class_ or "all", region).at(profile.provider, profile.region)
    meant = places(catalog, asked)
    notes, own = [*profile.remarks, *meant.notes], in_classes(profile, found)
    if class_ and len(meant.places) > 1:
        several = ", ".join(each.class_.name for each in meant.places)
        raise UsageError(f"{several} are all {class_}", where="--class", hint="name one of them")
    if class_:
        own = profile.in_class(meant.places[0].class_.name)
    elif profile.provider not in ("", name):
        own = profile.in_class(_first_hot(found))
        notes.append(f"all of it is taken as in {own.stored[0].class_} (--class names another one)")
    elif lost := [each for each in _classes(own) if not class_of(found, each)]:
        notes.append(
            f"{name} has no class {', '.join(lost)[:200]}: what is in it has no price "
            "(--class puts all in one)"
        )
    prices = Prices(found, meant.places[0].region, terms.day)
    label = own.stored[0].class_ if len(_classes(own)) == 1 else AS_IT_IS
    as_it_is = not class_ and profile.provider == name
    made = monthly_bill(own, prices, terms.month)
    return Judged(row(label, made, terms, as_it_is=as_it_is), own, notes)


def _first_hot(provider: Provider) -> str:
    own = [each for each in provider.classes if not each.part_of]
    return next((each.name for each in own if each.access == "hot"), own[0].name)


def _classes(profile: Profile) -> list[str]:
    return list(dict.fromkeys(each.class_ for each in profile.stored))


def gate(found: Judged, budget: Budget, terms: Terms, max_age: int) -> Gate:
    """The verdict on a bill; UsageError for a budget in a currency without a rate."""
    currency = found.row.bill.currency
    limit = converted(budget.amount, budget.currency or currency, currency, terms.rates)
    if limit is None:
        other = budget.currency if budget.currency != "USD" else currency
        raise UsageError(
            f"the budget is in {budget.currency}, and the bill in {currency}",
            where="--budget",
            hint=f"say what a unit is worth in US dollars: --rate {other}=1.23",
        )
    return Gate(found.row, limit, *_verdict(found, limit, terms, max_age), found.notes)


def _verdict(
    found: Judged, limit: Decimal, terms: Terms, max_age: int
) -> tuple[Verdict, Sequence[str]]:
    bill = found.row.bill
    if bill.breaches:
        return Verdict.BREACH, bill.breaches
    doubts = [*_doubts(found, terms, max_age)]
    bills = [bill, *_otherwise(found, terms)]
    low = units.cents(min(_least(each, terms, max_age) for each in bills))
    high = units.cents(max(each.band(terms.day)[1] for each in bills))
    if low > limit and not gaps.has_no_least(found.profile):
        return Verdict.OVER, _although(bill, doubts, low)
    if _open(found, terms, max_age):
        return Verdict.UNKNOWN, doubts
    if high <= limit:
        told = [f"it is {units.money(high, bill.currency)} at most"] if doubts else []
        return Verdict.WITHIN, [*doubts, *told]
    whole = f"{units.money(low, bill.currency)} to {units.money(high, bill.currency)}"
    old = f"prices are up to {_age(bill, terms)} days old: " if found.row.wide else ""
    return Verdict.UNKNOWN, [*doubts, f"{old}the bill is anywhere from {whole}"]


def _although(bill: Bill, doubts: Sequence[str], low: Decimal) -> list[str]:
    """What does not matter, as the bill is over the budget without it."""
    lacking = [f"no price: {', '.join(bill.missing)}"] if bill.missing else []
    if not doubts:
        return []
    if doubts == lacking:
        return [f"even without {', '.join(bill.missing)}, which has no price"]
    return [*doubts, f"it is {units.money(low, bill.currency)} at least, whatever is true of that"]


def _doubts(found: Judged, terms: Terms, max_age: int) -> Iterator[str]:
    """What is not known of a bill, in words."""
    bill = found.row.bill
    if bill.missing:
        yield f"no price: {', '.join(bill.missing)}"
    if not terms.allow_unverified:
        yield from bill.doubts
    if (age := _age(bill, terms)) > max_age:
        oldest = bill.oldest()
        yield f"a price is {age} days old (read on {oldest}): --max-age allows {max_age}"
    yield from gaps.doubts(found.profile)
    if names := _by_objects(found, terms):
        yield (
            f"the number of objects is not known, by which {', '.join(names)} is paid: "
            "--avg-object 4MB or --objects 2M says it"
        )


def _open(found: Judged, terms: Terms, max_age: int) -> bool:
    """Whether the bill may come to any amount."""
    bill = found.row.bill
    sure = all(_is_sure(each, terms, max_age) for each in bill.lines)
    unknown = bill.missing or _by_objects(found, terms) or gaps.has_no_most(found.profile)
    return bool(unknown or not sure or _unsure_rules(bill, terms))


def _least(bill: Bill, terms: Terms, max_age: int) -> Decimal:
    """What a bill comes to at least: by the lines that nobody doubts."""
    if _unsure_rules(bill, terms):
        return Decimal(0)
    sure = [each for each in bill.lines if _is_sure(each, terms, max_age)]
    total = sum((each.amount for each in sure), Decimal(0))
    return max(total - spread(sure, terms.day), Decimal(0))


def _is_sure(line: Line, terms: Terms, max_age: int) -> bool:
    verified = terms.allow_unverified or line.fact.status == "verified"
    return not line.quantity or (verified and (terms.day - line.fact.read_on).days <= max_age)


def _unsure_rules(bill: Bill, terms: Terms) -> bool:
    unsure = any(each.status != "verified" for each in bill.rules)
    return unsure and not terms.allow_unverified


def _units_doubted(bill: Bill, terms: Terms) -> bool:
    return bill.provider.units.status != "verified" and not terms.allow_unverified


def _otherwise(found: Judged, terms: Terms) -> Iterator[Bill]:
    """The bill for each meaning that GB, TB and month may have, and for the ends of a sample."""
    provider, region = found.row.bill.provider, found.row.bill.region
    own, bounds = [provider.units], gaps.bounds(found.profile)
    if _units_doubted(found.row.bill, terms):
        months = ("actual", "30d", "730h") if terms.month.hours else (provider.units.month,)
        meant = product(_GB, _TB, months)
        own = [changed(provider.units, gb=gb, tb=tb, month=month) for gb, tb, month in meant]
    elif not bounds:
        return
    for units_, profile in product(own, (found.profile, *bounds)):
        prices = Prices(changed(provider, units=units_), region, terms.day)
        yield monthly_bill(profile, prices, terms.month)


def _by_objects(found: Judged, terms: Terms) -> list[str]:
    """The classes that are paid by the object, of objects whose number is not known."""
    bill = found.row.bill
    prices = Prices(bill.provider, bill.region, terms.day)
    unknown = (each.class_ for each in found.profile.stored if each.bytes and not each.objects)
    return [
        name
        for name in dict.fromkeys(unknown)
        if any(fact.value for item in _BY_OBJECT for fact in prices.facts(item, name, ""))
    ]


def _age(bill: Bill, terms: Terms) -> int:
    oldest = bill.oldest()
    return (terms.day - oldest).days if oldest else 0
