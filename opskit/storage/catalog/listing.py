"""Facts of the catalog as rows: those in force on a day, or all of them with their time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import NamedTuple, cast, get_args

from opskit.errors import UsageError
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact, Item, Provider
from opskit.storage.catalog.prices import newest, overlap
from opskit.storage.choice import class_of
from opskit.suggestions import Suggestions

UNITS = "units"
ITEMS: tuple[str, ...] = (*get_args(Item), UNITS)
LAW = "law"


class Thing(NamedTuple):
    """What facts are about: they replace each other in time, and make up tiers."""

    item: str
    class_: str
    region: str
    variant: str


@dataclass(frozen=True, slots=True)
class Held:
    """A fact of a provider, and the day from which another one holds in its place."""

    provider: str
    fact: Fact
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which facts are meant. Empty is all; a fact that holds for all classes or regions is in."""

    providers: Sequence[str] = ()
    regions: Sequence[str] = ()
    classes: Sequence[str] = ()
    items: Sequence[str] = ()

    def takes(self, fact: Fact) -> bool:
        return (
            (not self.regions or fact.region in (*self.regions, "*", "eu"))
            and (not self.classes or fact.class_ in (*self.classes, "*"))
            and (not self.items or fact.item in self.items)
        )


def about(fact: Fact) -> Thing:
    """What a fact is about."""
    return Thing(fact.item, fact.class_, fact.region, fact.variant)


def in_force(facts: Iterable[Fact], day: date) -> list[Fact]:
    """The facts that hold on a day, in the order that they are given in."""
    known = list(facts)
    things: dict[Thing, list[Fact]] = {}
    for fact in known:
        if fact.effective_from <= day:
            things.setdefault(about(fact), []).append(fact)
    held = {id(fact) for group in things.values() for fact in newest(group)}
    return [fact for fact in known if id(fact) in held]


def listed(
    catalog: Catalog, choice: Choice, day: date | None, *, history: bool = False
) -> list[Held]:
    """The facts that are meant: in force on the day, or (`history`) all up to it, if one is given.

    Raises UsageError for a provider, a region, a class or an item that the catalog has not.
    """
    providers = [catalog.provider(each) for each in choice.providers]
    providers = providers or list(catalog.providers.values())
    _refuse_unknown(choice, providers)
    sources = [(each.name, with_units(each), own(choice, each)) for each in providers]
    if not choice.providers:
        sources.append((LAW, catalog.law.facts, choice))
    found: list[Held] = []
    for name, facts, meant in sources:
        if history:
            known = [each for each in facts if day is None or each.effective_from <= day]
        else:
            known = in_force(facts, day or date.max)
        found += (Held(name, each, _until(each, facts)) for each in known if meant.takes(each))
    return found


def own(choice: Choice, provider: Provider) -> Choice:
    """A choice with the catalog's names of a provider's classes, for those of its API."""
    found = [(class_of(provider, name), name) for name in choice.classes]
    return replace(choice, classes=[each.name if each else name for each, name in found])


def with_units(provider: Provider) -> Sequence[Fact]:
    """A provider's facts, and how it counts in the form of one: `units`, the bytes of a GB."""
    units = provider.units
    month = {"actual": "actual hours", "30d": "30 days", "730h": "730 hours"}[units.month]
    parts = [f"bytes/GB, {units.tb} GB/TB, {month}/month"]
    if units.round == "up":
        steps = f" by {units.requests_to:,}" if units.requests_to > 1 else ""
        parts.append(f"rounded up (requests{steps})" if steps else "rounded up")
    counted = Fact(
        item=cast(Item, UNITS),
        value=Decimal(units.gb),
        unit=", ".join(parts),
        effective_from=min(each.effective_from for each in provider.facts),
        read_on=units.read_on,
        source=units.source,
        method="curated",
        status=units.status,
        note=units.note,
    )
    return (*provider.facts, counted)


def _until(fact: Fact, facts: Iterable[Fact]) -> date | None:
    later = (
        each.effective_from
        for each in facts
        if each.effective_from > fact.effective_from
        and about(each) == about(fact)
        and overlap(each.bounds, fact.bounds)
    )
    return min(later, default=None)


def _refuse_unknown(choice: Choice, providers: Sequence[Provider]) -> None:
    regions = [region.name for each in providers for region in each.regions]
    classes = [class_.name for each in providers for class_ in each.classes]
    for names, known, what in (
        (choice.items, ITEMS, "item"),
        (choice.regions, regions, "region"),
        (choice.classes, classes, "class"),
    ):
        for name in names:
            by_api = what == "class" and any(class_of(each, name) for each in providers)
            if name not in known and not by_api:
                close = Suggestions(known)(name)
                meant = f"; did you mean {close}?" if close else ""
                whose = f" of {providers[0].name}" if len(providers) == 1 else ""
                raise UsageError(
                    f"{name[:40]!r} is no {what} of the catalog{whose}{meant}",
                    where=f"--{what}",
                    hint=f"known are {', '.join(dict.fromkeys(known))}",
                )


def rows(catalog: Catalog, found: Iterable[Held]) -> Iterator[dict[str, object]]:
    """All that is known of each fact."""
    for each in found:
        fact = each.fact
        provider = catalog.providers.get(each.provider)
        source = (provider.sources if provider else catalog.law.sources)[fact.source]
        yield {
            "provider": each.provider,
            "item": fact.item,
            "class": fact.class_,
            "region": fact.region,
            "variant": fact.variant,
            "tier": fact.tier,
            "value": f"{fact.value:f}",
            "unit": fact.unit,
            "effective_from": fact.effective_from,
            "until": each.until,
            "read_on": fact.read_on,
            "status": fact.status,
            "method": fact.method,
            "source": fact.source,
            "source_title": source.title,
            "source_url": source.url,
            "note": fact.note,
            "what": what(fact),
            "price": amount(fact),
            "range": tier(fact),
        }


def units(catalog: Catalog, found: Iterable[Held]) -> dict[str, object]:
    """How the providers count whose `units` are among what was found, part by part."""
    from msgspec import to_builtins

    names = [each.provider for each in found if each.fact.item == UNITS]
    return {name: to_builtins(catalog.provider(name).units) for name in names}


def what(fact: Fact) -> str:
    """The item with the speed of a retrieval: `retrieval (bulk)`."""
    return f"{fact.item} ({fact.variant})" if fact.variant else fact.item


def price(fact: Fact) -> str:
    """The value as people read it, with its tier, and a star where it is not verified."""
    return ", ".join(filter(None, (amount(fact), tier(fact))))


def amount(fact: Fact) -> str:
    """The value without its tier: `0.0036 USD/GB-month*`."""
    sizes = {Decimal(10**9): "10^9", Decimal(2**30): "2^30"} if fact.item == UNITS else {}
    return f"{sizes.get(fact.value, f'{fact.value:,f}')} {fact.unit}{star(fact)}"


def star(fact: Fact) -> str:
    """A star where a fact is not verified, or sources disagree."""
    return "" if fact.status == "verified" else "*"


def tier(fact: Fact) -> str:
    """The bounds of a graduated rate: `0 to 51,200 GB`; nothing where there are none."""
    if not fact.tier:
        return ""
    first, last = fact.bounds
    unit = fact.unit.partition("/")[2].removesuffix("-month")
    return f"over {first:,} {unit}" if last is None else f"{first:,} to {last:,} {unit}"
