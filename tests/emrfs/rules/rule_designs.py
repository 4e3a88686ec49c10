"""Designs for the tests of rules on IAM: two roles, the base role, and policies in short."""

import json
from typing import Any

from opskit.emrfs.model import Design
from opskit.emrfs.rules import RULES
from opskit.findings import Finding
from tests.emrfs.designs import design

ACCOUNT = "111122223333"
BASE = f"arn:aws:iam::{ACCOUNT}:role/Base"
ENG = f"arn:aws:iam::{ACCOUNT}:role/Eng"

Policy = dict[str, Any]


def policy(*statements: dict[str, Any]) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def trust(principal: object = None, **more: Any) -> Policy:
    """A trust policy of one statement; by default it names the base role."""
    named = {"AWS": BASE} if principal is None else principal
    return policy({"Effect": "Allow", "Principal": named, "Action": "sts:AssumeRole", **more})


def allow(action: object, resource: object, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: object, resource: object, **more: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def roles(
    base: Policy | None = None,
    base_trust: Policy | None = None,
    eng: Policy | None = None,
    eng_trust: Policy | None = None,
    **more: Any,
) -> Design:
    """A design with a group's role Eng. The base role has no policies if none are given, which is
    not the same as policies that are not known.
    """
    document = {
        "account": ACCOUNT,
        "base-role": "Base",
        "mappings": [{"role": "Eng", "groups": ["eng"]}],
        "roles": {
            "Base": {
                "trust": base_trust or trust({"Service": "ec2.amazonaws.com"}),
                "permissions": [base] if base else [],
            },
            "Eng": {
                "trust": eng_trust or trust(),
                "permissions": [eng or policy(allow("s3:*", "*"))],
            },
        },
        "kerberos": {"Provider": "ClusterDedicatedKdc", "ClusterDedicatedKdcConfiguration": {}},
    }
    return design(json.dumps({**document, **more}, indent=1), "emrfs.json")


def found(model: Design, code: str) -> list[Finding]:
    """What one rule finds."""
    return RULES.run(model, select=[code])
