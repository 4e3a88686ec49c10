"""How tables grow, and when the disk is full."""

from datetime import datetime, timedelta

from opskit.output import Column, Table
from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.source import QueryError, Reason, Row
from opskit.redshift.sqltext import name
from opskit.redshift.totals import capacity
from opskit.redshift.trend.span import DAY, SCHEMA, rounded, span
from opskit.redshift.trend.statistics import slope

#: More snapshots than these are thinned to the last of each day.
_SAMPLES = 60


def tables(source: CaptureSource, since: datetime) -> Table:
    """How tables grow, fastest first, and when the disk is full at that rate."""
    snapshots = _samples([s.at for s in source.contents.snapshots if since <= s.at <= source.now()])
    try:
        found = source.rows(_SIZES, [snapshots]) if snapshots else []
    except QueryError as error:
        if error.relation != _TABLES:
            raise
        raise _not_captured(source, error) from None
    rows = [row for row in map(_growth, found) if row]
    rows.sort(key=lambda row: (-(row["gb_per_day"] or 0), row["schema"], row["table"]))
    return Table(
        SCHEMA.format("table"),
        [
            *("schema", "table"),
            Column("gb", "size", unit="GB"),
            Column("gb_per_day", "growth", unit="GB/day"),
            Column("rows"),
            Column("rows_per_day"),
            Column("days", "seen", unit="days"),
        ],
        rows,
        extra={**span(source, since), "snapshots": len(snapshots), "disk": _disk(source, rows)},
    )


_TABLES = "svv_table_info"
_SIZES = """
    SELECT
      TRIM("schema") AS "schema",
      TRIM("table") AS "table",
      table_id,
      LIST(s.taken ORDER BY s.taken) AS taken,
      LIST("size" ORDER BY s.taken) AS mb,
      LIST(tbl_rows::BIGINT ORDER BY s.taken) AS tbl_rows
    FROM capture."views".svv_table_info AS t
    JOIN (SELECT UNNEST(?::TIMESTAMP[]) AS taken) AS s
      ON t._from <= s.taken AND t._to > s.taken
    WHERE "size" IS NOT NULL
    GROUP BY ALL
    ORDER BY ALL"""


def _not_captured(source: CaptureSource, error: QueryError) -> QueryError:
    """The error with what to do: the grant is that of AWS's page of SVV_TABLE_INFO."""
    user = source.contents.user
    who = name(user) if user else "the user that captures"
    return QueryError(
        f"{_TABLES} was not captured: {error.message}",
        error.reason,
        relation=error.relation,
        where=error.where,
        hint=f"as a superuser GRANT SELECT ON {_TABLES} TO {who}, then capture again"
        if error.reason is Reason.PERMISSION
        else "capture again",
    )


def _samples(times: list[datetime]) -> list[datetime]:
    """All snapshots, or the last of each day where they are many."""
    if len(times) <= _SAMPLES:
        return times
    return list({at.date(): at for at in times}.values())


def _growth(row: Row) -> Row | None:
    """A table with what it gains a day; None for one that never was larger than nothing."""
    days = [(at - row["taken"][0]) / DAY for at in row["taken"]]
    megabytes = slope(list(zip(days, row["mb"], strict=True)))
    counts = [(d, n) for d, n in zip(days, row["tbl_rows"], strict=True) if n is not None]
    lines = slope(counts)
    return {
        "schema": row["schema"],
        "table": row["table"],
        "table_id": row["table_id"],
        "gb": round(row["mb"][-1] / 1024, 3),
        "gb_per_day": rounded(megabytes and megabytes / 1024, 3),
        "rows": counts[-1][1] if counts else None,
        "rows_per_day": None if lines is None else round(lines),
        "days": round(days[-1], 2),
        "last_seen": row["taken"][-1],
    }


def _disk(source: CaptureSource, rows: list[Row]) -> Row | None:
    """When the disk of a cluster is full; None where there is no such disk, or no word of it."""
    if source.engine != "provisioned":
        return None
    try:
        nodes = source.answer("node-storage", source.now())
    except QueryError:
        return None
    used = sum(node["used_mb"] or 0 for node in nodes)
    there = capacity(nodes)
    if not there:
        return None
    growth = sum(row["gb_per_day"] or 0 for row in rows if row["last_seen"] == source.now())
    left = (there - used) / 1024 / growth if growth > 0 else None
    return {
        "used_gb": round(used / 1024, 1),
        "capacity_gb": round(there / 1024, 1),
        "gb_per_day": round(growth, 3),
        "full_in_days": rounded(left, 1),
        "full_at": source.now() + timedelta(days=left) if left and left < 36_500 else None,
    }
