"""Where answers come from: a cluster, the Data API, or a capture; all answer SQL of Redshift."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from opskit.errors import UnknownError
from opskit.redshift.catalog import Engine

Row = dict[str, Any]


class Reason(StrEnum):
    """Why a query has no answer."""

    PERMISSION = "permission denied"
    MISSING = "no such view or column"
    TIMEOUT = "statement timeout"
    CANCELLED = "cancelled"
    LOST = "connection lost"
    UNAVAILABLE = "not available"
    TOO_LARGE = "result too large"
    SQL = "refused"


class QueryError(UnknownError):
    """A query without an answer; `reason` says why, `relation` what was asked for, if known."""

    def __init__(
        self, message: str, reason: Reason, *, relation: str = "", where: str = "", hint: str = ""
    ) -> None:
        super().__init__(message, where=where, hint=hint)
        self.reason = reason
        self.relation = relation


@dataclass(frozen=True, slots=True)
class Result:
    """The answer to one query: names of the columns, and rows in their order.

    Values are None, bool, int, float, str and datetime without a zone, in UTC, whatever the
    source is (`plain`).
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def records(self) -> list[Row]:
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


class Session(Protocol):
    """One connection; used by one thread at a time, except `cancel`."""

    def run(self, sql: str) -> Result:
        """The answer to a statement, in SQL of Redshift; QueryError where there is none."""

    def cancel(self) -> None:
        """End what runs, on the server too; from another thread."""

    def close(self) -> None:
        """End the session; never raises."""


class Source(Protocol):
    """Something that can be asked. `workers` is how many sessions are useful at a time."""

    engine: Engine
    workers: int

    @property
    def name(self) -> str:
        """How messages call it."""

    def connect(self) -> Session:
        """A new session; UnknownError where there is none to be had."""

    def now(self) -> datetime:
        """The time there, in UTC, to the second."""


def plain(value: Any) -> Any:
    """A driver's value as every source gives it: decimals are int or float, times are UTC."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value
