"""What S3 data a role reaches, statement by statement, and whose data that is.

The statements of the role's policies and of the buckets' policies say where to look; whether
something is reached there, all of IAM says (`opskit.emrfs.authorize`), at a place in each pattern
and at the places that are known (`opskit.emrfs.landmarks`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from opskit.emrfs import samples
from opskit.emrfs.authorize import SESSION_NAME, Authorizer
from opskit.emrfs.granting import Source, sources
from opskit.emrfs.iam.actions import LISTING, Level, s3_action
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.layer import acts
from opskit.emrfs.iam.policy import Statement
from opskit.emrfs.iam.requests import s3_request
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.landmarks import Landmarks
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.witnesses import UNSEARCHED, Witnesses, closed

#: Reading, listing, changing, and letting others in.
ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:PutObjectAcl",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutLifecycleConfiguration",
    "s3:PutReplicationConfiguration",
)
#: How many places are asked about in all, and for one pattern at least.
_PLACES, _LEAST = 200_000, 5


@dataclass(frozen=True, slots=True)
class Reached:
    """What one pattern of one statement gives. `actions` are allowed somewhere in it, `unsure`
    may be, and `why` says what keeps that from being told.

    `prefixes` are mapped prefixes and `buckets` those of mapped roles that it reaches into;
    `inside` says that it lies in a mapped prefix as a whole. `deciding` has for each action the
    ids of the statements that IAM names for it.
    """

    statement: Statement
    pattern: str
    actions: tuple[str, ...]
    unsure: tuple[str, ...]
    why: str
    prefixes: tuple[str, ...]
    buckets: tuple[str, ...]
    inside: bool
    deciding: Mapping[str, frozenset[int]] = field(default_factory=dict, repr=False)

    @property
    def everything(self) -> bool:
        """Whether no bucket is named at all."""
        return self.pattern.startswith("*")

    @property
    def uri(self) -> str:
        """The pattern for people, as `s3://bucket/folder/*`."""
        return f"s3://{samples.shown(self.pattern)}"

    @property
    def data(self) -> bool:
        """Whether data of mappings is in it, as far as that is known."""
        return bool(self.prefixes or self.buckets) or self.everything


def doubts(role: Role) -> list[str]:
    """What keeps a role's policies as a whole from being understood: there may be more to them."""
    return [f"{each.name}: {fault}" for each in role.permissions or () for fault in each.faults]


def reach(design: Design, role: Role, authorizer: Authorizer | None = None) -> list[Reached]:
    """What a role reaches, in the order of its statements."""
    granting = list(sources(design, role))
    count = sum(len(each.statement.resources or ("*",)) for each in granting)
    most = max(_LEAST, _PLACES // max(count, 1))
    marks = Landmarks.of(design, role)
    authorizer = authorizer or Authorizer(design)
    desk = _Desk(design, role, authorizer, marks, most, Witnesses(authorizer, role))
    return list(_own([found for source in granting for found in desk.rows(source)]))


def _own(found: Sequence[Reached]) -> Iterator[Reached]:
    """Each with the actions that its own statement gives; those that IAM names another one for,
    whose pattern covers this one, are told there.
    """
    told: dict[tuple[int, str, bool], list[str]] = {}
    for each in found:
        for action, deciding in each.deciding.items():
            key = (id(each.statement), action, action in each.actions)
            if id(each.statement) in deciding:
                told.setdefault(key, []).append(each.pattern)
    for each in found:
        elsewhere = {
            action
            for action, deciding in each.deciding.items()
            if id(each.statement) not in deciding
            and any(
                samples.covers(other, each.pattern)
                for statement in deciding
                for other in told.get((statement, action, action in each.actions), ())
            )
        }
        actions = tuple(action for action in each.actions if action not in elsewhere)
        unsure = tuple(action for action in each.unsure if action not in elsewhere)
        if actions or unsure:
            yield replace(each, actions=actions, unsure=unsure) if elsewhere else each


@dataclass(slots=True)
class _Desk:
    """Asks about patterns, and keeps what it was told."""

    design: Design
    role: Role
    authorizer: Authorizer
    marks: Landmarks
    most: int
    witnesses: Witnesses
    _acts: dict[str, dict[tuple[str, ...], Truth]] = field(default_factory=dict)
    _told: dict[tuple[str, Path], Decision] = field(default_factory=dict)
    _rows: dict[tuple[str, ...], Reached | None] = field(default_factory=dict)

    def rows(self, source: Source) -> Iterator[Reached]:
        policy, statement, bucket = source
        asked = [each for each in ACTIONS if self._about(statement, each)]
        if not asked:
            return
        partition = self.role.arn.partition or self.design.partition
        request = s3_request(self.role.arn, asked[0], "*", {}, SESSION_NAME)
        found = samples.patterns(
            statement.resources, policy.version, lambda key: values(request, key), partition
        )
        for pattern in dict.fromkeys(found):
            if bucket and samples.head(pattern).partition("/")[0] != bucket:
                continue
            key = (pattern, *asked, *samples.listings(statement))
            if key not in self._rows:
                self._rows[key] = self._row(statement, pattern, asked)
            row = self._rows[key]
            if row is not None:
                yield row if row.statement is statement else replace(row, statement=statement)

    def _about(self, statement: Statement, action: str) -> bool:
        known = self._acts.setdefault(action, {})
        return acts(statement, action.lower(), known) is not Truth.NO

    def _row(self, statement: Statement, pattern: str, asked: Sequence[str]) -> Reached | None:
        found: dict[Effect, list[str]] = {}
        deciding: dict[str, frozenset[int]] = {}
        hit: dict[str, None] = {}
        why = ""
        for action in asked:
            places = list(self._places(statement, pattern, action))
            decisions = list(self._reaching(action, places, hit))
            if places and not decisions:
                decisions = self._elsewhere(pattern, action, places[0][1], hit)
            best = _best(decisions)
            found.setdefault(best, []).append(action)
            deciding[action] = frozenset(
                id(each.statement) for each in decisions if each.effect is best
            )
            if best is Effect.UNKNOWN:
                why = why or decisions[0].why
        sure, unsure = found.get(Effect.ALLOW, []), found.get(Effect.UNKNOWN, [])
        if not sure and not unsure:
            return None
        return Reached(
            statement,
            pattern,
            tuple(sure),
            tuple(unsure),
            why,
            tuple(each for each in hit if self.marks.is_prefix(each)),
            tuple(each for each in hit if not self.marks.is_prefix(each)),
            bool(self.marks.covering(samples.start(statement, pattern))),
            deciding,
        )

    def _reaching(
        self, action: str, places: Iterable[tuple[str, Path]], hit: dict[str, None]
    ) -> Iterator[Decision]:
        """The decisions that allow, or may; `hit` takes the names of what is reached."""
        for name, place in places:
            decision = self._ask(action, place)
            if decision.effect in (Effect.ALLOW, Effect.UNKNOWN):
                hit.update(dict.fromkeys(self._names(name, place)))
                yield decision

    def _elsewhere(
        self, pattern: str, action: str, denied: Path, hit: dict[str, None]
    ) -> list[Decision]:
        """The same, where all places that were looked at are denied: there may be another one."""
        partition = self.role.arn.partition or self.design.partition
        if closed(self._ask(action, denied), pattern, partition):
            return []
        places = (("", at) for at in self.witnesses.inside(pattern, action))
        found = list(self._reaching(action, places, hit))
        return found if found or self.witnesses.complete(action) else [UNSEARCHED]

    def _places(
        self, statement: Statement, pattern: str, action: str
    ) -> Iterator[tuple[str, Path]]:
        """The pattern's own sample, and the known places in it."""
        below = self.marks.below(samples.head(pattern), self.most)
        left = self.marks.left(pattern, action)
        if s3_action(action).level is Level.OBJECT:
            own = samples.object_sample(pattern)
            if own is not None:
                yield "", own
                yield from ((name, at) for name, at in below if matches(pattern, at.text))
            yield from (("", at) for at in map(samples.place, left) if at)
            return
        keys = samples.listings(statement) if action in LISTING else ["*"]
        for bucket in (samples.bucket_sample(pattern), *left):
            if bucket and "/" not in bucket:
                yield from (("", Path(bucket, samples.text_sample(key))) for key in keys)
        yield from ((name, at) for name, at in below if matches(pattern, at.bucket))

    def _names(self, name: str, place: Path) -> Iterator[str]:
        """What a place is in: the mapped prefixes, the bucket of mapped roles."""
        if name:
            yield name
            return
        yield from self.marks.covering(place.text)
        if self.marks.is_bucket(place.bucket):
            yield place.bucket

    def _ask(self, action: str, place: Path) -> Decision:
        found = self._told.get((action, place))
        if found is None:
            found = self._told[action, place] = self.authorizer.decide(self.role, action, place)
        return found


def _best(decisions: Sequence[Decision]) -> Effect:
    effects = {each.effect for each in decisions}
    if Effect.ALLOW in effects:
        return Effect.ALLOW
    return Effect.UNKNOWN if effects else Effect.IMPLICIT_DENY
