"""What the pieces of a chain cost: from the beginning to a step, and from one step to the next.

The pieces of a chain add up to what `Rates.cost` says of the whole of it.
"""

from collections.abc import Sequence
from decimal import Decimal
from functools import cached_property

from opskit.storage.optimize.course import Flow
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.rates import Rates
from opskit.storage.optimize.world import Step


class Pieces:
    """The pieces of all chains for objects of a band; former versions are not among them."""

    def __init__(self, rates: Rates, loads: Sequence[Load]) -> None:
        self._ways = [
            _Way(rates, load) if load.cell.kept is None else _Passage(rates, load) for load in loads
        ]
        self._segments: dict[tuple[Step, int | None], int] = {}
        self._leavings: dict[tuple[str | None, Step], int] = {}

    def head(self, days: int | None) -> int:
        """From now until the first step, or to the end where there is none."""
        return sum(way.head(days) for way in self._ways)

    def segment(self, step: Step, until: int | None) -> int:
        """From a step to the next one, or to the end."""
        key = (step, until)
        if key not in self._segments:
            self._segments[key] = sum(way.segment(step, until) for way in self._ways)
        return self._segments[key]

    def leaving(self, before: str | None, step: Step) -> int:
        """What is paid for leaving early the class that objects are in when they come of age.

        `before` is the class of the step before, which they are in by now if they could be moved.
        """
        key = (before, step)
        if key not in self._leavings:
            self._leavings[key] = sum(way.leaving(before, step) for way in self._ways)
        return self._leavings[key]


class _Way:
    """Objects that stay: months in classes, and moves between them."""

    def __init__(self, rates: Rates, load: Load) -> None:
        self._rates, self._world, self._load = rates, rates.world, load
        self._home = load.cell.class_
        self._age = load.cell.age
        self._months: dict[int, int] = {}
        self._into: dict[str, list[int]] = {}
        self._entry: dict[str, int] = {}

    @cached_property
    def _at_home(self) -> list[int]:
        """The cost of the first months where objects are, by their number."""
        return self._sums(self._home, self._world.since(self._load))

    def _sums(self, name: str, since: int) -> list[int]:
        sums = [0]
        for month in range(self._world.months):
            sums.append(sums[-1] + self._rates.month(self._load, name, since + month))
        return sums

    def _month(self, days: int | None) -> int:
        if days is None:
            return self._world.months
        if days not in self._months:
            month = self._world.month_of(self._age, days)
            self._months[days] = min(month, self._world.months)
        return self._months[days]

    def head(self, days: int | None) -> int:
        return self._at_home[self._month(days)]

    def segment(self, step: Step, until: int | None) -> int:
        start, end = self._month(step.days), self._month(until)
        if start >= self._world.months or (until is not None and self._age >= until):
            return 0
        name = step.class_
        if not self._world.moves(self._home, name):
            return self._at_home[end] - self._at_home[start]
        if name not in self._into:
            self._into[name] = self._sums(name, 0)
            self._entry[name] = self._rates.entry(self._load, name)
        cost = self._into[name][end - start] + self._entry[name]
        if self._age >= step.days:
            cost += self._early(self._home, self._age)
        if until is not None and end < self._world.months:
            cost += self._early(name, until - max(self._age, step.days))
        return cost

    def leaving(self, before: str | None, step: Step) -> int:
        moves = self._world.moves
        gone = before is not None and moves(self._home, before)
        if gone or self._age >= step.days or not moves(self._home, step.class_):
            return 0
        in_time = self._month(step.days) < self._world.months
        return self._early(self._home, step.days) if in_time else 0

    def _early(self, name: str, days: int) -> int:
        short = self._world.min_days(name) - days
        return self._rates.early(self._load, name, short) if short > 0 else 0


class _Passage:
    """Objects that come and go each month: days in classes."""

    def __init__(self, rates: Rates, load: Load) -> None:
        self._rates, self._world, self._load = rates, rates.world, load
        self._home = load.cell.class_
        self._kept = load.cell.kept or 0

    def head(self, days: int | None) -> int:
        last = days is None or days >= self._kept
        span = self._kept if last or days is None else days
        cost = self._world.months * self._rates.flow(
            self._load, Flow(self._home, span, span, False)
        )
        return cost + (self._short(self._home, self._kept) if last else 0)

    def segment(self, step: Step, until: int | None) -> int:
        if step.days >= self._kept:
            return 0
        last = until is None or until >= self._kept
        span = (self._kept if last or until is None else until) - step.days
        moved = self._world.moves(self._home, step.class_)
        name = step.class_ if moved else self._home
        cost = self._rates.flow(self._load, Flow(name, span, span, moved))
        if not moved:  # they are watched once, wherever they are when
            cost -= self._rates.monitored(self._load, name)
        cost *= self._world.months
        return cost + (self._short(name, span if moved else self._kept) if last else 0)

    def leaving(self, before: str | None, step: Step) -> int:
        moves = self._world.moves
        gone = before is not None and moves(self._home, before)
        if gone or step.days >= self._kept or not moves(self._home, step.class_):
            return 0
        return self._short(self._home, step.days)

    def _short(self, name: str, days: int) -> int:
        """What is paid for leaving a class before its least days, in all months."""
        missing = max(self._world.min_days(name) - days, 0)
        cost = Decimal(self._rates.stored(self._load, name)) * missing
        return self._world.months * int(cost / self._world.days)
