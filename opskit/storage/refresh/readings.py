"""What a feed says, in the terms of the catalog: one reading for each price and tier."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from opskit.storage.catalog.listing import Thing
from opskit.storage.catalog.model import Item
from opskit.storage.refresh.feeds import Feed, broken
from opskit.storage.units import exact

#: No number of a price list comes near to it.
_HUGE = Decimal(10) ** 12


class Target(NamedTuple):
    """What a line of a feed is about in the catalog."""

    item: Item
    class_: str = "*"
    variant: str = ""

    def thing(self, region: str) -> Thing:
        return Thing(self.item, self.class_, region, self.variant)


class Tier(NamedTuple):
    """A rate from `first` units on, up to `last`; None is without end."""

    first: int
    last: int | None
    value: Decimal

    @property
    def text(self) -> str:
        """As the catalog writes it; empty where the rate has no tiers."""
        last = "" if self.last is None else str(self.last)
        return f"{self.first}-{last}" if self.first or last else ""


@dataclass(frozen=True, slots=True)
class Reading:
    """A price in a feed. `effective_from` and `published` are None where it does not say."""

    thing: Thing
    tier: str
    value: Decimal
    unit: str
    feed: Feed
    effective_from: date | None = None
    published: date | None = None

    @property
    def bounds(self) -> tuple[int, int | None]:
        first, _, last = self.tier.partition("-")
        return int(first or 0), int(last) if last else None


class Unmapped(NamedTuple):
    """A line of a feed that the catalog has no place for."""

    feed: str
    name: str


@dataclass(slots=True)
class Read:
    """What was read from one feed; `covers` is what it could have, found or not."""

    feed: Feed
    published: date | None = None
    readings: dict[tuple[Thing, str], Reading] = field(default_factory=dict)
    covers: set[Thing] = field(default_factory=set)
    unmapped: list[Unmapped] = field(default_factory=list)

    def add(
        self, thing: Thing, tiers: Iterable[Tier], unit: str, effective_from: date | None = None
    ) -> None:
        """Note the rates of a thing; UnknownError where the feed says two different things."""
        for tier in tiers:
            made = Reading(
                thing, tier.text, tier.value, unit, self.feed, effective_from, self.published
            )
            known = self.readings.setdefault((thing, tier.text), made)
            if known.value != tier.value:
                where = f"{told(thing)}{f' ({tier.text})' if tier.text else ''}"
                raise broken(self.feed, f"has two prices for {where}: {exact(known.value)} and "
                             f"{exact(tier.value)}")  # fmt: skip

    def skip(self, name: str) -> None:
        """Note a line that is not used."""
        self.unmapped.append(Unmapped(self.feed.title, name))


def told(thing: Thing) -> str:
    """A thing in words: `retrieval (bulk) glacier us-east-1`."""
    what = f"{thing.item} ({thing.variant})" if thing.variant else thing.item
    return " ".join((what, *(each for each in (thing.class_, thing.region) if each != "*")))


def number(value: Any, feed: Feed, what: str) -> Decimal:
    """An exact number that is not negative; UnknownError for anything else."""
    try:
        found = Decimal(str(value)) if isinstance(value, str | int | Decimal) else None
    except InvalidOperation:
        found = None
    if found is None or isinstance(value, bool) or not found.is_finite() or found > _HUGE:
        raise broken(feed, f"{str(value)[:40]!r} is no price of {what}")
    if found < 0:
        raise broken(feed, f"the price of {what} is negative: {found}")
    return found


def in_a_row(tiers: Sequence[Tier], feed: Feed, what: str) -> list[Tier]:
    """Tiers in their order, from 0 on and without end; UnknownError where there is a gap."""
    found = sorted(tiers, key=lambda each: each.first)
    reached: int | None = 0
    for tier in found:
        if tier.first != reached:
            gap = f"there is no rate from {reached} to {tier.first}" if (
                reached is not None and reached < tier.first
            ) else "two of them overlap"  # fmt: skip
            raise broken(feed, f"the tiers of {what} do not follow each other: {gap}")
        reached = tier.last
    if reached is not None or not found:
        raise broken(feed, f"the tiers of {what} end at {reached}")
    return found


def day(text: Any, feed: Feed, what: str) -> date:
    """The day of a time as feeds write it, `2026-08-18T23:04:16Z`."""
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        raise broken(feed, f"{str(text)[:40]!r} is no {what}") from None


def whole(value: Decimal, feed: Feed, what: str) -> int:
    """The bound of a tier."""
    if value != value.to_integral_value():
        raise broken(feed, f"the bound {value} of a tier of {what} is no whole number")
    return int(value)


def at(found: Any, *keys: str) -> Any:
    """A value inside objects of objects; None where there is no such."""
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found
