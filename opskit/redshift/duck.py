"""System views in DuckDB, asked in SQL of Redshift: captures, the emulator, tests."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from opskit.clients import duck
from opskit.redshift import dialect
from opskit.redshift.catalog import Engine, View, views
from opskit.redshift.source import QueryError, Reason, Result, plain
from opskit.redshift.sqltext import name

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

_TYPES = {"oid": "bigint", "name": "varchar", "text": "varchar", "timestamptz": "timestamptz"}


def column_type(kind: str | None) -> str:
    """DuckDB's type for a type of the catalog; text where the catalog has none."""
    if kind is None or kind.startswith(("char", "varchar", "_", "aclitem", "array", "super")):
        return "varchar"
    return _TYPES.get(kind, kind)


def prepare(connection: "Connection", now: datetime) -> None:
    """Let a connection understand what `dialect.to_duckdb` writes; GETDATE() is `now`."""
    for statement in (*dialect.SESSION, *dialect.MACROS):
        connection.execute(statement)
    connection.execute(f"CREATE OR REPLACE MACRO redshift_now() AS ({_moment(now)})")


def _moment(now: datetime) -> str:
    return f"TIMESTAMP '{now:%Y-%m-%d %H:%M:%S.%f}'"


def create_table(connection: "Connection", view: str, definition: View) -> None:
    """An empty table called and shaped like a system view."""
    columns = ", ".join(f"{name(c)} {column_type(t)}" for c, t in definition.columns.items())
    connection.execute(f"CREATE TABLE {name(view)} ({columns})")


def create_tables(
    connection: "Connection", engine: Engine, only: Container[str] | None = None
) -> None:
    """Empty tables for all views that there are on an engine, or for some of them."""
    for view, definition in views().items():
        if engine in definition.engines and (only is None or view in only):
            create_table(connection, view, definition)


def insert(connection: "Connection", view: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add rows to the table of a view; what a row lacks is NULL."""
    columns = list(views()[view].columns)
    insert_values(connection, name(view), ([row.get(column) for column in columns] for row in rows))


def insert_values(
    connection: "Connection", table: str, rows: Iterable[Sequence[Any]], size: int = 5000
) -> None:
    """Add rows to a table, given as its columns are.

    A list of values a column and statement: about 50 times as fast as a statement a row.
    """
    todo = iter(rows)
    while part := list(islice(todo, size)):
        values = [list(column) for column in zip(*part, strict=True)]
        lists = ", ".join(["unnest(?)"] * len(values))
        connection.execute(f"INSERT INTO {table} SELECT {lists}", values)


class DuckSession:
    """One cursor of a DuckDB database that holds system views."""

    def __init__(self, cursor: "Connection", label: str) -> None:
        self._cursor = cursor
        self._label = label
        for statement in dialect.SESSION:
            cursor.execute(statement)

    def run(self, sql: str) -> Result:
        try:
            columns, rows = duck.execute(self._cursor, dialect.to_duckdb(sql))
        except duck.DuckError as error:
            raise self._failure(error) from None
        return Result(columns, [[plain(value) for value in row] for row in rows])

    def cancel(self) -> None:
        self._cursor.interrupt()

    def close(self) -> None:
        self._cursor.close()

    def _failure(self, error: duck.DuckError) -> QueryError:
        if error.kind == "interrupted":
            return QueryError("interrupted", Reason.CANCELLED, where=self._label)
        if error.kind == "missing":
            found = re.search(r"Table with name (\S+) does not exist", error.message)
            relation = found[1] if found else ""
            what = f"{relation} is not there" if relation else error.message
            return QueryError(what, Reason.MISSING, relation=relation, where=self._label)
        return QueryError(error.message, Reason.SQL, where=self._label)


class DuckSource:
    """A source over a DuckDB connection whose tables or views are called as the system views.

    One worker: DuckDB runs one query on all cores.
    """

    workers = 1

    def __init__(self, connection: "Connection", engine: Engine, now: datetime, name: str) -> None:
        self._connection = connection
        self._now = now
        self.engine = engine
        self.name = name
        prepare(connection, now)

    def connect(self) -> DuckSession:
        return DuckSession(self._connection.cursor(), self.name)

    def now(self) -> datetime:
        return self._now


def memory(
    engine: Engine,
    now: datetime,
    rows: Mapping[str, Iterable[Mapping[str, Any]]],
    only: Container[str] | None = None,
) -> DuckSource:
    """A source in memory with all views of an engine, or some, and rows in some of them.

    Who asks is a superuser, unless there are rows of PG_USER.
    """
    connection = duck.connect()
    create_tables(connection, engine, only)
    if only is None or "pg_user" in only:
        user = duck.execute(connection, "SELECT CURRENT_USER")[1][0][0]
        rows = {"pg_user": [{"usename": user, "usesysid": 1, "usesuper": True}], **rows}
    for view, some in rows.items():
        insert(connection, view, some)
    return DuckSource(connection, engine, now, "memory")
