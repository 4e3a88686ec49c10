"""The policies of every role as JSON: one document, or the files that the AWS CLI takes."""

import json
from typing import Any

from opskit.emrfs.build.roles import RolePlan, plans
from opskit.emrfs.model import Design

SCHEMA = "opskit.emrfs.build/1"


def render(design: Design) -> str:
    """All roles in one document, byte-stable."""
    return text(document(plans(design)))


def document(found: list[RolePlan]) -> dict[str, Any]:
    """The roles, the base role first, and the instance profile that holds it.

    The profile has the name of the role: EMR takes no other (EMR Management Guide, "Service role
    for cluster EC2 instances").
    """
    base = found[0].arn.name
    return {
        "schema": SCHEMA,
        "roles": [_role(each) for each in found],
        "instance_profile": {"name": base, "role": base},
    }


def _role(plan: RolePlan) -> dict[str, Any]:
    made: dict[str, Any] = {
        "role": plan.whole_arn,
        "name": plan.arn.name,
        "base": plan.is_base,
        "made": list(plan.made),
        "trust": plan.trust,
        "permissions": [
            {"name": each.name, "document": each.document} for each in plan.permissions
        ],
        "boundary": plan.boundary,
        "max_session": plan.max_session,
    }
    if plan.open:
        made["needs_a_decision"] = plan.open
    return made


def files(design: Design) -> dict[str, str]:
    """The same as files: `<role>.trust.json`, `<role>.<policy>.json`, `<role>.boundary.json`.

    Of roles of one name, in other accounts, the later ones have the account in front.
    """
    made: dict[str, str] = {}
    for plan in plans(design):
        stem = plan.arn.name
        if f"{stem}.trust.json" in made:
            stem = f"{plan.arn.account}.{stem}"
        made[f"{stem}.trust.json"] = text(plan.trust)
        for each in plan.permissions:
            made[f"{stem}.{each.name}.json"] = text(each.document)
        if plan.boundary is not None:
            made[f"{stem}.boundary.json"] = text(plan.boundary)
    return made


def text(value: object) -> str:
    return json.dumps(value, indent=2) + "\n"
