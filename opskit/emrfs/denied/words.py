"""Explained denials told: as fields for programs, as sentences for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from opskit.emrfs.denied.denial import Denial
from opskit.emrfs.denied.verdict import Candidate, Explained, Verdict
from opskit.emrfs.explain import decision_fields, role_text
from opskit.emrfs.model import RoleMapping


def merged(found: Sequence[Explained]) -> list[Explained]:
    """Those that one thing is behind, told once with the sum of their counts."""
    kept: dict[tuple[object, ...], Explained] = {}
    for each in found:
        denial, statement = each.seen.denial, each.iam.statement if each.iam else None
        key = (
            *(each.verdict, each.layer, role_text(each.role), denial.service, denial.action),
            *(denial.principal, denial.user, denial.said, denial.place and denial.place.bucket),
            *(tuple(m.index for m in each.mappings), id(statement), each.fallback, each.missing),
            tuple((c.mapping.index if c.mapping else None, c.denied) for c in each.candidates),
        )
        if key in kept:
            kept[key].seen.count += each.seen.count
        else:
            kept[key] = each
    return list(kept.values())


def fields(found: Sequence[Explained]) -> dict[str, Any]:
    """The JSON of all."""
    return {"denials": [_fields(each) for each in found]}


def _fields(found: Explained) -> dict[str, Any]:
    denial = found.seen.denial
    return {
        "service": denial.service,
        "principal": denial.principal.arn if denial.principal else None,
        "action": denial.action or None,
        "path": denial.place.uri if denial.place else None,
        "target": denial.target or None,
        "user": denial.user or None,
        "said": {"layer": denial.said, "explicit": denial.explicit} if denial.said else None,
        "count": found.seen.count,
        "line": found.seen.line,
        "text": found.seen.text,
        "verdict": found.verdict,
        "layer": found.layer,
        "role": role_text(found.role),
        "fallback": found.fallback,
        "mappings": [_mapping(each) for each in found.mappings],
        "users": found.users,
        "iam": None if found.iam is None else decision_fields(found.iam),
        "why": found.why or None,
        "fix": found.fix or None,
        "candidates": [_candidate(each) for each in found.candidates],
        "missing": found.missing,
        "notes": found.notes,
    }


def _mapping(mapping: RoleMapping) -> dict[str, Any]:
    return {
        "index": mapping.index,
        "type": mapping.kind,
        "identifiers": [each.text for each in mapping.identifiers],
        "role": mapping.role,
        "location": None if mapping.location is None else mapping.location._asdict(),
    }


def _candidate(found: Candidate) -> dict[str, Any]:
    return {
        "role": role_text(found.role),
        "mapping": None if found.mapping is None else found.mapping.index,
        "users": found.users,
        "denied": found.denied,
        "unknown": found.unknown,
    }


def sentences(found: Sequence[Explained]) -> Iterator[str]:
    """All for people: what was refused, what is behind it, what to change."""
    for number, each in enumerate(found):
        if number:
            yield ""
        yield from _told(each)


def _told(found: Explained) -> Iterator[str]:
    times = f", {found.seen.count} times" if found.seen.count > 1 else ""
    first = f" (line {found.seen.line}{times})" if found.seen.line > 1 or times else ""
    yield f"{_what(found.seen.denial)}{first}: {_head(found)}"
    if found.why:
        yield f"why: {found.why}"
    yield from (f"note: {note}" for note in found.notes)
    if found.role is not None:
        yield f"role: {found.role.name}{_by(found)}"
    if found.users:
        yield f"who: {_names(found.users)}"
    statement = found.iam.statement if found.iam is not None else None
    if statement is not None:
        at = f" ({statement.location})" if statement.location is not None else ""
        yield f"statement: {statement.label}{at}"
    for each in found.candidates:
        yield _candidate_line(each)
    yield from (f"missing: {each}" for each in found.missing)
    if found.fix:
        yield f"change: {found.fix}"


def _what(denial: Denial) -> str:
    where = denial.place.uri if denial.place and denial.service == "s3" else denial.target
    action = denial.action or {"s3": "a call of S3", "kms": "a call of KMS"}[denial.service]
    return f"{action} {where}".strip()


def _head(found: Explained) -> str:
    if found.verdict is Verdict.EXPLAINED:
        return f"denied by {found.layer.words}" if found.layer != "mapping" else found.layer.words
    if found.verdict is Verdict.DIFFERS:
        return "what runs differs from the file"
    return "it cannot be told"


def _by(found: Explained) -> str:
    if found.mappings:
        listed = [_label(mapping) for mapping in found.mappings[:3]]
        more = len(found.mappings) - 3
        return f" ({'; '.join(listed)}{f' and {more} more' if more > 0 else ''})"
    return " (the base role: no mapping matches)" if found.fallback else ""


def _label(mapping: RoleMapping) -> str:
    names = [identifier.text for identifier in mapping.identifiers]
    return f"{mapping.label}, {mapping.kind.value.lower()} {_names(names)}"


def _candidate_line(found: Candidate) -> str:
    role = found.role.name if found.role else "the base role, which is not known"
    by = found.mapping.label if found.mapping else "no mapping"
    what = f"denied {', '.join(found.denied)}" if found.denied else "not known"
    if found.denied and found.unknown:
        what += f", not known {', '.join(found.unknown)}"
    return f"candidate: {role} ({by}), {what}: {_names(found.users)}"


def _names(names: Sequence[str]) -> str:
    more = len(names) - 5
    return ", ".join(names[:5]) + (f" and {more} more" if more > 0 else "")
