"""One question to a source, and the plans of many."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from opskit.errors import InputError
from opskit.output import Column, Table
from opskit.redshift.check import WINDOW
from opskit.redshift.queries import Library, Query
from opskit.redshift.source import Source
from opskit.redshift.warehouse import ask


def one(source: Source, query: Query, window: timedelta, given: Mapping[str, str]) -> Table:
    """The rows of one query; QueryError where there is no answer.

    A file of the user's that is no question is an InputError: it is not sent.
    """
    refuse_writes(query)
    now = source.now()
    bound = query.bound(now - window, now, given)
    session = source.connect()
    try:
        result = session.run(bound)
    finally:
        session.close()
    columns = [Column(name) for name in result.columns]
    return Table(f"opskit.redshift.query.{query.header.id}/1", columns, result.records())


def refuse_writes(query: Query) -> None:
    """InputError for a query that changes something; opskit's own are known not to."""
    if query.bundled:
        return
    from opskit.redshift.query_rules import lint

    for found in lint([query], select=["RSQ001", "RSQ002"]).findings:
        raise InputError(found.message, where=str(found.location), hint="write one SELECT")


def plans(source: Source, library: Library, names: Iterable[str]) -> Table:
    """Whether the server plans each query: it parses them and finds their views and columns."""
    now = source.now()
    engine = source.engine
    queries = [library.find(name, engine) for name in names if library.has(name, engine)]
    explained = [replace(query, sql=f"EXPLAIN {query.sql}") for query in queries]
    answers = ask(source, explained, lambda query: query.bound(now - WINDOW, now))
    rows = [
        {
            "query": name,
            "answer": answer.error.reason.value if answer.error else "planned",
            "message": answer.error.message if answer.error else "",
        }
        for name, answer in answers.items()
    ]
    return Table("opskit.redshift.explain/1", ["query", "answer", "message"], rows, key="plans")
