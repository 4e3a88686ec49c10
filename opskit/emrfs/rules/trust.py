"""EMR031: trust policies of the wrong form or direction."""

from collections.abc import Iterator

from opskit.emrfs.iam.policy import Statement
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.model import Design
from opskit.emrfs.rules.registry import RULES
from opskit.emrfs.rules.words import (
    example,
    mapped,
    place_of,
    source_of,
    statement_place,
    with_trust,
)
from opskit.findings import Finding, Rule, Severity

_GUIDE = "EMR Management Guide, Configure IAM roles for EMRFS requests to Amazon S3"
_FORM = "IAM User Guide, AWS JSON policy elements: Principal"


@RULES.rule(
    Rule(
        "EMR031",
        Severity.ERROR,
        title="a trust policy of the wrong form or direction",
        why="A trust policy says with Principal who may assume the role; the resource is the role "
        "itself. Published examples have Resource and no Principal, iam:AssumeRole, which is no "
        "action, or stand on the base role and name the mapped roles: IAM refuses the first, and "
        "the others let nobody in.",
        fix="write Principal with the base role's ARN and the action sts:AssumeRole",
        reference=f"{_GUIDE}; {_FORM}",
    )
)
def misshapen(design: Design) -> Iterator[Finding]:
    """Each statement once, with all that is wrong with it."""
    for role, trust in with_trust(design):
        for statement in trust.statements:
            wrong = list(_wrong(statement))
            if wrong:
                yield Finding(
                    f"the trust policy of {role.name}: {statement.label} {' and '.join(wrong)}",
                    object=role.name,
                    location=statement_place(role, trust, statement),
                    observed=", ".join(map(str, source_of(trust, statement))),
                    expected="Effect, Principal, Action",
                    fix=f"write {example(design)}",
                )
    yield from _reversed(design)
    yield from _own_action(design)


def _wrong(statement: Statement) -> Iterator[str]:
    if statement.resources is not None or statement.not_resources is not None:
        yield "has a Resource, which trust policies must not have"
    if statement.principals is None and statement.not_principals is None:
        yield "has no Principal, so it names nobody"
    for action in statement.actions or ():
        if action.lower() == "iam:assumerole":
            yield f"has the action {action}, which is none: it is sts:AssumeRole"


def _reversed(design: Design) -> Iterator[Finding]:
    base = design.base_role
    if base is None or base.trust is None:
        return
    roles = {str(role.arn): role for role, _ in mapped(design) if role.arn != base.arn}
    for statement in base.trust.statements:
        if statement.effect != "Allow":
            continue
        for text in (statement.principals or {}).get("AWS", ()):
            role = roles.get(text)
            if role is None:
                continue
            harmless = assumable(base, role).allowed
            yield Finding(
                f"{statement.label} lets {role.name} assume the base role {base.name}; EMRFS needs "
                f"it the other way round",
                object=base.name,
                location=statement_place(base, base.trust, statement),
                observed=f"{base.name} trusts {text}",
                expected=f"{role.name} trusts {base.arn}",
                severity=Severity.WARNING if harmless else None,
                fix=f"take it away; in the trust policy of {role.name} write {example(design)}",
            )


def _own_action(design: Design) -> Iterator[Finding]:
    """`iam:AssumeRole` in the base role's own policies grants nothing."""
    base = design.base_role
    for policy in (base.permissions or ()) if base is not None else ():
        for statement in policy.statements:
            for action in statement.actions or ():
                if base is not None and action.lower() == "iam:assumerole":
                    yield Finding(
                        f"{statement.label} of {base.name} has the action {action}, which is none",
                        object=base.name,
                        location=statement.location or place_of(base),
                        observed=action,
                        expected="sts:AssumeRole",
                        fix='write "Action": "sts:AssumeRole"',
                    )
