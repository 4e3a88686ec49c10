"""What a bill is made for: each class with what is stored in it and done with it, and a month."""

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.catalog.model import Provider, Units
from opskit.storage.profile.model import Cell, Profile
from opskit.storage.units import MONTH_HOURS


class Month(Struct, frozen=True):
    """A month: of so many hours, or where it has none an average one.

    In an average month a GB that is kept is a GB-month with every provider, however it counts.
    """

    hours: int | None = None

    def factor(self, units: Units) -> Decimal:
        """The GB-months of a GB that is kept for all of the month."""
        if self.hours is None or units.month == "actual":
            return Decimal(1)
        return Decimal(self.hours) / (720 if units.month == "30d" else MONTH_HOURS)

    def days(self, units: Units) -> Decimal:
        """The days for which a GB that is kept makes a GB-month."""
        hours = 720 if units.month == "30d" else MONTH_HOURS
        if units.month == "actual" and self.hours is not None:
            hours = self.hours
        return Decimal(hours) / 24


AVERAGE = Month()


def month(text: str, option: str = "--month") -> Month:
    """The calendar month of `2026-11`, the average one of no text; UsageError for others."""
    if not text:
        return AVERAGE
    from calendar import monthrange
    from re import ASCII, fullmatch

    found = fullmatch(r"(20[0-9]{2}|19[0-9]{2})-(0[1-9]|1[0-2])", text, ASCII)
    if not found:
        hint = "write the year and the month: 2026-11"
        raise UsageError(f"{text[:40]!r} is no month", where=option, hint=hint)
    return Month(24 * monthrange(int(found[1]), int(found[2]))[1])


class ClassUse(Struct, frozen=True):
    """A storage class: the objects in it, and a month's requests, retrieval and moves.

    `retrieved` are bytes read, `restores` the requests to restore, at the speed `speed` (the
    class's usual one if empty), `moved_in` the objects that lifecycle rules move into it, `written`
    the bytes of the writes, for classes that charge for them.
    """

    class_: str
    cells: Sequence[Cell] = ()
    reads: int = 0
    writes: int = 0
    lists: int = 0
    deletes: int = 0
    retrieved: int = 0
    restores: int = 0
    speed: str = ""
    moved_in: int = 0
    written: int = 0


class Usage(Struct, frozen=True):
    """A month of a provider: the classes, and the bytes sent to the internet."""

    classes: Sequence[ClassUse]
    egress: int = 0


def usage(profile: Profile, provider: Provider, speed: str = "") -> Usage:
    """A profile as a month's usage of a provider.

    Where there are several classes, nobody knows which of them requests are for: reads go by the
    share of objects, what is read by the share of bytes, former versions aside; all other requests
    go to the first class that is hot. What is written is as large as the objects in it on average.
    """
    cells: dict[str, list[Cell]] = {}
    for cell in profile.stored:
        cells.setdefault(cell.class_, []).append(cell)
    names = list(cells)
    reads = shares(profile.monthly.reads, [_current(cells[name], "objects") for name in names])
    read = shares(profile.retrieved, [_current(cells[name], "bytes") for name in names])
    first = _first_hot(names, provider)
    classes = []
    for name, own_reads, own_read in zip(names, reads, read, strict=True):
        found = provider.storage_class(name)
        restores = own_reads if found and found.restore else 0
        use = ClassUse(name, tuple(cells[name]), own_reads, retrieved=own_read, restores=restores)
        classes.append(_with_others(use, profile) if name == first else use)
    return Usage(tuple(_at(each, provider, speed) for each in classes), profile.monthly.egress)


def _at(use: ClassUse, provider: Provider, speed: str) -> ClassUse:
    found = provider.storage_class(use.class_)
    return replace(use, speed=speed) if found and speed in found.restore else use


def _with_others(use: ClassUse, profile: Profile) -> ClassUse:
    monthly = profile.monthly
    objects = _current(use.cells, "objects")
    written = monthly.writes * _current(use.cells, "bytes") // objects if objects else 0
    return replace(
        use,
        writes=monthly.writes,
        lists=monthly.lists,
        deletes=monthly.deletes,
        written=written,
    )


def _first_hot(names: Sequence[str], provider: Provider) -> str:
    for name in names:
        found = provider.storage_class(name)
        if found and found.access == "hot":
            return name
    return names[0] if names else ""


def _current(cells: Sequence[Cell], what: str) -> int:
    return sum(getattr(each, what) for each in cells if not each.noncurrent)


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """Whole parts of a total in proportion to weights; they add up to it."""
    whole = sum(weights)
    if not whole:
        return [total, *(0 for _ in weights[1:])][: len(weights)]
    made, given, seen = [], 0, 0
    for weight in weights:
        seen += weight
        until = total * seen // whole
        made.append(until - given)
        given = until
    return made
