"""Numbers as charts show them: units that fit, ticks that are round, times on an axis."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, floor, log10
from typing import NamedTuple

#: Where there is no figure.
NOTHING = "\N{EN DASH}"


class Unit(NamedTuple):
    """A unit, and how many of the base unit it has."""

    name: str
    size: float


#: From microseconds, and from bytes.
TIMES = (Unit("seconds", 1e6), Unit("minutes", 60e6), Unit("hours", 3600e6))
SIZES = (Unit("MB", 1024**2), Unit("GB", 1024**3), Unit("TB", 1024**4))


def fitting(units: Sequence[Unit], top: float) -> Unit:
    """The largest unit of which there are at least two."""
    return next((unit for unit in reversed(units) if top >= 2 * unit.size), units[0])


def ticks(top: float, count: int = 4) -> list[float]:
    """Round values from 0 to `top` or somewhat above."""
    if top <= 0:
        return [0.0, 1.0]
    raw = top / count
    magnitude = 10.0 ** floor(log10(raw))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if m * magnitude >= raw * (1 - 1e-9))
    return [round(index * step, 10) for index in range(ceil(top / step - 1e-9) + 1)]


def figure(value: float | None) -> str:
    """A number to read: three digits or so, with commas."""
    if value is None:
        return NOTHING
    if value == int(value):
        return f"{int(value):,}"
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    shown = f"{value:,.{digits}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown and float(shown) else _small(value, shown)


def _small(value: float, shown: str) -> str:
    return shown if digits_of(shown) else f"{value:.1g}"


def digits_of(shown: str) -> bool:
    """Whether rounding left anything of a number."""
    return any(digit in shown for digit in "123456789")


def moment(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M}"


class Axis(NamedTuple):
    """The time of a window in equal slots of an hour, or of a day where there are many hours."""

    starts: Sequence[datetime]
    step: timedelta

    def slot(self, time: object) -> int | None:
        """The slot of a time; None outside, and for what is no time."""
        if not isinstance(time, datetime):
            return None
        index = floor((time - self.starts[0]) / self.step)
        return index if 0 <= index < len(self.starts) else None

    def summed(self, pairs: Iterable[tuple[object, float | None]]) -> list[float]:
        """The sum of the values in each slot."""
        sums: list[float] = [0] * len(self.starts)
        for time, value in pairs:
            index = self.slot(time)
            if index is not None and value is not None:
                sums[index] += value
        return sums

    @property
    def word(self) -> str:
        return "hour" if self.step < timedelta(days=1) else "day"

    def label(self, index: int) -> str:
        """Under the axis: the date where a day begins, else the hour."""
        start = self.starts[index]
        return f"{start:%b} {start.day}" if start.hour == 0 else f"{start:%H:%M}"


def axis(since: datetime, now: datetime) -> Axis:
    """Slots that hold the window, at most 192 of an hour, else of days."""
    by_day = now - since > timedelta(days=8)
    step = timedelta(days=1) if by_day else timedelta(hours=1)
    start = since.replace(minute=0, second=0, microsecond=0)
    start = start.replace(hour=0) if by_day else start
    return Axis([start + step * n for n in range(max(ceil((now - start) / step), 1))], step)
