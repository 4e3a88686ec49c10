"""A profile in a few tables for people: by class, by size, by age."""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from opskit.storage.profile.model import Cell, Profile
from opskit.storage.units import shown_count, shown_size

Key = TypeVar("Key")

#: Several classes bill less than this as this; smaller objects are what makes them dear.
SMALL = 128 * 1024
_EMPTY, _UNKNOWN = "empty", "not known"
_SIZES = (
    (1, "below 4 KiB"),
    (4 * 1024, "4 to 128 KiB"),
    (SMALL, "128 KiB to 1 MiB"),
    (1024**2, "1 to 16 MiB"),
    (16 * 1024**2, "16 to 256 MiB"),
    (256 * 1024**2, "256 MiB to 1 GiB"),
    (1024**3, "1 to 64 GiB"),
    (64 * 1024**3, "64 GiB and more"),
)
_AGES = (
    (0, "less than 30 days"),
    (30, "30 to 89 days"),
    (90, "90 to 179 days"),
    (180, "180 to 364 days"),
    (365, "1 to 2 years"),
    (730, "2 to 3 years"),
    (1095, "3 to 5 years"),
    (1825, "5 years and more"),
)


@dataclass
class Sum:
    """Objects and bytes together, and their shares of all."""

    objects: int = 0
    bytes: int = 0

    def row(self, whole: "Sum") -> dict[str, str]:
        return {
            "objects": shown_count(self.objects),
            "of_objects": percent(self.objects, whole.objects),
            "size": shown_size(self.bytes),
            "of_size": percent(self.bytes, whole.bytes),
        }


def percent(part: int, whole: int) -> str:
    """A share as people read it; what is there is never shown as nothing."""
    if not whole or not part:
        return "0 %"
    share = Decimal(100 * part) / whole
    if share < Decimal("0.1"):
        return "<0.1 %"
    rounded = share.quantize(Decimal("0.1"), ROUND_HALF_UP)
    if rounded >= 100 and part < whole:
        return ">99.9 %"
    return f"{rounded:f}".removesuffix(".0") + " %"


def total(cells: Iterable[Cell]) -> Sum:
    made = Sum()
    for cell in cells:
        made.objects += cell.objects
        made.bytes += cell.bytes
    return made


def by_class(profile: Profile) -> list[dict[str, str]]:
    """A row a class, former versions apart; the largest first."""
    sums = _grouped(profile.stored, lambda cell: (cell.class_, cell.noncurrent))
    whole = total(profile.stored)
    order = sorted(sums, key=lambda key: (-sums[key].bytes, key))
    return [
        {"class": f"{name}{', former versions' if former else ''}"} | sums[name, former].row(whole)
        for name, former in order
    ]


def by_size(profile: Profile) -> list[dict[str, str]]:
    """A row a range of sizes; none where no size is known."""
    known = [name for _, name in _SIZES]
    sums = _grouped(profile.stored, _size_name)
    if _UNKNOWN in sums and len(sums) == 1:
        return []
    whole = total(profile.stored)
    names = [each for each in (_EMPTY, *known, _UNKNOWN) if each in sums]
    return [{"size_range": name} | sums[name].row(whole) for name in names]


def by_age(profile: Profile) -> list[dict[str, str]]:
    """A row a range of days since the last change, and since the last read where that is known.

    No row where nothing says how old anything is.
    """
    aged = any(cell.age for cell in profile.stored)
    idle = any(cell.idle is not None for cell in profile.stored)
    if not aged and not idle:
        return []
    whole = total(profile.stored)
    changed = _grouped(profile.stored, lambda cell: _age_name(cell.age))
    read = _grouped(profile.stored, lambda cell: _age_name(cell.idle))
    rows = []
    for name in (*(name for _, name in _AGES), _UNKNOWN):
        if name in changed or (idle and name in read):
            row = {"since": name} | changed.get(name, Sum()).row(whole)
            later = read.get(name, Sum()).row(whole) if idle else {}
            rows.append(row | {f"read_{key}": text for key, text in later.items()})
    return rows


def small(profile: Profile) -> str:
    """The sentence on small objects; nothing where no size is known."""
    if not by_size(profile):
        return ""
    found = total(
        cell for cell in profile.stored if cell.size < SMALL and _size_name(cell) != _UNKNOWN
    )
    whole = total(profile.stored)
    return (
        f"{percent(found.objects, whole.objects)} of the objects and "
        f"{percent(found.bytes, whole.bytes)} of the bytes are below 128 KiB"
    )


def _size_name(cell: Cell) -> str:
    if not cell.size:
        return _UNKNOWN if cell.bytes else _EMPTY
    return _SIZES[bisect_right(_SIZES, cell.size, key=lambda pair: pair[0]) - 1][1]


def _age_name(days: int | None) -> str:
    if days is None:
        return _UNKNOWN
    return _AGES[bisect_right(_AGES, days, key=lambda pair: pair[0]) - 1][1]


def _grouped(cells: Iterable[Cell], key: Callable[[Cell], Key]) -> dict[Key, Sum]:
    sums: dict[Key, Sum] = {}
    for cell in cells:
        made = sums.setdefault(key(cell), Sum())
        made.objects += cell.objects
        made.bytes += cell.bytes
    return sums
