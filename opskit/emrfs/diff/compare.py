"""The comparison: every class of people in every cell of S3, told in as few rows as there are."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from opskit.emrfs.diff.outcomes import Asked, Change, Outcome
from opskit.emrfs.diff.sides import Sides
from opskit.emrfs.model import Design
from opskit.emrfs.people import alike, one
from opskit.emrfs.regions.describe import Region

ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket")


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
    found: dict[tuple[Outcome, tuple[str, ...], Region], list[str]] = {}
    notes: dict[str, None] = {}
    complete = True
    for action in actions:
        asked = Asked(sides, action)
        for each in people:
            for outcome, region in asked.regions(each.first):
                found.setdefault((outcome, tuple(each.labels), region), []).append(action)
        complete &= asked.complete
        notes |= asked.notes
    rows = _merged(
        Row(outcome, labels, region, tuple(acts))
        for (outcome, labels, region), acts in found.items()
    )
    return Difference(sorted(rows, key=_order), complete, list(notes))


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
