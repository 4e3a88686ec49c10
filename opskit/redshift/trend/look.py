"""How a warehouse changed over a capture: queries, tables, loads, queues."""

from collections.abc import Callable
from datetime import datetime
from typing import Literal

from opskit.errors import InputError
from opskit.output import Table
from opskit.redshift.check import at_time, window_of
from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.history.selection import REFERENCE
from opskit.redshift.trend.days import loads, queues
from opskit.redshift.trend.queries import queries
from opskit.redshift.trend.tables import tables

Subject = Literal["query", "table", "load", "queue"]


def trend(source: CaptureSource, subject: Subject, since: datetime | None = None) -> Table:
    """The rows of one subject, from `since` (all that there is) to the capture's time."""
    start = since or begin(source)
    if start >= source.now():
        raise InputError(
            f"there is nothing from {start} on", where=source.name, hint="an earlier --since"
        )
    return _SUBJECTS[subject](source, start)


def begin(source: CaptureSource) -> datetime:
    """When what the capture knows begins."""
    covered = [source.covered(view) for view, _ in REFERENCE.values()]
    return min((at for at in covered if at), default=source.contents.snapshots[0].at)


def moment(text: str, now: datetime) -> datetime:
    """A time, or a length of time before `now`; UsageError for neither."""
    return now - window_of(text) if text[-1:] in ("m", "h", "d") else at_time(text)


def summary(table: Table, subject: Subject) -> str:
    """What the rows do not say: how much was looked at, and from when to when."""
    extra = table.extra
    span = f"{extra['since']:%Y-%m-%d %H:%M} to {extra['until']:%Y-%m-%d %H:%M} UTC"
    if subject == "query":
        few = f"; {extra['too_few']} have too few runs to tell" if extra["too_few"] else ""
        return f"{extra['tested']} of {extra['texts']} texts tested, {span}{few}"
    disk = extra.get("disk")
    if isinstance(disk, dict) and disk["full_in_days"] is not None:
        grows = f"tables grow by {disk['gb_per_day']:g} GB a day"
        return f"{span}: {grows}; the disk is full in {disk['full_in_days']:g} days"
    return span


def worse(table: Table) -> bool:
    """Whether a trend of queries has one that became slower."""
    return any(row.get("verdict") == "slower" for row in table.rows)


_SUBJECTS: dict[Subject, Callable[[CaptureSource, datetime], Table]] = {
    "query": queries,
    "table": tables,
    "load": loads,
    "queue": queues,
}
