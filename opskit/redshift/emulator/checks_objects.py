"""What a scenario says there is: names that are good, and are there."""

from opskit.errors import UsageError
from opskit.redshift.catalog import views
from opskit.redshift.emulator.columns import kind_of
from opskit.redshift.emulator.naming import split
from opskit.redshift.emulator.notes import Notes, Path
from opskit.redshift.emulator.objects import Table
from opskit.redshift.sqltext import name as quoted


class ObjectChecks(Notes):
    """The checks of users, tables and grants; each notes what it finds and goes on."""

    def objects(self) -> None:
        for user, spec in self.scenario.users.items():
            if not user or "\0" in user:
                self.note(("users", user), "a user needs a name", key=True)
            for n, role in enumerate(spec.roles):
                if not role.startswith("sys:"):
                    self.known(("users", user, "roles", n), role, self.scenario.roles, "role")
        for role, granted in self.scenario.roles.items():
            self.known(("roles", role, "owner"), granted.owner, self.users, "user")
            for n, other in enumerate(granted.roles):
                if not other.startswith("sys:"):
                    self.known(("roles", role, "roles", n), other, self.scenario.roles, "role")
        for schema, space in self.scenario.schemas.items():
            self.known(("schemas", schema, "owner"), space.owner, self.users, "user")
        self._unique()
        for n, table in enumerate(self.scenario.tables):
            self._columns(("tables", n), table)
            self.known(("tables", n, "owner"), table.owner, self.users, "user")

    def _unique(self) -> None:
        seen: set[tuple[str, str]] = set()
        for kind, names in (("tables", self.tables), ("stored_views", self.stored)):
            for n, name in enumerate(names):
                if name in seen:
                    self.note((kind, n, "name"), f"{name[0]}.{name[1]} is there twice")
                seen.add(name)

    def _columns(self, path: Path, table: Table) -> None:
        names = [column.name for column in table.all_columns]
        for n, column in enumerate(table.columns):
            at = (*path, "columns", n)
            if column.name in names[:n]:
                self.note((*at, "name"), f"the column {column.name} is there twice")
            try:
                kind_of(column.type)
            except ValueError as error:
                self.note((*at, "type"), str(error), "as in bigint, varchar(64), numeric(12,2)")
            if column.references is not None:
                self._reference((*at, "references"), column.references)
        self.known((*path, "distkey"), table.distkey, names, "column of the table")
        for key, columns in (("sortkey", table.sortkey), ("primary_key", table.primary_key)):
            for n, name in enumerate(columns):
                self.known((*path, key, n), name, names, "column of the table")

    def _reference(self, path: Path, text: str) -> None:
        try:
            where = quoted(*split(text, 3))
        except UsageError as error:
            self.note(path, error.message, "write it as schema.table.column")
            return
        names = {
            quoted(schema, name, column.name)
            for (schema, name), t in zip(self.tables, self.scenario.tables, strict=True)
            for column in t.all_columns
        }
        self.known(path, where, names, "column")

    def grants(self) -> None:
        there = [*self.tables, *self.stored]
        for n, grant in enumerate(self.scenario.grants):
            at: Path = ("grants", n)
            kind, _, who = grant.to.partition(" ")
            if kind == "user":
                self.known((*at, "to"), who, self.users, "user")
            elif kind == "group":
                self.known((*at, "to"), who, self.groups, "group")
            elif kind == "role":
                self.known((*at, "to"), who, self.scenario.roles, "role")
            given = [k for k in ("table", "schema", "database") if getattr(grant, k) is not None]
            if len(given) != 1:
                self.note(at, "a grant is on one of table, schema and database")
            if grant.table is not None and grant.table.lower() not in views():
                self.table((*at, "table"), grant.table, there)
            self.known((*at, "schema"), grant.schema, self.schemas, "schema")
