"""What was counted: objects and bytes by class, size and age."""

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from itertools import repeat

from opskit.storage.profile.classes import class_of, from_api
from opskit.storage.profile.edges import SIZES, age_edge
from opskit.storage.profile.listing.page import Columns
from opskit.storage.profile.model import Cell

#: Class as the API has it, whether former, the least size and the day of the last change.
Key = tuple[str, bool, int, str]


class AmountError(Exception):
    """A size is no number."""


class Tally:
    """Counters; their number is bounded by classes, sizes and days, not by objects."""

    __slots__ = ("cells", "markers", "objects")

    def __init__(self) -> None:
        self.cells: dict[Key, list[int]] = {}
        self.objects = 0
        self.markers = 0

    def count(self, found: Columns, stop: int) -> None:
        """Count the first `stop` objects of a page; AmountError for a size that is none."""
        try:
            sizes = list(map(int, found.sizes[:stop]))
        except ValueError as error:
            raise AmountError(str(error)) from None
        if sizes and min(sizes) < 0:
            raise AmountError(f"{min(sizes)} bytes")
        latest = found.latest[:stop]
        former = [each == "false" for each in latest] if latest else repeat(False)
        edges = [SIZES[bisect_right(SIZES, size) - 1] for size in sizes]
        days = [each[:10] for each in found.times[:stop]]
        cells = self.cells
        for key, size in zip(zip(found.classes, former, edges, days), sizes):  # noqa: B905
            cell = cells.get(key)
            if cell is None:
                cell = cells[key] = [0, 0]
            cell[0] += 1
            cell[1] += size
        self.objects += len(sizes)

    def _add(self, key: Key, objects: int, amount: int) -> None:
        cell = self.cells.setdefault(key, [0, 0])
        cell[0] += objects
        cell[1] += amount

    def add(self, other: "Tally") -> None:
        for key, (objects, amount) in other.cells.items():
            self._add(key, objects, amount)
        self.objects += other.objects
        self.markers += other.markers

    @property
    def bytes(self) -> int:
        return sum(amounts[1] for amounts in self.cells.values())

    def stored(self, today: date) -> list[Cell]:
        """The cells of a profile, not merged. A day that is none counts as today."""
        return [
            Cell(
                from_api(class_), objects, amount, size=size, age=age(day, today), noncurrent=former
            )
            for (class_, former, size, day), (objects, amount) in self.cells.items()
        ]

    def undated(self) -> int:
        """Objects whose day of the last change could not be read."""
        return sum(n for (_, _, _, day), (n, _) in self.cells.items() if _day(day) is None)

    def future(self, today: date) -> int:
        """Objects that were changed after tomorrow, which no time zone explains."""
        return sum(
            amounts[0]
            for (_, _, _, text), amounts in self.cells.items()
            if (day := _day(text)) is not None and (day - today).days > 1
        )

    def odd_classes(self) -> list[str]:
        """The API's words for classes that have no name in the catalog."""
        return sorted({word for word, *_ in self.cells if class_of(word) is None})


@dataclass
class Weighted:
    """Cells that stand for more than themselves."""

    cells: dict[Key, list[float]] = field(default_factory=dict)
    objects: float = 0
    bytes: float = 0

    def add(self, tally: Tally, weight: float) -> None:
        for key, (objects, amount) in tally.cells.items():
            cell = self.cells.setdefault(key, [0.0, 0.0])
            cell[0] += weight * objects
            cell[1] += weight * amount
            self.objects += weight * objects
            self.bytes += weight * amount


def age(day: str, today: date) -> int:
    """The bound of ages that a day of the last change is above."""
    changed = _day(day)
    return 0 if changed is None else age_edge((today - changed).days)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
