"""What the rules on IAM share: what a file knows of it, and statements to be written."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opskit.emrfs.arns import RoleArn
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.model import Design, Role, RoleMapping
from opskit.emrfs.remedies import trust_statement, written
from opskit.findings import Location


def iam_known(design: Design) -> bool:
    """Whether any policy of a role is known; a bare security configuration knows none."""
    base = [design.base_role] if design.base_role is not None else []
    return any(
        role.trust is not None or role.permissions is not None
        for role in [*design.every_role(), *base]
    )


def mapped(design: Design) -> Iterator[tuple[Role, RoleMapping]]:
    """Every mapped role once, with the first mapping that names it."""
    seen: set[str] = set()
    for mapping in design.mappings:
        arn = str(design.arn(mapping.role))
        if arn not in seen:
            seen.add(arn)
            yield design.role(mapping.role), mapping


def place_of(role: Role, mapping: RoleMapping | None = None) -> Location | None:
    """Where a role stands: its own part of the file, else the mapping that names it."""
    if role.location is not None or mapping is None:
        return role.location
    return mapping.role_location or mapping.location


def source_of(policy: Policy, statement: Statement) -> Mapping[str, Any]:
    """The plain JSON of a statement; empty where it is none."""
    listed = policy.source.get("Statement")
    found = listed[statement.index] if isinstance(listed, list) else listed
    return found if isinstance(found, Mapping) else {}


def names(texts: Sequence[str], most: int = 3) -> str:
    """A list of names, cut where it gets long."""
    more = len(texts) - most
    return ", ".join(texts[:most]) + (f" and {more} more" if more > 0 else "")


def with_trust(design: Design) -> Iterator[tuple[Role, Policy]]:
    """Roles of which the trust policy is known: the mapped ones, then the base role."""
    roles = [role for role, _ in mapped(design)]
    if design.base_role is not None and design.base_role not in roles:
        roles.append(design.base_role)
    for role in roles:
        if role.trust is not None:
            yield role, role.trust


def statement_place(role: Role, trust: Policy, statement: Statement) -> Location | None:
    """Where a statement stands, or else its policy or its role."""
    return statement.location or trust.location or place_of(role)


def example(design: Design) -> str:
    """The statement that a mapped role's trust policy has to hold, as it is to be written."""
    base = design.base_role or Role(RoleArn.parse("arn:aws:iam::111122223333:role/BASE_ROLE"))
    return written(trust_statement(base))
