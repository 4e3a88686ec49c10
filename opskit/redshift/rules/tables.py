"""Rules on what is stored in single tables: sort order, deleted rows, VACUUM."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import duration, gigabytes, number, share
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

TABLE_INFO = "https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html"
VACUUM = "https://docs.aws.amazon.com/redshift/latest/dg/r_VACUUM_command.html"

#: Percent of rows that VACUUM leaves unsorted, or deleted, unless it is told otherwise (VACUUM).
VACUUM_LEAVES = 5.0


def label(table: Row) -> str:
    """A table's name as SQL writes it."""
    return name(table["schema"], table["table"])


def large(warehouse: Warehouse) -> Iterator[Row]:
    """The tables that are worth a finding."""
    floor = warehouse.limit("table-floor")
    return (
        t
        for t in warehouse.rows("table-info")
        if t["schema"] and t["table"] and gigabytes(t["size_mb"]) >= floor
    )


def has_sort_key(table: Row) -> bool:
    """Whether rows have an order; AUTO(SORTKEY) is a table for which none is chosen yet."""
    return bool(table["sortkey1"]) and table["sortkey1"].upper() != "AUTO(SORTKEY)"


def vacuum(kind: str, table: Row, percent: float) -> str:
    """The VACUUM that does something: by default it passes over 5 % and less."""
    whole = " TO 100 PERCENT" if percent <= VACUUM_LEAVES else ""
    return f"VACUUM {kind} ONLY {label(table)}{whole};"


@RULES.rule(
    RedshiftRule(
        "RSH020",
        Severity.WARNING,
        title="rows out of sort order",
        why="A scan skips blocks by the sort key only where rows are in order; the unsorted part "
        "is read whole by every query.",
        fix="VACUUM SORT ONLY the table, when the cluster is quiet",
        reference=TABLE_INFO,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("unsorted", "table-floor"),
    )
)
def unsorted(warehouse: Warehouse) -> Iterator[Finding]:
    """Where Redshift gives no estimate of what sorting would win; RSH022 is for the others.

    A table can be 86 % unsorted, and VACUUM would win 5 % (VACUUM_SORT_BENEFIT's example).
    Without a sort key the figure means nothing, and is passed over.
    """
    limit = warehouse.limit("unsorted")
    for table in large(warehouse):
        if table["vacuum_sort_benefit"] is not None or not has_sort_key(table):
            continue
        percent = number(table["unsorted"])
        if percent <= limit:
            continue
        yield finding(
            f"{percent:g} % of {label(table)} are out of sort order",
            object=label(table),
            observed=f"{percent:g} % unsorted of {number(table['tbl_rows']):,.0f} rows",
            expected=f"at most {limit:g} %",
            gigabytes=gigabytes(table["size_mb"]) * percent / 100,
            sql=vacuum("SORT", table, percent),
            reversible=True,
        )


@RULES.rule(
    RedshiftRule(
        "RSH022",
        Severity.WARNING,
        title="scans that sorting would speed up",
        why="Redshift estimates that queries scan the table faster by so much once VACUUM has "
        "sorted it.",
        fix="VACUUM SORT ONLY the table, when the cluster is quiet",
        reference=TABLE_INFO,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("sort-benefit", "table-floor"),
    )
)
def sort_benefit(warehouse: Warehouse) -> Iterator[Finding]:
    """VACUUM_SORT_BENEFIT: the most by which VACUUM SORT improves scans, estimated, in percent."""
    limit = warehouse.limit("sort-benefit")
    for table in large(warehouse):
        benefit = table["vacuum_sort_benefit"]
        if benefit is None or number(benefit) < limit or not has_sort_key(table):
            continue
        percent = number(table["unsorted"])
        yield finding(
            f"scans of {label(table)} would be up to {number(benefit):g} % faster, were it sorted",
            object=label(table),
            observed=f"{number(benefit):g} % to win, {percent:g} % of the rows unsorted",
            expected=f"below {limit:g} % to win",
            gigabytes=gigabytes(table["size_mb"]) * percent / 100,
            sql=vacuum("SORT", table, percent),
            reversible=True,
        )


@RULES.rule(
    RedshiftRule(
        "RSH021",
        Severity.WARNING,
        title="deleted rows still on disk",
        why="DELETE and UPDATE only mark rows; until a VACUUM they are stored and scanned.",
        fix="VACUUM DELETE ONLY the table; materialized views on it are then recomputed whole",
        reference=TABLE_INFO,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("deleted", "table-floor"),
    )
)
def deleted_rows(warehouse: Warehouse) -> Iterator[Finding]:
    """Ghost rows: tbl_rows counts them, estimated_visible_rows does not."""
    limit = warehouse.limit("deleted")
    for table in large(warehouse):
        if table["tbl_rows"] is None or table["visible_rows"] is None:
            continue
        ghosts = table["tbl_rows"] - table["visible_rows"]
        percent = share(ghosts, table["tbl_rows"])
        if percent <= limit:
            continue
        yield finding(
            f"{percent:.0f} % of the rows of {label(table)} are deleted and still on disk",
            object=label(table),
            observed=f"{ghosts:,} of {table['tbl_rows']:,} rows",
            expected=f"at most {limit:g} %",
            gigabytes=gigabytes(table["size_mb"]) * percent / 100,
            sql=vacuum("DELETE", table, percent),
            reversible=True,
        )


@RULES.rule(
    RedshiftRule(
        "RSH030",
        Severity.INFO,
        title="a VACUUM runs now",
        why="It takes disk and time from the queries, UPDATE and DELETE on the table wait for "
        "parts of it, and ALTER TABLE on the table fails until it has ended.",
        fix="let it end, or cancel it and run it when the cluster is quiet",
        reference=VACUUM,
        group=Group.TABLES,
        reads=("vacuum-running",),
    )
)
def vacuum_runs(warehouse: Warehouse) -> Iterator[Finding]:
    for row in warehouse.rows("vacuum-running"):
        if not row["table"]:
            continue
        table = label(row) if row["schema"] else name(row["table"])
        parts = [row["status"] or ""]
        if row["remaining"]:
            parts.append(f"{row['remaining']} left")
        if row["started"]:
            ran = (warehouse.now - row["started"]).total_seconds()
            parts.append(f"for {duration(max(ran, 0.0))} so far")
        yield finding(
            f"VACUUM works on {table} {'by itself ' if row['automatic'] else ''}now",
            object=table,
            observed=", ".join(part for part in parts if part),
            advice="expect slower queries until it has ended",
        )
