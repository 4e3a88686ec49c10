"""The plan to archive tables: SQL in the order in which it has to run.

The types are those that AWS documents for CREATE EXTERNAL TABLE; what these cannot hold is
converted where UNLOAD reads it, and a table with a column that cannot be converted is left out.
https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_EXTERNAL_TABLE.html
https://docs.aws.amazon.com/redshift/latest/dg/r_UNLOAD.html
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from opskit.redshift.source import Row
from opskit.redshift.sqltext import literal, name

#: The types that a Parquet file and an external table have as they are.
_PLAIN = {
    *("smallint", "integer", "bigint", "real", "double precision", "boolean", "date"),
    *("numeric", "decimal", "character varying", "character", "varchar", "char", "varbyte"),
    *("text", "bpchar", "name"),
}
_CONVERTED = {
    "timestamp without time zone": ("timestamp", "{}"),
    "timestamp": ("timestamp", "{}"),
    "timestamp with time zone": ("timestamp", "{} AT TIME ZONE 'UTC'"),
    "timestamptz": ("timestamp", "{} AT TIME ZONE 'UTC'"),
    "time without time zone": ("varchar(32)", "CAST({} AS varchar(32))"),
    "time with time zone": ("varchar(32)", "CAST({} AS varchar(32))"),
    "time": ("varchar(32)", "CAST({} AS varchar(32))"),
    "timetz": ("varchar(32)", "CAST({} AS varchar(32))"),
    "super": ("varchar(65535)", "JSON_SERIALIZE({})"),
}
_BARE = {"text": "varchar(256)", "bpchar": "char(256)", "name": "varchar(128)"}


class Archive(NamedTuple):
    """Where tables go: a folder in S3, an external schema, and the role that may write there."""

    folder: str
    schema: str
    role: str


def external(kind: str) -> tuple[str, str] | None:
    """The external table's type for a type, and how to convert a column; None where it has none."""
    text = " ".join(kind.lower().split())
    bare = re.sub(r"\(.*?\)", "", text).strip()
    if bare in _CONVERTED:
        return _CONVERTED[bare]
    if bare not in _PLAIN:
        return None
    return (_BARE.get(text) or text.replace("character varying", "varchar"), "{}")


def plan(tables: Sequence[tuple[Row, Sequence[Row]]], archive: Archive) -> str:
    """The SQL for tables, each with its columns (`column`, `type`, in their order)."""
    parts = [_HEAD.format(schema=name(archive.schema))]
    for number, (table, columns) in enumerate(tables, start=1):
        parts.append("\n".join(_one(table, columns, archive, f"{number} of {len(tables)}")))
    return "\n\n".join(parts) + "\n"


_HEAD = """\
-- Read it before you run it, statement by statement, with autocommit on: CREATE EXTERNAL TABLE is
-- refused in a transaction. Stop at the first error. The external schema {schema} has to be there:
--   CREATE EXTERNAL SCHEMA {schema} FROM DATA CATALOG DATABASE '...' IAM_ROLE '...'
--   CREATE EXTERNAL DATABASE IF NOT EXISTS;
-- Nothing is lost before DROP TABLE, the last statement of each table; a snapshot of the cluster
-- brings a table back after it."""


def _one(table: Row, columns: Sequence[Row], archive: Archive, number: str) -> Iterator[str]:
    here = name(table["schema"], table["table"])
    there = name(archive.schema, f"{table['schema']}_{table['table']}")
    size = f"{(table['size_mb'] or 0) / 1024:.1f} GB"
    yield f"-- {number}: {_comment(here)}, {size}"
    kinds = [(column["column"], external(column["type"] or "")) for column in columns]
    lost = [f"{c['column']} ({c['type']})" for c in columns if external(c["type"] or "") is None]
    if lost or not kinds:
        why = f"Parquet cannot keep {', '.join(lost)}" if lost else "its columns are not known"
        yield f"-- left out: {_comment(why)}"
        return
    folder = f"{archive.folder}{_key(table['schema'])}/{_key(table['table'])}/"
    cells = ", ".join(_cell(column, kind[1]) for column, kind in kinds if kind)
    yield f"UNLOAD ({literal(f'SELECT {cells} FROM {here}')})"
    yield f"TO {literal(folder)} IAM_ROLE {_role(archive.role)} FORMAT PARQUET;"
    yield "-- undo: delete the files; UNLOAD refuses a folder that has some already"
    yield f"CREATE EXTERNAL TABLE {there} ("
    yield ",\n".join(f"  {name(column)} {kind[0]}" for column, kind in kinds if kind)
    yield f") STORED AS PARQUET LOCATION {literal(folder)};"
    yield f"-- undo: DROP TABLE {_comment(there)};"
    yield "-- the counts; then a statement that fails (division by zero) where they differ"
    yield f"SELECT (SELECT COUNT(*) FROM {here}) AS here, (SELECT COUNT(*) FROM {there}) AS there;"
    yield (
        f"SELECT 1 / CASE WHEN (SELECT COUNT(*) FROM {here}) = (SELECT COUNT(*) FROM {there}) "
        "THEN 1 ELSE 0 END AS same;"
    )
    yield "-- not reversible; it fails where a view needs the table, and that view is a use of it"
    yield f"DROP TABLE {here};"


def _cell(column: str, how: str) -> str:
    text = how.format(name(column))
    return text if how == "{}" else f"{text} AS {name(column)}"


def _role(role: str) -> str:
    return "default" if role == "default" else literal(role)


def _key(part: str) -> str:
    """A name as a part of a key in S3, where some characters mean something."""
    return re.sub(r"[^A-Za-z0-9_.=-]", lambda found: f"%{ord(found[0]):02X}", part)


def _comment(text: str) -> str:
    return text.replace("\n", " ").replace("\r", " ")
