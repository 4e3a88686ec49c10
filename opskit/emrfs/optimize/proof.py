"""Whether two lists of mappings give everybody the same role at every place, told exactly.

Anybody may be in any groups and ask for any place. Of all that a request matches the uppermost
decides, so it is enough to look at every user, group and range of places alone, and at the order
of every two that can meet. It is looked at with all groups counted: where the primary one alone
counts, fewer can meet. Prefixes are looked at in both readings.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from opskit.emrfs.model import Design, Kind, PrefixMatch
from opskit.emrfs.optimize.drops import READINGS
from opskit.emrfs.optimize.parts import roles, unclear
from opskit.emrfs.resolve import Resolver

_GROUP, _USER, _PLACE = Kind.GROUP, Kind.USER, Kind.PREFIX
#: What can be part of one request: any place, one user, and any groups.
_MEETS = {_USER: (_GROUP, _PLACE), _GROUP: (_USER, _GROUP, _PLACE), _PLACE: (_USER, _GROUP)}


class _Thing(NamedTuple):
    """A user, a group or a range of places, the first mapping that matches it in each of the two
    lists, and the role of both. What is not known (`open`) may turn out to be any.
    """

    kind: Kind
    name: str
    before: int
    after: int
    role: str
    open: bool = False


def difference(before: Design, after: Design) -> str | None:
    """What may get another role, in words; None where nothing does."""
    given = roles(before), roles(after)
    for match in READINGS:
        things: list[_Thing] = []
        for kind, name, first in chain(_names(before, after), _places(before, after, match)):
            old, new = (None if i is None else r[i] for i, r in zip(first, given, strict=True))
            if old != new:
                return f"{kind.value.lower()} {name}"
            one, other = first
            if one is not None and other is not None and old is not None:
                things.append(_Thing(kind, name, one, other, old, unclear(name)))
        wrong = _turned(things)
        if wrong is not None:
            return wrong
    return None


_First = tuple[int | None, int | None]


def _names(before: Design, after: Design) -> Iterator[tuple[Kind, str, _First]]:
    """Users and groups, and prefixes of which it is not known what they match."""
    firsts = [_first(before), _first(after)]
    for kind, name in dict.fromkeys(chain(*firsts)):
        yield kind, name, (firsts[0].get((kind, name)), firsts[1].get((kind, name)))


def _first(design: Design) -> dict[tuple[Kind, str], int]:
    found: dict[tuple[Kind, str], int] = {}
    for mapping, identifier in design.identifiers():
        if mapping.kind is not _PLACE or unclear(identifier.text):
            found.setdefault((mapping.kind, identifier.text), mapping.index)
    return found


def _places(
    before: Design, after: Design, match: PrefixMatch
) -> Iterator[tuple[Kind, str, _First]]:
    """One place for each two mappings that are the first at one."""
    spans = [Resolver(design, prefix_match=match).spans for design in (before, after)]
    seen: set[_First] = set()
    for start in sorted({*spans[0].starts, *spans[1].starts}):
        first = spans[0].at(start), spans[1].at(start)
        if first not in seen:
            seen.add(first)
            yield _PLACE, start, first


@dataclass(slots=True)
class _Latest:
    """Of the things so far the one that stood last before, and the last one of another role."""

    first: _Thing | None = None
    other: _Thing | None = None

    def add(self, thing: _Thing) -> None:
        if self.first is None or thing.before > self.first.before:
            if self.first is not None and self.first.role != thing.role:
                self.other = self.first
            self.first = thing
        elif thing.role != self.first.role and (
            self.other is None or thing.before > self.other.before
        ):
            self.other = thing

    def turned(self, thing: _Thing) -> _Thing | None:
        """One of another role that stood behind `thing` before."""
        found = self.other if self.first and self.first.role == thing.role else self.first
        return found if found is not None and found.before > thing.before else None


def _turned(things: Iterable[_Thing]) -> str | None:
    """Two that can meet, in another order than before and of different roles."""
    latest = {(kind, open_): _Latest() for kind in Kind for open_ in (True, False)}
    for thing in sorted(things, key=attrgetter("after")):
        for (kind, open_), each in latest.items():
            other = each.turned(thing)
            if other is not None and (kind in _MEETS[thing.kind] or open_ or thing.open):
                return f"{thing.name} and {other.name}"
        latest[thing.kind, thing.open].add(thing)
    return None
