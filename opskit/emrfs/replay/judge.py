"""What a new file makes of past accesses.

The logs name the role and never the user. Candidates are those whom the old file resolves to the
role at the place; the new file gives each of them a role, and IAM's decision for it. What the log
says was allowed or denied is compared with what the old file says: where the two contradict each
other the file is not all that decided then, and the answer is that it is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from opskit.emrfs.diff.sides import Side
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import atoms
from opskit.emrfs.replay.candidates import Candidate, Candidates
from opskit.emrfs.replay.groups import Group
from opskit.emrfs.replay.operations import ACTIONS, COPIES, KEYLESS, Outcome
from opskit.emrfs.replay.ranges import Ranges
from opskit.emrfs.replay.sessions import Session


class Verdict(StrEnum):
    """What becomes of accesses, the worst first."""

    BROKEN = "broken"
    PARTLY = "partly broken"
    WIDENED = "widened"
    UNKNOWN = "unknown"
    DENIED = "still denied"
    KEPT = "kept"


class Fate(NamedTuple):
    """What becomes of one candidate: the people, their new role (an ARN; None where it is not
    known), and whether they are allowed (None where it is not known).
    """

    labels: tuple[str, ...]
    role: str | None
    allowed: bool | None
    why: str


@dataclass(frozen=True, slots=True)
class Judged:
    """The answer for a group. `action` is None for an operation that has none. `narrowed` says
    that candidates were left out who ran nothing at the time, `foreign` that the role is none of
    the old file's, wherever that may be.
    """

    group: Group
    session: Session
    action: str | None
    before: Outcome
    verdict: Verdict
    fates: tuple[Fate, ...]
    why: str
    narrowed: bool = False
    foreign: bool = False


class Fit:
    """Whether the ranges are enough for an action; asked once for each."""

    def __init__(self, old: Side, new: Side, ranges: Ranges) -> None:
        self._pairs = [(side.design, side.authorizer) for side in (old, new)]
        self._ranges = ranges
        self._known: dict[str, bool] = {}

    def __call__(self, action: str) -> bool:
        if action not in self._known:
            self._known[action] = self._ranges.fit(atoms(self._pairs, action))
        return self._known[action]


class Judge:
    """Judges groups, with two files that know the same of roles and buckets. `active` are the
    users who ran applications in each time window, None where that is not known.
    """

    def __init__(
        self,
        old: Side,
        new: Side,
        ranges: Ranges,
        active: Sequence[frozenset[str] | None] = (None,),
    ) -> None:
        self._old, self._new, self._active = old, new, active
        self._candidates = Candidates(old, new)
        self._fit = Fit(old, new, ranges)

    def concerns(self, asked: Session) -> bool:
        """Whether a session is one of EMRFS, or of a node with the old file's base role."""
        base = self._old.design.base_role
        return not asked.instance or (base is not None and asked.of(base.arn))

    def judge(self, group: Group, asked: Session, before: Outcome) -> Judged:
        """The answer for one group, whose session concerns this."""
        action = ACTIONS.get(group.operation)
        why = self._unasked(group, asked, action)
        fates: tuple[Fate, ...] = ()
        narrowed = False
        if not why and action and group.place:
            path = Path(*group.place.split("/", 1))
            found = self._candidates.at(asked, path)
            left = self._candidates.narrowed(found, self._active[group.slot])
            narrowed = left != found
            fates = tuple(self._fate(each, action, path, before) for each in left)
            why = "" if fates else self._nobody(group)
        if not fates:
            foreign = not asked.instance and not self._candidates.mappings(asked)
            return Judged(group, asked, action, before, Verdict.UNKNOWN, (), why, foreign=foreign)
        verdict = _verdict(before, [fate.allowed for fate in fates])
        why = _reason(verdict, fates)
        return Judged(group, asked, action, before, verdict, fates, why, narrowed)

    def _unasked(self, group: Group, asked: Session, action: str | None) -> str:
        """Why a group cannot be judged at all; empty where it can."""
        if group.operation in KEYLESS:
            return f"CloudTrail leaves out the keys of {group.operation}"
        if action is None:
            return f"no action is known for {group.operation}"
        if group.place is None:
            return "the keys are not encoded as S3 does"
        if not asked.instance and not self._candidates.mappings(asked):
            return f"{self._old.design.source} has no mapping to {asked.role}"
        if not self._fit(action):
            return f"policies limit {action} in ways for which each place has to be asked"
        return ""

    def _nobody(self, group: Group) -> str:
        if group.operation in COPIES:
            return "nobody gets this role here: a copy runs with one role, that of its other end"
        return f"nobody gets this role here in {self._old.design.source}: is it what ran?"

    def _fate(self, who: Candidate, action: str, path: Path, before: Outcome) -> Fate:
        old = self._old.decide(who.old, action, path)
        new = self._new.decide(who.new, action, path)
        roles = self._old.role(who.old), self._new.role(who.new)
        same = roles[0] is not None and roles[1] is not None and roles[0].arn == roles[1].arn
        name = None if roles[1] is None else str(roles[1].arn)
        allowed, why = _allowed(before, old, new, same=same)
        return Fate(who.labels, name, allowed, why)


def _allowed(
    before: Outcome, old: Decision, new: Decision, *, same: bool
) -> tuple[bool | None, str]:
    """Whether a candidate is allowed with the new file, and why."""
    if new.effect is Effect.UNKNOWN:
        return None, new.why
    if before is Outcome.ALLOWED and old.effect in (Effect.DENY, Effect.IMPLICIT_DENY) and same:
        return None, f"the log allows what the file denies: {old.why}"
    if before is Outcome.DENIED and old.allowed and new.allowed:
        why = "a missing object or something that the file does not know decided"
        return None, f"the log denies what the file allows: {why}"
    return new.allowed, new.why


def _verdict(before: Outcome, allowed: Sequence[bool | None]) -> Verdict:
    if before is Outcome.ALLOWED:
        if False in allowed:
            return Verdict.BROKEN if set(allowed) == {False} else Verdict.PARTLY
        return Verdict.UNKNOWN if None in allowed else Verdict.KEPT
    if True in allowed:
        return Verdict.WIDENED
    return Verdict.UNKNOWN if None in allowed else Verdict.DENIED


def _reason(verdict: Verdict, fates: Sequence[Fate]) -> str:
    """Why the worst of the candidates fares so."""
    wanted = {
        Verdict.BROKEN: False,
        Verdict.PARTLY: False,
        Verdict.DENIED: False,
        Verdict.UNKNOWN: None,
    }.get(verdict, True)
    return next(fate.why for fate in fates if fate.allowed is wanted)
