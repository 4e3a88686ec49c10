"""EMR030: the base role has to be able to assume every mapped role."""

from collections.abc import Iterator
from typing import Any

from opskit.emrfs import remedies
from opskit.emrfs.iam.decision import Decision, Effect
from opskit.emrfs.iam.trust import assumable
from opskit.emrfs.model import Design, Role, RoleMapping
from opskit.emrfs.rules.nearest import nearest
from opskit.emrfs.rules.registry import RULES
from opskit.emrfs.rules.words import iam_known, mapped, names, place_of
from opskit.findings import Finding, Location, Rule, Severity

_DESCRIBE = (
    "describe the roles in an emrfs.yaml with their trust and permissions, or have them read with "
    "'source: iam'; '--ignore EMR030' leaves it out"
)


@RULES.rule(
    Rule(
        "EMR030",
        Severity.ERROR,
        title="a mapped role that the base role cannot assume",
        why="EMRFS calls sts:AssumeRole with the credentials of the cluster's instances. Where the "
        "trust policy names the base role's ARN and both are of one account, that is enough; where "
        "it names the account, the base role needs sts:AssumeRole too; across accounts both are "
        "needed. A role that cannot be assumed is Access Denied for all whom the mapping is for.",
        fix="name the base role's ARN in the role's trust policy",
        reference="EMR Management Guide, Configure IAM roles for EMRFS requests to Amazon S3; "
        "IAM User Guide, Cross-account policy evaluation logic",
    )
)
def not_assumable(design: Design) -> Iterator[Finding]:
    """What cannot be told is told once, not once a role."""
    if not design.mappings:
        return
    if not iam_known(design):
        yield _nothing_known(design)
        return
    base = design.base_role
    if base is None:
        yield _unknown(
            design,
            "the base role is not known: whether it can assume the mapped roles was not checked",
        )
        return
    untold: list[str] = []
    unfilled: dict[str, list[str]] = {}
    for role, mapping in mapped(design):
        found = assumable(base, role)
        if found.effect is Effect.UNKNOWN and role.trust is None:
            untold.append(role.name)
        elif found.effect is Effect.UNKNOWN and found.statement is None:
            unfilled.setdefault(found.why, []).append(role.name)
        elif not found.allowed:
            yield _finding(base, role, mapping, found)
    if untold:
        yield _unknown(
            design,
            f"no trust policy is known of {names(untold)}: whether the base "
            "role can assume them was not checked",
        )
    for why, listed in unfilled.items():
        told = f"it cannot be told whether {base.name} can assume {names(listed)}: {why}"
        yield _unknown(design, told, _give(base) if base.permissions is None else _DESCRIBE)


def _give(base: Role) -> str:
    return (
        f"give the permissions of the base role {base.name} under 'permissions' ([] if it has "
        "none), or have them read with 'source: iam'"
    )


def _nothing_known(design: Design) -> Finding:
    count = len(design.every_role())
    return _unknown(
        design,
        f"no policy of the {count} mapped role{'s' if count > 1 else ''} is known: whether they "
        "can be assumed, and what they and the base role reach, was not checked",
    )


def _unknown(design: Design, message: str, fix: str = _DESCRIBE) -> Finding:
    return Finding(
        message,
        location=Location(design.source),
        severity=Severity.UNKNOWN,
        fix=fix,
    )


def _finding(base: Role, role: Role, mapping: RoleMapping, found: Decision) -> Finding:
    at = found.statement.location if found.statement is not None else None
    if found.effect is Effect.UNKNOWN:
        return Finding(
            f"{mapping.label}: it cannot be told whether {base.name} can assume {role.name}: "
            f"{found.why}",
            object=role.name,
            location=at or place_of(role, mapping),
            severity=Severity.UNKNOWN,
            fix=_clearer(role, found),
        )
    by_trust = not remedies.trusted(base, role)
    near = nearest(base, role) if by_trust and found.statement is None else None
    if near is not None:
        return Finding(
            f"{mapping.label}: {base.name} cannot assume {role.name}: {near.statement.label} names "
            f"it, but {near.why}",
            object=role.name,
            location=near.statement.location or _trust_place(role, mapping),
            observed=near.observed,
            expected=near.expected,
            fix=near.fix,
        )
    location = at or (_trust_place(role, mapping) if by_trust else base.location)
    return Finding(
        f"{mapping.label}: {base.name} cannot assume {role.name}: {found.why}",
        object=role.name,
        location=location or place_of(role, mapping),
        **_seen(base, role, found, by_trust=by_trust),
        fix=remedies.for_trust(base, role, found, by_trust=by_trust),
    )


def _clearer(role: Role, found: Decision) -> str:
    """What to write otherwise where a statement leaves it open."""
    if role.trust is not None and found.statement in role.trust.statements:
        return "write the trust policy so that it names the base role's ARN without conditions"
    label = found.statement.label if found.statement is not None else "the base role's policy"
    return f"the trust policy is not what is in doubt: write {label} without what keeps it open"


def _seen(base: Role, role: Role, found: Decision, *, by_trust: bool) -> dict[str, Any]:
    """What is there, and what has to be."""
    wanted = f"{base.name} may do sts:AssumeRole on {role.arn}"
    if found.effect is Effect.DENY and found.statement is not None:
        return {"observed": f"denied by {found.statement.label}", "expected": wanted}
    if not by_trust:
        return {"observed": f"{base.name} has no sts:AssumeRole on it", "expected": wanted}
    return {"observed": _observed(role), "expected": str(base.arn)}


def _trust_place(role: Role, mapping: RoleMapping) -> Location | None:
    trust = role.trust
    return (trust.location if trust is not None else None) or place_of(role, mapping)


def _observed(role: Role) -> str:
    """Whom the trust policy names."""
    listed = [
        text
        for statement in (role.trust.statements if role.trust is not None else ())
        if statement.effect == "Allow"
        for texts in (statement.principals or {}).values()
        for text in texts
    ]
    return f"trusts {names(listed)}" if listed else "trusts nobody"
