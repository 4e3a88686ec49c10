"""Rules on the columns of tables: compression, and the width of text."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.design import ALTER_TABLE, alter, interleaved
from opskit.redshift.rules.figures import gigabytes, number, size
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.tables import TABLE_INFO, label, large
from opskit.redshift.sqltext import literal
from opskit.redshift.warehouse import Warehouse


@RULES.rule(
    RedshiftRule(
        "RSH025",
        Severity.WARNING,
        title="a table that is not compressed",
        why="It takes several times the disk, and every scan reads several times the blocks.",
        fix="let Redshift choose the encodings: ALTER TABLE ... ALTER ENCODE AUTO",
        reference=ALTER_TABLE,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("table-floor",),
    )
)
def not_compressed(warehouse: Warehouse) -> Iterator[Finding]:
    """encoded is N; `N, AUTO(ENCODE)` is Redshift's choice, and no finding."""
    for table in large(warehouse):
        if (table["encoded"] or "").upper() != "N":
            continue
        by_hand = interleaved(table) or alter(table).startswith("ALTER MATERIALIZED")
        yield finding(
            f"no column of {label(table)} is compressed",
            object=label(table),
            observed=size(gigabytes(table["size_mb"])),
            expected="compressed columns",
            sql=[] if by_hand else f"{alter(table)} ALTER ENCODE AUTO;",
            reversible=None if by_hand else True,
            undo=""
            if by_hand
            else f"{alter(table)} ALTER COLUMN <column> ENCODE RAW; only for columns whose "
            "encoding has changed, the others are refused",
            advice="ALTER cannot change its encodings: create it anew and copy the rows"
            if by_hand
            else "Redshift changes the columns later, in the background",
        )


@RULES.rule(
    RedshiftRule(
        "RSH026",
        Severity.INFO,
        title="a very wide text column",
        why="Queries reserve memory for the declared width, not for what is stored: intermediate "
        "results of a wide column spill to disk.",
        fix="declare the width that the data needs",
        reference=TABLE_INFO,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("varchar", "table-floor"),
    )
)
def wide_text(warehouse: Warehouse) -> Iterator[Finding]:
    limit = warehouse.limit("varchar")
    for table in large(warehouse):
        width = number(table["max_varchar"])
        if width <= limit:
            continue
        where = f"table_schema = {literal(table['schema'])} AND table_name = "
        yield finding(
            f"a column of {label(table)} is declared with {width:,.0f} bytes",
            object=label(table),
            observed=f"VARCHAR({width:.0f})",
            expected=f"at most {limit:,.0f} bytes",
            advice="which ones: SELECT column_name FROM svv_columns WHERE "
            f"{where}{literal(table['table'])} AND character_maximum_length > {limit:.0f}; "
            "what they need: SELECT MAX(OCTET_LENGTH(<column>)); then ALTER COLUMN <column> TYPE",
        )
