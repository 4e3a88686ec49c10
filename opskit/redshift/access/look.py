"""The rights of somebody, asked of a source."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from opskit.output import Table
from opskit.redshift.access import rights
from opskit.redshift.access.reach import Identity
from opskit.redshift.check import WINDOW
from opskit.redshift.names import known, one
from opskit.redshift.queries import Library
from opskit.redshift.source import QueryError, Row, Source
from opskit.redshift.warehouse import ask

#: Without these nobody can be found.
_NEEDED = ("users", "roles", "group-members", "role-members")


class Access(NamedTuple):
    """The rights as rows, and what could not be asked."""

    table: Table
    notes: list[str]


def look(source: Source, who: str, kind: str | None = None, schema: str | None = None) -> Access:
    """What somebody may do, in one schema only if it is given.

    UsageError where there is no such name; QueryError where it cannot be looked for.
    """
    library = Library()
    wanted = _schema(source, library, schema) if schema else ""
    answers, notes = _answers(source, library, rights.QUERIES, {"schema": wanted})
    start = rights.find(who, kind, answers)
    rows = ordered(rights.rights(start, answers, wanted))
    return Access(_table(start, rows, wanted, notes), notes)


def _schema(source: Source, library: Library, text: str) -> str:
    answers, _ = _answers(source, library, ("schemas",), {}, needed=("schemas",))
    typed, quoted = one(text)
    return known(typed, quoted, (r["schema"] for r in answers["schemas"]), "schema")


def _answers(
    source: Source,
    library: Library,
    names: Sequence[str],
    given: Mapping[str, str],
    needed: Sequence[str] = _NEEDED,
) -> tuple[dict[str, Sequence[Row]], list[str]]:
    """The rows of each query, none where it has no answer, and why; the error of a needed one."""
    now = source.now()
    queries = [library.find(name, source.engine) for name in names]
    asked = ask(
        source,
        queries,
        lambda q: q.bound(
            now - WINDOW, now, {k: v for k, v in given.items() if k in q.header.parameters}
        ),
    )
    failed: dict[str, QueryError] = {n: a.error for n, a in asked.items() if a.error is not None}
    for name in needed:
        if name in failed:
            raise failed[name]
    notes = [f"{name} could not be asked: {error.message}" for name, error in failed.items()]
    return {name: answer.rows for name, answer in asked.items()}, notes


def _table(start: Identity, rows: Sequence[Row], schema: str, notes: Sequence[str]) -> Table:
    return Table(
        rights.SCHEMA,
        list(rights.COLUMNS),
        rows,
        key="rights",
        extra={
            "identity": {"type": start.kind, "id": start.number, "name": start.name},
            "schema_filter": schema or None,
            "notes": list(notes),
        },
    )


def ordered(rows: Iterable[Row]) -> list[Row]:
    """Rows by kind of object, object, right and way."""
    kinds = ["everything", "role", "group", "system", "database", "schema", "table", "view"]
    rank = {kind: place for place, kind in enumerate(kinds)}
    return sorted(
        rows,
        key=lambda r: (
            rank.get(r["object_type"], len(rank)),
            r["object_type"],
            r["object"],
            r["privilege"],
            r["path"],
        ),
    )
