"""Which rows of a system view a snapshot reads, as SQL.

A state is read whole. A log is read from a time on, with the rows that had not ended by then:
those that are running, and those that began earlier and ended since. Logs without a time of their
own are read through the queries (or vacuums) that they belong to. The predicates are SQL of
Redshift and of DuckDB alike: the same text says which rows of the capture were read again.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from opskit.redshift.catalog import Engine, View, views
from opskit.redshift.history.store import moment
from opskit.redshift.sqltext import name

#: A log is read again from so long before the last snapshot: rows come late.
OVERLAP = timedelta(hours=1)
#: And from so long before where rows have no end: a load or a query that began a day ago may
#: write its rows, with the time that it began, when it is done.
OVERLAP_WITHOUT_END = timedelta(days=1)

#: When the rows of a log ended, the first of these that the view has as a timestamp.
_ENDS = (
    "service_class_end_time",
    "endtime",
    "end_time",
    "max_endtime",
    "commit_end_time",
    "undo_end_ts",
)
#: The log that says when a query or a vacuum was, by the column that names it.
_THROUGH = {
    "query": ("stl_query", "query", "starttime", "endtime"),
    "query_id": ("sys_query_history", "query_id", "start_time", "end_time"),
    "xid": ("stl_vacuum", "xid", "eventtime", ""),
}
#: The log whose oldest row says how far back logs reach: every statement writes to it.
REFERENCE = {
    "provisioned": ("stl_query", "starttime"),
    "serverless": ("sys_query_history", "start_time"),
}
#: What a large log is parted by where it is too much for one answer.
_PARTS = (
    *("query", "query_id", "xid", "transaction_id", "pid", "process", "session_id"),
    *("attrelid", "oid", "table_id", "tbl", "id"),
)
#: Views with a row for each block on disk: only these columns, and how often each row is there.
COUNTED = {"stv_blocklist": ("tbl",)}
#: Of large logs only the rows that any of opskit's own queries looks at.
NARROWED = {
    "stl_bcast": "userid > 1",
    "stl_dist": "userid > 1",
    "stl_explain": "LOWER(plannode) LIKE '%missing statistics%'",
    "stl_insert": "userid > 1",
    "stl_nestloop": "userid > 1",
    "stl_query_metrics": "segment = -1 AND step_type = -1",
    "stl_scan": "userid > 1 AND type = 2",
    "sys_query_detail": "user_id > 1",
    "sys_query_explain": "LOWER(plan_node) LIKE '%missing statistics%'",
}
_EPOCH = datetime(2000, 1, 1)  # of the times that logs keep as microseconds


def timestamps(definition: View) -> set[str]:
    return {c for c, kind in definition.columns.items() if kind in ("timestamp", "timestamptz")}


def end_of(definition: View) -> str | None:
    """The column that says when a row of a log ended; it is NULL while it goes on."""
    there = timestamps(definition)
    return next((column for column in _ENDS if column in there), None)


def overlap(definition: View) -> timedelta:
    """From how long before the last snapshot a log is read again."""
    return OVERLAP if end_of(definition) else OVERLAP_WITHOUT_END


def wanted(view: str, since: datetime, whole: Collection[str] = ()) -> str:
    """The rows of a view to read; of those in `whole` all, of others what `NARROWED` says."""
    text = predicate(views()[view], since)
    narrow = NARROWED.get(view) if view not in whole else None
    return f"{text} AND {narrow}" if narrow else text


def predicate(definition: View, since: datetime) -> str:
    """The rows of a log from a time on; TRUE for a state, and where nothing says when."""
    if definition.kind == "state":
        return "TRUE"
    if definition.time is None:
        return _through(definition, since)
    return _within(definition.time, end_of(definition), definition, since)


def scope(definition: View, since: datetime) -> str:
    """The rows that a capture has of what `predicate` reads again, among those of the same key."""
    if definition.kind == "state" or definition.time is None:
        return "TRUE"
    return predicate(definition, since)


def _within(start: str, end: str | None, definition: View, since: datetime) -> str:
    text = f"{name(start)} >= {_from(definition.columns.get(start), since)}"
    if end is None or end == start:
        return text
    return f"({text} OR {name(end)} >= {moment(since)} OR {name(end)} IS NULL)"


def _from(kind: str | None, since: datetime) -> str:
    if kind == "bigint":
        return str((since - _EPOCH) // timedelta(microseconds=1))
    return moment(since)


def _through(definition: View, since: datetime) -> str:
    for column, (log, key, start, end) in _THROUGH.items():
        if column in definition.columns:
            when = f"{start} >= {moment(since)}"
            if end:
                when = f"({when} OR {end} >= {moment(since)} OR {end} IS NULL)"
            return f"{name(column)} IN (SELECT {key} FROM {log} WHERE {when})"
    return "TRUE"


def reach(engine: Engine) -> str:
    """The question how far back the logs go."""
    log, column = REFERENCE[engine]
    return f"SELECT MIN({column}) FROM {log}"


def part_of(definition: View, number: int, count: int) -> str:
    """One of `count` parts of a view, all rows of a query in the same; TRUE where it has none."""
    column = next((c for c in _PARTS if c in definition.columns), None)
    if column is None or count == 1:
        return "TRUE"
    return f"MOD(ABS(COALESCE({name(column)}, 0)), {count}) = {number}"


def can_part(definition: View) -> bool:
    return any(column in definition.columns for column in _PARTS)


def read_columns(view: str) -> list[str]:
    """The columns of a view that a capture keeps, as far as the server has them."""
    return list(COUNTED.get(view) or views()[view].columns)


def select(view: str, columns: list[str], where: str, limit: int | None = None) -> str:
    """The statement that reads a view; a counted one has `_n`, how often a row is there."""
    listed = ", ".join(name(column) for column in columns)
    end = f" LIMIT {limit}" if limit else ""
    if view in COUNTED:
        return f'SELECT {listed}, COUNT(*) AS "_n" FROM {view} WHERE {where} GROUP BY {listed}{end}'
    return f"SELECT {listed} FROM {view} WHERE {where}{end}"
