"""Policies of roles that IAM does not take as they are written, or that grant nothing."""

import re
from collections.abc import Iterator, Sequence

from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.iam.conditions import operator
from opskit.emrfs.iam.policy import UNTOLD, Policy, Statement
from opskit.emrfs.model import Design, Role
from opskit.emrfs.rules.words import mapped, names, place_of
from opskit.findings import Finding, Severity

_PARTITION = re.compile(r"arn:([a-z-]+):")
#: What another tool fills in, which IAM's own variables are not.
_HOLE = re.compile(r"[$#]\{(?!(?:aws|s3|saml|sts|ec2):\w)|\{\{")


def broken(design: Design) -> Iterator[Finding]:
    """One finding for each statement, and for each policy as a whole, with all that is wrong."""
    roles = {str(role.arn): role for role, _ in mapped(design)}
    if design.base_role is not None:
        roles.setdefault(str(design.base_role.arn), design.base_role)
    for role in roles.values():
        for policy in role.permissions or ():
            if policy.faults and policy.source:  # without one it is another tool's to say
                told = f"the policy {policy.name} of {role.name} is not understood"
                yield _finding(role, policy, told, policy.faults)
            for statement in policy.statements:
                yield from _statement(role, policy, statement)


def _statement(role: Role, policy: Policy, statement: Statement) -> Iterator[Finding]:
    faults = [] if _unfilled(policy, statement) else _own(statement)
    faults += _misplaced(statement)
    faults += [
        f"{each.operator} is no condition operator that is known"
        for each in statement.conditions
        if operator(each.operator) is None and not PLACEHOLDER.search(each.operator)
    ]
    if faults:
        denies = statement.effect == "Deny" and not statement.effect_unknown
        does = "denies" if denies else "grants"
        told = f"{statement.label} of {role.name} is not understood, and {does} nothing"
        yield _finding(role, policy, told, faults, statement)
        return
    apart = _apart(role, statement)
    if apart and statement.effect == "Allow":
        told = f"{statement.label} of {role.name} grants nothing"
        yield _finding(role, policy, told, [apart], statement)


def _own(statement: Statement) -> list[str]:
    """Without what only a deployment tells."""
    return [fault for fault in statement.faults if not fault.startswith(UNTOLD)]


def _misplaced(statement: Statement) -> Iterator[str]:
    if statement.principals is not None or statement.not_principals is not None:
        yield "a role's policy has no Principal"
        if statement.resources is None and statement.not_resources is None:
            yield "it has no Resource"


def _apart(role: Role, statement: Statement) -> str:
    """Whether all resources are of another partition than the role; empty where not."""
    own, listed = role.arn.partition, statement.resources or ()
    if not own or not listed or role.arn.is_placeholder:
        return ""
    found = [_PARTITION.match(each) for each in listed]
    others = {each[1] for each in found if each is not None and each[1] != own}
    if not others or not all(each is not None and each[1] != own for each in found):
        return ""
    return f"its resources are in the partition {', '.join(sorted(others))}, the role is in {own}"


def _unfilled(policy: Policy, statement: Statement) -> bool:
    """Whether a template's functions stand in it, which a deployment has yet to fill in."""
    listed = policy.source.get("Statement")
    text = repr(listed[statement.index] if isinstance(listed, list) else listed)
    return "Fn::" in text or "{'Ref'" in text or bool(_HOLE.search(text))


def _finding(
    role: Role,
    policy: Policy,
    told: str,
    faults: Sequence[str],
    statement: Statement | None = None,
) -> Finding:
    own = statement.location if statement is not None else None
    return Finding(
        f"{told}: {names(faults)}",
        object=role.name,
        location=own or policy.location or place_of(role),
        observed=names(faults),
        expected="a policy that IAM takes",
        severity=Severity.ERROR,
        fix="write Effect (Allow or Deny), Action, and Resource as ARNs in the role's partition; "
        "'aws accessanalyzer validate-policy' checks it",
    )
