"""Explained denials told: as fields for programs, as sentences for people."""

from collections.abc import Iterator, Sequence
from typing import Any

from opskit.emrfs.denied.denial import Denial
from opskit.emrfs.denied.settle import OUTSIDE
from opskit.emrfs.denied.verdict import Candidate, Explained, Verdict
from opskit.emrfs.explain import decision_fields, role_text
from opskit.emrfs.iam.decision import Effect
from opskit.emrfs.model import RoleMapping

#: Places in the JSON of one denial, and resources in a change that people read.
_PATHS, _RESOURCES = 1000, 10


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
        "paths": _uris(found, _PATHS),
        "path_count": len(_uris(found)),
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


def _uris(found: Explained, most: int | None = None) -> list[str]:
    """The places of all denials that are told as one."""
    place = found.seen.denial.place
    return [each.uri for each in (found.places or (place,))[:most] if each is not None]


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
    places = _uris(found)
    more = f" and {len(places) - 1} more places" if len(places) > 1 else ""
    yield f"{_what(found.seen.denial)}{more}{first}: {_head(found)}"
    if more:
        yield f"places: {_names(places)}"
    if found.why:
        yield f"why: {found.why}"
    yield from (f"note: {note}" for note in found.notes)
    if found.role is not None:
        yield f"role: {found.role.name}{_by(found)}"
    if found.users:
        yield f"who: {_names(found.users)}"
    yield from _statement(found)
    for each in found.candidates:
        yield _candidate_line(each)
    yield from (f"missing: {each}" for each in found.missing)
    yield from _change(found)


def _statement(found: Explained) -> Iterator[str]:
    """The statement that denies; one that allows only where the file says allow."""
    statement = found.iam.statement if found.iam is not None else None
    if found.iam is None or statement is None or found.layer in OUTSIDE:
        return
    at = f" ({statement.location})" if statement.location is not None else ""
    if found.verdict is Verdict.DIFFERS:
        yield f"the file's statement: {statement.label}{at}: {found.iam.effect.words}"
    elif found.iam.effect is Effect.DENY:
        yield f"statement: {statement.label}{at}"


def _change(found: Explained) -> Iterator[str]:
    more = 0 if found.grant is None else len(found.grant.resources) - _RESOURCES
    if found.grant is None or more <= 0:
        yield from [f"change: {found.fix}"] if found.fix else []
        return
    yield f"change: {found.grant.text(_RESOURCES)}"
    yield f"and the same for {more} more resources: -o json has all of them"


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
