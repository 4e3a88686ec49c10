"""The IAM roles of a template, with all policies that the template attaches to them."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

from opskit.emrfs.formats.cfn.names import ACCOUNT, written
from opskit.emrfs.formats.cfn.template import Filled, Template
from opskit.emrfs.iam.policy import Policy, parse
from opskit.emrfs.model import Design, Role


class _Documents(NamedTuple):
    """Managed policies by their ARN, and by the names of roles the policies attached to them,
    and why it is not known which those are.
    """

    managed: dict[str, Policy]
    attached: dict[str, list[Policy]]
    doubts: dict[str, list[str]]


def fill(design: Design, template: Template) -> dict[str, Role]:
    """Put the roles of a template into a design; the roles by their logical names."""
    documents = _documents(template)
    found: dict[str, Role] = {}
    for logical, _ in template.of_type("AWS::IAM::Role"):
        arn = template.plain({"Fn::GetAtt": [logical, "Arn"]})
        role = Role(design.arn(arn).made_as(arn), location=template.place(logical))
        name = template.plain({"Ref": logical})
        doubts = _policies(role, template.properties(logical), documents, name)
        if doubts:
            listed = ", ".join(doubts[:3])
            design.notes.append(f"the permissions of {name} are not known: {listed}")
        found[logical] = design.roles[arn] = role
    return found


def account(design: Design, template: Template) -> str:
    """The account of the deployment, where a mapping names a role of the template by its whole
    ARN; empty where none does.
    """
    own = {
        template.plain({"Fn::GetAtt": [logical, "Arn"]})
        for logical, _ in template.of_type("AWS::IAM::Role")
    }
    for mapping in design.mappings:
        found = design.arn(mapping.role).account
        if found and mapping.role.replace(f"::{found}:", f"::{ACCOUNT}:") in own:
            return found
    return ""


def _policies(role: Role, source: Filled, documents: _Documents, name: str) -> list[str]:
    """Fill in a role; why its permissions are not known, nothing where they are."""
    properties = source.value
    if "AssumeRolePolicyDocument" in properties:
        path = ("AssumeRolePolicyDocument",)
        role.trust = _parsed(properties[path[0]], f"trust of {name}", source, path)
    duration = properties.get("MaxSessionDuration")
    role.max_session = int(duration) if str(duration).isdecimal() else None
    permissions = [*_inline(source, name), *documents.attached.get(name, ())]
    doubts = list(documents.doubts.get(name, ()))
    if "Fn::Transform" in properties or isinstance(properties.get("Policies", []), str):
        doubts.append("only a deployment tells its policies")
    for arn in _texts(properties.get("ManagedPolicyArns")):
        if arn in documents.managed:
            permissions.append(documents.managed[arn])
        else:
            doubts.append(f"{arn} is not in the template")
    boundary = written(properties.get("PermissionsBoundary"))
    if boundary:
        role.boundary = documents.managed.get(boundary)
        doubts += [] if role.boundary else [f"{boundary} is not in the template"]
    role.permissions = None if doubts else tuple(permissions)
    return doubts


def _inline(source: Filled, role: str) -> Iterator[Policy]:
    policies = source.value.get("Policies")
    for number, each in enumerate(policies if isinstance(policies, list) else ()):
        properties = each if isinstance(each, dict) else {}
        name = written(properties.get("PolicyName")) or f"{role}[{number}]"
        path = ("Policies", number, "PolicyDocument")
        yield _parsed(properties.get("PolicyDocument"), name, source, path)


def _documents(template: Template) -> _Documents:
    found = _Documents({}, defaultdict(list), defaultdict(list))
    types = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy")
    for logical, resource in template.of_type(*types):
        source = template.properties(logical)
        name = written(source.value.get("PolicyName") or source.value.get("ManagedPolicyName"))
        document = source.value.get("PolicyDocument")
        policy = _parsed(document, name or logical, source, ("PolicyDocument",))
        if resource["Type"] == "AWS::IAM::ManagedPolicy":
            found.managed[template.plain({"Ref": logical})] = policy
        for role in _texts(source.value.get("Roles") or source.value.get("RoleName")):
            if template.certain(logical):
                found.attached[role].append(policy)
            else:
                found.doubts[role].append(f"{name or logical} depends on a condition")
    return found


def _parsed(document: Any, name: str, source: Filled, path: tuple[str | int, ...]) -> Policy:
    return parse(document, name, lambda inner: source.locate((*path, *inner)))


def _texts(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [] if value is None else [value]
    return [written(each) for each in listed]
