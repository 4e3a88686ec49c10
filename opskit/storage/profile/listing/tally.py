"""What was counted: objects and bytes by class, size and age."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date

from opskit.storage.profile.classes import from_api
from opskit.storage.profile.document import Cell
from opskit.storage.profile.edges import SIZES, age_edge

#: Class as the API has it, whether former, the least size and the day of the last change.
Key = tuple[str, bool, int, str]
#: An object of a page: class, whether former, size, and when it was changed.
Entry = tuple[str, bool, int, str]


class Tally:
    """Counters; their number is bounded by classes, sizes and days, not by objects."""

    __slots__ = ("cells", "markers", "objects")

    def __init__(self) -> None:
        self.cells: dict[Key, list[int]] = {}
        self.objects = 0
        self.markers = 0

    def count(self, entries: Iterable[Entry]) -> None:
        cells = self.cells
        counted = 0
        for class_, former, size, day in entries:
            key = (class_, former, SIZES[bisect_right(SIZES, size) - 1], day)
            amounts = cells.get(key)
            if amounts is None:
                amounts = cells[key] = [0, 0]
            amounts[0] += 1
            amounts[1] += size
            counted += 1
        self.objects += counted

    def add(self, other: "Tally") -> None:
        for key, (objects, amount) in other.cells.items():
            amounts = self.cells.setdefault(key, [0, 0])
            amounts[0] += objects
            amounts[1] += amount
        self.objects += other.objects
        self.markers += other.markers

    @property
    def bytes(self) -> int:
        return sum(amounts[1] for amounts in self.cells.values())

    def stored(self, today: date) -> list[Cell]:
        """The cells of a profile, not merged. A day that is none counts as today."""
        return [
            Cell(from_api(class_), *amounts, size=size, age=age(day, today), noncurrent=former)
            for (class_, former, size, day), amounts in self.cells.items()
        ]

    def undated(self) -> int:
        """Objects whose day of the last change could not be read."""
        return sum(n for (_, _, _, day), (n, _) in self.cells.items() if _day(day) is None)


def age(day: str, today: date) -> int:
    """The bound of ages that a day of the last change is above."""
    changed = _day(day)
    return 0 if changed is None else age_edge((today - changed).days)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
