"""Places that a role reaches, found where samples of its policies' patterns are denied.

All places are cut along the patterns on which the role's answers depend; one place in each part
is asked about (`opskit.emrfs.regions`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from opskit.emrfs import samples
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.actions import Level, s3_action
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.iam.variables import VERSION
from opskit.emrfs.model import Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import cut, marks
from opskit.emrfs.regions.cells import Places

#: Parts beyond which nothing is searched.
_MOST = 2_000
#: What is said of a pattern of which not all parts could be searched.
UNSEARCHED = Decision(Effect.UNKNOWN, why="there are too many exceptions to look into each")


def closed(decision: Decision, pattern: str, partition: str) -> bool:
    """Whether what denies a sample of a pattern plainly denies all of it."""
    statement = decision.statement
    if decision.effect is not Effect.DENY or statement is None or statement.conditions:
        return False
    plain = tuple(each for each in statement.resources or () if "{" not in each)
    denied = samples.patterns(plain, VERSION, lambda _: None, partition)
    return any(samples.covers(each, pattern) for each in denied)


class _Found(NamedTuple):
    places: Sequence[Path]
    complete: bool


@dataclass(slots=True)
class Witnesses:
    """Of one role; each action is searched once."""

    authorizer: Authorizer
    role: Role
    _known: dict[str, _Found] = field(default_factory=dict)

    def inside(self, pattern: str, action: str) -> Iterator[Path]:
        """Places in a pattern where the action is, or may be, allowed."""
        whole = s3_action(action).level is Level.OBJECT
        for place in self._found(action).places:
            if matches(pattern, place.text if whole else place.bucket):
                yield place

    def complete(self, action: str) -> bool:
        """Whether there is no part of which no place was asked about."""
        return self._found(action).complete

    def _found(self, action: str) -> _Found:
        found = self._known.get(action)
        if found is None:
            found = self._known[action] = self._search(action)
        return found

    def _search(self, action: str) -> _Found:
        cuts = self.authorizer.cuts(self.role, action)
        if len(cuts.places) + len(cuts.buckets) + len(cuts.prefixes) > _MOST:
            return _Found((), complete=False)
        places = Places(cut(cuts))
        reached: list[Path] = []
        complete = cuts.exact
        for node in places.nodes:
            cells = places.cells(node, marks(cuts))
            complete = complete and cells.complete
            asked = [cell.witness for cell in cells.cells]
            told = self.authorizer.decisions(self.role, action, asked)
            open_ = (Effect.ALLOW, Effect.UNKNOWN)
            reached += [at for at, each in zip(asked, told, strict=True) if each.effect in open_]
        return _Found(reached, complete)
