"""A move simulated month by month in plain fractions, apart from the library.

It knows nothing of bills, courses or facts: a `Side` is a provider in numbers, from which the
facts of the catalog are made, too. Averages are taken by the trapezoidal rule between the moments
at which something begins or ends, which is exact, as all goes on evenly between them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor

from tests.storage.shift.catalogs import GB, Row

DAYS = Fraction(730, 24)
F = Fraction
NONE = Fraction(0)


@dataclass(frozen=True)
class Side:
    """A provider: money per GB or per 1,000 requests; tiers as pairs of upper bound and rate."""

    storage: Sequence[tuple[int | None, Fraction]]
    egress: Sequence[tuple[int | None, Fraction]]
    read: Fraction = NONE
    write: Fraction = NONE
    part: Fraction = NONE
    retrieval: Fraction = NONE
    free_storage: int = 0
    free_egress: int = 0
    free_times: int = 0
    base_fee: Fraction = NONE
    minimum: Fraction = NONE
    min_days: int = 0

    def rows(self) -> list[Row]:
        """The facts of the catalog that say the same."""
        made: list[Row] = [
            ("read", _text(self.read), "USD/1k"),
            ("write", _text(self.write), "USD/1k"),
            ("part", _text(self.part), "USD/1k"),
            ("list", 0, "USD/1k"),
            ("delete", 0, "USD/1k"),
            ("retrieval", _text(self.retrieval), "USD/GB"),
            ("free-storage", self.free_storage, "GB"),
            ("free-egress", self.free_egress, "GB"),
            ("free-egress-times", self.free_times, "times"),
            ("base-fee", _text(self.base_fee), "USD/month"),
            ("minimum-charge", _text(self.minimum), "USD/month"),
            ("min-days", self.min_days, "days"),
        ]
        for item, tiers, unit in (
            ("storage", self.storage, "USD/GB-month"),
            ("egress", self.egress, "USD/GB"),
        ):
            lower = 0
            for upper, rate in tiers:
                tier = f"{lower}-{'' if upper is None else upper}"
                made.append((item, _text(rate), unit, {"tier": tier}))
                lower = upper or 0
        return made


def _text(value: Fraction) -> str:
    assert 10**6 % value.denominator == 0
    return f"{value.numerator * (10**6 // value.denominator)}e-6"


@dataclass(frozen=True)
class Use:
    egress: int = 0
    reads: int = 0
    writes: int = 0
    retrieved: int = 0


@dataclass(frozen=True)
class World:
    """What is moved: cells of (objects, bytes, age in days), and how."""

    source: Side
    target: Side
    cells: Sequence[tuple[int, int, int]]
    use: Use
    length: Fraction
    lag: int
    part_size: int
    nat: Fraction = NONE
    as_you_go: bool = False
    free_from_month: int | None = None


def tiered(tiers: Iterable[tuple[int | None, Fraction]], quantity: Fraction) -> Fraction:
    cost, lower = F(0), F(0)
    for upper, rate in tiers:
        top = quantity if upper is None else min(quantity, F(upper))
        if top > lower:
            cost += (top - lower) * rate
            lower = F(upper) if upper is not None else top
    return cost


def average(
    function: Callable[[Fraction], Fraction], begin: int, end: int, corners: Iterable[Fraction]
) -> Fraction:
    moments = sorted({F(begin), F(end), *(c for c in corners if begin < c < end)})
    area = F(0)
    for one, other in pairwise(moments):
        area += (function(one) + function(other)) / 2 * (other - one)
    return area / (end - begin)


def monthly(
    side: Side, stored: int, use: Use, parts: int = 0, counted: int | None = None
) -> Fraction:
    """A month's bill; `counted` is what free egress is a multiple of, where it is not `stored`."""
    cost = tiered(side.storage, F(max(stored - side.free_storage * GB, 0), GB))
    cost += side.read * use.reads / 1000 + side.write * use.writes / 1000 + side.part * parts / 1000
    cost += side.retrieval * F(use.retrieved, GB)
    free = side.free_egress * GB + side.free_times * (stored if counted is None else counted)
    cost += tiered(side.egress, F(max(use.egress - free, 0), GB))
    return max(cost + side.base_fee, side.minimum)


class Simulation:
    """What has been paid by the end of each month, moving and staying."""

    def __init__(self, world: World, months: int) -> None:
        self.world = world
        stored = sum(size for _, size, _ in world.cells)
        self.before = monthly(world.source, stored, world.use)
        self.after = monthly(world.target, stored, world.use)
        self.paid = [F(0)]
        for month in range(months):
            self.paid.append(self.paid[-1] + self._month(month))

    def moved(self, time: Fraction) -> Fraction:
        return max(F(0), min(time / self.world.length, F(1)))

    def _month(self, month: int) -> Fraction:
        w, end = self.world, month + 1
        stops = [w.length, F(w.lag), w.length + w.lag]
        here = average(self.moved, month, end, stops)
        kept = self._kept(month)
        before, after = self.moved(F(month)), self.moved(F(end))
        size = sum(s for _, s, _ in w.cells)
        objects = sum(n for n, _, _ in w.cells)
        out = floor(size * after) - floor(size * before)
        gets = floor(objects * after) - floor(objects * before)
        cost = F(0)
        if kept or here < 1 or out or gets:
            free = w.free_from_month is not None and month >= w.free_from_month
            stay = self._share(1 - here)
            use = Use(
                stay.egress + (0 if free else out),
                stay.reads + gets,
                stay.writes,
                stay.retrieved + out,
            )
            left = sum(floor(s * kept) for _, s, _ in w.cells)
            cost += monthly(w.source, left, use, counted=left if w.as_you_go else size)
        writes, parts = self._puts()
        arrived = self._share(here)
        whole = floor(writes * after) - floor(writes * before)
        pieces = floor(parts * after) - floor(parts * before)
        use = Use(arrived.egress, arrived.reads, arrived.writes + whole, arrived.retrieved)
        cost += monthly(w.target, sum(floor(s * here) for _, s, _ in w.cells), use, pieces)
        return cost + self._early(month) + w.nat * F(out, GB)

    def _kept(self, month: int) -> Fraction:
        """What is at the source: all until it is deleted, or less with each object that moves."""
        w = self.world
        if w.as_you_go:
            stops = [F(w.lag), w.length + w.lag]
            return average(lambda t: 1 - self.moved(t - w.lag), month, month + 1, stops)
        return max(F(0), min(w.length + w.lag - month, F(1)))

    def _share(self, share: Fraction) -> Use:
        u = self.world.use
        amounts = (u.egress, u.reads, u.writes, u.retrieved)
        return Use(*(floor(amount * share) for amount in amounts))

    def _puts(self) -> tuple[int, int]:
        writes = parts = 0
        for objects, size, _ in self.world.cells:
            writes += objects
            if objects and size > self.world.part_size * objects:
                many = min(ceil(F(size, self.world.part_size * objects)), 10_000)
                parts += objects * (many + 1)
        return writes, parts

    def _early(self, month: int) -> Fraction:
        """Objects deleted in a month, each charged for the days that it lacks."""
        w, cost = self.world, F(0)
        begin, end = max(F(month), F(w.lag)), min(F(month + 1), w.length + w.lag)
        if begin >= end:
            return cost
        whole = sum(size for _, size, _ in w.cells)
        rate = tiered(w.source.storage, F(whole, GB)) / F(whole, GB)
        if not w.as_you_go:
            gone = w.length + w.lag
            if not month < gone <= month + 1:
                return cost
            for _, size, age in w.cells:
                days = max(w.source.min_days - age - gone * DAYS, F(0))
                cost += F(size, GB) * rate * days / DAYS
            return cost
        for _, size, age in w.cells:
            lacking = w.source.min_days - age

            def left(time: Fraction, lacking: int = lacking) -> Fraction:
                return max(F(lacking) - time * DAYS, F(0))

            moments = sorted({begin, end, min(max(F(lacking) / DAYS, begin), end)})
            days = F(0)
            for one, other in pairwise(moments):
                days += (left(one) + left(other)) / 2 * (other - one)
            cost += F(size, GB) * rate * days / w.length / DAYS
        return cost

    def break_even(self) -> int | None:
        """The month from which on it is never dearer to have moved, by trying each."""
        last = len(self.paid) - 1
        found = None
        for month in range(last, 0, -1):
            if self.paid[month] > self.before * month + F(1, 10**9):
                break
            found = month
        return found
