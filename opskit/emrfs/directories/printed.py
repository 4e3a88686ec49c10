"""Users and groups as commands print them, one a line.

- `getent passwd`, or /etc/passwd: `name:password:uid:gid:comment:home:shell` (passwd(5));
- `getent group`, or /etc/group: `name:password:gid:member,member` (group(5));
- `hdfs groups`: `user : group group`, the primary group first (Hadoop, "HDFS Commands Guide");
- `id`: `uid=1(user) gid=2(group) groups=2(group),3(group)`.

A name with spaces in the output of `hdfs groups` cannot be told from two names.
"""

import re
from typing import TYPE_CHECKING

from opskit.errors import InputError
from opskit.findings import Location

if TYPE_CHECKING:
    from opskit.emrfs.directories import People

_ID = re.compile(r"uid=\d+\(([^)]+)\) gid=(\d+(?:\([^)]+\))?)(?: groups=(\S.*))?")
#: A group, or the number of one that has no name.
_ID_GROUP = re.compile(r"(?<![^,])(\d+)(?:\(([^)]+)\))?(?=,|$)")
_HDFS = re.compile(r"(\S+) :(?:\s+(.*))?")
_HINT = "LDIF is read, and what getent passwd, getent group, hdfs groups and id print"


def read(people: "People", text: str, name: str) -> None:
    """Take in every line; InputError for the first that is none of the forms."""
    found = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip()
        if line and not line.startswith("#"):
            found = True
            _line(people, line, Location(name, number))
    if not found:
        raise InputError("holds no users", where=name, hint=_HINT)


def _line(people: "People", line: str, where: Location) -> None:
    fields = line.split(":")
    if printed := _ID.match(line):
        listed = f"{printed[2]},{(printed[3] or '').partition(' context=')[0]}"
        groups = [name or number for number, name in _ID_GROUP.findall(listed)]
        people.person(printed[1], where).groups += groups
    elif printed := _HDFS.fullmatch(line):
        people.person(printed[1], where).groups += (printed[2] or "").split()
    elif len(fields) == 7 and fields[0] and fields[2].isdecimal() and fields[3].isdecimal():
        person = people.person(fields[0], where)
        person.primary = person.primary or fields[3]
    elif len(fields) == 4 and fields[0] and fields[2].isdecimal():
        people.numbers.setdefault(fields[2], fields[0])
        for member in filter(None, map(str.strip, fields[3].split(","))):
            people.person(member, where).groups.append(fields[0])
    else:
        raise InputError("is no line about a user or a group", where=str(where), hint=_HINT)
