"""The rows of the query of inventories, as the cells of a profile and what is to be said of them.

A row is storage_class, access_tier, noncurrent, marker, size_edge, age_edge, objects, bytes.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from opskit.storage.profile.classes import TIERED, class_of, from_api
from opskit.storage.profile.model import Cell, merged

Row = Sequence[str | int | None]

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
    """What the query found. `sizeless` are objects without a size, which is damage."""

    cells: list[Cell] = field(default_factory=list)
    markers: int = 0
    sizeless: int = 0
    undated: int = 0
    untiered: int = 0
    others: Counter[str] = field(default_factory=Counter)

    def add(self, rows: Iterable[Row]) -> None:
        for storage_class, tier, noncurrent, marker, size, age, objects, bytes_ in rows:
            self._add(
                str(storage_class or ""),
                str(tier or ""),
                bool(noncurrent),
                bool(marker),
                *(int(each or 0) for each in (size, age, objects, bytes_)),
            )

    def _add(
        self,
        storage_class: str,
        tier: str,
        noncurrent: bool,
        marker: bool,
        size: int,
        age: int,
        objects: int,
        bytes_: int,
    ) -> None:
        if marker:
            self.markers += objects
            return
        if size < 0:
            self.sizeless += objects
            return
        if age < 0:
            self.undated += objects
        if storage_class == TIERED and not tier:
            self.untiered += objects
        name = class_of(storage_class, tier)
        if name is None:
            # a tier that nobody knows is one of the class all the same
            told = f"{storage_class} {tier}" if storage_class == TIERED else storage_class
            self.others[told] += objects
            name = from_api(storage_class)
        self.cells.append(
            Cell(
                name,
                objects,
                bytes_,
                size=size,
                age=max(age, 0),
                noncurrent=noncurrent,
            )
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
