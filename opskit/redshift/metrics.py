"""What of a warehouse is worth a time series: findings, queues, commits, loads, disk, tables.

All are gauges: as of the time of the check, or over its window. Series are bounded in number:
of tables the largest, of queries the one that costs most. What could not be looked at has no
sample, rather than a 0 that would read as fine.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from opskit.findings import Report, Severity
from opskit.output.measures import Family, Measures, family
from opskit.redshift.rules.figures import seconds, share
from opskit.redshift.rules.registry import RedshiftRule
from opskit.redshift.source import Row
from opskit.redshift.totals import capacity, in_seconds, most, rows, total, whole
from opskit.redshift.warehouse import Warehouse

PREFIX = "opskit.redshift"
#: The queries that are asked for measurements, beside those that the rules read.
READS = (
    "commit-stats",
    "loads-by-hour",
    "node-storage",
    "queue-wait",
    "table-info",
    "top-queries",
)
TABLES = 20
QUEUES = 50
_MB = 1024 * 1024


def measure(
    warehouse: Warehouse,
    report: Report,
    rules: Sequence[RedshiftRule],
    *,
    name: str = "",
    prefix: str = PREFIX,
) -> Measures:
    """What was measured of a warehouse that is called `name`, and what the rules found there."""
    window = (warehouse.now - warehouse.since).total_seconds()
    families = [
        family("window_seconds", "How far back the logs were read.", [(window, {})], "seconds"),
        *_findings(warehouse, report, rules),
        *_queues(warehouse),
        *_commits(warehouse),
        *_loads(warehouse),
        *_queries(warehouse),
        *_tables(warehouse),
        *_disk(warehouse),
    ]
    labels = {"warehouse": name} if name else {}
    return Measures(prefix, warehouse.now, families, labels)


def _findings(
    warehouse: Warehouse, report: Report, rules: Sequence[RedshiftRule]
) -> Iterator[Family]:
    counts = report.summary()
    yield family(
        "findings",
        "Findings by severity; unknown is a query without an answer.",
        [(counts[s.value], {"severity": s.value}) for s in sorted(Severity, key=lambda s: s.rank)],
    )
    found = {rule.code: 0 for rule in rules if _looked(warehouse, rule)}
    for finding in report.findings:
        found[finding.rule] = found.get(finding.rule, 0) + 1
    yield family(
        "rule_findings",
        "Findings by rule; a rule that could not look has no sample.",
        [(count, {"rule": code}) for code, count in sorted(found.items())],
    )
    yield family(
        "query_answered",
        "1 where a query to the system views had an answer, 0 where not.",
        [
            (int(answer.error is None), {"query": query})
            for query, answer in sorted(warehouse.answers.items())
        ],
    )


def _looked(warehouse: Warehouse, rule: RedshiftRule) -> bool:
    """Whether all that a rule reads was answered; what an engine does not have was not asked."""
    answers = (warehouse.answers.get(query) for query in rule.reads)
    return all(answer is None or answer.error is None for answer in answers)


def _queues(warehouse: Warehouse) -> Iterator[Family]:
    found = rows(warehouse, "queue-wait")
    if found is None:
        return
    queues: dict[str, list[Row]] = {}
    for row in found:
        queues.setdefault(queue_name(row), []).append(row)
    by_queue = [({"queue": name}, queues[name]) for name in sorted(queues)[:QUEUES]]
    yield family(
        "queue_queries",
        "Queries that went through a queue in the window.",
        [(total(some, "queries"), labels) for labels, some in by_queue],
    )
    for name, column, help_ in (
        ("queue_wait_seconds", "queue_us", "Wait of all queries of a queue in the window."),
        ("queue_execution_seconds", "exec_us", "Execution of all queries of a queue."),
    ):
        values = [(in_seconds(total(some, column)), labels) for labels, some in by_queue]
        yield family(name, help_, values, "seconds")
    yield family(
        "queue_longest_wait_seconds",
        "The longest wait of one query in a queue in the window.",
        [(in_seconds(most(some, "longest_queue_us")), labels) for labels, some in by_queue],
        "seconds",
    )


def queue_name(row: Row) -> str:
    """How people call a queue; the one without a name is `none`."""
    return str(row.get("queue") or "none").strip() or "none"


def _commits(warehouse: Warehouse) -> Iterator[Family]:
    found = rows(warehouse, "commit-stats")
    if found is None:
        return
    yield family("commits", "Commits in the window.", [(total(found, "commits"), {})])
    yield family(
        "commit_queue_longest",
        "The most transactions ahead of one in the commit queue in the window.",
        [(most(found, "longest_queue"), {})],
    )
    for name, value, help_ in (
        ("commit_wait_seconds", total(found, "wait_us"), "Wait in the commit queue."),
        ("commit_work_seconds", total(found, "work_us"), "Time in commits, without the wait."),
        ("commit_longest_wait_seconds", most(found, "longest_wait_us"), "The longest wait."),
        ("commit_slowest_seconds", most(found, "slowest_us"), "The slowest commit."),
    ):
        yield family(name, f"{help_} Over the window.", [(in_seconds(value), {})], "seconds")


def _loads(warehouse: Warehouse) -> Iterator[Family]:
    found = rows(warehouse, "loads-by-hour")
    if found is None:
        return
    size, time = total(found, "bytes"), total(found, "timed_us")
    took = in_seconds(total(found, "duration_us"))
    yield family("loads", "COPY commands in the window.", [(total(found, "copies"), {})])
    yield family("load_files", "Files that they read.", [(total(found, "files"), {})])
    yield family("load_bytes", "Bytes that they read.", [(size, {})], "bytes")
    yield family("load_seconds", "Time that they took, waits included.", [(took, {})], "seconds")
    if size is not None and time:
        yield family(
            "load_throughput_bytes_per_second",
            "All bytes of the COPY commands over all their time.",
            [(size / seconds(time), {})],
            "bytes_per_second",
        )


def _queries(warehouse: Warehouse) -> Iterator[Family]:
    """The sum and the top alone: a series for each text would never end."""
    found = rows(warehouse, "top-queries")
    if found is None:
        return
    for name, column, help_ in (
        ("queries_execution_seconds", "all_exec_us", "Execution of all queries in the window."),
        ("top_query_execution_seconds", "exec_us", "Execution of the text that took most."),
    ):
        yield family(name, help_, [(in_seconds(most(found, column)), {})], "seconds")


def _tables(warehouse: Warehouse) -> Iterator[Family]:
    found = rows(warehouse, "table-info")
    if found is None:
        return
    size = total(found, "size_mb")
    yield family("tables", "Tables.", [(len(found), {})])
    yield family("tables_size_bytes", "Disk that all tables take.", [(_bytes(size), {})], "bytes")
    large = [(table_labels(row), row) for row in largest(found, TABLES)]
    sortable = [(labels, row) for labels, row in large if row["sortkey1"] and row["sortkeys"] != 0]
    shown = f" Of the {TABLES} largest tables."
    yield family(
        "table_size_bytes",
        f"Disk that a table takes.{shown}",
        [(_bytes(row["size_mb"]), labels) for labels, row in large],
        "bytes",
    )
    yield family(
        "table_rows",
        f"Rows, deleted ones that are still on disk included.{shown}",
        [(row["tbl_rows"], labels) for labels, row in large],
    )
    for name, values, help_ in (
        ("unsorted", _percents(sortable, "unsorted"), "Rows out of sort order."),
        ("stats_off", _percents(large, "stats_off"), "How far statistics are off."),
        ("deleted", [(_deleted(r), labels) for labels, r in large], "Deleted rows on disk."),
    ):
        ratios = [(None if v is None else v / 100, labels) for v, labels in values]
        yield family(f"table_{name}_ratio", f"{help_}{shown}", ratios, "ratio")


def largest(found: Sequence[Row], count: int) -> list[Row]:
    """The largest tables whose size is known, by size, then by name."""
    known = [row for row in found if row["size_mb"] is not None]
    return sorted(known, key=lambda row: (-row["size_mb"], *table_labels(row).values()))[:count]


def table_labels(row: Row) -> dict[str, str]:
    return {"schema": str(row["schema"] or ""), "table": str(row["table"] or "")}


def _percents(
    large: Sequence[tuple[Mapping[str, str], Row]], column: str
) -> list[tuple[float | None, Mapping[str, str]]]:
    """A percentage between 0 and 100; statistics can be off in either direction."""
    return [
        (None if row[column] is None else min(abs(float(row[column])), 100.0), labels)
        for labels, row in large
    ]


def _deleted(row: Row) -> float | None:
    if row["tbl_rows"] is None or row["visible_rows"] is None:
        return None
    return max(share(row["tbl_rows"] - row["visible_rows"], row["tbl_rows"]), 0.0)


def _bytes(megabytes: Any) -> int | None:
    return None if megabytes is None else int(megabytes) * _MB


def _disk(warehouse: Warehouse) -> Iterator[Family]:
    """Serverless has no capacity. A sum that lacks a node would be wrong, and is left out."""
    found = rows(warehouse, "node-storage")
    if not found:
        return
    used, there = whole(found, "used_mb"), capacity(found)
    yield family("disk_used_bytes", "Disk in use.", [(_bytes(used), {})], "bytes")
    yield family("disk_capacity_bytes", "Disk of all nodes.", [(_bytes(there), {})], "bytes")
    ratio = used / there if used is not None and there else None
    yield family("disk_used_ratio", "Disk in use, of all there is.", [(ratio, {})], "ratio")
