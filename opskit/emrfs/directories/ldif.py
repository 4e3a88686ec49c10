"""Users and groups from LDIF (RFC 2849), as `ldapsearch` and Active Directory's `ldifde` write it.

A user goes by `sAMAccountName` or `uid`, a group by `cn`, which are the defaults of Hadoop's
LdapGroupsMapping and of most clusters. Memberships are read from `memberOf`, `member`,
`uniqueMember` and `memberUid`; groups in groups are not followed, which is Hadoop's default too.
The primary group is that of `gidNumber` or `primaryGroupID`.
"""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from opskit.errors import InputError
from opskit.findings import Location

if TYPE_CHECKING:
    from opskit.emrfs.directories import People

_START = re.compile(r"\s*+(?:#[^\n]*+\s*+)*+(?:version:|dn:)", re.IGNORECASE)
_LINE = re.compile(r"([A-Za-z0-9.-]+)((?:;[^:;]*)*):([:<]?) *(.*)", re.DOTALL)
_RDN = re.compile(r"\s*+([\w.-]++)\s*+=\s*+((?:\\.|[^,+\\])*+)", re.DOTALL)
_ESCAPE = re.compile(r"((?:\\[0-9A-Fa-f]{2})+)|\\(.)", re.DOTALL)
_GROUPS = ("group", "groupofnames", "groupofuniquenames", "posixgroup")
_USERS = ("person", "user", "inetorgperson", "posixaccount", "account")
_MEMBERS = ("member", "uniquemember", "memberuid")
#: What ldapsearch adds behind the entries.
_TRAILERS = ("search", "result", "ref", "control", "pagedresults")
#: Active Directory's own number of the group "Domain Users" (Microsoft, "Well-known SIDs").
_DOMAIN_USERS = ("513", "Domain Users")


class _Line(NamedTuple):
    name: str
    options: str
    value: bytes
    number: int


@dataclass(slots=True)
class _Entry:
    """Values by the names of attributes in lower case."""

    location: Location
    dn: str = ""
    values: dict[str, list[bytes]] = field(default_factory=dict)

    def texts(self, name: str) -> list[str]:
        return [value.decode("utf-8", "replace") for value in self.values.get(name, ())]

    def first(self, *names: str) -> str:
        return next((text for name in names for text in self.texts(name) if text), "")


def fits(text: str) -> bool:
    """Whether a text begins as LDIF does."""
    return bool(_START.match(text))


def read(people: "People", text: str, name: str) -> None:
    """Take in every entry; InputError with the line for what is no LDIF."""
    for entry in _entries(text, name):
        classes = {value.lower() for value in entry.texts("objectclass")}
        if "computer" in classes:
            continue
        if classes.intersection(_GROUPS) or (
            not classes.intersection(_USERS) and any(key in entry.values for key in _MEMBERS)
        ):
            _group(people, entry)
        elif entry.first("samaccountname", "uid"):
            _user(people, entry)


def _user(people: "People", entry: _Entry) -> None:
    name = entry.first("samaccountname", "uid")
    person = people.person(name, entry.location)
    person.primary = person.primary or entry.first("gidnumber", "primarygroupid")
    people.names[_normal(entry.dn)] = name
    people.member_of += [(name, dn) for dn in entry.texts("memberof")]


def _group(people: "People", entry: _Entry) -> None:
    name = entry.first("cn", "samaccountname")
    people.group_names[_normal(entry.dn)] = name
    for number in (entry.first("gidnumber"), _relative_id(entry)):
        if number:
            people.numbers.setdefault(number, name)
    for member in entry.texts("memberuid"):
        people.person(member, entry.location).groups.append(name)
    for key in ("member", "uniquemember"):
        people.members += [(dn, name, entry.location) for dn in entry.texts(key)]


def _relative_id(entry: _Entry) -> str:
    """The last part of the group's SID: what `primaryGroupID` names."""
    for sid in entry.values.get("objectsid", ()):
        if sid.startswith(b"S-1-"):
            return sid.rpartition(b"-")[2].decode("utf-8", "replace")
        return str(int.from_bytes(sid[-4:], "little")) if len(sid) >= 12 else ""
    return ""


def join(people: "People") -> None:
    """Turn distinguished names into names, once all files are read."""
    people.numbers.setdefault(*_DOMAIN_USERS)
    for user, dn in people.member_of:
        group = people.group_names.get(_normal(dn)) or _leading(dn)[1]
        people.users[user].groups.append(group)
    for dn, group, where in people.members:
        kind, value = _leading(dn)
        user = people.names.get(_normal(dn)) or (value if kind == "uid" else "")
        if user:
            people.person(user, where).groups.append(group)
    people.member_of.clear()
    people.members.clear()


def _leading(dn: str) -> tuple[str, str]:
    """The first attribute of a distinguished name and its value, without escapes (RFC 4514)."""
    found = _RDN.match(dn)
    return (found[1].lower(), _ESCAPE.sub(_unescaped, found[2].strip())) if found else ("", dn)


def _unescaped(found: re.Match[str]) -> str:
    if found[2] is not None:
        return found[2]
    return bytes.fromhex(found[1].replace("\\", "")).decode("utf-8", "replace")


def _normal(dn: str) -> str:
    """For comparison: case and the spaces around separators do not count."""
    return re.sub(r"\s*+([,=+])\s*+", r"\1", dn.strip()).lower()


def _entries(text: str, name: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    for line in _lines(text, name):
        if line is None:
            if entry is not None:
                yield entry
            entry = None
            continue
        where = Location(name, line.number)
        if line.name == "dn":
            if entry is not None:
                yield entry
            entry = _Entry(where, line.value.decode("utf-8", "replace"))
        elif entry is not None:
            _add(entry, line, where)
        elif line.name != "version" and line.name not in _TRAILERS:
            raise InputError(
                f"the entry starts with {line.name}, not with dn",
                where=str(where),
                hint="entries of LDIF are parted by an empty line and start with 'dn:'",
            )


def _add(entry: _Entry, line: _Line, where: Location) -> None:
    if line.name == "changetype" and line.value.lower() != b"add":
        raise InputError(
            "is a change, not an entry", where=str(where), hint="export the entries themselves"
        )
    if "range=" in line.options and line.name in _MEMBERS and not line.options.endswith("-*"):
        # Active Directory gives 1,500 members at a time; the last part ends in a star
        raise InputError(
            f"lists some members of the group only ({line.options.strip(';')})",
            where=str(where),
            hint="export memberOf of the users instead, or the whole group",
        )
    entry.values.setdefault(line.name, []).append(line.value)


def _lines(text: str, name: str) -> Iterator[_Line | None]:
    """The lines with folded ones put together; None for each end of an entry."""
    held, start = "", 0
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.removesuffix("\r")
        if line.startswith(" ") and held:
            held += line[1:]
            continue
        if held and not held.startswith("#"):
            yield _parsed(held, Location(name, start))
        held, start = line, number
        if not line.strip():
            yield None
    if held.strip() and not held.startswith("#"):
        yield _parsed(held, Location(name, start))
    yield None


def _parsed(line: str, where: Location) -> _Line:
    found = _LINE.fullmatch(line)
    if found is None:
        hint = "a line of LDIF is 'name: value'"
        raise InputError("is no line of LDIF", where=str(where), hint=hint)
    value = found[4].encode()
    if found[3] == ":":
        try:
            value = b64decode(found[4].strip(), validate=True)
        except ValueError:
            message = f"the value of {found[1]} is not base64"
            raise InputError(message, where=str(where), hint="export the file again") from None
    elif found[3] == "<":
        value = b""  # a file elsewhere, which is not fetched
    return _Line(found[1].lower(), found[2], value, where.line or 0)
