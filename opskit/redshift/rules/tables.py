"""Rules on single tables: sort order, deleted rows, skew, compression."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import gigabytes, number, share
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

TABLE_INFO = "https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TABLE_INFO.html"


def label(table: Row) -> str:
    """A table's name as SQL writes it."""
    return name(table["schema"], table["table"])


def large(warehouse: Warehouse) -> Iterator[Row]:
    """The tables that are worth a finding."""
    floor = warehouse.limit("table-floor")
    return (t for t in warehouse.rows("table-info") if gigabytes(t["size_mb"]) >= floor)


@RULES.rule(
    RedshiftRule(
        "RSH020",
        Severity.WARNING,
        title="rows out of sort order",
        why="A scan skips blocks by the sort key only where rows are in order; the unsorted part "
        "is read whole by every query.",
        fix="VACUUM SORT ONLY the table, when the cluster is quiet: one VACUUM runs at a time",
        reference=TABLE_INFO,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("unsorted", "table-floor"),
    )
)
def unsorted(warehouse: Warehouse) -> Iterator[Finding]:
    """Without a sort key the figure means nothing, and is passed over."""
    limit = warehouse.limit("unsorted")
    for table in large(warehouse):
        if not table["sortkey1"] or number(table["unsorted"]) <= limit:
            continue
        size = gigabytes(table["size_mb"])
        yield finding(
            f"{table['unsorted']:g} % of {label(table)} are out of sort order",
            object=label(table),
            observed=f"{table['unsorted']:g} % unsorted of {table['tbl_rows']:,} rows",
            expected=f"at most {limit:g} %",
            gigabytes=size * number(table["unsorted"]) / 100,
            sql=f"VACUUM SORT ONLY {label(table)};",
            reversible=True,
            undo="nothing to undo: it changes the order on disk, not the rows",
        )


@RULES.rule(
    RedshiftRule(
        "RSH021",
        Severity.WARNING,
        title="deleted rows still on disk",
        why="DELETE and UPDATE only mark rows; until a VACUUM they are stored and scanned.",
        fix="VACUUM DELETE ONLY the table",
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
            sql=f"VACUUM DELETE ONLY {label(table)};",
            reversible=True,
            undo="nothing to undo: it removes what no query sees",
        )
