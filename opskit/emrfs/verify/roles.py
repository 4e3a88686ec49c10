"""The roles in IAM: that they are there, and that they say what the document says."""

from collections.abc import Iterator, Sequence
from typing import Any

from opskit.clients.aws import MissingError
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.live.iam import Iam
from opskit.emrfs.model import Design, Role
from opskit.emrfs.verify.rows import Row, compared, unknown
from opskit.errors import UnknownError


def of(design: Design) -> Iterator[tuple[str, Role]]:
    """The base role and every mapped one, each once."""
    if design.base_role is not None:
        yield "base role", design.base_role
    for role in design.every_role():
        if design.base_role is None or role.arn != design.base_role.arn:
            yield "role", role


def rows(label: str, role: Role, iam: Iam) -> Iterator[Row]:
    """A role, its trust, permissions, boundary and longest session, as far as documented."""
    item = f"{label} {role.name}"
    if role.arn.is_placeholder:
        yield Row(item, "unknown", str(role.arn), why="another tool fills in its name")
        return
    live = Role(role.arn)
    try:
        arn = iam.fill(live)
    except MissingError:
        yield Row(item, "missing", str(role.arn), why="IAM has no role of this name")
        return
    except UnknownError as error:
        yield unknown(item, error, str(role.arn))
        return
    yield compared(item, str(role.arn if role.arn.account else arn), str(arn))
    if role.trust is not None:
        yield _policies(f"trust of {role.name}", [role.trust], [live.trust])
    if role.permissions is not None:
        yield _policies(f"permissions of {role.name}", role.permissions, live.permissions or ())
        documented, found = ([p] if p else [] for p in (role.boundary, live.boundary))
        if documented or found:
            yield _policies(f"boundary of {role.name}", documented, found)
    if role.max_session is not None:
        item = f"longest session of {role.name}"
        yield compared(item, str(role.max_session), str(live.max_session))


def _policies(item: str, documented: Sequence[Policy], found: Sequence[Policy | None]) -> Row:
    """Policies by what their statements say: names, Sids and order do not matter."""
    one = {each for policy in documented for each in map(_said, policy.statements)}
    two = {each for policy in found if policy for each in map(_said, policy.statements)}
    if any(policy.faults or not policy.statements for policy in documented):
        return Row(item, "unknown", why="the document does not have all of it")
    shown = _shown(documented), _shown([policy for policy in found if policy])
    if one == two:
        return Row(item, "same", *shown)
    less = [s.label for p in documented for s in p.statements if _said(s) not in two]
    more = [s.label for p in found if p for s in p.statements if _said(s) not in one]
    parts = [f"not in IAM: {', '.join(less[:5])}"] if less else []
    parts += [f"only in IAM: {', '.join(more[:5])}"] if more else []
    return Row(item, "differs", *shown, "; ".join(parts))


def _shown(policies: Sequence[Policy]) -> str:
    statements = sum(len(policy.statements) for policy in policies)
    return f"{statements} statement{'' if statements == 1 else 's'}"


def _said(statement: Statement) -> tuple[object, ...]:
    """What a statement says, whatever the order of its parts and the case of its actions."""

    def texts(values: Sequence[str] | None, *, lower: bool = False) -> frozenset[str] | None:
        if values is None:
            return None
        return frozenset(value.lower() if lower else value for value in values)

    def named(values: Any) -> frozenset[tuple[str, frozenset[str] | None]] | None:
        return None if values is None else frozenset((k, texts(v)) for k, v in values.items())

    return (
        statement.effect,
        texts(statement.actions, lower=True),
        texts(statement.not_actions, lower=True),
        texts(statement.resources),
        texts(statement.not_resources),
        named(statement.principals),
        named(statement.not_principals),
        frozenset((c.operator, c.key.lower(), texts(c.values)) for c in statement.conditions),
    )
