"""What a move costs at the source beside its bills: early deletion, and copies of what is restored.

Both are time for which something is stored, at what storing costs there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from opskit.storage.bill.lines import classes_of, widening
from opskit.storage.catalog.model import Fact
from opskit.storage.catalog.prices import Prices, Rate
from opskit.storage.leaving import Removal
from opskit.storage.profile.model import Cell
from opskit.storage.shift.timing import Course
from opskit.storage.units import MONTH_HOURS


@dataclass(frozen=True, slots=True)
class Stored:
    """Bytes that are stored for a time, at the rate of a class; `facts` are behind it."""

    class_: str
    bytes: Decimal
    rate: Decimal
    per: int
    facts: tuple[Fact, ...]
    days: Fraction = Fraction(0)

    def amount(self, days: Fraction, month: Fraction) -> Decimal:
        """The charge for so many days, where a GB-month has so many."""
        time = days / month
        return self.bytes / self.per * self.rate * time.numerator / time.denominator


def oldest(stored: Iterable[Stored], day: date) -> Decimal:
    """The share by which the rates of storage may be off, for their age: that of the oldest."""
    rates = (fact for each in stored for fact in each.facts if fact.item == "storage")
    return max((widening(fact, day) for fact in rates), default=Decimal(0))


def month_days(prices: Prices) -> Fraction:
    """The days for which a GB that is kept makes a GB-month, in an average month."""
    return Fraction(720 if prices.provider.units.month == "30d" else MONTH_HOURS, 24)


def early(prices: Prices, cells: Iterable[Cell]) -> list[Stored]:
    """The objects that are not old enough to be deleted for nothing, by class and age.

    `days` are those that are left of the least time when the move begins. The ages of a profile
    are the least that objects have, so that the charge is the most that it can be.
    """
    own = list(cells)
    made = []
    for name in dict.fromkeys(each.class_ for each in own):
        rule = prices.rule("min-days", name)
        rate = prices.rate("storage", name)
        if not rule or not rate:
            continue
        inside = [each for each in own if each.class_ == name]
        value = average(rate, sum((_billed(prices, each) for each in inside), Decimal(0)))
        for cell in inside:
            left = Fraction(rule.value) - cell.age
            if left > 0:
                facts = (rule, *rate.facts)
                made.append(Stored(name, _billed(prices, cell), value, rate.per, facts, left))
    return made


def early_charge(stored: Sequence[Stored], course: Course, month: int, days: Fraction) -> Decimal:
    """What is charged in a month (the first is 0) for objects that are deleted in it too early."""
    return sum(
        (each.amount(course.days_left(each.days, month), days) for each in stored), Decimal(0)
    )


def copies(prices: Prices, removed: Iterable[Removal]) -> list[Stored]:
    """What is kept in the provider's first hot class while it is restored.

    "Restoring an archived object" in the Amazon S3 User Guide: the copy is paid as S3 Standard.
    Tiers inside a class move what is read, and keep no copy.
    """
    hot = classes_of(prices.provider, ["hot"])
    rate = prices.rate("storage", hot[0].name) if hot else None
    made = []
    for each in removed:
        found = prices.provider.storage_class(each.class_)
        if each.speed and rate and found and not found.part_of:
            size = Decimal(each.bytes)
            made.append(Stored(each.class_, size, average(rate, size), rate.per, tuple(rate.facts)))
    return made


def average(rate: Rate, size: Decimal) -> Decimal:
    """What a unit costs on the average, where so many bytes are stored."""
    quantity = size / rate.per
    if not quantity:
        return rate.facts[0].value
    return sum((each.amount for each in rate.pieces(quantity)), Decimal(0)) / quantity


def _billed(prices: Prices, cell: Cell) -> Decimal:
    least = prices.amount("min-size", cell.class_)
    over = prices.amount("overhead", cell.class_)
    return max(Decimal(cell.bytes), least * cell.objects) + over * cell.objects
