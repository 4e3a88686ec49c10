"""Designs for the rules on mappings, in both forms that people write, and what a rule finds."""

import json
from textwrap import dedent
from typing import Any

from opskit.documents import parse_document
from opskit.emrfs.formats import securityconfig
from opskit.emrfs.model import Design
from opskit.emrfs.rules import RULES
from opskit.findings import Finding
from tests.emrfs.designs import design

HEAD = 'base-role: base\naccount: "123456789012"\nmappings:\n'


def own(mappings: str, rest: str = "") -> Design:
    """An `emrfs.yaml`; the mappings start in line 4."""
    return design(HEAD + dedent(mappings).lstrip("\n") + dedent(rest).lstrip("\n"))


def config(*mappings: dict[str, Any]) -> Design:
    """A security configuration; the first mapping stands in line 5."""
    document = {"AuthorizationConfiguration": {"EmrFsConfiguration": {"RoleMappings": mappings}}}
    return securityconfig.read(
        parse_document(json.dumps(document, indent=1).encode(), "security.json")
    )


def mapping(role: str, kind: str, *identifiers: str) -> dict[str, Any]:
    if ":" not in role:
        role = f"arn:aws:iam::123456789012:role/{role}"
    return {"Role": role, "IdentifierType": kind, "Identifiers": list(identifiers)}


def found(made: Design, code: str) -> list[Finding]:
    return RULES.run(made, select=[code])


def placed(made: Design, code: str) -> list[tuple[int, str]]:
    """The line and the object of every finding of a rule; each is told in full."""
    findings = found(made, code)
    assert all(each.message and each.fix and each.reference for each in findings)
    assert all(each.location and each.location.file == made.source for each in findings)
    return [(each.location.line or 0, each.object) for each in findings if each.location]
