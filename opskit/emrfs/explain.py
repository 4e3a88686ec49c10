"""An `Access` told: as fields for programs, as sentences for people."""

from collections.abc import Iterator
from typing import Any

from opskit.emrfs.access import Access, Variant
from opskit.emrfs.iam.decision import Decision
from opskit.emrfs.model import Identifier, Role, RoleMapping


def fields(found: Access) -> dict[str, Any]:
    """The JSON of a resolution."""
    hit = found.resolution.hit
    return {
        "user": found.user,
        "groups": found.groups,
        "path": found.path.uri,
        "action": found.action,
        "role": role_text(found.role),
        "mapping": None if hit is None else _mapping(hit.mapping, hit.identifier),
        "skipped": [
            {**_mapping(skipped.mapping), "why": skipped.why}
            for skipped in found.resolution.skipped
        ],
        "fallback": found.resolution.fallback,
        "assume": None if found.assume is None else decision_fields(found.assume),
        "iam": decision_fields(found.iam),
        "variants": [_variant(variant) for variant in found.variants],
    }


def role_text(role: Role | None) -> str | None:
    """The ARN of a role as far as it can be told; None for one that is not known."""
    return None if role is None else str(role.arn)


def decision_fields(decision: Decision) -> dict[str, Any]:
    """The JSON of a decision."""
    statement = decision.statement
    return {
        "decision": decision.effect,
        "statement": None
        if statement is None
        else {
            "policy": statement.policy,
            "index": statement.index,
            "sid": statement.sid or None,
            "location": None if statement.location is None else statement.location._asdict(),
        },
        "why": decision.why,
    }


def _mapping(mapping: RoleMapping, identifier: Identifier | None = None) -> dict[str, Any]:
    texts = [each.text for each in mapping.identifiers]
    return {
        "index": mapping.index,
        "type": mapping.kind,
        **({"identifier": identifier.text} if identifier else {"identifiers": texts}),
        "role": mapping.role,
        "location": None if mapping.location is None else mapping.location._asdict(),
    }


def _variant(variant: Variant) -> dict[str, Any]:
    return {
        "match": {"prefixes": variant.prefix_match, "groups": variant.groups},
        "role": role_text(variant.role),
        "mapping": variant.mapping,
    }


def sentences(found: Access) -> Iterator[str]:
    """The same for people, what matters most first."""
    yield f"{found.user} {found.action} {found.path.uri}: {found.iam.effect.words}"
    role = found.role.name if found.role else "the base role, which this file does not name"
    hit = found.resolution.hit
    if hit is None:
        yield f"role: {role} (the base role: no mapping matches)"
    else:
        yield (
            f"role: {role} ({hit.mapping.label}, "
            f"{hit.mapping.kind.value.lower()} {hit.identifier.text})"
        )
    for skipped in found.resolution.skipped:
        yield f"passed over: {skipped.mapping.label} {skipped.mapping.role}: {skipped.why}"
    if found.assume is not None:
        yield f"assume: {_told(found.assume)}"
    yield f"iam: {_told(found.iam)}"
    for variant in found.variants:
        other = variant.role.name if variant.role else "the base role"
        yield (
            f"not documented: with prefixes matched as {variant.prefix_match} and "
            f"{variant.groups} groups counted it would be {other}"
        )


def _told(decision: Decision) -> str:
    statement = decision.statement
    parts = [decision.effect.words]
    if statement is not None:
        parts.append(f"by {statement.label}")
        if statement.location is not None:
            parts.append(f"({statement.location})")
    return " ".join(parts) + (f": {decision.why}" if decision.why else "")
