"""The rule on what Redshift Advisor recommends."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.design import sort_back, style_back
from opskit.redshift.rules.figures import number
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.tables import label
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse

ADVISOR = "https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_ALTER_TABLE_RECOMMENDATIONS.html"

#: The view's column `ddl` is as wide as this: a statement that fills it may have been cut.
DDL_WIDTH = 1024


@RULES.rule(
    RedshiftRule(
        "RSH029",
        Severity.INFO,
        title="a recommendation of Redshift Advisor",
        why="Redshift has seen in the queries that another distribution or sort key would be "
        "better.",
        fix="run Advisor's statement when the table is little used: it is locked meanwhile",
        reference=ADVISOR,
        group=Group.TABLES,
        reads=("advisor", "table-info"),
    )
)
def advised(warehouse: Warehouse) -> Iterator[Finding]:
    tables = {t["table_id"]: t for t in warehouse.rows("table-info") if t["schema"] and t["table"]}
    for row in warehouse.rows("advisor"):
        ddl = (row["ddl"] or "").rstrip("; ")
        if not ddl:
            continue
        table = tables.get(row["table_id"])
        whole = len(ddl.encode()) < DDL_WIDTH
        group = number(row["group_id"])
        together = f"; belongs to group {group:.0f}, run them all" if group > 0 else ""
        itself = "may" if row["automatic"] == "t" else "does not"
        yield finding(
            f"Advisor recommends another {row['kind'] or 'design'} for "
            f"{label(table) if table else 'table ' + str(row['table_id'])}",
            object=label(table) if table else str(row["table_id"]),
            observed=f"Redshift {itself} follow it by itself{together}",
            sql=f"{ddl};" if whole else [],
            reversible=True if whole else None,
            undo=_undo(table, ddl) if table and whole else "",
            advice="" if whole else "the statement is cut: see it in the console",
        )


def _undo(table: Row, ddl: str) -> str:
    """What restores the distribution and the sort key, as far as SVV_TABLE_INFO shows them."""
    back = [style_back(table)] if "DIST" in ddl.upper() else []
    back += [sort_back(table)] if "SORTKEY" in ddl.upper() else []
    return "\n".join(part for part in back if part)
