"""The launch of a cluster: `aws emr create-cluster`, quoted for a shell, and its files.

AWS CLI Command Reference, "emr create-cluster". The instance profile is the base role's: EMR
takes only one that has the name of its role (EMR Management Guide, "Service role for cluster EC2
instances").
"""

import json
import re
from collections.abc import Iterator, Mapping
from shlex import quote
from typing import Any

from opskit.emrfs.build import checks, secrets, securityconfig
from opskit.emrfs.build.iam import text
from opskit.emrfs.formats.hadoop import MAPPINGS, without_mappings
from opskit.emrfs.model import Cluster, Design
from opskit.errors import InputError

CONFIGURATIONS = "configurations.json"
SCRIPT = "create-cluster.sh"
#: The command names files beside it.
_HEAD = '#!/bin/sh\nset -eu\ncd "$(dirname "$0")"\n'
#: What a configuration is called that has no name.
DEFAULT_NAME = "emrfs-role-mappings"
_OPTION = re.compile(r"[a-z][a-z0-9-]*")
#: What is told from the design, whatever the options say.
_TOLD = (
    *("name", "release-label", "applications", "service-role", "use-default-roles", "log-uri"),
    *("security-configuration", "kerberos-attributes", "configurations"),
)
_NODES = ("instance-type", "instance-groups", "instance-fleets")


def files(design: Design, notes: list[str], *, secret: str = "") -> dict[str, str]:
    """The script and the files that it reads."""
    made = {SCRIPT: _HEAD + render(design, notes, secret=secret)}
    cluster = design.cluster
    if cluster is not None and without_mappings(cluster.configurations):
        made[CONFIGURATIONS] = text(configurations(design, [], secret=secret))
    return made


def configurations(design: Design, notes: list[str], *, secret: str = "") -> list[dict[str, Any]]:
    """The classifications of the cluster, passwords as references, and no second mappings."""
    cluster = design.cluster or Cluster()
    where = str(cluster.locations.get("configurations", design.source))
    kept = without_mappings(cluster.configurations)
    if any(name in str(cluster.configurations) for name in MAPPINGS):
        notes.append(
            f"{MAPPINGS[0]} in the configurations is left out: the mappings are in the security "
            "configuration"
        )
    return secrets.without(kept, notes, secret=secret, where=where)


def render(design: Design, notes: list[str], *, secret: str = "") -> str:
    """The command, byte-stable.

    InputError for a release that is not known, and for Kerberos without attributes.
    """
    securityconfig.document(design)
    cluster = design.cluster or Cluster()
    name = design.name or DEFAULT_NAME
    arguments = [*_arguments(design, cluster, name, notes), *_options(cluster, notes)]
    if configurations(design, notes, secret=secret):
        arguments.append(f"--configurations file://{CONFIGURATIONS}")
    if cluster.kerberos is not None:
        arguments.append(f"--kerberos-attributes {_kerberos(cluster.kerberos, notes)}")
    elif _kerberized(design):
        raise InputError(
            "the Kerberos configuration needs the cluster's Kerberos attributes",
            where=str(design.block_locations.get("AuthenticationConfiguration", design.source)),
            hint="add 'kerberos-attributes' with Realm and KdcAdminPassword to 'cluster'",
        )
    return " \\\n  ".join(["aws emr create-cluster", *arguments]) + "\n"


def _arguments(
    design: Design, cluster: Cluster, configuration: str, notes: list[str]
) -> Iterator[str]:
    base = checks.base_arn(design).rpartition("/")[2]
    if not design.release:
        raise InputError(
            "the release of EMR is not known",
            where=design.source,
            hint="add 'release: emr-7.9.0', or the one that you run",
        )
    profile = cluster.instance_profile.rpartition("/")[2] or base
    holds = cluster.profile_role.rpartition("/")[2] or profile
    if holds != base:
        notes.append(
            f"the instance profile {profile} is not the base role's: the command names {base} "
            "(EMR044)"
        )
        profile = base
    yield f"--name {quote(cluster.name or configuration)}"
    yield f"--release-label {quote(design.release)}"
    if cluster.applications:
        yield "--applications " + " ".join(quote(f"Name={each}") for each in cluster.applications)
    if not cluster.service_role:
        notes.append("the service role is not known: the command names EMR_DefaultRole")
    yield f"--service-role {quote(cluster.service_role or 'EMR_DefaultRole')}"
    yield f"--ec2-attributes {quote(_ec2(cluster, profile))}"
    if cluster.log_uri:
        yield f"--log-uri {quote(cluster.log_uri)}"
    yield f"--security-configuration {quote(configuration)}"


def _ec2(cluster: Cluster, profile: str) -> str:
    """The attributes of the instances, with the base role's profile in the place of another."""
    known = cluster.options.get("ec2-attributes", {})
    if isinstance(known, Mapping):
        return _json({**known, "InstanceProfile": profile}) if known else _profile(profile)
    parts = [part for part in str(known).split(",") if not part.startswith("InstanceProfile=")]
    return ",".join([_profile(profile), *filter(None, parts)])


def _profile(name: str) -> str:
    return f"InstanceProfile={name}"


def _options(cluster: Cluster, notes: list[str]) -> Iterator[str]:
    for key, value in cluster.options.items():
        if not _OPTION.fullmatch(key):
            raise InputError(
                f"{key!r:.80} is no option of 'aws emr create-cluster'",
                where=str(cluster.locations.get("options", "")),
                hint="write options without the dashes in front, as in 'instance-type'",
            )
        if key in _TOLD:
            notes.append(f"the option {key} is told from the document itself, and left out")
        elif key != "ec2-attributes":
            yield _option(key, value)
    if not any(key in cluster.options for key in _NODES):
        notes.append("no instances are known: add instance-type and instance-count to 'options'")


def _option(key: str, value: object) -> str:
    if isinstance(value, bool):
        return f"--{key}" if value else f"--no-{key}"
    if isinstance(value, Mapping):
        return f"--{key} {quote(_json(value))}"
    if isinstance(value, list | tuple):
        if any(isinstance(each, Mapping | list) for each in value):
            return f"--{key} {quote(_json(value))}"
        return f"--{key} " + " ".join(quote(str(each)) for each in value)
    return f"--{key} {quote(str(value))}"


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _kerberos(attributes: Mapping[str, str], notes: list[str]) -> str:
    """In double quotes, so that the shell puts passwords in; it stops where one is not set.

    The single quotes are for the AWS CLI: a password may hold commas, but no single quote.
    """
    parts = []
    for key, value in attributes.items():
        if key in secrets.KERBEROS:
            name, named = secrets.variable(key, value)
            if not named:
                notes.append(f"{key} is not written out: the command reads it from ${name}")
            parts.append(f"{key}='${{{name}:?}}'")
        else:
            parts.append(f"{key}={_in_quotes(value)}")
    return f'"{",".join(parts)}"'


def _in_quotes(value: str) -> str:
    return re.sub(r'(["\\$`])', r"\\\1", value)


def _kerberized(design: Design) -> bool:
    block = design.blocks.get("AuthenticationConfiguration")
    return isinstance(block, Mapping) and "KerberosConfiguration" in block
