"""What mends a table whose scans or joins raised an alert, by how it is made."""

from typing import Any

from opskit.redshift.rules.design import alter, interleaved, sort_back, style, style_back
from opskit.redshift.rules.figures import share
from opskit.redshift.rules.tables import vacuum
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse

_KEY = (
    "where the filters always name the same column: ALTER TABLE ... ALTER COMPOUND SORTKEY (column)"
)
_DISTKEY = (
    "where it is always joined by one column: ALTER TABLE ... ALTER DISTKEY column, for both tables"
)
_INTERLEAVED = "its sort key is interleaved: copy the rows into a new table that is made otherwise"


def here(warehouse: Warehouse, alert: Row) -> Row | None:
    """The table's row of SVV_TABLE_INFO; None for one that is empty or of another database.

    On provisioned clusters the alert's database is that of the query, and the name is from the
    catalog of this one; on serverless it is the table's own.
    """
    for table in warehouse.rows("table-info") if alert["table"] else ():
        same = (table["schema"], table["table"]) == (alert["schema"], alert["table"])
        if same and (warehouse.engine == "provisioned" or table["database"] == alert["database"]):
            return table
    return None


def _elsewhere(alert: Row) -> str:
    """What is said of a table that is not listed; nothing where no table is known."""
    if not alert["schema"] or not alert["table"]:
        return ""
    where = f" (see database {alert['database']})" if alert["database"] else ""
    return f"this database does not list the table{where}; "


def sorted_by_redshift(warehouse: Warehouse, alert: Row) -> dict[str, Any]:
    """What leaves the sort key to Redshift, where a statement can and has not yet."""
    table = here(warehouse, alert)
    if table is None:
        return {"advice": _elsewhere(alert) + _KEY}
    if interleaved(table):
        return {"advice": _INTERLEAVED}
    if (table["sortkey1"] or "").upper().startswith("AUTO("):
        return {"advice": f"Redshift chooses its sort key already; {_KEY}"}
    return {
        "sql": f"{alter(table)} ALTER SORTKEY AUTO;",
        "reversible": True,
        "undo": sort_back(table),
        "advice": f"it keeps the key that it has until Redshift finds a better one; {_KEY}",
    }


def distributed_by_redshift(warehouse: Warehouse, alert: Row) -> dict[str, Any]:
    """What leaves the distribution to Redshift, where a statement can and has not yet."""
    table = here(warehouse, alert)
    if table is None:
        return {"advice": _elsewhere(alert) + _DISTKEY}
    if interleaved(table):
        return {"advice": _INTERLEAVED}
    if style(table)[0]:
        return {"advice": f"Redshift chooses its distribution already; {_DISTKEY}"}
    if not style_back(table):
        return {"advice": _DISTKEY}
    return {
        "sql": f"{alter(table)} ALTER DISTSTYLE AUTO;",
        "reversible": True,
        "undo": style_back(table),
        "advice": _DISTKEY,
    }


def vacuumed(warehouse: Warehouse, alert: Row) -> dict[str, Any]:
    """What removes the deleted rows; where their share is not known, VACUUM is told to do all."""
    table = here(warehouse, alert)
    first = "end transactions that have been open for long first: what they may see stays"
    if table is None:
        return {"advice": f"{_elsewhere(alert)}VACUUM DELETE ONLY it; {first}"}
    known = table["tbl_rows"] is not None and table["visible_rows"] is not None
    ghosts = table["tbl_rows"] - table["visible_rows"] if known else 0
    return {
        "sql": vacuum("DELETE", table, share(ghosts, table["tbl_rows"])),
        "reversible": True,
        "advice": first,
    }
