"""Mapping files of amazon-emr-user-role-mapper, a proxy of the instance metadata service.

Format: `PrincipalRoleMapping` and `DefaultUserRoleMapperImpl` in the repository
awslabs/amazon-emr-user-role-mapper. A user's own mapping comes before those of groups wherever it
stands; of two mappings for one name the last one counts; whoever has none gets no credentials.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from opskit.documents import Document
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.errors import InputError
from opskit.nodes import MapNode

NAME = "rolemapper"
_ROLES = "PrincipalRoleMappings"
_POLICIES = "PrincipalPolicyMappings"
#: What narrows the session of a role, and EMRFS does not have.
_NARROWS = ("textpolicy",)
_ASKED = {"externalid": "an ExternalId", "serialnumber": "an MFA device", "tokencode": "MFA"}


def recognises(document: Document) -> bool:
    root = document.root
    return isinstance(root, MapNode) and (_ROLES in root.items or _POLICIES in root.items)


def read(document: Document) -> Design:
    """The design: users first, then groups. InputError for a file that maps policies, not roles."""
    source = document.plain()
    assert isinstance(source, dict)
    if _ROLES not in source:
        raise InputError(
            f"{_POLICIES} gives policies to users; EMRFS gives roles",
            where=str(document.location((_POLICIES,), key=True)),
            hint="'opskit emrfs union' makes roles of merged policies",
        )
    written = source[_ROLES]
    if not isinstance(written, list):
        raise InputError(f"{_ROLES} is not a list", where=str(document.location((_ROLES,))))
    design = Design(document.name, NAME, [])
    entries = list(_entries(design, written))
    _order(design, document, entries)
    design.account = _account(design)
    _differences(design)
    return design


class _Entry(NamedTuple):
    """One mapping as it counts: `number` is its place in the list."""

    number: int
    kind: Kind
    name: str
    role: str


def _entries(design: Design, written: list[Any]) -> "list[_Entry]":
    """The mappings that count, in the order of the file."""
    found: dict[tuple[Kind, str], _Entry] = {}
    for number, each in enumerate(written):
        entry = _entry(design, number, each)
        if entry is None:
            continue
        before = found.pop((entry.kind, entry.name), None)
        if before is not None:
            design.notes.append(
                f"{_ROLES}[{before.number}] is left out: [{number}] is for "
                f"{entry.name} again, and the last one counts"
            )
        found[entry.kind, entry.name] = entry
    return list(found.values())


def _entry(design: Design, number: int, source: object) -> _Entry | None:
    """A mapping; None, with a note, where it does nothing or cannot be told exactly."""
    where = f"{_ROLES}[{number}]"
    if not isinstance(source, Mapping):
        design.notes.append(f"{where} is left out: it is no object")
        return None
    user, group, role = (source.get(key) for key in ("username", "groupname", "rolearn"))
    name = user if user is not None else group
    if not isinstance(name, str) or not isinstance(role, str):
        what = "no username or groupname" if not isinstance(name, str) else "no rolearn"
        design.notes.append(f"{where} is left out: it has {what}, and does nothing")
        return None
    kind = Kind.USER if user is not None else Kind.GROUP
    narrowed = [key for key in _NARROWS if source.get(key)]
    if narrowed:
        design.notes.append(
            f"{where} is left out: {narrowed[0]} narrows the session of {name}; EMRFS cannot"
        )
        return None
    for key, what in _ASKED.items():
        if source.get(key):
            design.notes.append(f"{where} gives {what} to STS for {name}; EMRFS gives none")
    return _Entry(number, kind, name, role)


def _order(design: Design, document: Document, entries: list[_Entry]) -> None:
    """Users first: that is how they are looked at."""
    for entry in sorted(entries, key=lambda each: each.kind is not Kind.USER):
        path = (_ROLES, entry.number)
        key = "username" if entry.kind is Kind.USER else "groupname"
        identifier = Identifier(entry.name, document.location((*path, key)))
        design.mappings.append(
            RoleMapping(
                len(design.mappings),
                entry.role,
                entry.kind,
                (identifier,),
                document.location(path),
                document.location((*path, "rolearn")),
            )
        )


def _account(design: Design) -> str:
    """The account of the roles, where they have one."""
    found = {arn.account for arn in (design.arn(each.role) for each in design.mappings)}
    return found.pop() if len(found) == 1 else ""


def _differences(design: Design) -> None:
    """What holds for every file of the format."""
    groups = sum(each.kind is Kind.GROUP for each in design.mappings)
    if groups > 1:
        design.notes.append(
            "the role mapper takes the first of a user's groups that is mapped; "
            "EMRFS takes the first mapping: they differ for users in several of these groups"
        )
    design.notes.append(
        "whoever has no mapping gets no credentials from the role mapper, "
        "and the base role from EMRFS"
    )
