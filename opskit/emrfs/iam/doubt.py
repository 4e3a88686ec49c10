"""Why a statement cannot be told to apply, in one clause."""

from opskit.emrfs.iam.conditions import holds, operator
from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.policy import Statement
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.iam.variables import VERSION


def doubt(statement: Statement, request: Request) -> str:
    """The first reason that is found."""
    if statement.faults:
        return f"it is not understood: {statement.faults[0]}"
    for condition in statement.conditions:
        if operator(condition.operator) is None:
            return f"{condition.operator} is no condition operator that is known"
        if values(request, condition.key) is None:
            return f"{condition.key} is not known here"
    for condition in statement.conditions:
        found = holds(condition, VERSION, lambda key: values(request, key))
        if found is Truth.MAYBE:
            return f"its condition on {condition.key} cannot be judged here"
    if any("${" in text or "{{" in text for text in _resources(statement)):
        return "its resource has a variable whose value is not known here"
    if statement.principals is None and statement.not_principals is None:
        return "it has elements that its kind of policy must not have"
    return "it is not known whether it names this role"


def _resources(statement: Statement) -> tuple[str, ...]:
    return (statement.resources or ()) + (statement.not_resources or ())
