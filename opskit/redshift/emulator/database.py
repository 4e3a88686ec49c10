"""The warehouse behind the emulator: a scenario in DuckDB, and what each user sees of it."""

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from opskit.clients import duck
from opskit.redshift import dialect
from opskit.redshift.catalog import View
from opskit.redshift.duck import insert_values
from opskit.redshift.emulator import fill_objects, system_views
from opskit.redshift.emulator.columns import ENCODINGS
from opskit.redshift.emulator.fill_work import Filler
from opskit.redshift.emulator.numbers import Names
from opskit.redshift.emulator.scenario import Scenario
from opskit.redshift.emulator.system_views import RAW, WHOLE, script
from opskit.redshift.sqltext import name

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

VERSION = (
    "PostgreSQL 8.0.2 on i686-pc-linux-gnu, compiled by GCC gcc (GCC) 3.4.2 20041017 "
    "(Red Hat 3.4.2-6.fc3), Redshift 1.0.100000"
)


class Account:
    """A user as the server sees it."""

    def __init__(self, user: str, names: Names) -> None:
        spec = names.specs[user]
        self.name = user
        self.id = names.users[user]
        self.password = spec.password
        self.superuser = spec.superuser
        self.groups = list(spec.groups)
        self.roles = _roles(spec.roles, names)
        system = {"sys:monitor", "sys:operator", "sys:dba", "sys:superuser"} & self.roles
        self.monitor = bool(system)
        self.sees_all = self.superuser or self.monitor or spec.syslog_access == "UNRESTRICTED"
        self.granted = _granted(self, names)

    def may_read(self, view: str, definition: View) -> bool:
        """Whether a system view is open to it; which of its rows is another question."""
        if definition.visible_to != "superuser" or self.superuser or self.monitor:
            return True
        return view in self.granted


def _roles(first: Iterable[str], names: Names) -> set[str]:
    """Roles that one has, with those that are granted to them."""
    found: set[str] = set()
    todo = list(first)
    while todo:
        role = todo.pop()
        if role not in found:
            found.add(role)
            spec = names.scenario.roles.get(role)
            todo += spec.roles if spec else []
    return found


def _granted(account: Account, names: Names) -> set[str]:
    """The system views that it may read by a grant."""
    mine = {"public", f"user {account.name}"}
    mine |= {f"group {group}" for group in account.groups}
    mine |= {f"role {role}" for role in account.roles}
    return {
        grant.table.lower()
        for grant in names.scenario.grants
        if grant.table is not None
        and grant.to in mine
        and grant.column is None
        and {"SELECT", "ALL"} & set(grant.privileges)
    }


class Database:
    """One warehouse. Its clock stands still, or runs where the scenario has no time.

    `lock` is held by whoever changes something; questions need none.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.engine = scenario.engine
        self.names = Names(scenario)
        self.accounts = {user: Account(user, self.names) for user in self.names.users}
        self.lock = threading.RLock()
        self._frozen = scenario.clock()
        self._seen: set[str] = set()
        self.root = duck.connect()
        now = self.now()
        self._macros()
        self._script("made.sql")
        for table, rows in fill_objects.rows(self.names, now).items():
            insert_values(self.root, f"made.{table}", rows)
        self._cluster()
        self._queues()
        Filler(self.root, self.names, now).fill()
        self._script("runs.sql")
        self._script("shared.sql")
        system_views.create(self.root, self.engine)
        system_views.write_raw(self.root, scenario, now)
        # From here on nothing leaves the database: clients write any SQL.
        self.execute("SET enable_external_access = false")

    def now(self) -> datetime:
        """The time there, in UTC without a zone."""
        return self._frozen or datetime.now(UTC).replace(tzinfo=None)

    def execute(self, sql: str, values: Any = None) -> list[tuple[Any, ...]]:
        """The rows of a statement in DuckDB's SQL, over everything."""
        with self.lock:
            return duck.execute(self.root, sql, values)[1]

    def close(self) -> None:
        self.root.close()

    def cursor(self, account: Account, pid: int, database: str) -> "Connection":
        """A connection that sees what the user may see."""
        with self.lock:
            path = self._path(account)
            cursor = self.root.cursor()
        functions = {
            "current_user": text(account.name),
            "session_user": text(account.name),
            "current_user_id": str(account.id),
            "current_database": text(database),
            "current_schema": "'public'",
            "pg_backend_pid": str(pid),
            "version": text(VERSION),
        }
        for statement in (
            *dialect.SESSION,
            f"SET search_path = {text(path)}",
            *(f"CREATE TEMP MACRO {f}() AS {body}" for f, body in functions.items()),
        ):
            duck.execute(cursor, statement)
        return cursor

    def _script(self, file: str) -> None:
        self.execute(script(file))

    def _macros(self) -> None:
        now = f"TIMESTAMP '{self._frozen}'" if self._frozen else "(now() AT TIME ZONE 'UTC')"
        words = " ".join(f"WHEN {n} THEN '{word}'" for n, word in enumerate(ENCODINGS))
        for statement in (
            *dialect.SESSION,
            *dialect.MACROS,
            f"CREATE OR REPLACE MACRO redshift_now() AS {now}",
            "CREATE OR REPLACE MACRO format_encoding(code) AS "
            f"CASE CAST(code AS INTEGER) {words} WHEN 128 THEN 'none' END",
        ):
            self.execute(statement)

    def _cluster(self) -> None:
        scenario = self.scenario
        capacity = scenario.storage.node_gb * 1024 * scenario.nodes
        used: float = sum(table.size_mb for table in scenario.tables)
        if scenario.storage.used is not None:
            used = capacity * scenario.storage.used / 100
        serverless = scenario.engine == "serverless"
        row = (scenario.database, scenario.nodes, scenario.slices, capacity, round(used))
        insert_values(self.root, "made.cluster", [(*row, serverless)])

    def _queues(self) -> None:
        if self.engine == "serverless":
            return
        from opskit.redshift.emulator.fill_queues import rows

        for table, some in rows(self.scenario).items():
            insert_values(self.root, f"made.{table}", some)

    # What each user sees

    def _path(self, account: Account) -> str:
        """The schemas that names of system views are looked for in."""
        if account.superuser:
            return WHOLE
        own = f"user_{account.id}"
        if own not in self._seen:
            self.execute(f"CREATE SCHEMA {own}")
            for view, definition in system_views.there(self.engine):
                mine = self._own_rows(definition, account)
                if mine:
                    select = f"SELECT * FROM {WHOLE}.{name(view)} WHERE {mine}"
                    self.execute(f"CREATE VIEW {own}.{name(view)} AS {select}")
            self._seen.add(own)
        return f"{own},{WHOLE}"

    def _own_rows(self, definition: View, account: Account) -> str:
        """The condition that leaves a regular user its own rows; empty where it sees them all."""
        columns = definition.columns
        if "txn_owner" in columns:
            return f"txn_owner = {text(account.name)}"
        if definition.visible_to != "own":
            return ""
        if "identity_id" in columns:
            return self._own_grants(account)
        if account.sees_all:
            return ""
        for column in ("userid", "user_id", "usesysid"):
            if column in columns:
                number = f"'{account.id}'" if columns[column] != "integer" else account.id
                return f"CAST({column} AS VARCHAR) = CAST({number} AS VARCHAR)"
        for column in ("user_name", "username"):
            if column in columns:
                return f"{column} = {text(account.name)}"
        if "query" in columns and self.engine == "provisioned":
            return f"query IN (SELECT query FROM made.runs WHERE userid = {account.id})"
        return ""

    @staticmethod
    def _own_grants(account: Account) -> str:
        """Of privileges: one's own, those of one's groups and roles, and everybody's."""
        groups = ", ".join(map(text, account.groups)) or "NULL"
        roles = ", ".join(map(text, sorted(account.roles))) or "NULL"
        return (
            "identity_type = 'public'"
            f" OR identity_type = 'user' AND identity_id = {account.id}"
            f" OR identity_type = 'group' AND identity_name IN ({groups})"
            f" OR identity_type = 'role' AND identity_name IN ({roles})"
        )


def text(value: str) -> str:
    """A text as DuckDB writes it, which knows no backslash in texts."""
    return "'" + value.replace("'", "''") + "'"


__all__ = ["RAW", "WHOLE", "Account", "Database", "Sequence", "text"]
