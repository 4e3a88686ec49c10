"""The security configuration of EMR, as `aws emr create-security-configuration` takes it.

Shape: EMR Management Guide, "Create a security configuration with the Amazon EMR console or with
the AWS CLI" and "Configure IAM roles for EMRFS requests to Amazon S3".
"""

import json
from collections.abc import Mapping
from typing import Any

from opskit.emrfs.build.checks import check, role_arn
from opskit.emrfs.model import Design
from opskit.errors import InputError

AUTHORIZATION = "AuthorizationConfiguration"
EMRFS = "EmrFsConfiguration"
#: The blocks in the order in which they are written; unknown ones follow as they were read.
ORDER = (
    AUTHORIZATION,
    "AuthenticationConfiguration",
    "EncryptionConfiguration",
    "InstanceMetadataServiceConfiguration",
)


def render(design: Design) -> str:
    """The JSON, byte-stable. InputError for a role of unknown account or a broken identifier."""
    return json.dumps(document(design), indent=2) + "\n"


def document(design: Design) -> dict[str, Any]:
    """The configuration as plain values: the mappings with whole ARNs, and the other blocks."""
    check(design)
    blocks = {**design.blocks, **_authorization(design)}
    if not blocks:
        raise InputError("holds no mappings and no other block", where=design.source)
    names = [*(name for name in ORDER if name in blocks), *(n for n in blocks if n not in ORDER)]
    return {name: blocks[name] for name in names}


def mappings(design: Design) -> list[dict[str, Any]]:
    """`RoleMappings`, in the order of evaluation."""
    return [
        {
            "Role": role_arn(design, mapping),
            "IdentifierType": mapping.kind.value,
            "Identifiers": [identifier.text for identifier in mapping.identifiers],
        }
        for mapping in design.mappings
    ]


def _authorization(design: Design) -> dict[str, Any]:
    """The block that the mappings are in, with what else is known to be there."""
    known = design.blocks.get(AUTHORIZATION)
    others = dict(known) if isinstance(known, Mapping) else {}
    emrfs = others.pop(EMRFS, None)
    inner = dict(emrfs) if isinstance(emrfs, Mapping) else {}
    inner.pop("RoleMappings", None)
    if design.mappings:
        inner = {"RoleMappings": mappings(design), **inner}
    block = {**({EMRFS: inner} if inner else {}), **others}
    return {AUTHORIZATION: block} if block else {}
