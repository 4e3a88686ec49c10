"""One question to a source, and the plans of many."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta

from opskit.output import Column, Table
from opskit.redshift.check import WINDOW
from opskit.redshift.queries import Library, Query
from opskit.redshift.source import Source
from opskit.redshift.warehouse import ask


def one(source: Source, query: Query, window: timedelta, given: Mapping[str, str]) -> Table:
    """The rows of one query; QueryError where there is no answer."""
    now = source.now()
    bound = query.bound(now - window, now, given)
    session = source.connect()
    try:
        result = session.run(bound)
    finally:
        session.close()
    columns = [Column(name) for name in result.columns]
    return Table(f"opskit.redshift.query.{query.header.id}/1", columns, result.records())


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
