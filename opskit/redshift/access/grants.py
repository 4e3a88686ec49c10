"""What each kind of grant is on: the object, the schema that it is in, the one that it needs."""

from typing import Any

from opskit.redshift.source import Row
from opskit.redshift.sqltext import name

#: The kind of object, its name, its schema (None: all schemas), the schema that it wants USAGE on.
Described = tuple[str, str, str | None, str | None]


def word(value: Any) -> str:
    """A word of the catalog as it is compared."""
    return str(value or "").strip().upper()


def _database(row: Row) -> Described:
    scope = word(row["scope"])
    if scope in ("", "DATABASE"):
        return "database", name(row["database"] or ""), "", None
    return f"{scope.lower()} in database", name(row["database"] or ""), None, None


def _schema(row: Row) -> Described:
    schema, scope = row["schema"] or "", word(row["scope"])
    if scope in ("", "SCHEMA"):
        return "schema", name(schema), schema, None
    return f"{scope.lower()} in schema", name(schema), schema, schema


def _relation(row: Row) -> Described:
    schema = row["schema"] or ""
    return "table", name(schema, row["table"] or ""), schema, schema


def _column(row: Row) -> Described:
    schema = row["schema"] or ""
    return "column", name(schema, row["table"] or "", row["column"] or ""), schema, schema


def _function(row: Row) -> Described:
    schema = row["schema"] or ""
    label = f"{name(schema, row['function'] or '')}({row['argument_types'] or ''})"
    return "function", label, schema, schema


def _system(row: Row) -> Described:
    return "system", "", "", None


PRIVILEGES = {
    "system-privileges": _system,
    "database-privileges": _database,
    "schema-privileges": _schema,
    "relation-privileges": _relation,
    "column-privileges": _column,
    "function-privileges": _function,
}
