"""Rules on what the planner knows of tables: stale and missing statistics."""

import re
from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import number, share
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.tables import TABLE_INFO, label, large
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse

ANALYZE = "https://docs.aws.amazon.com/redshift/latest/dg/r_ANALYZE.html"
MISSING = (
    "https://docs.aws.amazon.com/redshift/latest/dg/identify-tables-with-missing-statistics.html"
)

#: The width of a plan node's text in the logs: a list of names that fills it may have been cut.
PLAN_WIDTH = 400
#: Names of tables that Redshift makes for one query.
TEMPORARY = ("volt_tt_", "volt_dt_", "#", "pg_temp", "internal worktable")


def off(table: Row) -> float:
    """Percent that the statistics are off: they come negative and above 100, too."""
    return min(abs(number(table["stats_off"])), 100.0)


@RULES.rule(
    RedshiftRule(
        "RSH035",
        Severity.WARNING,
        title="stale statistics",
        why="The planner takes the table for another size than it has, and chooses joins that move "
        "too many rows or spill to disk.",
        fix="ANALYZE the table, best at the end of its load",
        reference=TABLE_INFO,
        group=Group.STATISTICS,
        reads=("table-info",),
        thresholds=("stats-off", "table-floor"),
    )
)
def stale(warehouse: Warehouse) -> Iterator[Finding]:
    limit = warehouse.limit("stats-off")
    for table in large(warehouse):
        if off(table) <= limit:
            continue
        yield finding(
            f"the statistics of {label(table)} are {off(table):g} % off",
            object=label(table),
            observed=f"stats_off {number(table['stats_off']):g}",
            expected=f"at most {limit:g}",
            sql=f"ANALYZE {label(table)};",
            reversible=True,
        )


@RULES.rule(
    RedshiftRule(
        "RSH036",
        Severity.WARNING,
        title="rows changed since the last ANALYZE",
        why="Deleted rows count as rows until a VACUUM removes them, so that stats_off can call "
        "statistics current that are older than large DELETEs and UPDATEs.",
        fix="ANALYZE the table after large DELETEs and UPDATEs",
        reference=ANALYZE,
        group=Group.STATISTICS,
        reads=("analyze-history", "table-info"),
        thresholds=("changed-rows", "stats-off", "table-floor"),
    )
)
def changed(warehouse: Warehouse) -> Iterator[Finding]:
    """Where stats_off says that all is well; the others are RSH035's.

    An UPDATE is logged as a delete and an insert, so the larger of the two is taken: at least so
    many rows have changed. STL counts every node's work on an ALL table. Whether SYS_QUERY_DETAIL
    does is not documented, and serverless shows no nodes to divide by: ALL tables stay quiet there.
    """
    limit = warehouse.limit("changed-rows")
    logs = warehouse.rows("analyze-history")
    by_id = {log["table_id"]: log for log in logs if log["table_id"]}
    by_name = {log["table_name"]: log for log in logs if log["table_name"]}
    for table in large(warehouse):
        full = f"{table['database']}.{table['schema']}.{table['table']}"
        log = by_id.get(table["table_id"]) or by_name.get(full)
        if log is None or off(table) > warehouse.limit("stats-off"):
            continue
        once = "_once" if "ALL" in (table["diststyle"] or "").upper() else ""
        if log[f"inserted{once}"] is None and log[f"deleted{once}"] is None:
            continue  # not known
        rows = max(number(log[f"inserted{once}"]), number(log[f"deleted{once}"]))
        percent = share(rows, table["tbl_rows"])
        if percent <= limit:
            continue
        last = log["last_analyze"]
        since = f"the ANALYZE of {last:%Y-%m-%d %H:%M}" if last else "the window began, no ANALYZE"
        yield finding(
            f"{percent:.0f} % of the rows of {label(table)} have changed since it was analyzed",
            object=label(table),
            observed=f"{rows:,.0f} of {number(table['tbl_rows']):,.0f} rows since {since}",
            expected=f"at most {limit:g} %",
            sql=f"ANALYZE {label(table)};",
            reversible=True,
        )


@RULES.rule(
    RedshiftRule(
        "RSH037",
        Severity.WARNING,
        title="missing statistics",
        why="Queries were planned without knowing anything of the table.",
        fix="ANALYZE the tables that the plan names",
        reference=MISSING,
        group=Group.STATISTICS,
        reads=("missing-statistics", "table-info"),
    )
)
def missing(warehouse: Warehouse) -> Iterator[Finding]:
    """The plan names tables without their schema, and SVV_TABLE_INFO lists no empty ones.

    The statement is given where one table of the query's database bears the name.
    """
    tables: dict[tuple[str, str], list[Row]] = {}
    for table in warehouse.rows("table-info"):
        if table["schema"] and table["table"]:
            tables.setdefault((table["database"], table["table"]), []).append(table)
    for (database, bare), (queries, latest) in _named(warehouse).items():
        schema, _, short = bare.rpartition(".")
        same = [t for t in tables.get((database, short), []) if schema in ("", t["schema"])]
        one = same[0] if len(same) == 1 else None
        yield finding(
            f"{queries} queries were planned without statistics of {label(one) if one else bare}",
            object=label(one) if one else bare,
            observed=f"{queries} queries in database {database}, the last is {latest}",
            expected="statistics",
            sql=f"ANALYZE {label(one)};" if one else [],
            reversible=True if one else None,
            advice=""
            if one
            else f"connect to {database} and ANALYZE <schema>.{short}: the plan names no schema",
        )


def _named(warehouse: Warehouse) -> dict[tuple[str, str], tuple[int, int]]:
    """By database and name: how many queries lacked its statistics, and the last of them."""
    found: dict[tuple[str, str], tuple[int, int]] = {}
    for row in warehouse.rows("missing-statistics"):
        for bare in names(row["plan"] or ""):
            key = (row["database"] or "", bare)
            queries, latest = found.get(key, (0, 0))
            found[key] = (queries + int(row["queries"]), max(latest, int(row["query"])))
    return found


def names(plan: str) -> list[str]:
    """The tables in `----- Tables missing statistics: a, b -----`; no temporary ones."""
    match = re.search(r"missing statistics:\s*(.*?)\s*(-{3,}|$)", plan, re.IGNORECASE)
    parts = [part.strip() for part in match[1].split(",")] if match else []
    if match and not match[2] and len(plan) >= PLAN_WIDTH - 1:
        parts.pop()  # cut somewhere
    return [p for p in parts if p and not p.lower().startswith(TEMPORARY)]
