"""The catalog looked through: how old facts are, which are in doubt, and what is unfit."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from opskit.output.text import count
from opskit.storage.catalog.listing import LAW, in_force, price, what, with_units
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact, Item, Provider, StorageClass
from opskit.storage.catalog.prices import Prices, newest

_Key = TypeVar("_Key", bound=Hashable)

#: Days after which facts are told to be old, where nobody says.
MAX_AGE = 365


@dataclass(frozen=True, slots=True)
class Doubt:
    """A fact that is not what it should be, and why."""

    provider: str
    fact: Fact
    why: str

    @property
    def fields(self) -> dict[str, object]:
        fact = self.fact
        return {
            "provider": self.provider,
            "item": fact.item,
            "class": fact.class_,
            "region": fact.region,
            "variant": fact.variant,
            "tier": fact.tier,
            "value": f"{fact.value:f}",
            "unit": fact.unit,
            "read_on": fact.read_on,
            "why": self.why,
        }

    @property
    def text(self) -> str:
        fact = self.fact
        where = "".join(f" {each}" for each in (fact.class_, fact.region) if each != "*")
        return f"{self.provider} {what(fact)}{where}: {price(fact)}: {self.why}"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found on one day."""

    day: date
    max_age: int
    providers: Sequence[dict[str, object]]
    conflicts: Sequence[Doubt]
    stale: Sequence[Doubt]
    unfit: Sequence[Doubt]
    gaps: Sequence[str]


def verify(catalog: Catalog, day: date, max_age: int = MAX_AGE) -> Verdict:
    """Look at every fact, and at how each provider counts; what is not in force is not stale.

    `max_age` is in days. Unfit is what cannot be so: a fact read in the future, or one in doubt
    that does not say why.
    """
    conflicts: list[Doubt] = []
    stale: list[Doubt] = []
    unfit: list[Doubt] = []
    gaps: list[str] = []
    rows = []
    sources = [(name, with_units(each)) for name, each in catalog.providers.items()]
    for name, facts in (*sources, (LAW, catalog.law.facts)):
        held = in_force(facts, day)
        conflicts += (Doubt(name, f, f.note) for f in held if f.status == "conflict")
        old = [f for f in held if (day - f.read_on).days > max_age]
        stale += (Doubt(name, f, f"read {(day - f.read_on).days} days ago") for f in old)
        unfit += (Doubt(name, f, why) for f in facts if (why := _why_unfit(f, day)))
        rows.append(_row(name, facts, held, len(old), day))
    for provider in catalog.providers.values():
        gaps += (*_gaps(provider, day), *_ends(provider, day))
    stale.sort(key=lambda each: each.fact.read_on)
    return Verdict(day, max_age, rows, conflicts, stale, unfit, gaps)


def _row(
    name: str, facts: Sequence[Fact], held: Sequence[Fact], stale: int, day: date
) -> dict[str, object]:
    statuses = Counter(each.status for each in facts)
    oldest = min((each.read_on for each in held), default=None)
    return {
        "provider": name,
        "facts": len(facts),
        "verified": statuses["verified"],
        "unverified": statuses["unverified"],
        "conflict": statuses["conflict"],
        "in_force": len(held),
        "stale": stale,
        "oldest_read_on": oldest,
        "oldest_days": (day - oldest).days if oldest else None,
    }


def _why_unfit(fact: Fact, day: date) -> str:
    if fact.read_on > day:
        return f"read on {fact.read_on}, after {day}: check the clock or the fact"
    if fact.status == "conflict" and not fact.note:
        return "in conflict, and no note says with what"
    return ""


def _gaps(provider: Provider, day: date) -> Iterator[str]:
    """What a bill would ask for and not find: data that can be stored, and a price not known."""
    for class_ in provider.classes:
        if class_.part_of:
            continue
        found = [Prices(provider, region, day) for region in provider.regions]
        priced = [each for each in found if each.rate("storage", class_.name)]
        if not priced:
            yield f"{provider.name} {class_.name}: storage"
        lacking: dict[tuple[str, ...], list[str]] = {}
        for each in priced:
            if missing := tuple(_missing(each, class_)):
                lacking.setdefault(missing, []).append(each.region.name)
        for missing, regions in lacking.items():
            where = "" if len(regions) == len(priced) else f" in {', '.join(regions)}"
            yield f"{provider.name} {class_.name}: {', '.join(missing)}{where}"


def _missing(prices: Prices, class_: StorageClass) -> Iterator[str]:
    if not prices.rate("write", class_.name):
        yield "write"
    if not prices.rate("read", class_.name):
        yield "read"
    for speed in class_.restore:
        if not prices.rate("retrieval", class_.name, speed):
            yield f"retrieval ({speed})"


def _ends(provider: Provider, day: date) -> Iterator[str]:
    """Graduated rates that end: what is above has no price."""
    groups: dict[tuple[Item, str, str, str], list[Fact]] = {}
    for fact in provider.facts:
        if fact.effective_from <= day:
            key = (fact.item, fact.class_, fact.region, fact.variant)
            groups.setdefault(key, []).append(fact)
    for facts in groups.values():
        fact = newest(facts)[-1]
        last = fact.bounds[1]
        if last is not None:
            class_, region = (each if each != "*" else "" for each in (fact.class_, fact.region))
            place = f" in {region}" if region else ""
            unit = fact.unit.partition("/")[2].removesuffix("-month")
            name = " ".join(filter(None, (provider.name, class_)))
            yield f"{name}: {what(fact)} above {last:,} {unit}{place}"


def sections(found: Verdict) -> Iterator[tuple[str, list[str]]]:
    """What people are told below the table of providers: a heading, and its lines."""
    yield "Unfit", [each.text for each in found.unfit]
    conflicts = _grouped((each.provider, what(each.fact), each.why) for each in found.conflicts)
    yield (
        "Sources disagree",
        [f"{name} {item} ({count(n, 'fact')}): {why}" for (name, item, why), n in conflicts],
    )
    stale = _grouped((each.provider, each.fact.source, each.fact.read_on) for each in found.stale)
    yield (
        f"Read more than {count(found.max_age, 'day')} ago",
        [f"{name} {source}, {day} ({count(n, 'fact')})" for (name, source, day), n in stale],
    )
    yield "No price known", list(found.gaps)


def _grouped(keys: Iterable[_Key]) -> list[tuple[_Key, int]]:
    return list(Counter(keys).items())
