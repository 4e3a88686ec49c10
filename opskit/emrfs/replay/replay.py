"""Past accesses under a new file: the logs grouped, each group judged, and told in few rows."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from opskit.emrfs.diff.sides import Side, Sides
from opskit.emrfs.model import Design
from opskit.emrfs.regions.atoms import atoms
from opskit.emrfs.replay.activity import Activity
from opskit.emrfs.replay.groups import Tally, least, most
from opskit.emrfs.replay.judge import Judge, Judged, Verdict
from opskit.emrfs.replay.operations import ENVELOPES, Outcome, outcome
from opskit.emrfs.replay.ranges import ACTIONS, Ranges
from opskit.emrfs.replay.sessions import session

#: Reads logs: from the ranges and the time slots to the groups.
Read = Callable[[Ranges, Sequence[datetime]], Tally]


class Kind(NamedTuple):
    """What rows are told apart by. `after` are the new roles of the candidates, ARNs."""

    verdict: Verdict
    role: str
    after: tuple[str | None, ...]
    action: str
    before: Outcome
    within: str
    why: str


@dataclass(slots=True)
class Row:
    """Accesses with one answer: how many, when, whose they may have been, and one of the places."""

    kind: Kind
    requests: int = 0
    first: datetime | None = None
    last: datetime | None = None
    example: str = ""
    narrowed: bool = False
    _people: dict[str, None] = field(default_factory=dict)

    @property
    def people(self) -> list[str]:
        """Each once, in the order in which they were found."""
        return list(self._people)

    def add(self, judged: Judged) -> None:
        group = judged.group
        self.requests += group.requests
        self.first = least(self.first, group.first_time)
        self.last = most(self.last, group.last_time)
        for fate in judged.fates:
            self._people.update(dict.fromkeys(fate.labels))
        self.example = self.example or (group.place or "")
        self.narrowed |= judged.narrowed


@dataclass(frozen=True, slots=True)
class Replay:
    """The rows, worst first, and what was counted: accesses of the two files' roles, and requests
    that were of nobody in the files (`others`) or that need no answer (`passed`).
    """

    rows: Sequence[Row]
    tally: Tally
    judged: int
    others: int
    passed: int

    def has(self, *verdicts: Verdict) -> bool:
        return any(row.kind.verdict in verdicts for row in self.rows)


def replay(old: Design, new: Design, read: Read, activity: Activity | None = None) -> Replay:
    """What becomes of the accesses that `read` gives."""
    sides = Sides.of(old, new)
    ranges = _ranges((sides.before, sides.after))
    slots, active = ([], [None]) if activity is None else activity.slots()
    tally = read(ranges, slots)
    judge = Judge(sides.before, sides.after, ranges, active)
    rows: dict[Kind, Row] = {}
    counts = {"judged": 0, "others": tally.others, "passed": 0}
    for group in tally.groups.values():
        asked = session(group.who)
        before = outcome(group.status, group.code)
        if asked is None or not judge.concerns(asked):
            counts["others"] += group.requests
        elif group.operation in ENVELOPES or before is Outcome.OPEN:
            counts["passed"] += group.requests
        else:
            counts["judged"] += group.requests
            found = judge.judge(group, asked, before)
            kind = _kind(found, ranges)
            rows.setdefault(kind, Row(kind)).add(found)
    return Replay(_sorted(rows.values()), tally, **counts)


def _ranges(sides: Iterable[Side]) -> Ranges:
    pairs = [(side.design, side.authorizer) for side in sides]
    return Ranges.of([atoms(pairs, action) for action in ACTIONS])


def _kind(found: Judged, ranges: Ranges) -> Kind:
    place = found.group.place
    after = tuple(sorted({fate.role for fate in found.fates}, key=str))
    return Kind(
        found.verdict,
        found.session.role,
        after,
        found.action or found.group.operation,
        found.before,
        "" if place is None or found.foreign else ranges.within(place),
        found.why,
    )


def _sorted(rows: Iterable[Row]) -> list[Row]:
    order = list(Verdict)
    return sorted(rows, key=lambda row: (order.index(row.kind.verdict), -row.requests, row.kind))
