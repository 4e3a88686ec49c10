"""CloudFormation templates, in JSON and in YAML with its short tags, as a design.

Read are security configurations, clusters, roles with their policies, instance profiles, buckets
with their policies, and KMS keys (CloudFormation Template Reference). CloudFormation checks
nothing inside a security configuration.
"""

from typing import Any

from opskit.documents import Document
from opskit.emrfs.arns import PLACEHOLDER, ROLE
from opskit.emrfs.formats import hadoop, securityconfig
from opskit.emrfs.formats.cfn import roles
from opskit.emrfs.formats.cfn.names import with_lists, written
from opskit.emrfs.formats.cfn.template import Template
from opskit.emrfs.formats.configurations import KEYS
from opskit.emrfs.iam.policy import parse, unsure
from opskit.emrfs.model import Bucket, Cluster, Design, Key, Role
from opskit.errors import InputError
from opskit.nodes import MapNode

NAME = "cloudformation"
_CONFIGURATION = "AWS::EMR::SecurityConfiguration"
_CLUSTER = "AWS::EMR::Cluster"
_PROFILE = "AWS::IAM::InstanceProfile"


def recognises(document: Document) -> bool:
    root = document.root
    resources = root.items.get("Resources") if isinstance(root, MapNode) else None
    if resources is None or not isinstance(resources[1], MapNode):
        return False
    return "AWSTemplateFormatVersion" in getattr(root, "items", {}) or any(
        isinstance(each, MapNode) and "Type" in each.items
        for _, each in resources[1].items.values()
    )


def read(document: Document, selected: str = "") -> Design:
    """The design; `selected` is the logical name of one of several security configurations.

    InputError where there is none, or where it cannot be told which is meant.
    """
    template = Template(document)
    design = Design(document.name, NAME, [], partition=template.partition)
    logical = _chosen(template, selected)
    if logical:
        _configuration(design, template, logical)
        account = roles.account(design, template)
        if account:  # once more, with the account filled in
            template = Template(document, account)
            design = Design(document.name, NAME, [], partition=template.partition)
            _configuration(design, template, logical)
    found = roles.fill(design, template)
    profiles = _profiles(template, found)
    cluster = _cluster_of(design, template, logical)
    if cluster:
        _cluster(design, template, cluster, whole=not logical)
    _base_role(design, template, profiles)
    _data(design, template)
    design.notes += [
        f"{mapping.label}: only a deployment tells what {identifier.text} is"
        for mapping, identifier in design.identifiers()
        if PLACEHOLDER.search(identifier.text)
    ]
    return design


def _chosen(template: Template, selected: str) -> str:
    """The logical name of the security configuration; empty where a cluster holds mappings."""
    names = [logical for logical, _ in template.of_type(_CONFIGURATION)]
    where = template.document.name
    listed = ", ".join(names)
    if selected:
        if selected not in names:
            message = f"has no security configuration {selected}"
            raise InputError(message, where=where, hint=f"there are: {listed or 'none'}")
        return selected
    if len(names) > 1:
        mapped = [name for name in names if _has_mappings(template, name)]
        if len(mapped) != 1:
            raise InputError(
                f"has several security configurations: {listed}",
                where=where,
                hint=f"say which: {where}#{names[0]}",
            )
        return mapped[0]
    if not names and not any(template.of_type(_CLUSTER)):
        raise InputError(
            "is a CloudFormation template with no security configuration and no cluster of EMR",
            where=where,
            hint=f"a resource of the type {_CONFIGURATION} holds role mappings",
        )
    return names[0] if names else ""


def _has_mappings(template: Template, logical: str) -> bool:
    return "RoleMappings" in str(template.resources[logical])


def _configuration(design: Design, template: Template, logical: str) -> None:
    properties, locate = template.properties(logical)
    design.name = written(properties.get("Name"))
    path = ("SecurityConfiguration",)
    source: Any = properties.get(path[0], {})
    where = locate(path)
    if isinstance(source, str):
        securityconfig.fill(design, securityconfig.parse_text(source, where), lambda _: where)
    else:
        securityconfig.fill(design, with_lists(source), lambda rest: locate((*path, *rest)))


def _profiles(template: Template, found: dict[str, Role]) -> dict[str, Role]:
    """The roles of the template's instance profiles, by the profiles' names and ARNs."""
    named = {template.plain({"Ref": logical}): role for logical, role in found.items()}
    profiles: dict[str, Role] = {}
    for logical, _ in template.of_type(_PROFILE):
        held = template.properties(logical).value.get("Roles")
        for role in held[:1] if isinstance(held, list) else ():
            if written(role) in named:
                profiles[template.plain({"Ref": logical})] = named[written(role)]
                profiles[template.plain({"Fn::GetAtt": [logical, "Arn"]})] = named[written(role)]
    return profiles


def _cluster_of(design: Design, template: Template, logical: str) -> str:
    """The cluster that uses the security configuration, or the only one."""
    clusters = [name for name, _ in template.of_type(_CLUSTER)]
    if logical:
        wanted = [name for name in (template.plain({"Ref": logical}), design.name) if name]
        clusters = [
            name
            for name in clusters
            if template.properties(name).value.get("SecurityConfiguration") in wanted
        ]
    if len(clusters) > 1:
        design.notes.append(f"of the clusters {', '.join(clusters)} the first was read")
    return clusters[0] if clusters else ""


def _cluster(design: Design, template: Template, logical: str, *, whole: bool) -> None:
    """The cluster; `whole` where it has to hold the mappings itself, in its configurations."""
    properties, locate = template.properties(logical)
    kerberos, applications = properties.get("KerberosAttributes"), properties.get("Applications")
    names = applications if isinstance(applications, list) else []
    configurations = _classifications(properties.get("Configurations"))
    design.release = written(properties.get("ReleaseLabel"))
    places = {name: locate((key,)) for key, name in KEYS.items() if key in properties}
    design.cluster = Cluster(
        written(properties.get("Name")),
        written(properties.get("JobFlowRole")),
        written(properties.get("ServiceRole")),
        written(properties.get("LogUri")),
        tuple(written(each.get("Name")) for each in names if isinstance(each, dict)),
        {k: written(v) for k, v in kerberos.items()} if isinstance(kerberos, dict) else None,
        configurations,
        locations={"": template.place(logical), **places},
    )
    if whole:
        hadoop.fill(
            design,
            configurations,
            lambda number, name: locate(
                ("Configurations", number, *(("ConfigurationProperties", name) if name else ()))
            ),
        )


def _classifications(source: Any) -> tuple[dict[str, Any], ...]:
    """Configurations as EMR itself takes them: `Properties`, not `ConfigurationProperties`."""
    made = []
    for each in source if isinstance(source, list) else ():
        if isinstance(each, dict):
            kept = {k: v for k, v in each.items() if k not in _RENAMED}
            properties = each.get("ConfigurationProperties", each.get("Properties"))
            kept |= {"Properties": properties} if isinstance(properties, dict) else {}
            inner = _classifications(each.get("Configurations"))
            made.append(kept | ({"Configurations": list(inner)} if inner else {}))
    return tuple(made)


_RENAMED = ("ConfigurationProperties", "Properties", "Configurations")


def _base_role(design: Design, template: Template, profiles: dict[str, Role]) -> None:
    """The role in the cluster's instance profile, or in the only profile there is."""
    named = design.cluster.instance_profile if design.cluster else ""
    if named in profiles:
        design.base_role = profiles[named]
    elif named:
        name = named.rpartition("/")[2]
        # EMR wants the name of a profile; templates give it the ARN of the role, too
        design.base_role = design.role(named if ROLE.fullmatch(named) else name)
        design.notes.append(
            f"the instance profile {name} is not in the template; taken as the base role is the "
            "role of the same name"
        )
    elif len({id(role) for role in profiles.values()}) == 1:
        design.base_role = next(iter(profiles.values()))
        design.notes.append(
            f"the base role is taken from the only instance profile of the template: "
            f"{design.base_role.name}"
        )


def _data(design: Design, template: Template) -> None:
    """Buckets, their policies, and KMS keys."""
    for logical, _ in template.of_type("AWS::S3::Bucket"):
        name = written(template.plain({"Ref": logical}))
        key = _bucket_key(template.properties(logical).value.get("BucketEncryption"))
        design.buckets[name] = Bucket(name, key=key, location=template.place(logical))
    for logical, _ in template.of_type("AWS::S3::BucketPolicy"):
        properties, locate = template.properties(logical)
        name = written(properties.get("Bucket"))
        if PLACEHOLDER.search(name):
            what = f"{logical}: the policy of {name} is looked at for no bucket with a name"
            design.notes.append(f"{what}: only a deployment tells which it is")
        bucket = design.buckets.setdefault(name, Bucket(name, location=template.place(logical)))
        bucket.policy = parse(
            properties.get("PolicyDocument"),
            f"policy of {name}",
            lambda rest, at=locate: at(("PolicyDocument", *rest)),  # type: ignore[misc]
        )
        if not template.certain(logical):
            bucket.policy = unsure(bucket.policy, logical)
    for logical, _ in template.of_type("AWS::KMS::Key"):
        properties, locate = template.properties(logical)
        arn = written(template.plain({"Ref": logical}))
        policy = parse(
            properties.get("KeyPolicy"),
            f"policy of {logical}",
            lambda rest, at=locate: at(("KeyPolicy", *rest)),  # type: ignore[misc]
        )
        design.keys[arn] = Key(arn, policy, template.place(logical))


def _bucket_key(source: Any) -> str:
    """The key of the first rule of a bucket's encryption. What only a deployment tells stands for
    the key: whether there is one is not known.
    """
    for name in ("ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault"):
        if isinstance(source, str) and PLACEHOLDER.search(source):
            return source
        if isinstance(source, list):
            source = source[0] if source and name == 0 else None
        else:
            source = source.get(name) if isinstance(source, dict) else None
    if isinstance(source, dict):
        source = source.get("KMSMasterKeyID")
    return written(source) if isinstance(source, str) else ""
