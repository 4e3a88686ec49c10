"""Users and groups from files: LDIF, or what `getent`, `hdfs groups` and `id` print.

Which of them a file is, its content tells. Several files may belong together, as the output of
`getent passwd` and of `getent group`: `People` gathers them, and `fill` puts them together.
"""

from dataclasses import dataclass, field
from pathlib import Path

from opskit.documents import decode_text
from opskit.emrfs.model import Directory
from opskit.files import display_name, read_bytes
from opskit.findings import Location


@dataclass(slots=True)
class Person:
    """A user. `primary` is the number of the primary group; `groups` are names, as they came."""

    location: Location
    primary: str = ""
    groups: list[str] = field(default_factory=list)


class People:
    """What the files said so far."""

    def __init__(self) -> None:
        self.users: dict[str, Person] = {}
        #: The names of groups by their numbers: the first that has a number keeps it.
        self.numbers: dict[str, str] = {}
        #: Users by the distinguished names of LDAP, and the groups that name them so.
        self.names: dict[str, str] = {}
        self.members: list[tuple[str, str, Location]] = []
        #: Groups of LDAP by their distinguished names, and users' groups that are named so.
        self.group_names: dict[str, str] = {}
        self.member_of: list[tuple[str, str]] = []

    def read(self, source: str | Path) -> None:
        """Take in a file; InputError with the line for what is none of the formats."""
        from opskit.emrfs.directories import ldif, printed

        name = display_name(source)
        text = decode_text(read_bytes(source), name)
        (ldif if ldif.fits(text) else printed).read(self, text, name)

    def person(self, name: str, location: Location) -> Person:
        """The user of that name, made where there is none yet."""
        return self.users.setdefault(name, Person(location))

    def fill(self, directory: Directory) -> None:
        """Put the users into a directory, the primary group first.

        A primary group of which only the number is known goes by its number, as `id` prints it.
        """
        from opskit.emrfs.directories import ldif

        ldif.join(self)
        for name, person in self.users.items():
            primary = self.numbers.get(person.primary, person.primary)
            groups = [primary, *person.groups] if primary else person.groups
            directory.users[name] = tuple(dict.fromkeys(groups))
            directory.locations[name] = person.location
