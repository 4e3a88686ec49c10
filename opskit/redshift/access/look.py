"""The rights of somebody, asked of a source."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from opskit.errors import UnknownError, UsageError
from opskit.output import Table
from opskit.redshift.access import rights
from opskit.redshift.access.reach import Identity
from opskit.redshift.access.sight import WHOAMI, Asker, of_grants
from opskit.redshift.check import WINDOW
from opskit.redshift.names import known, one
from opskit.redshift.queries import Library
from opskit.redshift.source import QueryError, Row, Source
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import ask

#: Without these nobody can be found.
_NEEDED = ("users", "roles", "group-members", "role-members")


class Access(NamedTuple):
    """The rights as rows, and what could not be asked or may be hidden from the asking user.

    `partial`: some grants could not be seen, or it cannot be told.
    """

    table: Table
    notes: list[str]
    partial: bool


def look(source: Source, who: str, kind: str | None = None, schema: str | None = None) -> Access:
    """What somebody may do, in one schema only if it is given.

    UsageError where there is no such name; UnknownError where it cannot be looked for.
    """
    library = Library()
    wanted = _schema(source, library, schema) if schema else ""
    names = (*rights.QUERIES, WHOAMI)
    answers, notes = _answers(source, library, names, {"schema": wanted})
    asks = of_grants(answers)
    start = _find(who, kind, answers, asks)
    rows = ordered(rights.rights(start, answers, wanted))
    itself = start.kind == "user" and start.name == asks.user
    partial = bool(notes) or not (asks.catalog or itself)
    if not asks.catalog:
        notes.append(_sight(asks, itself))
    return Access(_table(start, rows, wanted, notes), notes, partial)


def _find(
    who: str, kind: str | None, answers: Mapping[str, Sequence[Row]], asks: Asker
) -> Identity:
    """Who is meant. A role is hidden from a regular user that has nothing to do with it."""
    try:
        return rights.find(who, kind, answers)
    except UsageError as error:
        users = kind in ("user", "group")
        if asks.catalog or users or rights.is_public(who):
            raise
        sees = f"user {name(asks.user)} sees" if asks.user else "the asking user sees"
        raise UnknownError(
            f"{error.message} that {sees}; roles may be hidden",
            hint="; ".join(filter(None, (error.hint, asks.remedy and f"{asks.remedy} shows all"))),
        ) from None


def _sight(asks: Asker, itself: bool) -> str:
    """What a regular user is certain of: what is shown, and not that there is no more."""
    if not asks.user:
        return "could not tell who asks: grants may be missing that it cannot see"
    who, shows = name(asks.user), f"{asks.remedy} shows all"
    if itself:
        return (
            f"user {who} asks about itself: the grants shown are certain, those that come through "
            f"groups and through roles of its roles may be missing; {shows}"
        )
    return (
        f"user {who} sees only grants to those that it has access to: the grants shown are "
        f"certain, others may be missing, and 'no use' may be wrong; {shows}"
    )


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
    queries = [library.find(query, source.engine) for query in names]
    asked = ask(
        source,
        queries,
        lambda q: q.bound(
            now - WINDOW, now, {k: v for k, v in given.items() if k in q.header.parameters}
        ),
    )
    failed: dict[str, QueryError] = {n: a.error for n, a in asked.items() if a.error is not None}
    for query in needed:
        if query in failed:
            raise failed[query]
    notes = [f"{query} could not be asked: {error.message}" for query, error in failed.items()]
    return {query: answer.rows for query, answer in asked.items()}, notes


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
