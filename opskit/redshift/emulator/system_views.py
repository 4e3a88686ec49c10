"""The system views, made of what a scenario says: `views/*.sql`, a SELECT each.

A view holds the rows that its SELECT makes and those that the scenario writes out, in the columns
and types of the catalog.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from opskit.clients.duck import execute
from opskit.errors import DefectError
from opskit.redshift.catalog import Engine, View, views
from opskit.redshift.duck import column_type, insert_values
from opskit.redshift.emulator.scenario import Scenario
from opskit.redshift.sqltext import name

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

#: The schema of the whole views, and that of the rows that a scenario writes out.
WHOLE, RAW = "warehouse", "raw"

_HEAD = re.compile(r"^-- view: (\w+)\n", re.MULTILINE)
_COMMENTS = re.compile(r"(?:^--[^\n]*\n|^\n)*\Z", re.MULTILINE)


def script(file: str) -> str:
    """The text of one of the emulator's SQL files."""
    return files("opskit.redshift.emulator").joinpath(file).read_text("utf-8")


@cache
def selects() -> dict[str, str]:
    """The SELECT of each view that is made."""
    found: dict[str, str] = {}
    folder = files("opskit.redshift.emulator").joinpath("views")
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if not entry.name.endswith(".sql"):
            continue
        _, *parts = _HEAD.split(entry.read_text("utf-8"))
        for view, text in zip(parts[::2], parts[1::2], strict=True):
            found[view] = _COMMENTS.sub("", text).strip()
    return found


def there(engine: Engine) -> Iterator[tuple[str, View]]:
    """The views that an engine has."""
    return ((view, d) for view, d in views().items() if engine in d.engines)


def create(connection: "Connection", engine: Engine) -> None:
    """Make the views of an engine, over the tables of `made.sql`, which are filled by then."""
    execute(connection, f"CREATE SCHEMA {RAW}")
    execute(connection, f"CREATE SCHEMA {WHOLE}")
    tables = []
    for view, definition in there(engine):
        columns = ", ".join(f"{name(c)} {column_type(t)}" for c, t in definition.columns.items())
        tables.append(f"CREATE TABLE {RAW}.{name(view)} ({columns})")
    execute(connection, "; ".join(tables))
    made = "; ".join(
        f"CREATE VIEW {WHOLE}.{name(view)} AS {_definition(connection, view, definition)}"
        for view, definition in there(engine)
    )
    execute(connection, made)


def _definition(connection: "Connection", view: str, definition: View) -> str:
    """The rows of the scenario as they stand, then those that are made, cast to the catalog."""
    columns = ", ".join(name(column) for column in definition.columns)
    written = f"SELECT {columns} FROM {RAW}.{name(view)}"
    if view not in selects():
        return written
    body = selects()[view]
    _, described = execute(connection, f"DESCRIBE {body}")
    has = {row[0].lower() for row in described}
    if unknown := has - set(definition.columns):
        raise DefectError(f"{view}: the catalog lacks {', '.join(sorted(unknown))}")
    given = {column: name(column) if column in has else "NULL" for column in definition.columns}
    casts = ", ".join(
        f"CAST({given[column]} AS {column_type(kind)}) AS {name(column)}"
        for column, kind in definition.columns.items()
    )
    return f"{written} UNION ALL SELECT {casts} FROM ({body}) AS made"


def write_raw(connection: "Connection", scenario: Scenario, now: datetime) -> None:
    """Add the rows that the scenario writes out."""
    from opskit.redshift.emulator.raw import rows

    for view, some in scenario.views.items():
        columns = list(views()[view].columns)
        values = [[row.get(column) for column in columns] for row in rows(view, some, now)]
        insert_values(connection, f"{RAW}.{name(view)}", values)
