"""Tables that nothing scans, and the SQL that archives and drops them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from opskit.errors import UsageError
from opskit.output import Column, Table
from opskit.redshift.check import look
from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.queries import Library
from opskit.redshift.rules.unused import sees_all
from opskit.redshift.source import Row, Source
from opskit.redshift.warehouse import CouldNotLookError, Warehouse

SCHEMA = "opskit.redshift.unused/1"
#: The logs that say what was scanned: STL_SCAN has the main cluster only.
SCANS = {"provisioned": ("stl_scan", "sys_query_detail"), "serverless": ("sys_query_detail",)}
#: What is said of a table that a datashare gives to others.
SHARED = "unknown: shared with others, whose scans are not in these logs"
DAY = timedelta(days=1)


class Unused(NamedTuple):
    """Tables without a scan in `days` days, and whether that is known to be so.

    `covered` is how many days of these the logs have; where it is less, or other users' queries
    are not seen, nothing is known of the rest. Of the tables in `shared` nothing is known at all: a
    datashare gives them to others, whose scans are in their own logs.
    """

    tables: Sequence[Row]
    shared: Sequence[Row]
    days: int
    covered: float
    everybody: bool
    until: datetime

    @property
    def written(self) -> list[Row]:
        """Tables that nothing reads and something writes: rows would be lost between the copy and
        the drop, and what writes would fail."""
        return [table for table in self.tables if table["last_insert"]]

    @property
    def known(self) -> bool:
        return self.everybody and self.covered >= self.days

    @property
    def why(self) -> str:
        """What makes it unknown; empty where it is known."""
        if not self.everybody:
            return "unknown: the logs show own queries only"
        return "" if self.known else f"unknown: {self.covered:.3g} of {self.days} days covered"


def unused(source: Source, days: int) -> Unused:
    """Ask for the tables without a scan; QueryError where there is no answer."""
    window = days * DAY
    warehouse = look(source, ["unscanned-tables", "whoami", "log-range"], window=window)
    for answer in warehouse.answers.values():
        if answer.error is not None and answer.query.header.id != "log-range":
            raise answer.error
    rows = [
        row
        for row in warehouse.rows("unscanned-tables")
        if row["created"] is None or row["created"] <= warehouse.since
    ]
    covered = _covered(source, warehouse) / DAY
    shared = [row for row in rows if row["shared"]]
    rows = [row for row in rows if not row["shared"]]
    return Unused(rows, shared, days, min(covered, days), sees_all(warehouse), source.now())


def _covered(source: Source, warehouse: Warehouse) -> timedelta:
    """How far back the logs of scans reach without a gap.

    A capture knows. Live, the oldest query says it: with one from before the window it is all.
    """
    if isinstance(source, CaptureSource):
        covered = [source.covered(view) for view in SCANS[source.engine]]
        known = [since for since in covered if since]
        return source.now() - max(known) if len(known) == len(covered) else timedelta()
    try:
        [log] = warehouse.rows("log-range")
    except (CouldNotLookError, ValueError):
        return timedelta()
    if log["older"]:
        return warehouse.now - warehouse.since
    return warehouse.now - log["oldest"] if log["oldest"] else timedelta()


def listed(found: Unused) -> Table:
    """The tables as rows, largest first; those that are shared stand last."""
    rows = [
        {
            "schema": row["schema"],
            "table": row["table"],
            "table_id": row["table_id"],
            "gb": round((row["size_mb"] or 0) / 1024, 3),
            "rows": row["tbl_rows"],
            "created": row["created"],
            "last_insert": row["last_insert"],
            "verdict": SHARED if row["shared"] else "unused" if found.known else found.why,
        }
        for row in [*found.tables, *found.shared]
    ]
    columns: list[Column | str] = [
        *("schema", "table"),
        Column("gb", "size", unit="GB"),
        *("rows", "last_insert", "verdict"),
    ]
    return Table(
        SCHEMA,
        columns,
        rows,
        key="tables",
        extra={
            "until": found.until,
            "days": found.days,
            "covered_days": round(found.covered, 2),
            "sees_all_users": found.everybody,
            "known": found.known,
        },
    )


def columns(source: Source, table: Row) -> Sequence[Row]:
    """The columns of a table with their types, in their order."""
    query = Library().find("table-ddl", source.engine)
    given = {"schema": table["schema"] or "", "table": table["table"] or ""}
    session = source.connect()
    try:
        return session.run(query.bound(source.now() - DAY, source.now(), given)).records()
    finally:
        session.close()


def place(url: str) -> str:
    """A folder in S3, with its slash; UsageError for what is none."""
    bucket, _, rest = url.removeprefix("s3://").partition("/")
    if not url.startswith("s3://") or not bucket or any(c in url for c in "'\\\n\r"):
        raise UsageError(f"no place in S3: {url[:80]!r}", hint="as in s3://bucket/archive/")
    return f"s3://{bucket}/{rest.rstrip('/')}/" if rest.strip("/") else f"s3://{bucket}/"
