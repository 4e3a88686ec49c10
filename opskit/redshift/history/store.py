"""The file of a capture: a DuckDB database with the rows of system views, and since when.

- `meta.capture` says what the file is: its format, the engine, the warehouse, when it was begun.
- `meta.snapshots` has a row for each time that the warehouse was read.
- `meta.coverage` says for each snapshot and view from when to when a log was read, which columns
  the server had, or why the view could not be read.
- `views.NAME` has the rows of a system view, each valid from `_from` until before `_to`.

All times are UTC, without a zone.
"""

import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import gettempdir
from typing import TYPE_CHECKING, NamedTuple, get_args

from opskit.clients import duck
from opskit.errors import InputError
from opskit.redshift.catalog import Engine
from opskit.redshift.history.failures import HINT, in_use, said
from opskit.redshift.sqltext import literal

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

FORMAT = 1
#: How long to wait for another process that has the file, in seconds.
PATIENCE = 20.0
_PAUSE = 0.1

_SCHEMA = """
CREATE SCHEMA meta;
CREATE SCHEMA views;
CREATE TABLE meta.capture (
  format INTEGER, engine VARCHAR, target VARCHAR, user_name VARCHAR, created TIMESTAMP
);
CREATE TABLE meta.snapshots (
  id INTEGER, taken_at TIMESTAMP, reach TIMESTAMP, lookback_seconds BIGINT
);
CREATE TABLE meta.coverage (
  snapshot INTEGER, view VARCHAR, since TIMESTAMP, until TIMESTAMP, status VARCHAR,
  reason VARCHAR, message VARCHAR, relation VARCHAR, columns VARCHAR[], row_count BIGINT
);
"""


class Snapshot(NamedTuple):
    """One time that the warehouse was read; `reach` is the oldest entry that its logs had."""

    id: int
    at: datetime
    reach: datetime | None


class Contents(NamedTuple):
    """What a capture is of, and its snapshots, oldest first."""

    engine: Engine
    target: str
    user: str
    created: datetime
    snapshots: Sequence[Snapshot]

    @property
    def last(self) -> Snapshot | None:
        return self.snapshots[-1] if self.snapshots else None


@contextmanager
def reading(path: Path, *, patience: float = PATIENCE) -> "Iterator[Connection]":
    """A connection in memory, with the file attached as `capture`, for reading only."""
    _refuse_what_is_no_file(path)

    def attach() -> "Connection":
        connection = duck.connect()
        try:
            _settle(connection)
            # without a type, DuckDB takes *.json, *.csv and *.parquet for data to be read
            attach = f"ATTACH {quoted(path)} AS capture (READ_ONLY, TYPE duckdb)"
            duck.execute(connection, attach)
            # queries of users run here, and the machine's files are none of their business
            duck.execute(connection, "SET enable_external_access = false")
        except BaseException:
            connection.close()
            raise
        return connection

    with said(path):
        connection = _patiently(attach, patience)
    try:
        with said(path):
            yield connection
    finally:
        connection.close()


@contextmanager
def writing(path: Path, *, patience: float = PATIENCE) -> "Iterator[Connection]":
    """A connection to the file itself; a transaction that commits at the end, or leaves no trace.

    What DuckDB keeps beside the file while it writes is for the owner only, as the file is.
    """
    before = os.umask(0o077)
    try:
        with said(path):
            connection = _patiently(lambda: duck.connect(path), patience)
        try:
            with said(path):
                _settle(connection)
                duck.execute(connection, "SET TimeZone='UTC'")
                duck.execute(connection, "BEGIN")
                yield connection
                duck.execute(connection, "COMMIT")
                # closing does it too, and says nothing where the disk is full
                duck.execute(connection, "CHECKPOINT")
        finally:
            connection.close()
    finally:
        os.umask(before)


#: For DuckDB alone: a check stays below 1 GB then, and has what it needs at a million queries.
MEMORY = "640MB"


def _settle(connection: "Connection") -> None:
    """No bar on stdout, and what does not fit into some of the memory goes to TMPDIR."""
    duck.execute(connection, "SET enable_progress_bar = false")
    duck.execute(connection, f"SET memory_limit = '{MEMORY}'")
    folder = Path(gettempdir(), f"opskit-duckdb-{os.getpid()}")
    duck.execute(connection, f"SET temp_directory = {quoted(folder)}")


def _patiently(connect: "Callable[[], Connection]", patience: float) -> "Connection":
    """The connection, once nobody else has the file, for as long as there is patience."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return connect()
        except duck.DuckError as error:
            if not in_use(error) or time.monotonic() > deadline:
                raise
        time.sleep(_PAUSE)


def _refuse_what_is_no_file(path: Path) -> None:
    if not path.exists():
        raise InputError("there is no such file", where=str(path), hint=HINT)
    if not path.is_file():
        raise InputError("is no file", where=str(path), hint=HINT)


def quoted(path: Path) -> str:
    """A path as DuckDB's SQL writes it, where a backslash is a character like others."""
    return "'" + str(path).replace("'", "''") + "'"


def begin(
    connection: "Connection", engine: Engine, target: str, user: str, created: datetime
) -> None:
    """Lay out a new file."""
    duck.execute(connection, _SCHEMA)
    duck.execute(
        connection,
        "INSERT INTO meta.capture VALUES (?, ?, ?, ?, ?)",
        [FORMAT, engine, target, user, created],
    )


def contents(connection: "Connection", path: Path, database: str = "capture.") -> Contents:
    """What the file holds, attached or opened; InputError where it is no capture of this format."""
    where = str(path)
    try:
        _, rows = duck.execute(connection, f"SELECT * FROM {database}meta.capture")
        form = rows[0][0]
    except (duck.DuckError, IndexError) as error:
        if isinstance(error, duck.DuckError) and error.kind == "damaged":
            raise
        raise InputError("is no capture", where=where, hint=HINT) from None
    if form != FORMAT:
        raise InputError(
            f"is a capture of format {form}; this opskit reads format {FORMAT}",
            where=where,
            hint="upgrade opskit" if isinstance(form, int) and form > FORMAT else HINT,
        )
    engine, target, user, created = rows[0][1:]
    if engine not in get_args(Engine):
        raise InputError(f"is a capture of {engine!r}, which is no engine", where=where, hint=HINT)
    _, snapshots = duck.execute(
        connection, f"SELECT id, taken_at, reach FROM {database}meta.snapshots ORDER BY id"
    )
    return Contents(engine, target, user, created, [Snapshot(*row) for row in snapshots])


def until(connection: "Connection") -> dict[str, datetime]:
    """For each view the time up to which it has been read."""
    _, rows = duck.execute(
        connection,
        "SELECT view, MAX(until) FROM capture.meta.coverage WHERE status = 'read' GROUP BY 1",
    )
    return dict(rows)


def moment(value: datetime) -> str:
    """A time as SQL of both Redshift and DuckDB."""
    return literal(value)


def utc_now() -> datetime:
    """The time of this machine, in UTC, to the second."""
    return datetime.now(UTC).replace(tzinfo=None, microsecond=0)


def discard(path: Path) -> None:
    """Remove a database that was not finished, and what DuckDB keeps beside it."""
    for file in (path, path.with_name(f"{path.name}.wal")):
        with suppress(FileNotFoundError):
            file.unlink()
