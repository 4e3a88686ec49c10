"""What is stored, in cells of class, size and age, and how it is used in a month."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace


class Cell(Struct, frozen=True, gc=False):
    """Objects that are alike: `bytes` together, each at least `size`, changed `age` days ago.

    `idle` are days since they were read last, None where nobody knows. `kept` are the days until
    they are deleted, for objects that come and go each month; None for those that stay.
    """

    class_: str
    objects: int
    bytes: int
    size: int = 0
    age: int = 0
    idle: int | None = None
    noncurrent: bool = False
    kept: int | None = None


class Monthly(Struct, frozen=True, gc=False):
    """A month's use: bytes for `egress` and `retrieved`, else requests."""

    egress: int = 0
    reads: int = 0
    writes: int = 0
    lists: int = 0
    deletes: int = 0
    retrieved: int | None = None


class Profile(Struct, frozen=True):
    """What is stored, and how it is used. `sample` says how it was sampled, if it was.

    `skipped` are sentences on parts that could not be counted, `notes` those on anything else.
    """

    stored: tuple[Cell, ...]
    monthly: Monthly = Monthly()
    provider: str = ""
    region: str = ""
    source: str = ""
    taken_on: date | None = None
    uploads: int = 0
    upload_bytes: int = 0
    sample: dict[str, Any] | None = None
    notes: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()

    @property
    def remarks(self) -> tuple[str, ...]:
        """All that is to be known of it, parts that were not counted first."""
        return (*self.skipped, *self.notes)

    @property
    def objects(self) -> int:
        return sum(each.objects for each in self.stored)

    @property
    def bytes(self) -> int:
        return sum(each.bytes for each in self.stored)

    @property
    def retrieved(self) -> int:
        """The bytes read in a month: as told, else what leaves or what the reads come to."""
        told = self.monthly.retrieved
        if told is not None:
            return told
        average = self.bytes // self.objects if self.objects else 0
        return max(self.monthly.egress, self.monthly.reads * average)

    def in_class(self, name: str) -> "Profile":
        """The same with everything in one class."""
        return replace(self, stored=tuple(replace(each, class_=name) for each in self.stored))


def merged(cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Cells that differ in nothing but amounts as one, in a fixed order."""
    sums: dict[tuple[Any, ...], list[int]] = {}
    for cell in cells:
        key = (cell.class_, cell.noncurrent, cell.size, cell.age, cell.idle, cell.kept)
        amounts = sums.setdefault(key, [0, 0])
        amounts[0] += cell.objects
        amounts[1] += cell.bytes
    order = sorted(sums, key=lambda key: tuple(-1 if part is None else part for part in key))
    return tuple(
        Cell(k[0], amounts[0], amounts[1], k[2], k[3], k[4], noncurrent=k[1], kept=k[5])
        for k, amounts in ((key, sums[key]) for key in order)
    )
