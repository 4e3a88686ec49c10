"""A design from what runs: a cluster or a security configuration, and the roles in IAM."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from opskit.clients.aws import MissingError
from opskit.emrfs.arns import RoleArn
from opskit.emrfs.formats import securityconfig
from opskit.emrfs.live import account
from opskit.emrfs.live.emr import Emr
from opskit.emrfs.live.iam import Iam, shared
from opskit.emrfs.model import Cluster, Design, Role
from opskit.emrfs.naming import base_of
from opskit.errors import InputError, UnknownError

NAME = "aws"


class Found(NamedTuple):
    """A design, and what of it could not be asked for."""

    design: Design
    unread: list[UnknownError]


def of_configuration(name: str, emr: Emr | None = None) -> Found:
    """A security configuration and its roles; the base role is not in it."""
    design = _configured((emr or Emr()).configuration(name), name)
    return Found(design, _roles(design, shared(account())))


def of_cluster(id_: str) -> Found:
    """A cluster: its configuration, how it was launched, the base role and the mapped roles."""
    emr = Emr()
    cluster = emr.cluster(id_)
    name = str(cluster.get("SecurityConfiguration") or "")
    if not name:
        raise InputError(
            "the cluster has no security configuration, so it has no role mappings", where=id_
        )
    design = _configured(emr.configuration(name), name)
    design.source = id_
    design.release = str(cluster.get("ReleaseLabel") or "")
    design.cluster = launched(cluster)
    unread: list[UnknownError] = []
    reader = shared(account())
    if design.cluster.instance_profile:
        try:
            design.base_role = reader.role_of_profile(design.cluster.instance_profile)
        except UnknownError as error:
            unread.append(error)
    base = design.base_role
    if base is not None:
        design.account = design.account or base.arn.account
        if base.name != design.cluster.instance_profile:
            design.cluster.profile_role = base.name
    return Found(design, unread + _roles(design, reader))


def _configured(source: dict[str, Any], name: str) -> Design:
    design = Design(name, NAME, [], name=base_of(name))
    securityconfig.fill(design, source, lambda path: None)
    return design


def _roles(design: Design, reader: Iam) -> list[UnknownError]:
    """Read the mapped roles and the base role; what could not be read."""
    unread: list[UnknownError] = []
    roles = design.every_role()
    base = design.base_role
    for role in (base, *roles) if base is not None else roles:
        if role.arn.is_placeholder or (base is not None and role is not base and role == base):
            continue
        made = base if role is base else Role(role.arn)
        try:
            reader.fill(made)
        except MissingError:
            design.notes.append(f"the role {role.arn} is not in IAM")
        except UnknownError as error:
            unread.append(error)
        if role is not base:
            design.roles[str(role.arn)] = made
    return unread


def launched(cluster: dict[str, Any]) -> Cluster:
    """How a cluster was launched, from what EMR says of it. Passwords are left out."""
    attributes = cluster.get("Ec2InstanceAttributes") or {}
    profile = str(attributes.get("IamInstanceProfile") or "")
    kerberos = cluster.get("KerberosAttributes") or {}
    role = str(cluster.get("ServiceRole") or "")
    return Cluster(
        name=str(cluster.get("Name") or ""),
        instance_profile=profile.rpartition("/")[2] if profile.startswith("arn:") else profile,
        service_role=RoleArn.parse(role).name,
        log_uri=str(cluster.get("LogUri") or ""),
        applications=tuple(_names(cluster.get("Applications") or ())),
        kerberos={str(k): str(v) for k, v in kerberos.items()} or None,
        configurations=tuple(cluster.get("Configurations") or ()),
    )


def _names(applications: Iterable[dict[str, Any]]) -> Iterator[str]:
    return (str(each["Name"]) for each in applications if each.get("Name"))
