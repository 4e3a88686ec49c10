"""A CloudFormation template: the security configuration, the roles and the instance profile.

CloudFormation Template Reference, "AWS::EMR::SecurityConfiguration" and "AWS::IAM::Role".
"""

import re
from collections.abc import Iterator
from typing import Any

from opskit.emrfs.build import roles, securityconfig
from opskit.emrfs.build.names import Names
from opskit.emrfs.build.roles import RolePlan
from opskit.emrfs.model import Design

#: A template that is sent as a text, and one that lies in S3 (CloudFormation User Guide, quotas).
MAX_INLINE = 51_200
_HEAD = """\
# Roles with names of their own need a capability:
#   aws cloudformation deploy --capabilities CAPABILITY_NAMED_IAM \\
#      --template-file FILE --stack-name NAME
AWSTemplateFormatVersion: '2010-09-09'
Description: Role mappings of EMRFS, and the roles behind them
Resources:
"""
_Part = tuple[str, dict[str, Any], str]


def render(design: Design) -> str:
    """The template in YAML, byte-stable. InputError as for the security configuration."""
    configuration = securityconfig.document(design)
    found = roles.local(roles.plans(design))
    names = Names()
    parts = [*_roles(found, names), *_configuration(design, configuration, names)]
    return _HEAD + "\n".join(map(_yaml, parts))


def _roles(found: list[RolePlan], names: Names) -> Iterator[_Part]:
    base = ""
    for plan in found:
        name = names.logical(plan.arn.name)
        boundary = names.logical(f"{name}Boundary") if plan.boundary is not None else ""
        if plan.boundary is not None:
            yield boundary, _policy(plan.boundary), ""
        yield name, _role(plan, base, boundary), plan.open
        if plan.is_base:
            base = name
            yield names.logical("InstanceProfile"), _profile(plan, name), ""


def _role(plan: RolePlan, base: str, boundary: str) -> dict[str, Any]:
    """A trust policy may only name a role that is there: the base role comes first."""
    properties: dict[str, Any] = {"RoleName": plan.arn.name}
    if plan.arn.path != "/":
        properties["Path"] = plan.arn.path
    if plan.max_session is not None:
        properties["MaxSessionDuration"] = plan.max_session
    properties["AssumeRolePolicyDocument"] = plan.trust
    if boundary:
        properties["PermissionsBoundary"] = {"Ref": boundary}
    if plan.permissions:
        properties["Policies"] = [
            {"PolicyName": each.name, "PolicyDocument": each.document} for each in plan.permissions
        ]
    made: dict[str, Any] = {"Type": "AWS::IAM::Role"}
    if base:
        made["DependsOn"] = base
    return {**made, "Properties": properties}


def _policy(document: object) -> dict[str, Any]:
    return {"Type": "AWS::IAM::ManagedPolicy", "Properties": {"PolicyDocument": document}}


def _profile(plan: RolePlan, role: str) -> dict[str, Any]:
    """EMR takes an instance profile of the role's own name alone."""
    properties = {"InstanceProfileName": plan.arn.name, "Roles": [{"Ref": role}]}
    return {"Type": "AWS::IAM::InstanceProfile", "Properties": properties}


def _configuration(design: Design, document: dict[str, Any], names: Names) -> Iterator[_Part]:
    properties: dict[str, Any] = {"Name": design.name} if design.name else {}
    properties["SecurityConfiguration"] = document
    made = {"Type": "AWS::EMR::SecurityConfiguration", "Properties": properties}
    yield names.logical("SecurityConfiguration"), made, ""


def _yaml(part: _Part) -> str:
    """A resource, indented, with a comment where its permissions need a decision."""
    import yaml

    from opskit.scalars import resolve

    name, resource, undecided = part

    class Dumper(yaml.SafeDumper):
        """Without anchors, which few people expect in a template."""

        def ignore_aliases(self, data: object) -> bool:
            return True

    def quoted(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
        # PyYAML leaves `1e5` bare, which JSON and YAML 1.2 take for a number
        style = None if isinstance(resolve(value), str) else "'"
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, quoted)
    text = yaml.dump({name: resource}, Dumper=Dumper, sort_keys=False, width=1_000_000)
    lines = re.sub(r"^(?=.)", "  ", text, flags=re.MULTILINE)
    return f"  # needs a decision: {undecided}\n{lines}" if undecided else lines


def notes(text: str) -> list[str]:
    """What CloudFormation will not take."""
    if len(text.encode()) <= MAX_INLINE:
        return []
    return [
        f"the template has more than {MAX_INLINE:,} bytes: "
        "CloudFormation reads it from S3 only (--s3-bucket)"
    ]
