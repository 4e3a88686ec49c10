"""The rates and rules of one provider, region and day, as a bill asks for them."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cached_property

from msgspec import Struct

from opskit.storage.catalog.model import Fact, Item, Provider, Region

_SIZES = {"1k": 1000, "10k": 10_000, "1M": 1_000_000, "KB": 1024}


class Piece(Struct, frozen=True):
    """A part of a quantity that falls into one tier: `quantity` units at `rate`."""

    fact: Fact
    quantity: Decimal
    rate: Decimal

    @property
    def amount(self) -> Decimal:
        return self.quantity * self.rate


class Rate(Struct, frozen=True):
    """A graduated rate: its facts by tier, and how many bytes or things one unit is."""

    facts: Sequence[Fact]
    per: int

    def pieces(self, quantity: Decimal, after: Decimal = Decimal(0)) -> Iterator[Piece]:
        """What falls into each tier of a quantity in units (GB, thousands of requests...).

        `after` is what is in the tiers already.
        """
        until = after + quantity
        for fact in self.facts:
            first, last = fact.bounds
            begin = max(after, Decimal(first))
            end = until if last is None else min(until, Decimal(last))
            if end > begin or (not quantity and first <= after and (last is None or after < last)):
                yield Piece(fact, end - begin, fact.value)

    def covers(self, quantity: Decimal) -> Decimal:
        """How much of a quantity has a price: all of it, or up to where the known tiers end."""
        reached = Decimal(0)
        for fact in self.facts:
            first, last = fact.bounds
            if first > reached or last is None:
                return quantity if first <= reached else reached
            reached = Decimal(last)
        return min(quantity, reached)


class Prices(Struct, frozen=True, dict=True):
    """What a provider charges in a region on a day."""

    provider: Provider
    region: Region
    day: date

    def rate(self, item: Item, class_: str = "*", variant: str = "") -> Rate | None:
        """The rate of an item; None where the catalog has no price of it on that day.

        A fact of the class is preferred to one of all classes, then one of the region to one of
        all regions.
        """
        facts = self.facts(item, class_, variant)
        return Rate(facts, self._per(facts[0].unit)) if facts else None

    def rule(self, item: Item, class_: str = "*") -> Fact | None:
        """The fact of a rule or of a free amount, where there is one."""
        facts = self.facts(item, class_, "")
        return facts[0] if facts else None

    def later(self, item: Item, class_: str = "*", variant: str = "") -> date | None:
        """The first day with a price, where the catalog has none on the day but has a later one."""
        if self.facts(item, class_, variant):
            return None
        names, regions = self._names(class_), (self.region.name, "*")
        days = (
            each.effective_from
            for each in self.provider.facts
            if (each.item, each.variant) == (item, variant)
            and each.class_ in names
            and each.region in regions
        )
        return min(days, default=None)

    def amount(self, item: Item, class_: str = "*") -> Decimal:
        """The value of a rule in bytes, days, requests or times; 0 where there is none."""
        fact = self.rule(item, class_)
        return fact.value * self._per(fact.unit) if fact else Decimal(0)

    def facts(self, item: Item, class_: str, variant: str) -> Sequence[Fact]:
        """The facts in force of one thing, by tier; a class has those of the one it is part of."""
        key = (item, class_, variant)
        if key not in self._asked:
            self._asked[key] = self._facts(item, class_, variant)
        return self._asked[key]

    @cached_property
    def _asked(self) -> dict[tuple[str, str, str], Sequence[Fact]]:
        return {}

    def _facts(self, item: Item, class_: str, variant: str) -> Sequence[Fact]:
        if places := self._known.get((item, variant)):
            for name in self._names(class_):
                for region in (self.region.name, "*"):
                    if found := places.get((name, region)):
                        return newest(found)
        return ()

    def _names(self, class_: str) -> Sequence[str]:
        """The classes whose facts hold for a class, the one to prefer first."""
        if class_ == "*":
            return ("*",)
        found = self.provider.storage_class(class_)
        return (class_, found.part_of, "*") if found and found.part_of else (class_, "*")

    @cached_property
    def _known(self) -> dict[tuple[str, str], dict[tuple[str, str], list[Fact]]]:
        """The facts known on the day, old ones too: by item and variant, by class and region."""
        own, day = (self.region.name, "*"), self.day
        found: dict[tuple[str, str], dict[tuple[str, str], list[Fact]]] = {}
        for each in self.provider.facts:
            if each.region in own and each.effective_from <= day:
                places = found.setdefault((each.item, each.variant), {})
                places.setdefault((each.class_, each.region), []).append(each)
        return found

    def _per(self, unit: str) -> int:
        """How many bytes, requests or objects one unit is; 1 for what counts itself."""
        word = unit.partition("/")[2] or unit
        word = word.removesuffix("-month")
        units = self.provider.units
        if word == "GB":
            return units.gb
        return units.gb * units.tb if word == "TB" else _SIZES.get(word, 1)


def newest(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts that no later one replaces, by tier: a later one replaces what it overlaps."""
    if len(facts) == 1:
        return facts
    kept: list[Fact] = []
    for fact in sorted(facts, key=lambda each: each.effective_from, reverse=True):
        if not any(overlap(fact.bounds, each.bounds) for each in kept):
            kept.append(fact)
    return sorted(kept, key=lambda each: each.bounds[0])


def overlap(one: tuple[int, int | None], other: tuple[int, int | None]) -> bool:
    return (other[1] is None or one[0] < other[1]) and (one[1] is None or other[0] < one[1])
