"""Terraform: the security configuration, the roles and the instance profile.

Terraform Registry, hashicorp/aws, "aws_emr_security_configuration" and "aws_iam_role".
"""

from collections.abc import Iterator
from typing import Any

from opskit import hcl
from opskit.emrfs.build import roles, securityconfig
from opskit.emrfs.build.names import Names
from opskit.emrfs.build.roles import RolePlan
from opskit.emrfs.model import Design
from opskit.hcl import Raw


def render(design: Design) -> str:
    """The resources, byte-stable. InputError as for the security configuration."""
    configuration = securityconfig.document(design)
    found = roles.local(roles.plans(design))
    names = Names()
    return "\n".join([*_roles(found, names), _configuration(design, configuration)])


def _roles(found: list[RolePlan], names: Names) -> Iterator[str]:
    base = ""
    for plan in found:
        name = names.identifier(plan.arn.name)
        yield from _role(plan, name, base)
        if plan.is_base:
            base = name
            profile = {"name": plan.arn.name, "role": Raw(f"aws_iam_role.{name}.name")}
            yield hcl.block("resource", ("aws_iam_instance_profile", name), profile)


def _role(plan: RolePlan, name: str, base: str) -> Iterator[str]:
    body: dict[str, Any] = {"name": plan.arn.name}
    if plan.arn.path != "/":
        body["path"] = plan.arn.path
    if plan.max_session is not None:
        body["max_session_duration"] = plan.max_session
    body["assume_role_policy"] = hcl.jsonencode(plan.trust)
    if plan.boundary is not None:
        policy = {"name": f"{plan.arn.name}-boundary", "policy": hcl.jsonencode(plan.boundary)}
        yield hcl.block("resource", ("aws_iam_policy", f"{name}_boundary"), policy)
        body["permissions_boundary"] = Raw(f"aws_iam_policy.{name}_boundary.arn")
    if base:  # a trust policy may only name a role that is there
        body["depends_on"] = [Raw(f"aws_iam_role.{base}")]
    comment = f"# needs a decision: {plan.open}\n" if plan.open else ""
    yield comment + hcl.block("resource", ("aws_iam_role", name), body)
    labels = Names()
    for each in plan.permissions:
        label = f"{name}_{labels.identifier(each.name)}"
        policy = {
            "name": each.name,
            "role": Raw(f"aws_iam_role.{name}.id"),
            "policy": hcl.jsonencode(each.document),
        }
        yield hcl.block("resource", ("aws_iam_role_policy", label), policy)


def _configuration(design: Design, document: dict[str, Any]) -> str:
    body: dict[str, Any] = {"name": design.name} if design.name else {}
    body["configuration"] = hcl.jsonencode(document)
    return hcl.block("resource", ("aws_emr_security_configuration", "emrfs"), body)
