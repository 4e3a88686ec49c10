"""Rules on how tables are made: distribution and sort keys."""

import re
from collections.abc import Iterator
from typing import Any

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import gigabytes, number, size
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.tables import TABLE_INFO, label, large
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

ALTER_TABLE = "https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_TABLE.html"
INTERLEAVED = "https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_INTERLEAVED_COLUMNS.html"


def alter(table: Row) -> str:
    """How a statement that alters the table begins.

    SVV_TABLE_INFO shows a materialized view by the table behind it, mv_tbl__NAME__0.
    """
    view = re.fullmatch(r"mv_tbl__(.+)__\d+", table["table"])
    if view:
        return f"ALTER MATERIALIZED VIEW {name(table['schema'], view[1])}"
    return f"ALTER TABLE {label(table)}"


def interleaved(table: Row) -> bool:
    """Whether the sort key is interleaved, with which ALTER DISTSTYLE and ENCODE are refused."""
    return (table["sortkey1"] or "").upper() == "INTERLEAVED"


def style(table: Row) -> tuple[bool, str, str]:
    """Of `AUTO(KEY(id))`: whether Redshift chose it, `KEY`, and the column of the key."""
    text = table["diststyle"] or ""
    automatic = re.fullmatch(r"AUTO\((.+)\)", text, re.IGNORECASE)
    text = automatic[1] if automatic else text
    key = re.fullmatch(r"KEY\((.+)\)", text, re.IGNORECASE)
    return bool(automatic), "KEY" if key else text.upper(), key[1] if key else ""


def style_back(table: Row) -> str:
    """The statements that bring back the distribution as it is now; empty where it is unknown.

    ALTER DISTSTYLE AUTO keeps what it finds in a large table (EVEN becomes AUTO(EVEN)), so that
    what Redshift had chosen has to be stated before it.
    """
    automatic, kind, column = style(table)
    if kind not in ("KEY", "EVEN", "ALL"):
        return ""
    stated = f"KEY DISTKEY {name(column)}" if column else kind
    return _stated(table, f"DISTSTYLE {stated}", "DISTSTYLE AUTO" if automatic else "")


def sort_back(table: Row) -> str:
    """The statements that bring back the sort key as it is now.

    ALTER SORTKEY AUTO keeps the key that it finds. SVV_TABLE_INFO shows the first column only, and
    no ALTER makes a key interleaved.
    """
    text = table["sortkey1"] or ""
    automatic = re.fullmatch(r"AUTO\(SORTKEY(?:\((.+)\))?\)", text, re.IGNORECASE)
    column = (automatic[1] or "") if automatic else text
    if interleaved(table):
        return "-- no ALTER makes the key interleaved again: copy the rows into a new table"
    if column and number(table["sortkeys"]) != 1:
        return f"-- the old sort key: note what SHOW TABLE {label(table)} says"
    stated = f"COMPOUND SORTKEY ({name(column)})" if column else "SORTKEY NONE"
    return _stated(table, stated, "SORTKEY AUTO" if automatic else "")


def _stated(table: Row, *changes: str) -> str:
    return " ".join(f"{alter(table)} ALTER {change};" for change in changes if change)


@RULES.rule(
    RedshiftRule(
        "RSH023",
        Severity.WARNING,
        title="rows distributed unevenly",
        why="A query on the table is as slow as the slice with the most rows.",
        fix="distribute by a column with many, evenly used values, or evenly",
        reference=TABLE_INFO,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("skew", "table-floor"),
    )
)
def skewed(warehouse: Warehouse) -> Iterator[Finding]:
    """skew_rows: rows of the fullest slice over those of the emptiest; nothing for ALL."""
    limit = warehouse.limit("skew")
    for table in large(warehouse):
        skew = number(table["skew_rows"])
        if skew < limit or style(table)[1] == "ALL":
            continue
        yield finding(
            f"the fullest slice of {label(table)} has {skew:g} times the rows of the emptiest",
            object=label(table),
            observed=f"skew {skew:.2f}, distribution {table['diststyle'] or 'unknown'}",
            expected=f"below {limit:.2f}",
            **_even(table),
        )


def _even(table: Row) -> dict[str, Any]:
    """What distributes the rows evenly, and what takes that back."""
    _, kind, column = style(table)
    if interleaved(table):
        return {
            "advice": "an interleaved sort key forbids ALTER DISTSTYLE: copy it into a new table"
        }
    if kind != "KEY":
        return {
            "advice": f"{alter(table)} ALTER DISTKEY <column> distributes the rows anew: take one "
            "with many, evenly used values; to keep the distribution, copy it into a new table "
            "(CREATE TABLE ... LIKE, INSERT ... SELECT) and rename"
        }
    return {
        "sql": f"{alter(table)} ALTER DISTSTYLE EVEN;",
        "reversible": True,
        "undo": style_back(table),
        "advice": f"joins on {column} then move rows over the network; "
        "another column as the key may be better",
    }


@RULES.rule(
    RedshiftRule(
        "RSH024",
        Severity.WARNING,
        title="a skewed interleaved sort key",
        why="Values that came after the key was analyzed are not interleaved with the others, and "
        "scans skip fewer blocks.",
        fix="VACUUM REINDEX; AWS advises automatic sort keys instead of interleaved ones today",
        reference=INTERLEAVED,
        group=Group.TABLES,
        reads=("interleaved-keys", "table-info"),
        thresholds=("interleaved-skew", "table-floor"),
    )
)
def interleaved_skew(warehouse: Warehouse) -> Iterator[Finding]:
    limit = warehouse.limit("interleaved-skew")
    skews = {key["table_id"]: key for key in warehouse.rows("interleaved-keys")}
    for table in large(warehouse):
        key = skews.get(table["table_id"])
        if key is None or number(key["skew"]) <= limit:
            continue
        last = f"{key['last_reindex']:%Y-%m-%d}" if key["last_reindex"] else "not in the logs"
        yield finding(
            f"the interleaved sort key of {label(table)} is skewed",
            object=label(table),
            observed=f"skew {number(key['skew']):.2f}, last VACUUM REINDEX: {last}",
            expected=f"at most {limit:.2f}",
            gigabytes=gigabytes(table["size_mb"]),
            sql=f"VACUUM REINDEX {label(table)};",
            reversible=True,
            advice=f"it takes longer than a full VACUUM; {alter(table)} ALTER SORTKEY AUTO "
            "leaves the choice to Redshift, and no ALTER makes a key interleaved again",
        )


@RULES.rule(
    RedshiftRule(
        "RSH027",
        Severity.WARNING,
        title="a large table on every node",
        why="Distribution ALL keeps a copy on each node: loads, UPDATE and DELETE work as often as "
        "there are nodes, and so do VACUUM and ANALYZE.",
        fix="let Redshift choose the distribution, or give the table a key",
        reference="https://docs.aws.amazon.com/redshift/latest/dg/c_choosing_dist_sort.html",
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("all-rows", "table-floor"),
    )
)
def large_on_every_node(warehouse: Warehouse) -> Iterator[Finding]:
    """AUTO(ALL) is Redshift's own choice, and changes as the table grows.

    The lower of the two counts of rows is taken: only an excess that is certain is a finding.
    """
    limit = warehouse.limit("all-rows")
    for table in large(warehouse):
        counts = [n for n in (table["tbl_rows"], table["visible_rows"]) if n is not None]
        rows = min(map(number, counts), default=0.0)
        if style(table)[:2] != (False, "ALL") or rows <= limit:
            continue
        can = not interleaved(table)
        yield finding(
            f"every node keeps a copy of {label(table)}",
            object=label(table),
            observed=f"{rows:,.0f} rows, {size(gigabytes(table['size_mb']))}, distribution ALL",
            expected=f"at most {limit:,.0f} rows",
            sql=f"{alter(table)} ALTER DISTSTYLE AUTO;" if can else [],
            reversible=True if can else None,
            undo=style_back(table) if can else "",
            advice="" if can else "an interleaved sort key forbids ALTER DISTSTYLE: copy the rows",
        )


@RULES.rule(
    RedshiftRule(
        "RSH028",
        Severity.INFO,
        title="a large table without a sort key",
        why="No query can skip blocks: each scan reads the whole columns.",
        fix="sort by the column that queries filter on, often a time, or let Redshift choose",
        reference=ALTER_TABLE,
        group=Group.TABLES,
        reads=("table-info",),
        thresholds=("no-sortkey",),
    )
)
def no_sort_key(warehouse: Warehouse) -> Iterator[Finding]:
    """AUTO(SORTKEY) is no finding: Redshift chooses one when queries show which."""
    limit = warehouse.limit("no-sortkey")
    for table in large(warehouse):
        gb = gigabytes(table["size_mb"])
        if gb < limit or table["sortkey1"] or number(table["sortkeys"]):
            continue
        yield finding(
            f"{label(table)} has no sort key",
            object=label(table),
            observed=size(gb),
            expected=f"a sort key from {limit:g} GB on",
            sql=f"{alter(table)} ALTER SORTKEY AUTO;",
            reversible=True,
            undo=sort_back(table),
        )
