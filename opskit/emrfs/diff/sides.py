"""Two designs made comparable, and what each says about a mapping at a place."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from opskit.emrfs.access import assume_decision, doubted, limited
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.diff.bearing import bearing
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver, first_open


def shared(before: Design, after: Design) -> tuple[Design, Design]:
    """The two, each with what only the other says of IAM and S3: a security configuration names
    roles, and their policies are the same whoever names them.
    """
    return _filled(before, after), _filled(after, before)


def _filled(design: Design, other: Design) -> Design:
    account = design.account or other.account
    made = replace(
        design,
        account=account,
        base_role=design.base_role or other.base_role,
        roles={**other.roles, **design.roles},
        buckets={**other.buckets, **design.buckets},
        keys={**other.keys, **design.keys},
        directory=design.directory if design.directory.users else other.directory,
    )
    for arn, role in design.roles.items():
        made.roles[arn] = _with(role, other.roles.get(arn))
    base = made.base_role
    if base is not None:
        named = made.arn(base.arn.written)
        theirs = other.base_role
        same = theirs is not None and made.arn(theirs.arn.written) == named
        made.base_role = _with(replace(base, arn=named), theirs if same else None)
    return made


def _with(role: Role, other: Role | None) -> Role:
    """A role with the policies that only the other file knows."""
    if other is None:
        return role
    known = role.permissions is not None
    return replace(
        role,
        trust=role.trust or other.trust,
        permissions=role.permissions if known else other.permissions,
        boundary=role.boundary if known else other.boundary,
    )


#: The index of a mapping, None for the base role.
Index = int | None


class Side:
    """One of the two, ready to be asked."""

    def __init__(self, design: Design) -> None:
        self.design = design
        self.resolver = Resolver(design)
        self.authorizer = Authorizer(design)
        self._open = first_open(design)
        self._roles: dict[Index, Role | None] = {None: design.base_role}
        self._assume: dict[Index, Decision | None] = {None: None}
        for mapping in design.mappings:
            self._roles[mapping.index] = design.role_of(mapping)
            self._assume[mapping.index] = assume_decision(design, mapping.role)

        self._names = {
            index: None if role is None else str(role.arn) for index, role in self._roles.items()
        }

    def role(self, mapping: Index) -> Role | None:
        """A mapping's role; None where it is not known."""
        return self._roles[mapping]

    def name(self, mapping: Index) -> str | None:
        """The ARN of a mapping's role; None where it is not known."""
        return self._names[mapping]

    def roles(self) -> dict[str, Role]:
        """Every role by its ARN."""
        return {str(role.arn): role for role in self._roles.values() if role is not None}

    @property
    def certain(self) -> bool:
        """Whether no mapping is left for another tool to fill in."""
        return self._open is None

    def decide(self, mapping: Index, action: str, path: Path) -> Decision:
        """What comes of an action at a place with a mapping's role."""
        last = len(self.design.mappings)
        if self._open is not None and self._open < (last if mapping is None else mapping):
            return doubted(self.design.mappings[self._open])
        role = self._roles[mapping]
        if role is None:
            return Decision(Effect.UNKNOWN, why="the base role is not known")
        return limited(self.authorizer.decide(role, action, path), self._assume[mapping])

    def bearing(self, mapping: Index, action: str, path: Path) -> object:
        """What the answer of `decide` may hang on, to be compared with the other side's."""
        return bearing(self.design, mapping, self._roles[mapping], action, path)


@dataclass(frozen=True, slots=True)
class Sides:
    """Both. `steady` are the roles of which both say the same, so that they decide the same."""

    before: Side
    after: Side
    steady: frozenset[str]

    @classmethod
    def of(cls, before: Design, after: Design) -> "Sides":
        one, two = (Side(design) for design in shared(before, after))
        return cls(one, two, frozenset(_steady(one, two)))

    def by_path(self, path: Path) -> tuple[Index, Index]:
        """The first mapping for a prefix of the path, in each."""
        return self.before.resolver.by_path(path), self.after.resolver.by_path(path)

    def agree(self, before: Index, after: Index) -> bool:
        """Whether it is plain that two mappings come to the same. A base role that is mapped has
        to assume itself, which one that is left over has not.
        """
        name = self.before.name(before)
        same = (before is None) is (after is None) and name == self.after.name(after)
        return same and name in self.steady


def _steady(before: Side, after: Side) -> Iterator[str]:
    """Roles whose policies, and everything else that IAM looks at, are the same in both."""
    one, two = before.design, after.design
    if not (before.certain and after.certain) or _around(one) != _around(two):
        return
    roles = after.roles()
    for name, role in before.roles().items():
        if name in roles and _inside(role) == _inside(roles[name]):
            yield name


def _around(design: Design) -> tuple[object, ...]:
    base = design.base_role
    return (
        design.partition,
        design.account,
        None if base is None else (str(base.arn), _inside(base)),
        {
            name: (bucket.account, _source(bucket.policy), bucket.key)
            for name, bucket in design.buckets.items()
        },
        {arn: _source(key.policy) for arn, key in design.keys.items()},
        design.blocks,
    )


def _inside(role: Role) -> tuple[object, ...]:
    permissions = None if role.permissions is None else [_source(p) for p in role.permissions]
    return (_source(role.trust), permissions, _source(role.boundary))


def _source(policy: Policy | None) -> object:
    """A policy's own text: what it is called and where it stands decides nothing."""
    if policy is None:
        return None
    faults = [each.faults for each in policy.statements]
    return (policy.source, faults) if policy.source else (policy.statements, policy.faults)
