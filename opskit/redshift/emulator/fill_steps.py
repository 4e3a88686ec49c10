"""What the runs of a spec do, step by step, and what the optimizer warned of.

The texts of the alerts are those of AWS's page of STL_ALERT_EVENT_LOG.
"""

from collections.abc import Sequence
from typing import Any

from opskit.redshift.emulator.columns import kind_of
from opskit.redshift.emulator.naming import pair
from opskit.redshift.emulator.numbers import Names
from opskit.redshift.emulator.work import Load, Query, Spectrum

Tables = dict[str, list[Sequence[Any]]]

_MB = 1_048_576
_SPLIT_FROM = 128 * _MB
_SORT_KEY = (
    "Review the choice of sort key to enable range restricted scans, or run the VACUUM command "
    "to ensure the table is sorted"
)
_DISTRIBUTION = "Review the choice of distribution key to collocate the join or aggregation"
_STYLE = "Review the choice of distribution style to optimize the join"
_ENDINGS = {"gzip": ".gz", "lzop": ".lzo", "zstd": ".zst", "bzip2": ".bz2", "": ""}


def query_steps(spec: int, query: Query, names: Names) -> Tables:
    """Steps, alerts and plan of a query: a segment for each scan, one for what follows."""
    steps: list[Sequence[Any]] = []
    first = (1, 1, 1)  # rows that are kept, live and stored of the first scan
    for segment, scan in enumerate(query.scans):
        table = names.table(scan.table)
        live = table.rows if scan.rows is None else scan.rows
        stored = live + (table.deleted if scan.rows is None else 0)
        kept = live if scan.kept is None else min(scan.kept, live)
        first = (kept, live, stored) if segment == 0 else first
        relation, restricted = names.relation(scan.table), "t" if scan.range_restricted else "f"
        steps.append(
            (spec, segment, 0, "scan", relation, kept, live, stored, kept * 40, restricted)
        )
    if "nested loop" in query.alerts:
        steps.append(_step(spec, 0, 3, "nestloop", query.moved_rows))
    if "distribution" in query.alerts:
        steps.append(_step(spec, 0, 2, "dist", query.moved_rows))
    if {"broadcast", "serial distribution"} & set(query.alerts):
        steps.append(_step(spec, 0, 2, "bcast", query.moved_rows))
    last = max(len(query.scans), 1)
    for kind, write in (("insert", query.inserts), ("delete", query.deletes)):
        if write is not None:
            relation = names.relation(write.table)
            steps.append(_step(spec, last, 1, kind, write.rows, relation))
    if query.rows or query.result_mb:
        size = round(query.result_mb * _MB)
        steps.append((spec, last, 5, "return", None, query.rows, None, None, size, None))
    return {
        "steps": steps,
        "alerts": [(spec, 0, *_alert(alert, query, first)) for alert in query.alerts],
        "plans": _plan(spec, query, names),
    }


def _step(
    spec: int, segment: int, step: int, kind: str, rows: int, relation: int | None = None
) -> Sequence[Any]:
    return (spec, segment, step, kind, relation, rows, None, None, rows * 40, None)


def _alert(alert: str, query: Query, scanned: tuple[int, int, int]) -> tuple[int, str, str]:
    """The step that raised it, the event, the solution."""
    kept, live, stored = scanned
    moved = query.moved_rows
    match alert:
        case "nested loop":
            advice = "Review the join predicates to avoid Cartesian products"
            return 3, "Nested Loop Join in the query plan", advice
        case "selective filter":
            ratio = kept / max(live, 1)
            numbers = f"ratio=rows({kept})/rows_pre_user_filter({live})={ratio:.6f}"
            return 0, f"Very selective query filter:{numbers}", _SORT_KEY
        case "deleted rows":
            event = f"Scanned a large number of deleted rows: {stored - live} rows were deleted"
            return 0, event, "Run the VACUUM command to reclaim deleted space"
        case "distribution":
            event = f"Distributed a large number of rows across the network: {moved} rows were"
            return 2, f"{event} distributed in order to process the aggregation", _DISTRIBUTION
        case "broadcast":
            event = f"Broadcasted a large number of rows across the network: {moved} rows were"
            return 2, f"{event} broadcasted in order to process the join", _DISTRIBUTION
        case "serial distribution":
            return 2, "DS_DIST_ALL_INNER for Hash Join in the query plan", _STYLE
    return 0, "Missing query planner statistics", "Run the ANALYZE command"


def _plan(spec: int, query: Query, names: Names) -> list[Sequence[Any]]:
    """The nodes of the plan, as EXPLAIN writes them; the tables without statistics first."""
    scans = [names.table(scan.table) for scan in query.scans]
    nodes = [
        f"XN Seq Scan on {pair(t.name)[1]}  (cost=0.00..{t.rows}.00 rows={t.rows} width=40)"
        for t in scans
    ]
    if "missing statistics" in query.alerts and scans:
        listed = ", ".join(pair(table.name)[1] for table in scans)
        nodes = [f"----- Tables missing statistics: {listed} -----", *nodes]
    if "nested loop" in query.alerts:
        nodes = ["XN Nested Loop DS_BCAST_INNER  (cost=0.00..1.00 rows=1 width=40)", *nodes]
    return [(spec, n, n - 1, node, "") for n, node in enumerate(nodes, 1)]


def load_steps(spec: int, load: Load, names: Names) -> Tables:
    """What a COPY does: its files, the rows that it writes, and those that it refuses."""
    relation = names.relation(load.table)
    size = max(round(load.file_mb * _MB), 1)
    splits = load.format in ("parquet", "orc") or (
        load.format in ("csv", "text") and load.compression in ("", "bzip2")
    )
    parts = -(-size // _SPLIT_FROM) if splits and size >= _SPLIT_FROM else 1
    bucket, _, prefix = load.prefix.removeprefix("s3://").partition("/")
    ending = ("" if load.format == "text" else f".{load.format}") + _ENDINGS[load.compression]
    types = {c.name: c.type for c in names.table(load.table).all_columns}
    refusals: list[Sequence[Any]] = []
    for error in load.errors:
        written = types.get(error.column, "")
        word, _, rest = written.partition("(")
        length = rest.rstrip(")") or ("0" if written and kind_of(written) else "")
        row = (spec, error.column, word[:10], length, error.reason, error.value, error.code)
        refusals += [(*row, line) for line in range(1, error.rows + 1)]
    shape = (load.files, size, parts, load.rows, load.format, bucket, prefix, ending)
    return {
        "loads": [(spec, relation, *shape)],
        "steps": [_step(spec, 0, 3, "insert", load.rows, relation)],
        "refusals": refusals,
    }


def spectrum_steps(spec: int, scan: Spectrum) -> Tables:
    """What a query does with an external table."""
    size = round(scan.scanned_mb * _MB)
    row = (scan.table, scan.format, scan.files, size, scan.rows, scan.partitions, scan.qualified)
    return {"external": [(spec, *row)]}
