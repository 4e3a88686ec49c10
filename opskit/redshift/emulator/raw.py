"""Rows of system views as a scenario writes them out, in the types of the catalog."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from opskit.redshift.catalog import views
from opskit.redshift.duck import column_type
from opskit.redshift.emulator import moments

_ZERO = datetime(2000, 1, 1)


def converted(kind: str | None, value: Any, now: datetime = _ZERO) -> Any:
    """A value for a column; times may be as in `-15m`. ValueError where it cannot be one.

    A bigint may be such a time too: some logs count microseconds since 2000.
    """
    if value is None:
        return None
    match column_type(kind).split("(")[0]:
        case "boolean":
            return _require(isinstance(value, bool), value, "true or false")
        case "smallint" | "integer" | "bigint":
            if kind == "bigint" and isinstance(value, str) and re.match(moments.MOMENT, value):
                return (moments.moment(value, now) - _ZERO) // timedelta(microseconds=1)
            return _require(type(value) is int, value, "a whole number")
        case "numeric" | "real" | "double precision":
            return _require(type(value) in (int, float), value, "a number")
        case "timestamp" | "timestamptz" | "date":
            text = str(value)
            if isinstance(value, date) or re.match(moments.MOMENT, text):
                return moments.moment(text, now)
            raise ValueError(f"expected a time as in -15m or 2026-01-31T04:00:00, found {text!r}")
    if isinstance(value, list | dict):
        raise ValueError("expected text")
    return value if isinstance(value, str) else str(value)


def _require(holds: bool, value: Any, wanted: str) -> Any:
    if not holds:
        raise ValueError(f"expected {wanted}, found {value!r}")
    return value


def rows(view: str, some: Iterable[Mapping[str, Any]], now: datetime) -> Iterator[dict[str, Any]]:
    """The rows of one view, ready to be inserted."""
    kinds = views()[view].columns
    for row in some:
        yield {column: converted(kinds[column], value, now) for column, value in row.items()}
