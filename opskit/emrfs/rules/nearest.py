"""The statement of a trust policy that comes nearest to letting the base role in."""

from typing import NamedTuple

from opskit.emrfs.iam.conditions import holds
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.layer import acts
from opskit.emrfs.iam.policy import Condition, Statement
from opskit.emrfs.iam.principals import Caller, named
from opskit.emrfs.iam.requests import assume_request
from opskit.emrfs.iam.trust import SESSION_NAME
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.model import Role


class Near(NamedTuple):
    """A statement that names the base role, and what keeps it from letting it in."""

    statement: Statement
    why: str
    observed: str
    expected: str
    fix: str


def nearest(base: Role, role: Role) -> Near | None:
    """The first statement that fails by its conditions alone, else by its action; None where no
    statement names the base role.
    """
    if role.trust is None:
        return None
    request = assume_request(base.arn, role.arn, SESSION_NAME)
    caller = Caller.of(str(base.arn), SESSION_NAME, expression=base.arn.expression)
    other: Near | None = None
    for each in role.trust.statements:
        if each.effect != "Allow" or each.faults or max(named(each, caller)) is Truth.NO:
            continue
        if acts(each, request.action.lower(), {}) is Truth.NO:
            other = other or _by_action(each)
            continue
        for condition in each.conditions:
            version = role.trust.version
            if holds(condition, version, lambda key: values(request, key)) is Truth.NO:
                return _by_condition(each, condition, values(request, condition.key))
    return other


def _by_condition(
    statement: Statement, condition: Condition, given: tuple[str, ...] | None
) -> Near:
    operator, key, wanted = condition
    there = f"it is {', '.join(given)}" if given else "EMRFS gives none"
    return Near(
        statement,
        f"its condition on {key} does not hold: {there}",
        f"{operator} {key} {', '.join(wanted):.200}",
        f"no condition on {key}",
        f"take the condition on {key} out of {statement.label}",
    )


def _by_action(statement: Statement) -> Near:
    written = ", ".join(statement.actions or ()) or "NotAction"
    return Near(
        statement,
        f"not for sts:AssumeRole: its action is {written:.200}",
        f"{written:.200}",
        "sts:AssumeRole",
        f"add sts:AssumeRole to the actions of {statement.label}",
    )
