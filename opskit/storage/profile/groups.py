"""The rows of the query of inventories as cells of a profile, and what is to be said of them."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from opskit.storage.profile.classes import TIERED, class_of, from_api
from opskit.storage.profile.model import Cell, merged
from opskit.storage.profile.sql import FUTURE


class _Row(NamedTuple):
    storage_class: str
    tier: str
    noncurrent: int
    marker: int
    size: int
    age: int
    objects: int
    bytes: int


#: What is not known without a column of `opskit.storage.profile.sql.COLUMNS`.
_WITHOUT = {
    "modified": "the inventory has no LastModifiedDate: all ages are taken as 0 days",
    "storage_class": "the inventory has no StorageClass: all is taken as S3 Standard",
    "is_latest": "the inventory lists current versions only: former ones and delete markers, "
    "if there are any, are not in the profile",
    "is_delete_marker": "the inventory has no IsDeleteMarker: delete markers count as objects",
}


@dataclass
class Groups:
    """What the query found.

    `sizeless` are objects without a size, which is damage, `ahead` those of the future.
    """

    cells: list[Cell] = field(default_factory=list)
    markers: int = 0
    sizeless: int = 0
    undated: int = 0
    ahead: int = 0
    untiered: int = 0
    others: Counter[str] = field(default_factory=Counter)

    def add(self, rows: Iterable[Sequence[str | int | None]]) -> None:
        """Count rows; Athena's are texts."""
        for storage_class, tier, *numbers in rows:
            values = (int(each or 0) for each in numbers)
            self._add(_Row(str(storage_class or ""), str(tier or ""), *values))

    def _add(self, row: "_Row") -> None:
        if row.marker:
            self.markers += row.objects
            return
        if row.size < 0:
            self.sizeless += row.objects
            return
        if row.age == FUTURE:
            self.ahead += row.objects
        elif row.age < 0:
            self.undated += row.objects
        name = class_of(row.storage_class, row.tier)
        is_tiered = row.storage_class == TIERED
        if is_tiered and not row.tier:
            self.untiered += row.objects
        if name is None:
            # a tier that nobody knows is one of the class all the same
            self.others[f"{TIERED} {row.tier}" if is_tiered else row.storage_class] += row.objects
            name = from_api(row.storage_class)
        age = max(row.age, 0)
        former = row.noncurrent > 0
        self.cells.append(
            Cell(name, row.objects, row.bytes, size=row.size, age=age, noncurrent=former)
        )

    def stored(self) -> tuple[Cell, ...]:
        return merged(self.cells)

    def notes(self, columns: Collection[str]) -> list[str]:
        """What is not known, for an inventory with these columns."""
        missing = [name for name in _WITHOUT if name not in columns]
        if "is_latest" in missing and "is_delete_marker" in missing:
            missing.remove("is_delete_marker")
        found = [_WITHOUT[name] for name in missing]
        if self.markers:
            found.append(f"{self.markers:,} delete markers have no size and are not in the profile")
        if self.undated and "modified" in columns:
            found.append(f"{self.undated:,} objects have no date: their age is taken as 0 days")
        if self.ahead:
            found.append(
                f"{self.ahead:,} object{'' if self.ahead == 1 else 's'} with a time in the future, "
                "taken as new: is a clock wrong?"
            )
        if self.untiered:
            why = "" if "access_tier" in columns else " (no IntelligentTieringAccessTier)"
            found.append(
                f"the access tier of {self.untiered:,} objects in Intelligent-Tiering is not "
                f"known{why}: they are taken as frequent access"
            )
        for name, objects in sorted(self.others.items()):
            found.append(f"{objects:,} objects are in {name}, which is not in the catalog")
        found.append("inventories do not list multipart uploads that were not completed")
        return found
