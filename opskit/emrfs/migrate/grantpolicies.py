"""The documents that a move to S3 Access Grants needs: policies, and the cluster's configuration.

Amazon S3 User Guide, "Register a location"; EMR Management Guide, "Getting started with AWS IAM
Identity Center integration for Amazon EMR".
"""

from collections.abc import Iterable
from typing import Any

from opskit.emrfs.build.grants import KMS, keys_of
from opskit.emrfs.migrate.plan import Variable
from opskit.emrfs.migrate.scopes import Scope
from opskit.emrfs.model import Design

_READS = ["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectAcl", "s3:GetObjectVersionAcl"]
_WRITES = ["s3:PutObject", "s3:PutObjectAcl", "s3:DeleteObject", "s3:AbortMultipartUpload"]


def _policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _allow(actions: list[str], resource: object) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": resource}


def location_trust(account: str, instance: str) -> dict[str, Any]:
    """Trust in the service, for this instance alone."""
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": "access-grants.s3.amazonaws.com"},
            "Action": ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:SetContext"],
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account},
                "ArnEquals": {"aws:SourceArn": instance},
            },
        }
    )


def location_data(design: Design, scopes: Iterable[Scope]) -> dict[str, Any]:
    """What the location's role may do: the most that a grant can give."""
    lead = f"arn:{design.partition}:s3:::"
    listed = sorted(scopes)
    statements = []
    for name, actions in (("READ", _READS), ("WRITE", _WRITES)):
        places = list(dict.fromkeys(each.place for each in listed if name in each.permission))
        if places:
            statements.append(_allow(actions, [lead + place for place in places]))
    buckets = list(dict.fromkeys(each.place.partition("/")[0] for each in listed))
    statements.append(_allow(["s3:ListBucket"], [lead + bucket for bucket in buckets]))
    parts = [f"{lead}{bucket}/*" for bucket in buckets]
    statements.append(_allow(["s3:ListMultipartUploadParts"], parts))
    keys = list(dict.fromkeys(key for bucket in buckets for key in keys_of(design, bucket)))
    if keys:
        statements.append(_allow([*KMS], keys))
    return _policy(*statements)


def center_trust(base: str) -> dict[str, Any]:
    """Trust in the base role, which hands on who the user is."""
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": base},
            "Action": ["sts:AssumeRole", "sts:SetContext"],
        }
    )


def center_permissions(instance: str) -> dict[str, Any]:
    """What the role needs to ask for grants in a user's name."""
    return _policy(
        _allow(["sso-oauth:*"], "*"),
        _allow(["s3:GetDataAccess", "s3:GetAccessGrantsInstanceForPrefix"], instance),
    )


def configuration(design: Design, role: str, center: Variable) -> dict[str, Any]:
    """The security configuration with Identity Center, and without role mappings and Kerberos."""
    kept = {
        name: block
        for name, block in design.blocks.items()
        if name not in ("AuthenticationConfiguration", "AuthorizationConfiguration")
    }
    return {
        "AuthenticationConfiguration": {
            "IdentityCenterConfiguration": {
                "EnableIdentityCenter": True,
                "IdentityCenterInstanceARN": f"${{{center}}}",
                "IAMRoleForEMRIdentityCenterApplicationARN": role,
            }
        },
        "AuthorizationConfiguration": {
            "IAMConfiguration": {
                "EnableApplicationScopedIAMRole": True,
                "ApplicationScopedIAMRoleConfiguration": {"PropagateSourceIdentity": True},
            }
        },
        **kept,
    }
