"""What was read, put into the capture: rows that are new, and the end of those that changed.

Rows are compared in batches: all rows of a view with the same key. A batch that is as it was is
left alone; of one that changed, the rows that were read again end, and what was read begins. So a
key that is not unique loses nothing, and duplicates stay. A state is one batch for each different
row, and rows that were not read again end; a log forgets, and what it forgot stays, but for what
was running when it was read last and is there no more.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from opskit.clients import duck
from opskit.redshift.catalog import View, views
from opskit.redshift.duck import column_type
from opskit.redshift.history import selection
from opskit.redshift.history.reading import Reading
from opskit.redshift.history.store import moment, quoted
from opskit.redshift.sqltext import name

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

FOREVER = "TIMESTAMP 'infinity'"
#: A row that was running ends where the log has it no more; older ones it may have forgotten.
GHOSTS = timedelta(days=2)
_WIDE = {"smallint": "bigint", "integer": "bigint"}
_LONGEST = 67_108_864


def stored_type(kind: str | None) -> str:
    """The type of a column in the file; every integer is wide, for what the catalog got wrong."""
    text = column_type(kind)
    return _WIDE.get(text, text)


Shapes = Mapping[str, Collection[str]]


def shapes(connection: "Connection") -> Shapes:
    """The columns of the tables that the file has, by view."""
    _, rows = duck.execute(
        connection,
        "SELECT table_name, LIST(column_name) FROM DUCKDB_COLUMNS() WHERE schema_name = 'views' "
        "GROUP BY ALL",
    )
    return dict(rows)


def merge(connection: "Connection", reading: Reading, at: datetime, there: Shapes) -> None:
    """Bring a view's table up to what was read at that time; `there` is what the file has."""
    definition = views()[reading.view]
    columns = [*reading.columns, *(["_n"] if reading.view in selection.COUNTED else [])]
    table = f"views.{name(reading.view)}"
    listed = ", ".join(name(c) for c in columns)
    rows = _rows(reading, definition, columns)
    if reading.view not in there:
        new = f"SELECT {listed}, {moment(at)} AS _from, {FOREVER} AS _to FROM {rows}"
        duck.execute(connection, f"CREATE TABLE {table} AS {new}")
        return
    for column in columns:
        if column not in there[reading.view]:
            kind = _type(definition, column)
            duck.execute(connection, f"ALTER TABLE {table} ADD COLUMN {name(column)} {kind}")
    hashes = f"{_hash(_key(definition, columns))} AS _key, {_hash(columns)} AS _all"
    duck.execute(connection, f"CREATE TEMP TABLE staged AS SELECT *, {hashes} FROM {rows}")
    _compare(connection, table, reading, definition, columns, at)
    duck.execute(
        connection,
        f"UPDATE {table} SET _to = {moment(at)} WHERE rowid IN (SELECT _row FROM ended)",
    )
    duck.execute(
        connection,
        f"INSERT INTO {table} ({listed}, _from, _to) SELECT {listed}, {moment(at)}, {FOREVER} "
        "FROM staged SEMI JOIN changed USING (_key)",
    )
    for temporary in ("staged", "kept", "changed", "ended"):
        duck.execute(connection, f"DROP TABLE {temporary}")


def _type(definition: View, column: str) -> str:
    return "bigint" if column == "_n" else stored_type(definition.columns[column])


def _rows(reading: Reading, definition: View, columns: list[str]) -> str:
    """The rows as read, as what follows FROM."""
    kinds = {f"c{number}": _type(definition, column) for number, column in enumerate(columns)}
    if reading.files:
        files = ", ".join(quoted(path) for path in reading.files)
        given = ", ".join(f"{short}: '{kind}'" for short, kind in kinds.items())
        rows = (
            f"READ_JSON([{files}], format='newline_delimited', columns={{{given}}}, "
            f"maximum_object_size={_LONGEST})"
        )
    else:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {short}" for short, kind in kinds.items())
        rows = f"(SELECT {nothing} WHERE FALSE)"
    cells = ", ".join(
        f"{_cell(definition, column, short)} AS {name(column)}"
        for short, column in zip(kinds, columns, strict=True)
    )
    return f"(SELECT {cells} FROM {rows})"


def _cell(definition: View, column: str, short: str) -> str:
    """A value as it is kept: `char` without the blanks that fill it up, which mean nothing.

    The parts of a text that goes over several rows keep theirs: a part may end in one.
    """
    kind = definition.columns.get(column) or ""
    in_parts = column == "text" and "sequence" in definition.columns
    return f"RTRIM({short}, ' ')" if kind.startswith("char") and not in_parts else short


def _key(definition: View, columns: list[str]) -> list[str]:
    """What makes a batch: a log's key with its time, as far as it was read; all of a state."""
    if definition.kind == "state":
        return columns
    wanted = dict.fromkeys((*definition.key, *([definition.time] if definition.time else [])))
    return [column for column in wanted if column in columns] or columns


def _hash(columns: list[str]) -> str:
    """64 bits: two of a million batches meet once in 30 million captures."""
    return f"HASH({', '.join(name(column) for column in columns)})"


def _compare(
    connection: "Connection",
    table: str,
    reading: Reading,
    definition: View,
    columns: list[str],
    at: datetime,
) -> None:
    """`changed`: the batches to write; `ended`: the rows of the file that are so no more."""
    end = selection.end_of(definition)
    running = "FALSE"
    if definition.kind == "state":
        running = "TRUE"
    elif end and definition.time and end in columns:
        running = f"{name(end)} IS NULL AND {name(definition.time)} >= {moment(at - GHOSTS)}"
    key, scope = _hash(_key(definition, columns)), selection.scope(definition, reading.since)
    among = f"({key} IN (SELECT _key FROM staged) OR ({running}))"
    duck.execute(
        connection,
        "CREATE TEMP TABLE kept AS "
        f"SELECT rowid AS _row, {key} AS _key, {_hash(columns)} AS _all, "
        f"({running}) AS _running FROM {table} WHERE _to = {FOREVER} AND {scope} AND {among}",
    )
    signed = "SELECT _key, COUNT(*) AS n, SUM(_all) AS s, BIT_XOR(_all) AS x FROM"
    duck.execute(
        connection,
        f"CREATE TEMP TABLE changed AS SELECT a._key FROM ({signed} staged GROUP BY _key) AS a "
        f"LEFT JOIN ({signed} kept GROUP BY _key) AS b USING (_key) "
        "WHERE b.n IS NULL OR (a.n, a.s, a.x) IS DISTINCT FROM (b.n, b.s, b.x)",
    )
    duck.execute(
        connection,
        "CREATE TEMP TABLE ended AS SELECT _row FROM kept WHERE _key IN (SELECT _key FROM changed) "
        "OR (_running AND _key NOT IN (SELECT _key FROM staged))",
    )
