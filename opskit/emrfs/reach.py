"""What S3 data a role reaches, statement by statement, and whose data that is.

The statements of the role's policies and of the buckets' policies say where to look; whether
something is reached there, all of IAM says (`opskit.emrfs.authorize`), at a place in each pattern
and at the places that are known: the mapped prefixes and the buckets of the mapped roles.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from opskit.emrfs import prefixes, samples
from opskit.emrfs.authorize import SESSION_NAME, Authorizer
from opskit.emrfs.iam.actions import Level, s3_action
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.iam.layer import acts
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.iam.principals import Caller, named
from opskit.emrfs.iam.requests import s3_request
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.known import Known, known
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import Path

#: Reading, listing, changing, and letting others in.
ACTIONS = (
    "s3:GetObject",
    "s3:GetObjectVersion",
    "s3:ListBucket",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:PutBucketPolicy",
)


@dataclass(frozen=True, slots=True)
class Reached:
    """What one pattern of one statement gives. `actions` are allowed somewhere in it, `unsure`
    may be. `prefixes` are mapped prefixes and `buckets` those of mapped roles that it reaches
    into. `inside` says that it lies in a mapped prefix as a whole.
    """

    statement: Statement
    pattern: str
    actions: tuple[str, ...]
    unsure: tuple[str, ...]
    why: str
    prefixes: tuple[str, ...]
    buckets: tuple[str, ...]
    inside: bool

    @property
    def everything(self) -> bool:
        """Whether no bucket is named: then it is all that the account may reach."""
        return self.pattern.startswith("*")

    @property
    def uri(self) -> str:
        return f"s3://{samples.shown(self.pattern)}"

    @property
    def data(self) -> bool:
        """Whether data of mappings is in it, as far as that is known."""
        return bool(self.prefixes or self.buckets) or self.everything


def reach(design: Design, role: Role, authorizer: Authorizer | None = None) -> list[Reached]:
    """What a role reaches, in the order of its statements; nothing where no policy is known."""
    desk = _Desk(design, role, authorizer or Authorizer(design), known(design))
    return [found for source in _sources(design, role) for found in desk.rows(*source)]


class _Source(NamedTuple):
    policy: Policy
    statement: Statement
    bucket: str


def _sources(design: Design, role: Role) -> Iterator[_Source]:
    """The statements that allow: the role's own, and those of buckets' policies that name it."""
    for policy in role.permissions or ():
        for statement in policy.statements:
            if statement.effect == "Allow":
                yield _Source(policy, statement, "")
    caller = Caller.of(str(role.arn))
    for bucket in design.buckets.values():
        if bucket.policy is None:
            continue
        for statement in bucket.policy.statements:
            if statement.effect == "Allow" and max(named(statement, caller)) is not Truth.NO:
                yield _Source(bucket.policy, statement, bucket.name)


@dataclass(slots=True)
class _Desk:
    """Asks, and keeps what it was told about known places."""

    design: Design
    role: Role
    authorizer: Authorizer
    known: Known
    _acts: dict[str, dict[tuple[str, ...], Truth]] = field(default_factory=dict)
    _told: dict[tuple[str, Path], tuple[Effect, str]] = field(default_factory=dict)

    def rows(self, policy: Policy, statement: Statement, bucket: str) -> Iterator[Reached]:
        asked = [each for each in ACTIONS if self._about(statement, each)]
        if not asked:
            return
        partition = self.role.arn.partition or self.design.partition
        request = s3_request(self.role.arn, asked[0], "*", {}, SESSION_NAME)
        found = samples.patterns(
            statement, policy.version, lambda key: values(request, key), partition
        )
        for pattern in dict.fromkeys(found):
            if bucket and samples.head(pattern).partition("/")[0] != bucket:
                continue
            row = self._row(statement, pattern, asked)
            if row is not None:
                yield row

    def _about(self, statement: Statement, action: str) -> bool:
        known_ = self._acts.setdefault(action, {})
        return acts(statement, action.lower(), known_) is not Truth.NO

    def _row(self, statement: Statement, pattern: str, asked: Sequence[str]) -> Reached | None:
        sure, unsure, why = [], [], ""
        near = self.known.near(pattern)
        hit: set[str] = set()
        for action in asked:
            best = Effect.IMPLICIT_DENY
            for name, place in self._places(statement, pattern, action, near):
                effect, reason = self._ask(action, place)
                if effect in (Effect.ALLOW, Effect.UNKNOWN):
                    hit.add(name)
                    why = why or (reason if effect is Effect.UNKNOWN else "")
                    best = effect if best is not Effect.ALLOW else best
            if best is Effect.ALLOW:
                sure.append(action)
            elif best is Effect.UNKNOWN:
                unsure.append(action)
        if not sure and not unsure:
            return None
        return Reached(
            statement,
            pattern,
            tuple(sure),
            tuple(unsure),
            why,
            tuple(each for each in near.prefixes if each in hit or "" in hit and near.inside(each)),
            tuple(each for each in near.buckets if each in hit or "" in hit and near.within(each)),
            self.known.covers(pattern),
        )
