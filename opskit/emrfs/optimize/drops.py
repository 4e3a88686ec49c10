"""Identifiers that can be left out: those that never decide, and those behind which the same role
comes. Both readings of prefixes are looked at, and anybody may be in any groups.
"""

from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from opskit.emrfs import prefixes
from opskit.emrfs.model import Identifier, Kind, PrefixMatch
from opskit.emrfs.optimize.parts import Part, Step, unclear

READINGS: tuple[PrefixMatch, ...] = ("string", "path")


def drop(parts: Sequence[Part]) -> tuple[list[Part], list[Step]]:
    """The parts with nothing in them that can be left out, and what was left out."""
    steps: list[Step] = []
    members = {id(i): each for part in parts for each in part.members for i in each.identifiers}
    for find in (_repeated, _needless):
        while dropped := list(find(parts)):
            gone = {id(each.identifier) for each in dropped}
            for part in {each.part for each in dropped}:
                part.identifiers = [each for each in part.identifiers if id(each) not in gone]
            steps += [Step("drop", members[id(i)], (i.text,), None, why) for _, i, why in dropped]
    return [part for part in parts if part.identifiers], sorted(steps, key=_place)


class _Dropped(NamedTuple):
    part: Part
    identifier: Identifier
    why: str


def _place(step: Step) -> int:
    return step.mapping.index


def _repeated(parts: Sequence[Part]) -> Iterator[_Dropped]:
    """Users and groups that stand further up already."""
    first: dict[tuple[Kind, str], Part] = {}
    for part in parts:
        for identifier in part.identifiers if part.kind is not Kind.PREFIX else ():
            earlier = first.get((part.kind, identifier.text))
            if earlier is None:
                first[part.kind, identifier.text] = part
            elif not part.is_open:
                where = "it stands there twice" if earlier is part else f"{earlier.label} has it"
                yield _Dropped(part, identifier, f"never decides: {where}")


class _Item(NamedTuple):
    """A prefix; `position` is that of its part."""

    position: int
    part: Part
    identifier: Identifier


def _needless(parts: Sequence[Part]) -> Iterator[_Dropped]:
    """Prefixes without which every place keeps its role: where such a prefix is the first, the
    next one gives the same role, and nobody is mapped by name to another role in between.
    """
    items = [
        _Item(position, part, identifier)
        for position, part in enumerate(parts)
        if part.kind is Kind.PREFIX
        for identifier in part.identifiers
        if not unclear(identifier.text)
    ]
    above: dict[int, int] = {}
    below: dict[int, set[int | None]] = {}
    for match in READINGS:
        for started, first, second in _covering(items, match):
            above.update(dict.fromkeys(started, first))
            below.setdefault(first, set()).add(second)
    between = _Between(parts)
    gone: set[int | None] = set()
    for number in reversed(range(len(items))):
        item, following = items[number], below.get(number, set())
        if item.part.is_open or number not in above or following & gone:
            continue
        if all(each is not None and between.free(item, items[each]) for each in following):
            gone.add(number)
            others = [items[each] for each in sorted(filter(None, following))]
            yield _Dropped(item.part, item.identifier, _why(item, items[above[number]], others))


def _covering(
    items: Sequence[_Item], match: PrefixMatch
) -> Iterator[tuple[Sequence[int], int, int | None]]:
    """For all ranges of texts that prefixes cover: the numbers of those that start with it, the
    first that covers it, and the one behind that.
    """
    starts: dict[str, list[int]] = defaultdict(list)
    ends: dict[str, list[int]] = defaultdict(list)
    for number, item in enumerate(items):
        for start, end in prefixes.spans(prefixes.normal(item.identifier.text), match):
            starts[start].append(number)
            if end is not None:
                ends[end].append(number)
    active: list[int] = []
    for edge in sorted({*starts, *ends}):
        for number in ends.get(edge, ()):
            del active[bisect_left(active, number)]
        for number in starts.get(edge, ()):
            insort(active, number)
        if active:
            yield starts.get(edge, ()), active[0], active[1] if len(active) > 1 else None


class _Between:
    """Where parts stand that can match at any place: users, groups, and what is not known."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self._all: list[int] = []
        self._of: dict[str, list[int]] = defaultdict(list)
        for position, part in enumerate(parts):
            if part.kind is not Kind.PREFIX or part.is_open:
                self._all.append(position)
                if not part.is_open:
                    self._of[part.role].append(position)

    def free(self, upper: _Item, lower: _Item) -> bool:
        """Whether two prefixes have one role, and all of those between them have it too."""
        role = upper.part.role
        if role != lower.part.role:
            return False
        first, last = upper.position, lower.position
        return _within(self._all, first, last) == _within(self._of[role], first, last)


def _within(positions: Sequence[int], first: int, last: int) -> int:
    return bisect_left(positions, last) - bisect_right(positions, first)


def _why(item: _Item, above: _Item, below: Sequence[_Item]) -> str:
    if not below:
        return f"never decides: {_named(item, above)} before it covers it"
    more = f" and {len(below) - 1} more" if len(below) > 1 else ""
    return f"adds nothing: {_named(item, below[0])}{more} behind it gives the same role there"


def _named(item: _Item, other: _Item) -> str:
    text = other.identifier.text
    return text if other.part is item.part else f"{other.part.label} ({text})"
