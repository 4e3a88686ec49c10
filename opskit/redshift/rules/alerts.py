"""Rules on the alerts that the optimizer raises, by table where one is known, else by text."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules import alerted
from opskit.redshift.rules.figures import duration, excerpt, number, seconds, share
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.wording import many
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

ALERTS = "https://docs.aws.amazon.com/redshift/latest/dg/r_STL_ALERT_EVENT_LOG.html"
TUNING = "https://docs.aws.amazon.com/redshift/latest/dg/query-performance-improvement-opportunities.html"


def cost(alert: Row) -> float:
    """Seconds of the segments that raised it; of the whole queries where those are not logged."""
    known = alert["time_us"] if alert["time_us"] is not None else alert["elapsed_us"]
    return seconds(known)


def raised(warehouse: Warehouse, *kinds: str) -> Iterator[Row]:
    """The alerts of these kinds that took long enough to matter."""
    floor = warehouse.limit("alert-floor")
    for alert in warehouse.rows("query-alerts"):
        if alert["kind"] in kinds and cost(alert) >= floor:
            yield alert


def table_of(alert: Row) -> str:
    """The table as SQL writes it; empty where none is known."""
    known = alert["schema"] and alert["table"]
    return name(alert["schema"], alert["table"]) if known else ""


def about(alert: Row) -> str:
    """What a finding is about: the table, else the last query."""
    return table_of(alert) or f"query {alert['last_query_id']}"


def observed(alert: Row, rows: str = "") -> str:
    """How many queries, how long, and which was the last."""
    where = f" in database {alert['database']}" if table_of(alert) and alert["database"] else ""
    count = number(alert["queries"])
    queries = "1 query" if count == 1 else f"{count:,.0f} queries"
    return (
        f"{queries}{where}, {duration(cost(alert))}{rows}; "
        f"last {alert['last_query_id']}: {excerpt(alert['text'], 60)}"
    )


@RULES.rule(
    RedshiftRule(
        "RSH066",
        Severity.WARNING,
        title="a nested loop join",
        why="Every row of one side meets every row of the other; most are a join condition that "
        "was forgotten.",
        fix="join by equality of columns",
        reference=TUNING,
        group=Group.QUERIES,
        reads=("query-alerts",),
        thresholds=("alert-floor",),
    )
)
def nested_loop(warehouse: Warehouse) -> Iterator[Finding]:
    for alert in raised(warehouse, "nested loop"):
        rows = f", {many(alert['rows'])} rows" if alert["rows"] else ""
        yield finding(
            f"a nested loop join: {excerpt(alert['text'])}",
            object=f"query {alert['last_query_id']}",
            observed=observed(alert, rows),
            expected="joins by equality",
            seconds=cost(alert),
            advice="look for a join without a condition, or with one of <, >, BETWEEN, LIKE or OR: "
            "add an equality, even of a coarser value as a day",
        )


@RULES.rule(
    RedshiftRule(
        "RSH067",
        Severity.WARNING,
        title="a scan that keeps few of its rows",
        why="The sort key does not fit the filters: blocks are read whose rows are thrown away.",
        fix="sort the table by the columns of the filters, or let Redshift choose them",
        reference=ALERTS,
        group=Group.QUERIES,
        reads=("query-alerts", "table-info"),
        thresholds=("selective", "alert-floor"),
    )
)
def selective_filter(warehouse: Warehouse) -> Iterator[Finding]:
    """Rows kept of rows scanned, deleted ones left out; over all queries of the table."""
    limit = warehouse.limit("selective")
    for alert in raised(warehouse, "selective filter"):
        table = table_of(alert)
        if alert["rows"] is None or not alert["of_rows"]:
            continue
        percent = share(alert["rows"], alert["of_rows"])
        if percent >= limit:
            continue
        yield finding(
            f"scans of {table or 'a table'} keep {percent:.2g} % of their rows",
            object=about(alert),
            observed=observed(alert, f", {many(alert['rows'])} of {many(alert['of_rows'])} rows"),
            expected=f"{limit:g} % or more",
            seconds=cost(alert),
            **alerted.sorted_by_redshift(warehouse, alert),
        )


@RULES.rule(
    RedshiftRule(
        "RSH068",
        Severity.WARNING,
        title="many rows sent between nodes",
        why="Joined rows that do not lie on the same node are sent over the network for every "
        "query.",
        fix="give tables that are joined the same distribution key, or let Redshift choose",
        reference=TUNING,
        group=Group.QUERIES,
        reads=("query-alerts", "table-info"),
        thresholds=("network-rows", "alert-floor"),
    )
)
def sent_rows(warehouse: Warehouse) -> Iterator[Finding]:
    """Rows a query; where they are not logged, Redshift's own limit of 1,000,000 counts."""
    limit = warehouse.limit("network-rows")
    for alert in raised(warehouse, "distribution", "broadcast"):
        each = number(alert["rows"]) / max(number(alert["queries"]), 1)
        if alert["rows"] is not None and each <= limit:
            continue
        table = table_of(alert)
        verb = "distributed" if alert["kind"] == "distribution" else "broadcast"
        rows = f", {each:,.0f} rows a query" if alert["rows"] is not None else ""
        yield finding(
            f"rows of {table or 'a query'} are {verb} to other nodes",
            object=about(alert),
            observed=observed(alert, rows),
            expected=f"at most {limit:,.0f} rows a query",
            seconds=cost(alert),
            **alerted.distributed_by_redshift(warehouse, alert),
        )


@RULES.rule(
    RedshiftRule(
        "RSH069",
        Severity.WARNING,
        title="scans of deleted rows",
        why="Rows that were deleted or not committed are read and thrown away by every scan.",
        fix="VACUUM DELETE ONLY the table",
        reference=ALERTS,
        group=Group.QUERIES,
        reads=("query-alerts", "table-info"),
        thresholds=("alert-floor",),
    )
)
def deleted_rows(warehouse: Warehouse) -> Iterator[Finding]:
    """A transaction that stays open keeps VACUUM from removing what it may still see."""
    for alert in raised(warehouse, "deleted rows"):
        table = table_of(alert)
        rows = (
            f", {many(alert['rows'])} of {many(alert['of_rows'])} rows" if alert["of_rows"] else ""
        )
        yield finding(
            f"scans of {table or 'a table'} pass over many deleted rows",
            object=about(alert),
            observed=observed(alert, rows),
            expected="few deleted rows",
            seconds=cost(alert),
            **alerted.vacuumed(warehouse, alert),
        )


@RULES.rule(
    RedshiftRule(
        "RSH070",
        Severity.WARNING,
        title="a join on one slice",
        why="DS_DIST_ALL_INNER: the outer table lies on every node, so that all rows of the inner "
        "one are sent to one slice, which joins them alone.",
        fix="do not distribute the larger table of the join by ALL",
        reference=ALERTS,
        group=Group.QUERIES,
        reads=("query-alerts",),
        thresholds=("alert-floor",),
    )
)
def serial_join(warehouse: Warehouse) -> Iterator[Finding]:
    for alert in raised(warehouse, "serial distribution"):
        yield finding(
            f"a join runs on one slice: {excerpt(alert['text'])}",
            object=about(alert),
            observed=observed(alert),
            expected="a join on all slices",
            seconds=cost(alert),
            advice="EXPLAIN it: the outer table of the DS_DIST_ALL_INNER is DISTSTYLE ALL; ALTER "
            "TABLE ... ALTER DISTSTYLE AUTO for that one",
        )
