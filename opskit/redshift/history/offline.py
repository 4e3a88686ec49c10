"""A capture as a source: the system views as they were, and errors as the server gave them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from opskit.clients import duck
from opskit.redshift.catalog import Engine, views
from opskit.redshift.duck import DuckSession, DuckSource
from opskit.redshift.history import selection
from opskit.redshift.history.store import Contents, Snapshot, moment
from opskit.redshift.queries import Library
from opskit.redshift.source import QueryError, Reason, Result, Row
from opskit.redshift.sqltext import literal, name

if TYPE_CHECKING:
    from opskit.clients.duck import Connection


_NO_COLUMN = re.compile(
    r'Referenced column "(\w+)" not found|'
    r'Table "(\w+)" does not have a column named "(\w+)"'
)

_NO_TABLE = re.compile(r"Table with name (\w+) does not exist")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a view was not read."""

    reason: Reason
    message: str
    relation: str

    def error(self, where: str) -> QueryError:
        return QueryError(self.message, self.reason, relation=self.relation, where=where)


class CaptureSession(DuckSession):
    """Raises what the server said where a query reads what could not be captured."""

    def __init__(self, cursor: "Connection", label: str, failures: Mapping[str, Failure]) -> None:
        super().__init__(cursor, label)
        self._failures = failures

    def run(self, sql: str) -> Result:
        failure = self._first(sql)
        if failure is not None:
            raise failure.error(self._label)
        return super().run(sql)

    def _first(self, sql: str) -> Failure | None:
        """What a server refuses first: names that there are not, then permissions, in order."""
        words = set(re.findall(r"\w+", sql.lower()))
        if not words & self._failures.keys():
            return None
        found = [self._failures[view] for view in _read(sql) if view in self._failures]
        missing = (failure for failure in found if failure.reason is Reason.MISSING)
        return next(missing, found[0] if found else None)

    def _failure(self, error: duck.DuckError) -> QueryError:
        column = _NO_COLUMN.search(error.message)
        if column and "Binder Error" in error.message:
            called = column[1] or f"{column[2]}.{column[3]}"
            quoted = f'"{called}"' if column[1] else called
            return QueryError(f"column {quoted} does not exist", Reason.MISSING, where=self._label)
        return super()._failure(error)


def _read(sql: str) -> list[str]:
    """The views that a statement reads, in the order of its text."""
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(sql, read="redshift")
    except SqlglotError:
        return []  # the session says what is wrong with it
    own = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    tables = [t for t in tree.find_all(exp.Table) if t.name.lower() not in own or t.db]
    tables.sort(key=lambda table: table.this.meta.get("start", 0))
    return [table.name.lower() for table in tables]


class CaptureSource(DuckSource):
    """A capture at the time of one of its snapshots."""

    def __init__(
        self,
        connection: "Connection",
        held: Contents,
        snapshot: Snapshot,
        path: Path,
    ) -> None:
        super().__init__(connection, held.engine, snapshot.at, str(path))
        self.contents = held
        self.snapshot = snapshot
        self.failures = _failures(held.engine)
        user = literal(held.user)
        duck.execute(connection, f"CREATE MACRO current_user() AS {user}")
        for view, status, columns, *why in _coverage(connection, snapshot):
            if view not in views():
                continue
            if status == "read":
                create_view(connection, view, columns, snapshot.at)
                self.failures.pop(view, None)
            else:
                self.failures[view] = Failure(Reason[why[0]], *why[1:])

    def connect(self) -> CaptureSession:
        return CaptureSession(self._connection.cursor(), self.name, self.failures)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """The rows of a statement in DuckDB's SQL, over the views as of now and `capture`.

        QueryError where a view could not be read.
        """
        try:
            names, rows = duck.execute(self._connection, sql, values)
        except duck.DuckError as error:
            gone = _NO_TABLE.search(error.message) if error.kind == "missing" else None
            if gone is None or gone[1] not in self.failures:
                raise
            failure = self.failures[gone[1]]
            raise failure.error(self.name) from None
        return [dict(zip(names, row, strict=True)) for row in rows]

    def ask(self, sql: str) -> list[Row]:
        """The rows of a statement in Redshift's SQL; QueryError where there are none to be had."""
        return self.connect().run(sql).records()

    def answer(self, query: str, since: datetime) -> list[Row]:
        """The rows of one of opskit's queries, from a time on."""
        return self.ask(Library().find(query, self.engine).bound(since, self.now()))

    def covered(self, view: str) -> datetime | None:
        """Since when a log has been read without a gap, up to this snapshot; None for never."""
        return covered(self._connection, view, self.now())


def _failures(engine: Engine) -> dict[str, Failure]:
    """What to say of each view, if nothing was recorded: it is not in the file."""
    return {
        view: Failure(Reason.MISSING, f"{view} is not in this capture", view)
        if engine in definition.engines
        else Failure(Reason.MISSING, f'relation "{view}" does not exist', view)
        for view, definition in views().items()
    }


def _coverage(connection: "Connection", snapshot: Snapshot) -> list[tuple[Any, ...]]:
    return duck.execute(
        connection,
        "SELECT view, status, columns, reason, message, relation FROM capture.meta.coverage "
        "WHERE snapshot = ? ORDER BY view",
        [snapshot.id],
    )[1]


def create_view(connection: "Connection", view: str, columns: list[str], at: datetime) -> None:
    """The system view, with the rows that were valid at that time."""
    listed = ", ".join(name(column) for column in columns)
    valid = f"FROM capture.views.{name(view)} WHERE _from <= {moment(at)} AND _to > {moment(at)}"
    text = f"SELECT {listed} {valid}"
    if view in selection.COUNTED:
        text = f"SELECT {listed} FROM (SELECT {listed}, UNNEST(RANGE(_n)) {valid})"
    duck.execute(connection, f"CREATE VIEW {name(view)} AS {text}")


def covered(connection: "Connection", view: str, at: datetime) -> datetime | None:
    """Since when a log has been read without a gap up to `at`."""
    _, spans = duck.execute(
        connection,
        "SELECT since, until FROM capture.meta.coverage "
        "WHERE view = ? AND status = 'read' AND until <= ? ORDER BY until DESC",
        [view, at],
    )
    start: datetime | None = None
    for since, until in spans:
        if start is not None and until < start:
            break
        start = since if start is None else min(start, since)
    return start
