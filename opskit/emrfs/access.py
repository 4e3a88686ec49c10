"""The whole answer for one user, path and action: the mapping, the role, and IAM behind it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from opskit.emrfs.authorize import authorize
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.model import Design, Groups, PrefixMatch, Role, RoleMapping
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolution, resolve
from opskit.errors import ExitCode

#: What is asked about when no action is given: a read.
DEFAULT_ACTION = "s3:GetObject"


@dataclass(frozen=True, slots=True)
class Variant:
    """What another reading of what AWS does not document would make of the same request."""

    prefix_match: PrefixMatch
    groups: Groups
    role: Role | None
    mapping: int | None


@dataclass(frozen=True, slots=True)
class Access:
    """Who gets what, and why.

    `role` is None where the base role decides and is not known. `assume` is whether the base role
    can assume the role; None where no role is assumed. `iam` is the decision in the end: a role
    that cannot be assumed reads nothing. `variants` are those that end in another role.
    """

    user: str
    groups: tuple[str, ...]
    path: Path
    action: str
    resolution: Resolution
    role: Role | None
    assume: Decision | None
    iam: Decision
    variants: tuple[Variant, ...]


def access(
    design: Design, user: str, groups: Sequence[str], path: Path, action: str = DEFAULT_ACTION
) -> Access:
    """Resolve, assume, authorize. UsageError for an action that is none of S3's."""
    resolution = resolve(design, user, groups, path)
    role = role_for(design, resolution)
    assume = None
    if resolution.hit is not None:
        assume = assume_decision(design, resolution.hit.mapping.role)
    iam = decide(design, role, assume, action, path)
    return Access(
        user,
        tuple(groups),
        path,
        action,
        resolution,
        role,
        assume,
        iam if resolution.doubt is None else doubted(resolution.doubt),
        tuple(_variants(design, user, groups, path, role)),
    )


def role_for(design: Design, resolution: Resolution) -> Role | None:
    """The role that a resolution ends in."""
    return design.base_role if resolution.hit is None else design.role_of(resolution.hit.mapping)


def assume_decision(design: Design, role: str) -> Decision:
    """Whether the base role can assume a mapped one."""
    if design.base_role is None:
        return Decision(Effect.UNKNOWN, why="the base role is not known")
    return assumable(design.base_role, design.role(role))


def decide(
    design: Design, role: Role | None, assume: Decision | None, action: str, path: Path
) -> Decision:
    """What comes of it in the end."""
    if role is None:
        return Decision(Effect.UNKNOWN, why="the base role is not known")
    return limited(authorize(design, role, action, path), assume)


def limited(found: Decision, assume: Decision | None) -> Decision:
    """A role's decision, where it has to be assumed first (None: it need not): a role that cannot
    be assumed reads nothing, whatever its policies say.
    """
    if assume is None or assume.allowed:
        return found
    if assume.effect is not Effect.UNKNOWN:
        return Decision(
            assume.effect, assume.statement, f"the role cannot be assumed: {assume.why}"
        )
    if not found.allowed:
        return found
    return Decision(Effect.UNKNOWN, found.statement, f"it is not known {_whether(assume)}")


def doubted(mapping: RoleMapping) -> Decision:
    """The decision where a mapping above may match, once another tool has filled it in."""
    return Decision(
        Effect.UNKNOWN, why=f"{mapping.label} may decide: another tool fills in its identifiers"
    )


def _whether(assume: Decision) -> str:
    return f"whether the role can be assumed: {assume.why}"


def _variants(
    design: Design, user: str, groups: Sequence[str], path: Path, role: Role | None
) -> Iterator[Variant]:
    readings: product[tuple[PrefixMatch, Groups]] = product(("string", "path"), ("all", "primary"))
    for prefix_match, group_match in readings:
        found = resolve(
            design, user, groups, path, prefix_match=prefix_match, group_match=group_match
        )
        other = role_for(design, found)
        if _name(other) != _name(role):
            index = found.hit.mapping.index if found.hit else None
            yield Variant(prefix_match, group_match, other, index)


def _name(role: Role | None) -> str:
    return "" if role is None else str(role.arn)


def exit_code(found: Access) -> ExitCode:
    """0 when it is allowed, 1 when it is denied, 3 when that cannot be told."""
    if found.iam.effect is Effect.UNKNOWN:
        return ExitCode.UNKNOWN
    return ExitCode.OK if found.iam.allowed else ExitCode.NO
