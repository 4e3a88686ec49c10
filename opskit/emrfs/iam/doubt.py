"""Why a statement cannot be told to apply, in one clause."""

from opskit.emrfs.iam.conditions import holds, operator
from opskit.emrfs.iam.decision import Request
from opskit.emrfs.iam.keys import values
from opskit.emrfs.iam.layer import Kind, well_formed
from opskit.emrfs.iam.policy import UNTOLD, Statement
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.iam.variables import VERSION


def doubt(statement: Statement, kind: Kind, request: Request) -> str:
    """The first reason that is found, for a statement in a policy of a kind."""
    if statement.faults:
        fault = statement.faults[0]
        return fault if fault.startswith(UNTOLD) else f"it is not understood: {fault}"
    if well_formed(statement, kind) is not Truth.YES:
        return f"it is not understood: {_MISPLACED[kind]}"
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
    return "it is not known whether it names this role"


#: What IAM takes in each kind of policy (IAM User Guide, "IAM JSON policy elements reference").
_MISPLACED = {
    Kind.IDENTITY: "a role's policy has Resource, and no Principal",
    Kind.RESOURCE: "a resource's policy has Principal and Resource",
    Kind.TRUST: "a trust policy has Principal, and no Resource",
}


def _resources(statement: Statement) -> tuple[str, ...]:
    return (statement.resources or ()) + (statement.not_resources or ())
