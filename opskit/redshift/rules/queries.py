"""Rules on queries: the dearest texts, spills, compiling, failures, results, what runs too long."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import (
    duration,
    excerpt,
    gigabytes,
    listed,
    number,
    seconds,
    share,
    size,
)
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.wording import at, many, runs, some
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse

DG = "https://docs.aws.amazon.com/redshift/latest/dg/"
GB = 1024**3


def label(row: Row) -> str:
    """How findings name a text: by its last run."""
    return f"query {row['last_query_id']}"


@RULES.rule(
    RedshiftRule(
        "RSH064",
        Severity.WARNING,
        title="one text that takes much of all time",
        why="To make it faster wins more than anything else.",
        fix="look at its plan with EXPLAIN, and at what it waits for",
        reference=DG + "c-query-performance.html",
        group=Group.QUERIES,
        reads=("top-queries",),
        thresholds=("top-share", "top-floor"),
    )
)
def top_text(warehouse: Warehouse) -> Iterator[Finding]:
    """A run is one run, however many alerts it raised."""
    limit, floor = warehouse.limit("top-share"), warehouse.limit("top-floor")
    for row in warehouse.rows("top-queries"):
        time = seconds(row["exec_us"])
        percent = share(row["exec_us"], row["all_exec_us"])
        if percent <= limit or time < floor:
            continue
        yield finding(
            f"one text takes {percent:.0f} % of all execution time: {excerpt(row['text'])}",
            object=label(row),
            observed=f"{duration(time)} in {runs(row['runs'])} of {some(row['users'], 'user')}; "
            f"{runs(row['alerts'])} raised an alert, "
            f"{size(gigabytes(row['spilled_mb']))} spilled",
            expected=f"at most {limit:g} %",
            seconds=time,
            advice="EXPLAIN it; 'opskit redshift query query-alerts' shows what the optimizer "
            "says, and where it runs again on the same data, a materialized view spares that",
        )


@RULES.rule(
    RedshiftRule(
        "RSH065",
        Severity.WARNING,
        title="queries that spill to disk",
        why="A step has too little memory and writes its intermediate rows to disk, which takes "
        "many times as long.",
        fix="give the query more memory or fewer rows and columns; refresh the statistics",
        reference=DG + "query-performance-improvement-opportunities.html",
        group=Group.QUERIES,
        reads=("spilled-queries",),
        thresholds=("spill",),
    )
)
def spills(warehouse: Warehouse) -> Iterator[Finding]:
    limit = warehouse.limit("spill")
    for row in warehouse.rows("spilled-queries"):
        spilled = gigabytes(row["spilled_mb"])
        if spilled <= limit:
            continue
        yield finding(
            f"one text wrote {size(spilled)} to disk: {excerpt(row['text'])}",
            object=label(row),
            observed=f"{size(spilled)} in {runs(row['runs'])}, the worst "
            f"{size(gigabytes(row['largest_mb']))}",
            expected=f"at most {limit:g} GB",
            gigabytes=spilled,
            advice=_more_memory(warehouse, row),
        )


def _more_memory(warehouse: Warehouse, row: Row) -> str:
    """What gives a query more memory: slots in a manual queue, capacity elsewhere."""
    less = "select fewer columns, filter before joining, and ANALYZE the tables"
    if warehouse.engine == "serverless":
        return f"{less}; or raise the workgroup's base capacity"
    if 6 <= number(row["service_class"]) <= 13:
        return f"{less}; or run it after SET wlm_query_slot_count TO 2, then RESET it"
    return f"{less}; or raise the priority of its queue"


@RULES.rule(
    RedshiftRule(
        "RSH071",
        Severity.WARNING,
        title="a query that runs too long",
        why="It holds memory and a slot, keeps deleted rows from VACUUM, and may hold locks.",
        fix="cancel it, if nobody waits for its result",
        reference=DG + "r_CANCEL.html",
        group=Group.QUERIES,
        reads=("running-queries",),
        thresholds=("running",),
    )
)
def running_long(warehouse: Warehouse) -> Iterator[Finding]:
    """The time in a queue is not its own."""
    limit = warehouse.limit("running")
    for row in warehouse.rows("running-queries"):
        time = seconds(row["elapsed_us"]) - seconds(row["queue_us"])
        if time <= limit:
            continue
        pid = row["pid"]
        yield finding(
            f"query {row['query_id']} has run for {duration(time)}: {excerpt(row['text'])}",
            object=f"query {row['query_id']}",
            observed=f"{row['state']} since {at(row['started'])}, user {row['user']}",
            expected=f"at most {duration(limit)}",
            seconds=time,
            sql=f"CANCEL {pid};" if pid is not None else (),
            reversible=False,
            undo="what it did is rolled back; run it again",
            advice=f"SELECT pg_terminate_backend({pid}); ends its session where that does not help"
            if pid is not None
            else "cancel it",
        )


@RULES.rule(
    RedshiftRule(
        "RSH072",
        Severity.WARNING,
        title="much time spent on compiling",
        why="Every new shape of a query is compiled before it runs; texts made by programs have "
        "many.",
        fix="keep the texts alike, and warm up after an upgrade",
        reference=DG + "c-query-performance.html",
        group=Group.QUERIES,
        reads=("compile-time",),
        thresholds=("compile-share", "compile-floor"),
    )
)
def compiling(warehouse: Warehouse) -> Iterator[Finding]:
    limit, floor = warehouse.limit("compile-share"), warehouse.limit("compile-floor")
    rows = warehouse.rows("compile-time")
    time = sum(seconds(row["compile_us"]) for row in rows)
    percent = share(time, sum(seconds(row["elapsed_us"]) for row in rows))
    if percent <= limit or time < floor:
        return
    worst = max(rows, key=lambda row: number(row["compile_us"]))
    compiled = sum(number(row["compiled"]) for row in rows)
    queries = sum(number(row["queries"]) for row in rows)
    yield finding(
        f"compiling takes {percent:.0f} % of the time of queries",
        object="compiling",
        observed=f"{duration(time)} for {compiled:,.0f} of {queries:,.0f} queries; most from "
        f"{at(worst['hour'])} on, {duration(seconds(worst['compile_us']))}, the "
        f"slowest query {worst['slowest_query_id']}",
        expected=f"at most {limit:g} %",
        seconds=time,
        advice="keep the texts alike: other literals do not compile again, other columns, joins "
        "and types do; after an upgrade everything is compiled once",
    )


@RULES.rule(
    RedshiftRule(
        "RSH073",
        Severity.WARNING,
        title="queries that fail",
        why="Their work is lost, and somebody has no result.",
        fix="see the messages, and mend the commonest first",
        reference=DG + "SYS_QUERY_HISTORY.html",
        group=Group.QUERIES,
        reads=("failed-queries",),
        thresholds=("failures", "failures-floor"),
    )
)
def failing(warehouse: Warehouse) -> Iterator[Finding]:
    """On a provisioned cluster the log has those that reached the compute nodes, and no
    messages.
    """
    limit, floor = warehouse.limit("failures"), warehouse.limit("failures-floor")
    rows = warehouse.rows("failed-queries")
    failed = sum(number(row["queries"]) for row in rows)
    every = max((number(row["all_queries"]) for row in rows), default=0.0)
    percent = share(failed, every)
    if percent <= limit or failed < floor:
        return
    reasons = [
        f"{many(row['queries'])} of {row['user']} {row['status']}"
        + (f" ({excerpt(row['error'], 60)})" if row["error"] else "")
        for row in rows
    ]
    first = rows[0]
    yield finding(
        f"{percent:.0f} % of the queries failed or were cancelled",
        object="failed queries",
        observed=f"{failed:,.0f} of {every:,.0f}: {listed(reasons)}; last query "
        f"{first['last_query_id']}: {excerpt(first['text'], 60)}",
        expected=f"at most {limit:g} %",
        seconds=sum(seconds(row["elapsed_us"]) for row in rows),
        advice="'opskit redshift query failed-queries' lists them by user and message",
    )


@RULES.rule(
    RedshiftRule(
        "RSH074",
        Severity.WARNING,
        title="very large results",
        why="All rows go through the leader node, one after the other, and keep it busy for "
        "everybody.",
        fix="UNLOAD to S3: every slice writes there at once",
        reference=DG + "r_UNLOAD.html",
        group=Group.QUERIES,
        reads=("large-results",),
        thresholds=("result",),
    )
)
def large_results(warehouse: Warehouse) -> Iterator[Finding]:
    limit = warehouse.limit("result")
    for row in warehouse.rows("large-results"):
        worst = number(row["largest_bytes"]) / GB
        if worst <= limit:
            continue
        total = number(row["bytes"]) / GB
        yield finding(
            f"a query returned {size(worst)}: {excerpt(row['text'])}",
            object=label(row),
            observed=f"{size(total)} and {many(row['rows'])} rows in {runs(row['runs'])}",
            expected=f"at most {limit:g} GB through the leader node",
            gigabytes=total,
            advice="UNLOAD ('<query>') TO 's3://<bucket>/<prefix>' IAM_ROLE default FORMAT "
            "PARQUET; and read the files",
        )
