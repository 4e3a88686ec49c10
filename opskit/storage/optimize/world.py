"""What moves are legal, when they happen, and which tiers a class has inside it.

Amazon S3 User Guide, "Transitioning objects using Amazon S3 Lifecycle": the waterfall of classes
(`moves_to` in the catalog), 30 days before STANDARD_IA and ONEZONE_IA, 30 days in those before the
next class; S3 refuses a rule that leaves GLACIER_IR before its 90 days. Moves of one rule are at
least the first class's minimum duration apart here: to leave it earlier is paid for all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property

from opskit.storage.bill.tiers import inside
from opskit.storage.bill.usage import AVERAGE
from opskit.storage.catalog.model import Item, StorageClass
from opskit.storage.catalog.prices import Prices
from opskit.storage.optimize.loads import Load

#: S3 API Reference, "Transition", and the error that S3 answers with below it.
_LEAST_AGE = {"STANDARD_IA": 30, "ONEZONE_IA": 30}


@dataclass(frozen=True, slots=True)
class Step:
    """Objects of that age in days are moved to a class."""

    days: int
    class_: str


#: The steps of a rule, in the order of their days. None at all leaves things where they are.
Chain = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Objects that are billed in a class, or in a tier inside it."""

    class_: str
    objects: int
    bytes: int


@dataclass(frozen=True)
class World:
    """A provider's classes as moves see them, over a number of months.

    Time is counted in whole months: what comes of age within one is moved when the next begins.
    """

    prices: Prices
    targets: frozenset[str]
    months: int

    @cached_property
    def days(self) -> Decimal:
        """The days of a month."""
        return AVERAGE.days(self.prices.provider.units)

    @cached_property
    def _moves(self) -> dict[str, frozenset[str]]:
        by_name = {each.name: each for each in self.prices.provider.classes}
        return {
            name: frozenset(by_name.get(each.part_of, each).moves_to) & self.targets
            for name, each in by_name.items()
        }

    @cached_property
    def _classes(self) -> dict[str, StorageClass]:
        return {each.name: each for each in self.prices.provider.classes}

    def found(self, name: str) -> StorageClass:
        return self._classes[name]

    def moves(self, source: str, target: str) -> bool:
        """Whether a rule may move objects from one class to the other."""
        return target in self._moves[source]

    @cached_property
    def _min_days(self) -> dict[str, int]:
        return {name: int(self.prices.amount("min-days", name)) for name in self._classes}

    def min_days(self, name: str) -> int:
        """The least days that an object is billed for."""
        return self._min_days[name]

    def least_age(self, name: str) -> int:
        """The least age at which a rule may move objects there."""
        return _LEAST_AGE.get(self.found(name).api, 0)

    def entry(self, name: str) -> Item:
        """What a move into the class is paid as: a lifecycle request, or a write."""
        return "lifecycle" if self.prices.rate("lifecycle", name) else "write"

    def month_of(self, age: int, days: int) -> int:
        """The month at whose beginning what has an age now is of that many days; 0 is now."""
        if age >= days:
            return 0
        return int((Decimal(days - age) / self.days).to_integral_value(ROUND_CEILING))

    @cached_property
    def _tiers(self) -> dict[str, list[tuple[int, str]]]:
        """The tiers inside a class that objects come to by themselves, by days without a read."""
        return inside(self.prices.provider)

    def is_tiered(self, name: str) -> bool:
        return name in self._tiers

    def settled(self, name: str) -> int:
        """The months after which a class's tiers hold what they will hold."""
        tiers = self._tiers.get(name)
        return self.month_of(0, tiers[-1][0]) if tiers else 0

    def since(self, load: Load) -> int:
        """For how many months objects are taken to lie unread in the class that they are in.

        0 where nobody knows when they were read: they are billed in the first tier now.
        """
        idle = load.cell.idle or 0
        tiers = self._tiers.get(load.cell.class_, ())
        reached = (self.month_of(0, days) for days, _ in tiers if idle >= days)
        return max(int(idle / self.days), *reached, 0)

    def parts(self, load: Load, name: str, since: int) -> Sequence[Part]:
        """Objects by the tier that they are billed in, so many months after they came.

        Each read is taken to be of another object. So what is read in a month lies in the first
        tier, and behind it in each tier what was read in the months that it takes to leave it.
        """
        cell = load.cell
        tiers = self._tiers.get(name, ())
        small = cell.bytes < self.prices.amount("monitoring-min-size", name) * cell.objects
        if not tiers or small or cell.kept is not None:
            return (Part(name, cell.objects, cell.bytes),)
        reached = [(name, 1), *((tier, self.month_of(0, days)) for days, tier in tiers)]
        reached = [(tier, months) for tier, months in reached if tier == name or months <= since]
        bounds = [min(cell.objects, load.reads * months) for _, months in reached[1:]]
        return _split(cell.objects, cell.bytes, [tier for tier, _ in reached], bounds)


def _split(objects: int, size: int, names: Sequence[str], bounds: Sequence[int]) -> list[Part]:
    """Objects up to each bound go to the name at its place, the rest to the last one."""
    parts, before, bytes_before = [], 0, 0
    for name, bound in zip(names, (*bounds, objects), strict=True):
        until = size * bound // objects if objects else size
        if bound > before or name == names[-1]:
            parts.append(Part(name, bound - before, until - bytes_before))
        before, bytes_before = bound, until
    return [each for each in parts if each.objects or each.bytes]
