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
