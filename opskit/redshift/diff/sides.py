"""One side of a comparison: what a capture says of the time before a moment."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.history.selection import REFERENCE
from opskit.redshift.source import QueryError, Row
from opskit.redshift.sqltext import name
from opskit.redshift.trend.queries import RUNS

Found = TypeVar("Found")


@dataclass(slots=True)
class Side:
    """Queries by hash, tables by name, queues by name, the loads; `unknown` could not be had.

    `whole` says whether the logs cover the window: if not, nothing can be counted.
    """

    queries: Mapping[str, Row] = field(default_factory=dict)
    tables: Mapping[str, Row] = field(default_factory=dict)
    queues: Mapping[str, Row] = field(default_factory=dict)
    loads: Row = field(default_factory=dict)
    whole: bool = False
    unknown: list[str] = field(default_factory=list)


def look(source: CaptureSource, window: timedelta) -> Side:
    """What a capture has of the window before its time."""
    since, side = source.now() - window, Side()

    def had(what: str, ask: Callable[[CaptureSource, datetime], Found], nothing: Found) -> Found:
        try:
            return ask(source, since)
        except QueryError:
            side.unknown.append(what)
            return nothing

    covered = source.covered(REFERENCE[source.engine][0])
    side.whole = covered is not None and covered <= since
    side.queries = had("queries", _queries, {})
    side.tables = had("tables", _tables, {})
    side.queues = had("queues", _queues, {})
    side.loads = had("loads", _loads, {})
    return side


def _queries(source: CaptureSource, since: datetime) -> dict[str, Row]:
    found = source.rows(
        f"""
        WITH runs AS ({RUNS[source.engine]})
        SELECT hash, COUNT(*) AS runs, MEDIAN(us) AS median_us, SUM(us)::BIGINT AS us,
          MIN(LEFT(text, 200)) AS text
        FROM runs
        WHERE started >= ?::TIMESTAMP AND started < ?::TIMESTAMP AND us > 0
        GROUP BY hash
        ORDER BY hash""",
        [since, source.now()],
    )
    return {row["hash"]: row for row in found}


def _tables(source: CaptureSource, since: datetime) -> dict[str, Row]:
    rows = source.answer("table-info", since)
    return {name(row["schema"] or "", row["table"] or ""): row for row in rows}


def _queues(source: CaptureSource, since: datetime) -> dict[str, Row]:
    return _summed(source.answer("queue-wait", since), "queue", ("queue_us", "elapsed_us"))


def _loads(source: CaptureSource, since: datetime) -> Row:
    rows = [{**row, "all": ""} for row in source.answer("loads-by-hour", since)]
    return _summed(rows, "all", ("bytes", "timed_us")).get("", {})


def _summed(rows: list[Row], key: str, columns: tuple[str, ...]) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for row in rows:
        sums = found.setdefault(row[key] or "", dict.fromkeys(columns, 0))
        for column in columns:
            sums[column] += row[column] or 0
    return found
