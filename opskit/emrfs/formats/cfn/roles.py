"""The IAM roles of a template, with all policies that the template attaches to them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from opskit.emrfs.formats.cfn.names import written
from opskit.emrfs.formats.cfn.template import Filled, Template
from opskit.emrfs.iam.policy import Policy, parse
from opskit.emrfs.model import Design, Role


class _Documents(NamedTuple):
    """Managed policies by their ARN, and the policies attached to roles by the role's name."""

    managed: dict[str, Policy]
    attached: dict[str, list[Policy]]


def fill(design: Design, template: Template) -> dict[str, Role]:
    """Put the roles of a template into a design; the roles by their logical names."""
    documents = _documents(template)
    found: dict[str, Role] = {}
    for logical, _ in template.of_type("AWS::IAM::Role"):
        arn = template.plain({"Fn::GetAtt": [logical, "Arn"]})
        role = Role(design.arn(arn), location=template.place(logical))
        name = template.plain({"Ref": logical})
        outside = _policies(role, template.properties(logical), documents, name)
        if outside:
            listed = ", ".join(outside[:3])
            design.notes.append(
                f"the permissions of {name} are not known: {listed} is not in the template"
            )
        found[logical] = design.roles[arn] = role
    return found


def _policies(role: Role, source: Filled, documents: _Documents, name: str) -> list[str]:
    """Fill in a role; the policies it has that are not in the template."""
    properties, locate = source
    if "AssumeRolePolicyDocument" in properties:
        path = ("AssumeRolePolicyDocument",)
        role.trust = _parsed(properties[path[0]], f"trust of {name}", Filled(None, locate), path)
    duration = properties.get("MaxSessionDuration")
    role.max_session = int(duration) if str(duration).isdecimal() else None
    permissions = list(_inline(properties, Filled(None, locate), name))
    permissions += documents.attached.get(name, ())
    outside: list[str] = []
    for arn in _texts(properties.get("ManagedPolicyArns")):
        if arn in documents.managed:
            permissions.append(documents.managed[arn])
        else:
            outside.append(arn)
    boundary = written(properties.get("PermissionsBoundary"))
    if boundary:
        role.boundary = documents.managed.get(boundary)
        outside += [] if role.boundary else [boundary]
    role.permissions = None if outside else tuple(permissions)
    return outside


def _inline(properties: dict[str, Any], source: Filled, role: str) -> Iterator[Policy]:
    policies = properties.get("Policies")
    for number, each in enumerate(policies if isinstance(policies, list) else ()):
        if isinstance(each, dict):
            name = written(each.get("PolicyName")) or f"{role}[{number}]"
            path = ("Policies", number, "PolicyDocument")
            yield _parsed(each.get("PolicyDocument"), name, source, path)


def _documents(template: Template) -> _Documents:
    found = _Documents({}, defaultdict(list))
    types = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
    for logical, resource in template.of_type(*types):
        source = template.properties(logical)
        name = written(source.value.get("PolicyName") or source.value.get("ManagedPolicyName"))
        document = source.value.get("PolicyDocument")
        policy = _parsed(document, name or logical, source, ("PolicyDocument",))
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            found.managed[template.plain({"Ref": logical})] = policy
        for role in _texts(source.value.get("Roles") or source.value.get("RoleName")):
            found.attached[role].append(policy)
    return found


def _parsed(document: Any, name: str, source: Filled, path: tuple[str | int, ...]) -> Policy:
    return parse(document, name, lambda inner: source.locate((*path, *inner)))


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return [written(each) for each in listed]
