"""What becomes of an action, place by place, for people whom two files find by certain mappings."""

from collections import defaultdict
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from opskit.emrfs.diff.sides import Index, Side, Sides
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import atoms, marks
from opskit.emrfs.regions.cells import Cell, Marks, Places
from opskit.emrfs.regions.cover import Choice
from opskit.emrfs.regions.describe import Region, describe
from opskit.emrfs.regions.tree import Node

_First = tuple[Index, Index]


class Change(StrEnum):
    """What becomes of somebody's access. ROLE is another role that decides the same."""

    GAIN = "gain"
    LOSS = "loss"
    UNKNOWN = "unknown"
    ROLE = "role"


class Outcome(NamedTuple):
    """What the two files say of some people in a cell. Roles are ARNs, None where not known."""

    change: Change
    before: str | None
    after: str | None
    decision_before: Effect
    decision_after: Effect

    @property
    def other_role(self) -> bool:
        """Whether it is another role for sure."""
        return None not in (self.before, self.after) and self.before != self.after


class Asked:
    """One action. `complete` is False where changes may be missing; `notes` say what could not be
    told, and why.
    """

    def __init__(self, sides: Sides, action: str) -> None:
        self.complete = True
        self.notes: dict[str, None] = {}
        self._sides, self._action = sides, action
        pairs = [(side.design, side.authorizer) for side in (sides.before, sides.after)]
        self._places = Places(atoms(pairs, action))
        self._marks: dict[tuple[int, Index], Marks | None] = {}
        self._placed: list[tuple[Node, _First]] = []
        for node in self._places.nodes:
            found = self._places.cells(node, frozenset()).cells
            if found:  # the first mapping for a prefix is the same all over a node
                self._placed.append((node, sides.by_path(found[0].witness)))

    def regions(self, people: _First) -> Iterator[tuple[Outcome, Region]]:
        """What changes for people whom those mappings are the first to find by name."""
        pairs: dict[tuple[str | None, str | None], list[tuple[Node, _First]]] = defaultdict(list)
        for node, placed in self._placed:
            first = _smaller(people[0], placed[0]), _smaller(people[1], placed[1])
            if not self._sides.agree(*first):
                names = self._sides.before.name(first[0]), self._sides.after.name(first[1])
                pairs[names].append((node, first))
        for found in pairs.values():
            yield from self._of_roles(found)

    def _of_roles(self, found: list[tuple[Node, _First]]) -> Iterator[tuple[Outcome, Region]]:
        """The same in the nodes in which the same two roles decide."""
        matter = self._matter(found[0][1])
        all_: list[Cell] = []
        chosen: dict[Outcome, set[int]] = defaultdict(set)
        for node, first in found:
            cells, complete = self._places.cells(node, matter)
            if not complete:
                self._unsure()
            for cell in cells:
                outcome = self._outcome(first, cell.witness)
                if outcome is not None:
                    chosen[outcome].add(id(cell))
            all_ += cells
        if chosen:
            others = {node for node, _ in self._placed} - {node for node, _ in found}
            for outcome, wanted in chosen.items():
                for region in describe(self._places, Choice(all_, wanted, others)):
                    yield outcome, region

    def _matter(self, first: _First) -> Marks:
        """The patterns that matter where those two mappings decide."""
        found: Marks = frozenset()
        for number, side in enumerate((self._sides.before, self._sides.after)):
            key = number, first[number]
            if key not in self._marks:
                self._marks[key] = self._marks_of(side, first[number])
            known = self._marks[key]
            if known is None:
                self._unsure()
            found |= known or frozenset()
        return found

    def _marks_of(self, side: Side, mapping: Index) -> Marks | None:
        """None where a role's answers depend on the place in yet another way."""
        role = side.role(mapping)
        if role is None:
            return frozenset()
        cuts = side.authorizer.cuts(role, self._action)
        return marks(cuts) if cuts.exact else None

    def _unsure(self) -> None:
        self.complete = False
        note = "some policies tell places apart in ways that cannot be cut into regions"
        self.notes[f"{self._action}: {note}"] = None

    def _outcome(self, first: _First, path: Path) -> Outcome | None:
        """None where nothing changes. What neither file knows is no change where it hangs on the
        same in both.
        """
        sides = (self._sides.before, self._sides.after)
        pairs = list(zip(sides, first, strict=True))
        names = [side.name(index) for side, index in pairs]
        decisions = [side.decide(index, self._action, path) for side, index in pairs]
        before, after = (each.effect for each in decisions)
        same = names[0] == names[1]
        if same and before is after is Effect.UNKNOWN:
            told = [side.bearing(index, self._action, path) for side, index in pairs]
            same = told[0] == told[1]
        change = _change(before, after, same=same)
        if change is None:
            return None
        for name, decision in zip(names, decisions, strict=True):
            if decision.effect is Effect.UNKNOWN:
                self.notes[f"{name}: {decision.why}" if name else decision.why] = None
        return Outcome(change, names[0], names[1], before, after)


def _change(before: Effect, after: Effect, *, same: bool) -> Change | None:
    if Effect.UNKNOWN in (before, after):
        return None if same and before is after else Change.UNKNOWN
    if (before is Effect.ALLOW) is (after is Effect.ALLOW):
        return None if same else Change.ROLE
    return Change.GAIN if after is Effect.ALLOW else Change.LOSS


def _smaller(one: Index, other: Index) -> Index:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)
