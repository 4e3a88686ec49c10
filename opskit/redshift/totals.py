"""Totals over the rows of a query, where a value may be missing."""

from collections.abc import Sequence
from typing import Any

from opskit.redshift.rules.figures import seconds
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse


def rows(warehouse: Warehouse, query: str) -> Sequence[Row] | None:
    """The rows of a query; None where it was not asked or has no answer."""
    answer = warehouse.answers.get(query)
    return None if answer is None or answer.error is not None else answer.rows


def total(found: Sequence[Row], column: str) -> int | None:
    """The sum of a column; None where there are rows and no row has a value in it."""
    values = [row[column] for row in found if row.get(column) is not None]
    return sum(values) if values or not found else None


def most(found: Sequence[Row], column: str) -> Any:
    """The largest value of a column; 0 without rows, None where no row has one."""
    values = [row[column] for row in found if row.get(column) is not None]
    return max(values) if values else None if found else 0


def in_seconds(microseconds: int | None) -> float | None:
    return None if microseconds is None else seconds(microseconds)


def whole(found: Sequence[Row], column: str) -> int | None:
    """The sum of a column; None where a row lacks its value."""
    values = [row[column] for row in found]
    return None if None in values else sum(values)


#: MB: no node with disks of its own has more (dc2.8xlarge: 2.56 TB), so that what has is RA3.
_OWN_DISK = 3 * 1024 * 1024


def capacity(nodes: Sequence[Row]) -> int | None:
    """MB of a whole cluster, of the rows of `node-storage`; None where a node lacks its value.

    On RA3 each node has the managed storage quota of the whole cluster, as AWS documents
    STV_NODE_STORAGE_CAPACITY. Where that is less than what is in use it cannot be so, and the
    nodes are summed, as those with disks of their own are.
    """
    summed, used = whole(nodes, "capacity_mb"), whole(nodes, "used_mb")
    if summed is None or not nodes:
        return summed
    each = {node["capacity_mb"] for node in nodes}
    quota = max(each)
    managed = len(each) == 1 and quota > _OWN_DISK and (used or 0) <= quota
    return int(quota) if managed else summed
