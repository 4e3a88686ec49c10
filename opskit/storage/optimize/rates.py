"""Prices as a plain sum over objects, in whole billionths of a cent: what the search adds up.

A bill is not quite one: graduated rates, free amounts and rounding tie all objects together. Here
one tier of each graduated rate is taken for everything, and free amounts are left out. A plan is
judged by the bill itself (`evaluate`); this only says which plans are worth a bill.
"""

from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property

from opskit.storage.catalog.model import Item
from opskit.storage.optimize.course import Course, Flow, Move, Stay, course
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.world import Chain, World

#: How many of the whole numbers are one unit of money.
SCALE = 10**11


class Rates:
    """The rates of a provider, each graduated one at the tier of that number, or its last."""

    def __init__(self, world: World, tier: int = 0) -> None:
        self.world = world
        self._tier = tier
        self._known: dict[tuple[str, str, str], Decimal] = {}
        self._kept: dict[tuple[Load, str, int], int] = {}
        self._stored: dict[tuple[Load, str], int] = {}

    def _rate(self, item: Item, name: str, variant: str = "") -> Decimal:
        """Money for one byte or thing; 0 where nothing is charged."""
        key = (item, name, variant)
        if key not in self._known:
            found = self.world.prices.rate(item, name, variant)
            facts = found.facts if found else ()
            fact = facts[min(self._tier, len(facts) - 1)] if facts else None
            self._known[key] = fact.value / found.per if fact and found else Decimal(0)
        return self._known[key]

    @cached_property
    def _speeds(self) -> dict[str, str]:
        return {
            each.name: each.restore[0]
            for each in self.world.prices.provider.classes
            if each.restore
        }

    def _storage(self, name: str, objects: int, size: int) -> Decimal:
        """A month of storage of objects in a class or tier, with what is added to them."""
        prices = self.world.prices
        billed = max(Decimal(size), prices.amount("min-size", name) * objects)
        billed += prices.amount("overhead", name) * objects
        added = prices.amount("overhead-standard", name) * objects
        cost = billed * self._rate("storage", name)
        return cost + (added * self._rate("storage", "standard") if added else 0)

    def _monitoring(self, name: str, load: Load) -> Decimal:
        rate = self._rate("monitoring", name)
        least = self.world.prices.amount("monitoring-min-size", name)
        small = load.cell.bytes < least * load.cell.objects
        return Decimal(0) if small else rate * load.cell.objects

    def monitored(self, load: Load, name: str) -> int:
        """A month of what a class takes for watching objects."""
        return whole(self._monitoring(name, load))

    def _reading(self, name: str, load: Load) -> Decimal:
        speed = self._speeds.get(name, "")
        cost = load.reads * self._rate("read", name)
        cost += load.retrieved * self._rate("retrieval", name, speed)
        if speed:
            cost += load.reads * self._rate("retrieval-request", name, speed)
        return cost

    def month(self, load: Load, name: str, since: int) -> int:
        """A month of objects in a class, so many months after they came: stored and read."""
        key = (load, name, min(since, self.world.settled(name)))
        if key not in self._kept:
            parts = self.world.parts(load, name, key[2])
            cost = sum(
                (self._storage(each.class_, each.objects, each.bytes) for each in parts),
                Decimal(0),
            )
            cost += self._monitoring(name, load) + self._reading(name, load)
            self._kept[key] = whole(cost)
        return self._kept[key]

    def stay(self, load: Load, stay: Stay) -> int:
        """Several months in a class."""
        settled = self.world.settled(stay.class_)
        start = stay.start
        cost = 0
        while start < stay.end and start - stay.since < settled:
            cost += self.month(load, stay.class_, start - stay.since)
            start += 1
        if start < stay.end:
            cost += (stay.end - start) * self.month(load, stay.class_, settled)
        return cost

    def stored(self, load: Load, name: str) -> int:
        """A month of storage alone: what leaving a class early is paid by."""
        key = (load, name)
        if key not in self._stored:
            self._stored[key] = whole(self._storage(name, load.cell.objects, load.cell.bytes))
        return self._stored[key]

    def entry(self, load: Load, name: str) -> int:
        """The requests of a move into a class."""
        return whole(load.cell.objects * self._rate(self.world.entry(name), name))

    def early(self, load: Load, name: str, days: int) -> int:
        """What a class is paid that is left so many days too early."""
        return whole(self.stored(load, name) * days / self.world.days / SCALE) if days else 0

    def move(self, load: Load, move: Move) -> int:
        return self.entry(load, move.class_) + self.early(load, move.source, move.early)

    def flow(self, load: Load, flow: Flow) -> int:
        """A month of objects that come and go, in one class."""
        cost = self._storage(flow.class_, load.cell.objects, load.cell.bytes)
        cost = cost * flow.billed / self.world.days + self._monitoring(flow.class_, load)
        cost += self._reading(flow.class_, load) * flow.share(load)
        return whole(cost) + (self.entry(load, flow.class_) if flow.moved_in else 0)

    def course(self, load: Load, way: Course) -> int:
        """All months of objects on their way."""
        cost = sum(self.stay(load, each) for each in way.stays)
        cost += sum(self.move(load, each) for each in way.moves)
        return cost + self.world.months * sum(self.flow(load, each) for each in way.flows)

    def cost(self, load: Load, chain: Chain) -> int:
        """All months of objects under a chain of moves."""
        return self.course(load, course(self.world, load, chain))


def whole(cost: Decimal) -> int:
    """Money as a whole number: sums are exact, and equal plans are equal."""
    return int((cost * SCALE).to_integral_value(ROUND_HALF_EVEN))
