"""EMR045: passwords that are written out. No message and no observed value holds one."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from opskit.emrfs.model import Design
from opskit.emrfs.properties import properties
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Location, Rule, Severity
from opskit.redact import masked

#: Names whose value is a secret: they end so. `...password.file` and `..._script` are not.
_NAME = re.compile(
    r".*(?:passwo?r?d|passphrase|pwd|secret[._-]?(?:access[._-]?)?key|client[._-]?secret)",
    re.IGNORECASE | re.DOTALL,
)
#: What stands for a secret that is kept elsewhere: an environment variable, CloudFormation's
#: dynamic references, Terraform's expressions, Secrets Manager, Systems Manager, a credential
#: store of Hadoop. A default in a variable (`${NAME:abc}`) is a secret.
_REFERENCE = re.compile(
    r"\s*(?:[$#]\{[^}:]*\}|\$[A-Za-z_]\w*|\{\{.*\}\}|arn:[\w-]+:(?:secretsmanager|ssm):\S+"
    r"|EMR\.secret@\S+|jceks://\S+)\s*",
    re.IGNORECASE | re.DOTALL,
)
_PAIR = re.compile(r"(\w*passw(?:or)?d)\s*[=:]\s*\"?([^\s,;\"'}\]]+)", re.IGNORECASE)


class Secret(NamedTuple):
    """Where a secret stands, and what it is called; never what it is."""

    owner: str
    name: str
    location: Location


@RULES.rule(
    Rule(
        "EMR045",
        Severity.ERROR,
        title="a password written out",
        why="Whoever reads the file, its history, or the cluster's configuration (elasticmapreduce:"
        "DescribeCluster shows it) has the password.",
        fix="write a reference: ${ENVIRONMENT_VARIABLE}, {{resolve:secretsmanager:...}}, or the "
        "ARN of a secret; then change the password, for it is known",
        reference="EMR Management Guide, Security configuration and cluster settings for "
        "Kerberos; EMR Release Guide, Configure Hue for LDAP users",
    )
)
def written_out(design: Design) -> Iterator[Finding]:
    """Of the classifications, the KerberosAttributes, and the options of the launch."""
    for found in (*_configured(design), *_kerberos(design), *_options(design)):
        yield Finding(
            f"{found.owner}: {found.name} is written out",
            object=found.name,
            location=found.location,
            observed="(not shown)",
            expected=f"{found.name}: a reference",
        )


def is_secret(name: str, value: str) -> bool:
    """Whether a value is a secret itself, by its name or by what it says."""
    if _NAME.fullmatch(name):
        return bool(value.strip()) and not _REFERENCE.fullmatch(value)
    return "://" in value and masked(value) != value


def _configured(design: Design) -> Iterator[Secret]:
    for found in properties(design):
        if is_secret(found.name, found.value):
            at = found.location or Location(design.source)
            yield Secret(found.classification, found.name, at)


def _kerberos(design: Design) -> Iterator[Secret]:
    cluster = design.cluster
    if cluster is None:
        return
    for name, value in (cluster.kerberos or {}).items():
        if is_secret(name, value):
            yield Secret("KerberosAttributes", name, _place(design, "kerberos-attributes", name))


def _options(design: Design) -> Iterator[Secret]:
    cluster = design.cluster
    for option, value in cluster.options.items() if cluster is not None else ():
        for name, secret in _pairs(value, option):
            if is_secret(name, secret):
                yield Secret(f"the option {option}", name, _place(design, "options", option))


def _pairs(value: object, name: str) -> Iterator[tuple[str, str]]:
    """Names and values in an option, which may be nested, or a text as `Realm=...,Password=...`."""
    if isinstance(value, Mapping):
        for key, each in value.items():
            yield from _pairs(each, str(key))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _pairs(each, name)
    else:
        text = str(value)
        yield name, text
        yield from _PAIR.findall(text)


def _place(design: Design, part: str, name: str) -> Location:
    cluster = design.cluster
    assert cluster is not None
    found = cluster.locate((part, name)) if cluster.locate is not None else None
    places = cluster.locations
    return found or places.get(part) or places.get("") or Location(design.source)
