"""How long a move takes, and what share of the data is where in each of its months.

A move goes on evenly and begins with a month, which has 730 hours. All shares are fractions, so
that nothing is lost between the months.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from opskit.errors import UsageError
from opskit.storage.units import MONTH_HOURS

#: Days in a month of 730 hours.
DAYS = Fraction(MONTH_HOURS, 24)
SECONDS = MONTH_HOURS * 3600
_LINK = re.compile(r"\s*([0-9]+(?:\.[0-9]+)?)\s*([kKMGT]?)bps\s*", re.ASCII)
_SCALES = {"": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
#: The longest move that is looked at, in months: a hundred years.
LONGEST = 1200


@dataclass(frozen=True, slots=True)
class Link:
    """A line of so many bits a second, of which a share is used."""

    bits: Decimal
    use: Decimal = Decimal("0.8")

    def months(self, size: int) -> Fraction:
        """How long bytes take, in months."""
        return Fraction(size * 8) / Fraction(self.bits * self.use) / SECONDS


def link(text: str, use: Decimal, option: str = "--link") -> Link:
    """The line of `1Gbps`, of which a share is used; UsageError for no bits a second."""
    found = _LINK.fullmatch(text)
    if not found:
        hint = "write bits a second: 1Gbps, 500Mbps (8 bits are a byte: 100 MB/s is 800Mbps)"
        raise UsageError(f"{text[:40]!r} is no speed of a line", where=option, hint=hint)
    bits = Decimal(found[1]) * _SCALES[found[2].upper()]
    if not bits:
        raise UsageError("a line of 0 bits a second moves nothing", where=option, hint="1Gbps")
    return Link(bits, use)


@dataclass(frozen=True, slots=True)
class Share:
    """Of the data, on the average of a month: what is `here` (at the target) and used there, and
    what is still `kept` at the source; and `moved`, what arrives in the month.

    `before` is what had arrived when the month began.
    """

    here: Fraction
    kept: Fraction
    before: Fraction
    moved: Fraction


@dataclass(frozen=True, slots=True)
class Course:
    """A move that takes `length` months.

    The source is kept whole until `lag` months after its end, and then deleted. With `as_you_go`
    each object is deleted by itself, `lag` months after it has moved.
    """

    length: Fraction
    lag: Fraction = Fraction(0)
    as_you_go: bool = False

    @property
    def months(self) -> int:
        """The months until all is at the target and nothing at the source, the last one whole."""
        return ceiling(self.length + self.lag)

    def arrived(self, time: Fraction) -> Fraction:
        """The share that is at the target after so many months."""
        return min(max(time / self.length, Fraction(0)), Fraction(1))

    def _area(self, time: Fraction) -> Fraction:
        """The shares that were at the target until then, added up over time."""
        if time <= 0:
            return Fraction(0)
        inside = min(time, self.length)
        return inside * inside / (2 * self.length) + (time - inside)

    def shares(self) -> Iterator[Share]:
        """Each month's shares."""
        for month in range(self.months):
            begin, end = Fraction(month), Fraction(month + 1)
            here = self._area(end) - self._area(begin)
            before = self.arrived(begin)
            yield Share(here, self._kept(begin, end), before, self.arrived(end) - before)

    def _kept(self, begin: Fraction, end: Fraction) -> Fraction:
        """What is still at the source, on the average of a time of one month."""
        if self.as_you_go:
            return 1 - self._area(end - self.lag) + self._area(begin - self.lag)
        return min(end, self.length + self.lag) - begin

    def days_left(self, days: Fraction, month: int) -> Fraction:
        """The days that objects are deleted too early, on the average of all objects.

        Counted are those that are deleted in a month (the first is 0), whose least time has so
        many days to go when the move begins.
        """
        if not self.as_you_go:
            left = days - DAYS * (self.length + self.lag)
            return max(left, Fraction(0)) if month == self.months - 1 else Fraction(0)
        begin = max(Fraction(month), self.lag)
        end = min(Fraction(month + 1), self.length + self.lag)
        if begin >= end:
            return Fraction(0)
        return (_triangle(days, end) - _triangle(days, begin)) / self.length


def _triangle(days: Fraction, time: Fraction) -> Fraction:
    """The days that are left, added up over the months until then."""
    if days <= 0:
        return Fraction(0)
    inside = min(time, days / DAYS)
    return days * inside - DAYS * inside * inside / 2


def ceiling(value: Fraction) -> int:
    return -(-value.numerator // value.denominator)
