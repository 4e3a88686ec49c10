"""The comparison: every class of people in every cell of S3, told in as few rows as there are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from opskit.emrfs.diff.sides import Index, Sides
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.model import Design
from opskit.emrfs.people import Alike, alike, one
from opskit.emrfs.regions.atoms import atoms
from opskit.emrfs.regions.cells import Cell, Cells, cells
from opskit.emrfs.regions.describe import Region, describe

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")


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


@dataclass(frozen=True, slots=True)
class Row:
    """One change: for whom, where, and for which actions."""

    outcome: Outcome
    people: tuple[str, ...]
    region: Region
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """All changes; `complete` is False where there may be more. `notes` say what could not be told,
    and why.
    """

    rows: Sequence[Row]
    complete: bool
    notes: Sequence[str] = ()

    def has(self, change: Change) -> bool:
        return any(row.outcome.change is change for row in self.rows)


def compare(
    before: Design,
    after: Design,
    actions: Sequence[str] = ACTIONS,
    person: tuple[str, Sequence[str] | None] | None = None,
) -> Difference:
    """Who gains and who loses what: everybody, or one person with those groups (None: those of the
    directories). UsageError for an action that is none of S3's.
    """
    sides = Sides.of(before, after)
    designs = sides.before.design, sides.after.design
    people = alike(*designs) if person is None else [one(*designs, *person)]
    pairs = [(side.design, side.authorizer) for side in (sides.before, sides.after)]
    found: dict[tuple[Outcome, tuple[str, ...], Region], list[str]] = {}
    incomplete = []
    doubts: dict[str, None] = {}
    for action in actions:
        all_ = cells(atoms(pairs, action))
        if not all_.complete:
            incomplete.append(action)
        placed = [sides.by_path(cell.witness) for cell in all_.cells]
        for each in people:
            for outcome, region in _regions(sides, each, action, all_, placed, doubts):
                key = (outcome, tuple(each.labels), region)
                found.setdefault(key, []).append(action)
    rows = _merged(
        Row(outcome, labels, region, tuple(acts))
        for (outcome, labels, region), acts in found.items()
    )
    notes = [
        f"{action}: some policies tell places apart in ways that cannot be cut into regions"
        for action in incomplete
    ]
    return Difference(sorted(rows, key=_order), not incomplete, [*notes, *doubts])


def _regions(
    sides: Sides,
    people: Alike,
    action: str,
    all_: Cells,
    placed: Sequence[tuple[Index, Index]],
    doubts: dict[str, None],
) -> Iterator[tuple[Outcome, Region]]:
    found: dict[Outcome, list[Cell]] = {}
    for cell, (old, new) in zip(all_.cells, placed, strict=True):
        first = _smaller(people.first[0], old), _smaller(people.first[1], new)
        outcome = None if sides.agree(*first) else _outcome(sides, first, action, cell, doubts)
        if outcome is not None:
            found.setdefault(outcome, []).append(cell)
    for outcome, wanted in found.items():
        for region in describe(all_, wanted):
            yield outcome, region


def _outcome(
    sides: Sides, first: tuple[Index, Index], action: str, cell: Cell, doubts: dict[str, None]
) -> Outcome | None:
    """None where nothing changes. A role that neither file knows is the same in both. Why a
    decision is not known is added to `doubts`.
    """
    names = sides.before.name(first[0]), sides.after.name(first[1])
    decisions = (
        sides.before.decide(first[0], action, cell.witness),
        sides.after.decide(first[1], action, cell.witness),
    )
    change = _change(decisions[0].effect, decisions[1].effect, same=names[0] == names[1])
    if change is None:
        return None
    for name, decision in zip(names, decisions, strict=True):
        if decision.effect is Effect.UNKNOWN:
            doubts[f"{name}: {decision.why}" if name else decision.why] = None
    return Outcome(change, *names, decisions[0].effect, decisions[1].effect)


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


def _merged(rows: Iterable[Row]) -> Iterator[Row]:
    """Rows that differ in the people alone, as one."""
    found: dict[tuple[Outcome, Region, tuple[str, ...]], list[str]] = {}
    for row in rows:
        found.setdefault((row.outcome, row.region, row.actions), []).extend(row.people)
    for (outcome, region, actions), people in found.items():
        yield Row(outcome, tuple(people), region, actions)


_RANK = {Change.GAIN: 0, Change.LOSS: 1, Change.UNKNOWN: 2, Change.ROLE: 3}


def _order(row: Row) -> tuple[int, str, tuple[str, ...]]:
    return _RANK[row.outcome.change], row.region.within, row.people
