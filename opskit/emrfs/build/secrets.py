"""Passwords as references: none is written out, whatever the document holds.

EMR prints the configurations of a cluster to everybody who may describe it. It fills in secrets
itself where a property is called `EMR.secret@<name>` and its value is the ARN of a secret (EMR
Release Guide, "Store sensitive configuration data in AWS Secrets Manager"). Hue runs a
`bind_password_script` (hue.ini, section ldap), Hadoop reads a file (Hadoop, "Group Mapping").
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from opskit.errors import InputError

#: The passwords among the `KerberosAttributes` of a cluster.
KERBEROS = ("KdcAdminPassword", "CrossRealmTrustPrincipalPassword", "ADDomainJoinPassword")
ANNOTATION = "EMR.secret@"
HUE_PASSWORD = "bind_password"  # noqa: S105
HUE_SCRIPT = "bind_password_script"
#: Where the script and the file are looked for, if the document does not say.
HUE_PATH = "/usr/local/bin/hue-bind-password"
LDAP_PASSWORD = "hadoop.security.group.mapping.ldap.bind.password"  # noqa: S105
LDAP_FILE = "hadoop.security.group.mapping.ldap.bind.password.file"
LDAP_PATH = "/etc/hadoop/conf/ldap-bind-password"
_REFERENCE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?", re.ASCII)
_SECRET = re.compile(
    r"(?:pass(?:word|wd|phrase)?|pwd|secret|secret[._-]?key|token|credentials?)\Z", re.IGNORECASE
)
_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:")


def variable(attribute: str, value: str) -> tuple[str, bool]:
    """The environment variable for a password, and whether the document named it.

    `KdcAdminPassword` becomes KDC_ADMIN_PASSWORD.
    """
    found = _REFERENCE.fullmatch(value.strip())
    if found:
        return found[1], True
    words = re.findall(r"[A-Z]+(?=[A-Z][a-z])|[A-Z][a-z]+|[A-Z]+", attribute)
    return "_".join(words).upper(), False


def without(
    configurations: Sequence[Mapping[str, Any]], notes: list[str], *, secret: str, where: str
) -> list[dict[str, Any]]:
    """The classifications, with references for passwords; `notes` get what was put in place.

    `secret` is the ARN of a secret for Hue's password, if there is one. InputError for a password
    for which there is no such way.
    """
    return [_safe(each, notes, secret, where) for each in configurations]


def _safe(
    configuration: Mapping[str, Any], notes: list[str], secret: str, where: str
) -> dict[str, Any]:
    made: dict[str, Any] = dict(configuration)
    name = str(configuration.get("Classification", ""))
    properties = configuration.get("Properties")
    if isinstance(properties, Mapping):
        made["Properties"] = dict(
            _property(name, str(key), value, notes, secret, where)
            for key, value in properties.items()
        )
    inner = configuration.get("Configurations")
    if isinstance(inner, list):
        made["Configurations"] = [
            _safe(each, notes, secret, where) for each in inner if isinstance(each, Mapping)
        ]
    return made


def _property(
    classification: str, key: str, value: object, notes: list[str], secret: str, where: str
) -> tuple[str, object]:
    if key.startswith(ANNOTATION) or not _SECRET.search(key) or not str(value).strip():
        return key, value
    if _ARN.match(str(value)):
        return f"{ANNOTATION}{key}", value
    if key == HUE_PASSWORD and secret:
        return f"{ANNOTATION}{key}", secret
    if key == HUE_PASSWORD:
        notes.append(
            f"{key} is not written out: put a script that prints it to {HUE_PATH} (bootstrap "
            "action), or name a secret with --secret ARN"
        )
        return HUE_SCRIPT, HUE_PATH
    if key == LDAP_PASSWORD:
        notes.append(f"{key} is not written out: put it into the file {LDAP_PATH}")
        return LDAP_FILE, LDAP_PATH
    raise InputError(
        f"{key} in {classification} is written out, or a reference that EMR does not fill in",
        where=where,
        hint=f'put it into Secrets Manager, and write "{ANNOTATION}{key}": "<ARN of the secret>"',
    )
