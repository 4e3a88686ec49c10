"""Terraform: a security configuration with the roles, the buckets and the cluster around it.

Read are `.tf` files, with those beside them, as a module is a folder; `.tf.json` and the JSON of
`terraform show` are for `terraformjson`. What only Terraform can tell stays, as `${var.role}`.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from opskit.emrfs.arns import PLACEHOLDER
from opskit.emrfs.formats import securityconfig
from opskit.emrfs.formats.tf import functions, hcl
from opskit.emrfs.formats.tf.beside import Beside, siblings
from opskit.emrfs.formats.tf.derived import derive
from opskit.emrfs.formats.tf.hcl import Block
from opskit.emrfs.formats.tf.instances import Instance
from opskit.emrfs.formats.tf.module import ACCOUNT, Module
from opskit.emrfs.formats.tf.roles import Roles, written
from opskit.emrfs.formats.tf.values import Value, locate, plain
from opskit.emrfs.model import Cluster, Design, Role
from opskit.errors import InputError
from opskit.findings import Location

NAME = "terraform"
_TYPE = "aws_emr_security_configuration"
_BLOCK = re.compile(
    rb"^[ \t]*(?:resource|data|variable|module|provider|output)[ \t]+\"[^\"\n]+\"[^\n{=:]*\{"
    rb"|^[ \t]*(?:locals|terraform)[ \t]*\{",
    re.MULTILINE,
)
_LOOKED_AT = 256 * 1024
_HINT = (
    "read what Terraform made of it: 'terraform show -json > shown.json', "
    "or 'aws emr describe-security-configuration'"
)


def fits(data: bytes) -> bool:
    """Whether a text without a telling name looks like Terraform."""
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return start not in (b"{", b"[", b"<") and bool(_BLOCK.search(data[:_LOOKED_AT]))


def read(data: bytes, name: str) -> Design:
    """The design; InputError with the line of what is no HCL."""
    return design_of(hcl.parse(data, name), name, siblings(name))


def design_of(body: Block, name: str, beside: Beside) -> Design:
    """The design of a module: a file and those beside it."""
    folder = None if name.startswith("<") else Path(name).parent
    module = Module([body, *beside.bodies], folder, derive)
    for values in beside.values:
        module.set_variables(values)
    instance, source = _configuration(module, name)
    design = Design(name, NAME, [], partition=module.partition)
    design.name = module.text(instance, "name")
    account = module.account
    design.account = account if account != ACCOUNT else ""
    securityconfig.fill(design, _prepared(plain(source)), lambda path: locate(source, path))
    roles = Roles(module)
    design.account = design.account or roles.account(design)
    roles.into(design)
    design.buckets = {bucket.name: bucket for bucket in roles.buckets()}
    design.keys = {key.arn: key for key in roles.kms_keys()}
    _cluster(module, design, instance)
    wanted = {str(role.arn) for role in (*design.every_role(), design.base_role) if role}
    design.roles = {arn: role for arn, role in design.roles.items() if arn in wanted}
    design.notes += [*beside.notes, *dict.fromkeys(module.notes), *_unknown(design)]
    return design


def _configuration(module: Module, name: str) -> tuple[Instance, Value]:
    """The configuration with role mappings, that of the file itself first."""
    found = [(each, _source(module, each)) for each in module.instances(_TYPE)]
    found.sort(key=lambda pair: pair[0].block.location.file != name)
    mapped = [(each, value) for each, value in found if _mappings(value) is not None]
    if not mapped:
        unread = next((each for each, value in found if not isinstance(value.content, dict)), None)
        if unread is not None:
            raise InputError(
                f"only Terraform can tell the configuration of {unread.address}",
                where=str(unread.block.location),
                hint=_HINT,
            )
        raise InputError(f"holds no {_TYPE} with role mappings", where=name, hint=_HINT)
    first, *others = mapped
    _judge(first[0], first[1])
    if others:
        names = ", ".join(each.address for each, _ in others[:5])
        module.notes.append(f"{first[0].address} is read; there are others: {names}")
    return first


def _source(module: Module, instance: Instance) -> Value:
    value = module.value(instance, "configuration")
    found = functions.decoded(value) if value is not None else None
    return found if found is not None else Value(None, instance.block.location)


def _mappings(source: Value) -> Value | None:
    found = source.get("AuthorizationConfiguration")
    emrfs = found.get("EmrFsConfiguration") if found is not None else None
    return emrfs.get("RoleMappings") if emrfs is not None else None


def _judge(instance: Instance, source: Value) -> None:
    """InputError where the mappings, or one of them, are computed from what is not known."""
    listed = _mappings(source)
    for each in listed.items() if listed is not None else ():
        if not each.known:
            raise InputError(
                f"only Terraform can tell the mappings of {instance.address}: {each.text:.200}",
                where=str(each.location),
                hint=_HINT,
            )


def _prepared(source: Any) -> Any:
    """The configuration with roles as designs name them, and unknown lists as lists of one."""
    if isinstance(source, dict):
        made = {key: _prepared(value) for key, value in source.items()}
        if isinstance(made.get("Role"), str) and "IdentifierType" in made:
            made["Role"] = written(made["Role"])
            identifiers = made.get("Identifiers")
            if isinstance(identifiers, str) and PLACEHOLDER.search(identifiers):
                made["Identifiers"] = [identifiers]
        return made
    return [_prepared(each) for each in source] if isinstance(source, list) else source


def _unknown(design: Design) -> Iterator[str]:
    """What of the mappings only Terraform can tell."""
    for mapping, identifier in design.identifiers():
        if PLACEHOLDER.search(identifier.text):
            yield (
                f"{mapping.label} is for {identifier.text}, which only Terraform can tell: "
                "here it matches nobody"
            )


def _cluster(module: Module, design: Design, configuration: Instance) -> None:
    """The cluster that uses the configuration, or the only one; its role is the base role."""
    clusters = list(module.instances("aws_emr_cluster"))
    names = {design.name, f"${{{configuration.address}.name}}", f"${{{configuration.address}.id}}"}
    using = [each for each in clusters if module.text(each, "security_configuration") in names]
    chosen = using or (clusters if len(clusters) == 1 else [])
    if not chosen:
        design.base_role = _only_profile(module, design)
        return
    cluster = chosen[0]
    design.release = module.text(cluster, "release_label")
    attributes = next(module.blocks(cluster, "ec2_attributes"), None)
    profile = module.text(attributes, "instance_profile") if attributes is not None else ""
    design.cluster = Cluster(
        name=module.text(cluster, "name"),
        instance_profile=_profile_name(profile),
        service_role=written(module.text(cluster, "service_role")),
        log_uri=module.text(cluster, "log_uri"),
        applications=tuple(_texts(module.value(cluster, "applications"))),
        kerberos=_kerberos(module, cluster),
        configurations=tuple(_classifications(module, cluster)),
        locations=_places(cluster, attributes),
    )
    design.base_role = _base_role(module, design, profile)
    if design.base_role and design.base_role.name != design.cluster.instance_profile:
        design.cluster.profile_role = design.base_role.name


def _places(cluster: Instance, attributes: Instance | None) -> dict[str, Location]:
    """Where each part stands, under the names of the document."""
    written = dict(cluster.block.attributes)
    written |= attributes.block.attributes if attributes is not None else {}
    found = {name.replace("_", "-"): value.location for name, value in written.items()}
    return {"": cluster.block.location, **found}


def _profile_name(profile: str) -> str:
    return profile.rpartition("/")[2] if profile.startswith("arn:") else profile


def _base_role(module: Module, design: Design, profile: str) -> Role | None:
    """The role in the cluster's instance profile, where the profile is in these files."""
    for instance in module.instances("aws_iam_instance_profile"):
        own = {module.text(instance, "name"), f"${{{instance.address}.name}}"}
        own |= {f"${{{instance.address}.{each}}}" for each in ("id", "arn")}
        if profile and ({profile, _profile_name(profile)} & own):
            role = written(module.text(instance, "role"))
            return design.role(role) if role else None
    return None


def _only_profile(module: Module, design: Design) -> Role | None:
    """The role in the only instance profile, where there is no cluster."""
    profiles = list(module.instances("aws_iam_instance_profile"))
    role = written(module.text(profiles[0], "role")) if len(profiles) == 1 else ""
    if not role:
        return None
    found = design.role(role)
    design.notes.append(f"the base role is taken from the only instance profile: {found.name}")
    return found


def _kerberos(module: Module, cluster: Instance) -> dict[str, str] | None:
    """`kerberos_attributes`, under the names of EMR's API."""
    block = next(module.blocks(cluster, "kerberos_attributes"), None)
    if block is None:
        return None
    names = {
        "realm": "Realm",
        "kdc_admin_password": "KdcAdminPassword",
        "ad_domain_join_user": "ADDomainJoinUser",
        "ad_domain_join_password": "ADDomainJoinPassword",
        "cross_realm_trust_principal_password": "CrossRealmTrustPrincipalPassword",
    }
    found = {key: module.text(block, name) for name, key in names.items()}
    return {key: text for key, text in found.items() if text}


def _classifications(module: Module, cluster: Instance) -> Iterator[dict[str, Any]]:
    """EMR's classifications; not those that only Terraform can tell."""
    value = module.value(cluster, "configurations_json")
    found = functions.decoded(value) if value is not None else None
    if found is None:
        if value is not None:
            module.notes.append(f"configurations_json of {cluster.address} is not known here")
        return
    listed = plain(found)
    yield from (
        (each for each in listed if isinstance(each, dict)) if isinstance(listed, list) else ()
    )


def _texts(value: Value | None) -> Iterator[str]:
    yield from (each.text for each in value.items()) if value is not None else ()
