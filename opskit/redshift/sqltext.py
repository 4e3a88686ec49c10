"""Names and values as Redshift's SQL writes them, and the parameters of a query."""

import re
from collections.abc import Mapping
from datetime import datetime

from opskit.errors import UsageError

Value = str | int | float | bool | datetime | None

# What is no parameter: texts, quoted names, comments and `::`, which binds a type.
_PARTS = re.compile(
    r"'(?:[^'\\]|''|\\.)*'|\"(?:[^\"]|\"\")*\"|--[^\n]*|/\*.*?\*/|::|:(?P<name>[A-Za-z_]\w*)",
    re.DOTALL,
)


def name(*parts: str) -> str:
    """A quoted name, as in `"sales"."orders"`; quotes inside are doubled."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


def literal(value: Value) -> str:
    """A value as SQL text.

    Quotes and backslashes are doubled: Redshift reads a backslash in a text as an escape
    (documented for QUOTE_LITERAL).
    """
    match value:
        case None:
            return "NULL"
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return repr(value)
        case datetime():
            return f"'{value:%Y-%m-%d %H:%M:%S.%f}'::timestamp"
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def parameters(sql: str) -> list[str]:
    """The names of the `:parameters` in a query, in order, each once."""
    return list(dict.fromkeys(m["name"] for m in _PARTS.finditer(sql) if m["name"]))


def bind(sql: str, values: Mapping[str, Value]) -> str:
    """The query with its `:parameters` as literals; UsageError for one that has no value."""

    def fill(found: re.Match[str]) -> str:
        if not found["name"]:
            return found[0]
        if found["name"] not in values:
            raise UsageError(
                f"the query's parameter {found['name']!r} has no value",
                hint=f"give it with --param {found['name']}=VALUE",
            )
        return literal(values[found["name"]])

    return _PARTS.sub(fill, sql)
