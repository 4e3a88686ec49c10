"""Grants of a scenario: as rows of the SVV views, and as the lists of the old catalog."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from opskit.redshift.catalog import views
from opskit.redshift.emulator.objects import Grant

if TYPE_CHECKING:
    from opskit.redshift.emulator.numbers import Names

#: PostgreSQL's letters in an aclitem, with those that Redshift added.
_LETTERS = {
    "INSERT": "a",
    "SELECT": "r",
    "UPDATE": "w",
    "DELETE": "d",
    "RULE": "R",
    "REFERENCES": "x",
    "TRIGGER": "t",
    "DROP": "D",
    "ALTER": "A",
    "TRUNCATE": "P",
    "USAGE": "U",
    "CREATE": "C",
    "TEMP": "T",
}
_ALL = {
    "table": ("SELECT", "INSERT", "UPDATE", "DELETE", "RULE", "REFERENCES", "TRIGGER"),
    "schema": ("USAGE", "CREATE"),
    "database": ("CREATE", "TEMP"),
}


def kind_of(grant: Grant) -> str:
    """What a grant is on: column, table, schema or database."""
    if grant.table is not None:
        return "column" if grant.column is not None else "table"
    return "schema" if grant.schema is not None else "database"


def privileges(grant: Grant) -> Sequence[str]:
    if "ALL" not in grant.privileges:
        return list(dict.fromkeys(grant.privileges))
    kind = kind_of(grant)
    return ("SELECT", "UPDATE") if kind == "column" else _ALL[kind]


def place(grant: Grant) -> tuple[str | None, str | None]:
    """Schema and table; a system view stands in pg_catalog."""
    from opskit.redshift.emulator.naming import split

    if grant.table is None:
        return grant.schema, None
    if grant.table.lower() in views():
        return "pg_catalog", grant.table.lower()
    schema, name = split(grant.table)
    return schema, name


def identity(grant: Grant, names: "Names") -> tuple[int, str, str]:
    """Number, name and type of who has a grant; public has the number 0."""
    kind, _, who = grant.to.partition(" ")
    numbers = {"user": names.users, "group": names.groups, "role": names.roles}
    return (0, "public", "public") if kind == "public" else (numbers[kind][who], who, kind)


def expand(grant: Grant, names: "Names") -> Iterator[Sequence[Any]]:
    """One row for each privilege, for the table `grants` of `made.sql`."""
    schema, table = place(grant)
    if grant.database is not None:
        schema = grant.database
    for privilege in privileges(grant):
        who = identity(grant, names)
        yield (kind_of(grant), schema, table, grant.column, privilege, *who, grant.admin)


class Acls:
    """The lists of privileges in pg_namespace and pg_class, as text; None where nothing is said."""

    def __init__(self, names: "Names") -> None:
        self._names = names

    def schema(self, name: str, owner: str) -> str | None:
        return self._list("schema", (name, None), owner)

    def table(self, schema: str, name: str, owner: str) -> str | None:
        return self._list("table", (schema, name), owner)

    def _list(self, kind: str, where: tuple[str | None, str | None], owner: str) -> str | None:
        given: dict[str, str] = {}
        for grant in self._names.scenario.grants:
            if kind_of(grant) == kind and place(grant) == where:
                _, who, type_ = identity(grant, self._names)
                start = {"public": "", "user": who}.get(type_, f"{type_} {who}")
                letters = (_LETTERS[p] + "*" * grant.admin for p in privileges(grant))
                given[start] = given.get(start, "") + "".join(letters)
        if not given:
            return None
        full = "".join(_LETTERS[p] for p in _ALL[kind])
        items = {owner: full} | given
        return "{" + ",".join(_quoted(f"{w}={p}/{owner}") for w, p in items.items()) + "}"


def _quoted(item: str) -> str:
    """An item of an array's text."""
    if not set(item) & set(' ,{}"\\'):
        return item
    return '"' + item.replace("\\", "\\\\").replace('"', '\\"') + '"'
