"""DuckDB, the engine for data that outgrows Python: connections, and its errors in kinds."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from opskit.errors import OpskitError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    Connection: TypeAlias = DuckDBPyConnection

Kind = Literal["interrupted", "missing", "locked", "damaged", "full", "refused"]


class DuckError(OpskitError):
    """What DuckDB refused: `kind` says why, `detail` is all that it said of it."""

    def __init__(self, message: str, kind: Kind, detail: str = "") -> None:
        super().__init__(message)
        self.kind = kind
        self.detail = detail or message


def connect(path: str | Path = ":memory:", *, read_only: bool = False) -> "Connection":
    """A connection to a database file, or to one in memory; DuckError where there is none.

    No extension is loaded or fetched by itself, and no progress is drawn: DuckDB draws on stdout
    wherever it takes the program for interactive.
    """
    import duckdb

    try:
        made = duckdb.connect(
            str(path),
            read_only=read_only,
            config={"autoinstall_known_extensions": False, "autoload_known_extensions": False},
        )
        made.execute("SET enable_progress_bar = false")
        return made
    except duckdb.Error as error:
        raise failure(error) from None


def execute(
    connection: "Connection", sql: str, values: Sequence[Any] | Mapping[str, Any] | None = None
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Names of the columns and the rows of one statement; DuckError where it is refused."""
    import duckdb

    try:
        connection.execute(sql, values)
        return [column[0] for column in connection.description or ()], connection.fetchall()
    except duckdb.Error as error:
        raise failure(error) from None


def stream(
    connection: "Connection", sql: str, size: int = 2000
) -> tuple[list[tuple[str, str]], Iterator[list[tuple[Any, ...]]]]:
    """Name and type of each column, and the rows in parts; DuckError where it is refused.

    The rows are to be read before the connection is used again.
    """
    import duckdb

    try:
        connection.execute(sql)
    except duckdb.Error as error:
        raise failure(error) from None
    columns = [(str(column[0]), str(column[1])) for column in connection.description or ()]
    return columns, _parts(connection, size)


def _parts(connection: "Connection", size: int) -> Iterator[list[tuple[Any, ...]]]:
    import duckdb

    try:
        while part := connection.fetchmany(size):
            yield part
    except duckdb.Error as error:
        raise failure(error) from None


_FULL = ("No space left", "File too large", "Disk quota exceeded", "Could not write")


def failure(error: Exception) -> DuckError:
    """An error of DuckDB in its kind."""
    import duckdb

    text = str(error).split("\n")[0]
    if isinstance(error, duckdb.InterruptException):
        return DuckError("interrupted", "interrupted")
    if isinstance(error, duckdb.CatalogException):
        return DuckError(text, "missing")
    if "lock" in text and isinstance(error, duckdb.IOException):
        return DuckError(text, "locked")
    if isinstance(error, duckdb.OutOfMemoryException) or any(part in text for part in _FULL):
        return DuckError(text, "full")
    if isinstance(error, duckdb.IOException | duckdb.SerializationException):
        return DuckError(text, "damaged", str(error))
    return DuckError(text, "refused", str(error))
