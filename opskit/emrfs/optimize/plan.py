"""The plan: what is dropped, merged and moved, and the design that comes of it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from opskit.emrfs.model import Design, Kind, RoleMapping
from opskit.emrfs.optimize import proof
from opskit.emrfs.optimize.drops import drop
from opskit.emrfs.optimize.merges import merge
from opskit.emrfs.optimize.parts import Part, Step, labels, parts
from opskit.errors import DefectError

_APART = {Kind.USER: "other users", Kind.GROUP: "", Kind.PREFIX: "other places"}


@dataclass(frozen=True, slots=True)
class Plan:
    """The steps, and the mappings that are left with those they were made of."""

    before: Design
    after: Design
    steps: Sequence[Step]
    parts: Sequence[Part]


def plan(design: Design) -> Plan:
    """What can be had in fewer parts, with the same role for everybody at every place, whichever
    way prefixes match and groups count. The directory is not counted on: people change groups.
    """
    left, steps = drop(parts(design))
    while True:
        merged = merge(left)
        fewer, more = drop(merged)
        steps += more
        if len(merged) == len(left) and not more:
            break
        left = fewer
    after = replace(design, mappings=[_mapping(i, part) for i, part in enumerate(left)])
    wrong = proof.difference(design, after)
    if wrong is not None:
        raise DefectError(f"{design.source}: the plan would change who gets what: {wrong}")
    order = _Order(left)
    return Plan(design, after, [*steps, *order.merges(), *order.moves()], left)


def _mapping(index: int, part: Part) -> RoleMapping:
    return replace(part.members[0], index=index, identifiers=tuple(part.identifiers))


class _Order:
    """The mappings that are left, as they were and as they are to be."""

    def __init__(self, left: Sequence[Part]) -> None:
        self._left = left
        self._placed = sorted(
            ((member, position) for position, part in enumerate(left) for member in part.members),
            key=lambda pair: pair[0].index,
        )

    def merges(self) -> Iterator[Step]:
        """Mappings that become a part of one further up."""
        for position, part in enumerate(self._left):
            for member in part.members[1:]:
                texts = {each.text for each in member.identifiers}
                kept = tuple(each.text for each in part.identifiers if each.text in texts)
                why = "; ".join(["the same role", *self._passed(member, position)])
                yield Step("merge", member, kept, part.members[0], why)

    def moves(self) -> Iterator[Step]:
        """Mappings that stand behind others than before, as few as tell the new order."""
        stay = _longest_rising([part.index for part in self._left])
        for position, part in enumerate(self._left):
            if part.index not in stay:
                other = self._left[position - 1].members[0] if position else None
                kept = tuple(each.text for each in part.identifiers)
                why = "; ".join(self._passed(part.members[0], position))
                yield Step("move", part.members[0], kept, other, why)

    def _passed(self, member: RoleMapping, position: int) -> Iterator[str]:
        """Why it does not matter what a mapping passes on its way."""
        passed = [
            (other, self._left[place])
            for other, place in self._placed
            if (other.index < member.index and place > position)
            or (other.index > member.index and place < position)
        ]
        role = self._left[position].role
        apart = [other for other, part in passed if part.role != role]
        alike = [other for other, part in passed if part.role == role]
        if apart:
            yield f"{labels(apart)} on the way: for {_APART[member.kind]}"
        if alike:
            yield f"{labels(alike)} on the way: the same role"


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """A longest part of different numbers that is in order."""
    ends: list[int] = []
    before: dict[int, int | None] = {}
    for number in numbers:
        at = bisect_left(ends, number)
        before[number] = ends[at - 1] if at else None
        ends[at : at + 1] = [number]
    found: set[int] = set()
    last = ends[-1] if ends else None
    while last is not None:
        found.add(last)
        last = before[last]
    return found
