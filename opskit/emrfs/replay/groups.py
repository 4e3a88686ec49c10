"""Accesses that are alike, with how many they were: what the engines return."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple


class Group(NamedTuple):
    """Accesses of one kind at places that one answer is right for. Fields are named as the
    columns of `queries/emrfs/replay-groups.sql`; `place` is one of the places, None where the
    encoding of the keys is broken.
    """

    who: str
    operation: str
    status: str
    code: str
    region: int | None
    listed: int
    marks: str
    slot: int
    requests: int
    first_time: datetime | None
    last_time: datetime | None
    place: str | None


@dataclass(slots=True)
class Tally:
    """All groups so far, and how many lines made none: `others` were not of EMRFS, `damaged` could
    not be read, by their files.
    """

    groups: dict[tuple[Any, ...], Group] = field(default_factory=dict)
    others: int = 0
    damaged: dict[str, int] = field(default_factory=dict)

    def add(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Add rows of the query."""
        for damaged, file, who, *rest in rows:
            if damaged:
                name = file or ""
                self.damaged[name] = self.damaged.get(name, 0) + rest[7]
            elif who is None:
                self.others += rest[7]
            else:
                self._add(Group(who, *rest))

    def _add(self, new: Group) -> None:
        key = new[:8]
        old = self.groups.get(key)
        if old is not None:
            new = new._replace(
                requests=old.requests + new.requests,
                first_time=least(old.first_time, new.first_time),
                last_time=most(old.last_time, new.last_time),
                place=old.place if new.place is None else min(old.place or new.place, new.place),
            )
        self.groups[key] = new

    @property
    def accesses(self) -> int:
        """How many accesses of EMRFS there were."""
        return sum(group.requests for group in self.groups.values())

    @property
    def parsed(self) -> int:
        """How many lines were whole."""
        return self.accesses + self.others

    @property
    def unreadable(self) -> int:
        return sum(self.damaged.values())


def least(one: datetime | None, other: datetime | None) -> datetime | None:
    """The earlier of the times that are known."""
    return min((each for each in (one, other) if each is not None), default=None)


def most(one: datetime | None, other: datetime | None) -> datetime | None:
    """The later of the times that are known."""
    return max((each for each in (one, other) if each is not None), default=None)
