"""What was loaded each day, and how long queries waited."""

from datetime import datetime

from opskit.output import Column, Table
from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.source import Row
from opskit.redshift.trend.span import SCHEMA, span


def loads(source: CaptureSource, since: datetime) -> Table:
    """What COPY loaded each day, and how fast."""
    found: dict[str, Row] = {}
    for hour in source.answer("loads-by-hour", since):
        day = found.setdefault(_day(hour["hour"]), dict.fromkeys(_LOADED, 0))
        for name in _LOADED:
            day[name] += hour[name] or 0
    rows = [
        {
            "day": day,
            "copies": row["copies"],
            "files": row["files"],
            "gb": round(row["bytes"] / 2**30, 3),
            "seconds": round(row["duration_us"] / 1e6, 1),
            "mb_per_second": (
                round(row["bytes"] / 2**20 / (row["timed_us"] / 1e6), 1)
                if row["timed_us"]
                else None
            ),
        }
        for day, row in sorted(found.items())
    ]
    columns: list[Column | str] = [
        "day",
        "copies",
        "files",
        Column("gb", "GB"),
        Column("seconds", unit="s"),
    ]
    columns.append(Column("mb_per_second", "MB/s"))
    return Table(SCHEMA.format("load"), columns, rows, extra=span(source, since))


def _rate(size: int, microseconds: int) -> float | None:
    """MB a second."""
    return round(size / 2**20 / (microseconds / 1e6), 1) if microseconds else None


_LOADED = ("copies", "files", "bytes", "duration_us", "timed_us")


def queues(source: CaptureSource, since: datetime) -> Table:
    """How long queries waited each day, by queue."""
    found: dict[tuple[str, str], Row] = {}
    summed = ("queries", "queue_us", "exec_us", "elapsed_us")
    for hour in source.answer("queue-wait", since):
        key = (_day(hour["hour"]), hour["queue"] or "")
        row = found.setdefault(key, dict.fromkeys((*summed, "longest_queue_us"), 0))
        for name in summed:
            row[name] += hour[name] or 0
        row["longest_queue_us"] = max(row["longest_queue_us"], hour["longest_queue_us"] or 0)
    rows = [
        {
            "day": day,
            "queue": queue,
            "queries": row["queries"],
            "queue_seconds": round(row["queue_us"] / 1e6, 1),
            "share": round(100 * row["queue_us"] / row["elapsed_us"], 1)
            if row["elapsed_us"]
            else 0.0,
            "longest_seconds": round(row["longest_queue_us"] / 1e6, 1),
        }
        for (day, queue), row in sorted(found.items())
    ]
    columns: list[Column | str] = [
        *("day", "queue", "queries"),
        Column("queue_seconds", "waited", unit="s"),
        Column("share", unit="% of elapsed"),
        Column("longest_seconds", "longest", unit="s"),
    ]
    return Table(SCHEMA.format("queue"), columns, rows, extra=span(source, since))


def _day(hour: datetime) -> str:
    return f"{hour:%Y-%m-%d}"
