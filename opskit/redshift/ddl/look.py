"""The DDL of what is named, asked of a source."""

from collections.abc import Sequence
from typing import NamedTuple

from opskit.errors import UsageError
from opskit.redshift.check import WINDOW
from opskit.redshift.ddl import script as ddl
from opskit.redshift.names import known, parts
from opskit.redshift.queries import Library
from opskit.redshift.source import Row, Source
from opskit.redshift.warehouse import Answer, ask

_QUERIES = ("ddl-tables", "table-ddl", "ddl-constraints", "ddl-other-columns", "ddl-views")
_INFO = "table-info"
_ENCODINGS = "column-encodings"


class Ddl(NamedTuple):
    """The script, how many tables and views it is of, what it leaves out, what it guesses."""

    sql: str
    objects: int
    missing: list[str]
    notes: list[str]


def look(source: Source, text: str, *, owners: bool = True) -> Ddl:
    """The DDL of a schema, or of `SCHEMA.TABLE`; UsageError where there is none of that name."""
    wanted = parts(text)
    if len(wanted) > 2:
        raise UsageError(
            f"more than SCHEMA.TABLE: {text[:80]!r}", hint="put names with dots in double quotes"
        )
    library = Library()
    schemas = _rows(_asked(source, library, ("schemas",), "", "")["schemas"])
    schema = known(*wanted[0], [row["schema"] for row in schemas], "schema")
    table = _table(source, library, schema, wanted[1]) if len(wanted) == 2 else ""
    answers = _asked(source, library, (*_QUERIES, _INFO, _ENCODINGS), schema, table)
    info = answers[_INFO]
    tables, columns, constraints, others, views = (_rows(answers[name]) for name in _QUERIES)
    encodings = {(r["table"], r["column"]): r["encoding"] for r in answers[_ENCODINGS].rows}
    catalog = ddl.Catalog(tables, columns, constraints, others, views, info.rows, encodings)
    notes = []
    if info.error is not None:
        notes.append(
            f"{_INFO} could not be asked, so ENCODE AUTO and SORTKEY AUTO come out as what "
            f"Redshift chose: {info.error.message}"
        )
    [row] = [row for row in schemas if row["schema"] == schema]
    script = ddl.script(catalog, None if table else row, owners=owners)
    return Ddl(script, len(catalog.tables), catalog.missing, notes)


def _table(source: Source, library: Library, schema: str, typed: tuple[str, bool]) -> str:
    answers = _asked(source, library, ("ddl-tables",), schema, "")
    names = [row["table"] for row in _rows(answers["ddl-tables"])]
    return known(*typed, names, f"table or view in schema {schema}")


def _asked(
    source: Source, library: Library, names: Sequence[str], schema: str, table: str
) -> dict[str, Answer]:
    now = source.now()
    given = {"schema": schema, "table": table}
    queries = [library.find(name, source.engine) for name in names]
    return ask(
        source,
        queries,
        lambda q: q.bound(
            now - WINDOW, now, {k: v for k, v in given.items() if k in q.header.parameters}
        ),
    )


def _rows(answer: Answer) -> Sequence[Row]:
    if answer.error is not None:
        raise answer.error
    return answer.rows
