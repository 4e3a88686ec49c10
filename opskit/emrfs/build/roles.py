"""The trust and permission policies of every role: those that are known, and made ones."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.build import base as base_role
from opskit.emrfs.build import checks, grants, size
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Kind, Role, RoleMapping

VERSION = "2012-10-17"
#: The name of a policy that is made here.
GENERATED = "emrfs"
#: Roles that have a line of their own.
_MANY = 5
_NAME = re.compile(r"[^\w+=,.@-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A policy and the name that it gets in IAM."""

    name: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RolePlan:
    """A role as it should be in IAM. `made` says what was not known, and is made here: `trust`,
    `permissions`. `open` is why it needs a decision of people; empty where it needs none.
    """

    arn: RoleArn
    is_base: bool
    trust: Mapping[str, Any]
    permissions: tuple[NamedPolicy, ...]
    boundary: Mapping[str, Any] | None
    max_session: int | None
    made: tuple[str, ...]
    open: str
    notes: tuple[str, ...]

    @property
    def whole_arn(self) -> str:
        return str(self.arn)


def plans(design: Design) -> list[RolePlan]:
    """The base role and then every mapped one, each once. InputError for a role without ARN."""
    checks.check(design)
    base = checks.base_arn(design)
    mapped = [role for role in design.every_role() if str(role.arn) != base]
    assert design.base_role is not None
    by_role: dict[str, list[RoleMapping]] = {}
    for mapping in design.mappings:
        by_role.setdefault(str(design.arn(mapping.role)), []).append(mapping)
    first = _base(design, design.base_role, base)
    return [first, *(_mapped(design, role, base, by_role[str(role.arn)]) for role in mapped)]


def _base(design: Design, role: Role, arn: str) -> RolePlan:
    notes: list[str] = []
    permissions: tuple[NamedPolicy, ...] = known(role.permissions)
    if role.permissions is None:
        statements, notes = base_role.statements(design, arn)
        permissions = (NamedPolicy(GENERATED, policy(statements)),)
    trust = role.trust.source if role.trust is not None else base_role.trust(design)
    return _plan(role, permissions, trust, is_base=True, notes=notes)


def _mapped(design: Design, role: Role, base: str, mappings: list[RoleMapping]) -> RolePlan:
    trust = role.trust.source if role.trust is not None else trust_in(base)
    if role.permissions is not None:
        return _plan(role, known(role.permissions), trust)
    return _generated(design, role, trust, mappings)


def _generated(
    design: Design, role: Role, trust: Mapping[str, Any], mappings: list[RoleMapping]
) -> RolePlan:
    prefixes = [text for mapping in mappings for text in checks.prefixes_of(mapping)]
    statements, notes = grants.statements(design, prefixes)
    permissions = (NamedPolicy(GENERATED, policy(statements)),) if statements else ()
    people = [mapping.label for mapping in mappings if mapping.kind is not Kind.PREFIX]
    if people and statements:
        notes.append(f"what {', '.join(people)} may do beyond its prefixes is not known")
    return _plan(role, permissions, trust, notes=notes)


def _plan(
    role: Role,
    permissions: tuple[NamedPolicy, ...],
    trust: Mapping[str, Any],
    *,
    is_base: bool = False,
    notes: list[str] | None = None,
) -> RolePlan:
    made = [
        name
        for name, found in (("trust", role.trust), ("permissions", role.permissions))
        if found is None
    ]
    boundary = role.boundary.source if role.boundary is not None else None
    return RolePlan(
        role.arn,
        is_base,
        trust,
        permissions,
        boundary,
        role.max_session,
        tuple(made),
        "" if permissions else "it has no permissions",
        tuple(notes or ()),
    )


def trust_in(base: str) -> dict[str, Any]:
    """Trust in the base role alone, by its ARN: EMRFS sends no ExternalId and no tags."""
    return {
        "Version": VERSION,
        "Statement": [
            {
                "Sid": "Emrfs",
                "Effect": "Allow",
                "Principal": {"AWS": base},
                "Action": "sts:AssumeRole",
            }
        ],
    }


def policy(statements: list[grants.Statement]) -> dict[str, Any]:
    return {"Version": VERSION, "Statement": statements}


def known(policies: tuple[Policy, ...] | None) -> tuple[NamedPolicy, ...]:
    """Policies under names that IAM takes, each another."""
    taken: dict[str, int] = {}
    made = []
    for each in policies or ():
        name = _NAME.sub("-", each.name).strip("-")[:120] or "policy"
        taken[name] = taken.get(name, 0) + 1
        made.append(NamedPolicy(f"{name}-{taken[name]}" if taken[name] > 1 else name, each.source))
    return tuple(made)


def local(found: list[RolePlan]) -> list[RolePlan]:
    """Those of the base role's account: a template makes roles in one account alone."""
    return [each for each in found if each.arn.account == found[0].arn.account]


def _decisions(found: list[RolePlan]) -> Iterator[str]:
    """Roles without permissions; many of them on one line."""
    if len(found) > _MANY:
        names = ", ".join(each.arn.name for each in found[:_MANY])
        yield f"{len(found)} roles need a decision, for they have no permissions: {names}, ..."
        return
    for each in found:
        yield f"{each.arn.name} needs a decision: {each.open}"


def notes(found: list[RolePlan]) -> list[str]:
    """What people have to decide or know, one line each."""
    lines = list(_decisions([each for each in found if each.open]))
    for each in found:
        lines += [f"{each.arn.name}: {note}" for note in each.notes]
        inline = sum(size.size(policy.document) for policy in each.permissions)
        for what, length, most in (
            ("its inline policies have", inline, size.INLINE),
            ("its trust policy has", size.size(each.trust), size.TRUST),
        ):
            if length > most:
                lines.append(f"{each.arn.name}: {what} {length:,} characters, IAM takes {most:,}")
    return lines
