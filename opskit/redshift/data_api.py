"""A warehouse over the Redshift Data API: no route to its network and no password needed.

A result is at most 500 MB and a row 64 KB (AWS, Data API limits).
"""

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from threading import Event
from typing import Any

from opskit.clients import aws
from opskit.errors import OpskitError
from opskit.redshift.catalog import Engine
from opskit.redshift.live import clock, detect, failure
from opskit.redshift.source import QueryError, Reason, Result, plain
from opskit.redshift.target import Target

_HINT = (
    "it needs AWS credentials (--profile) and a region, and redshift-data:ExecuteStatement, "
    "DescribeStatement and GetStatementResult"
)
_FIRST_WAIT, _LONGEST_WAIT = 0.05, 2.0


class DataApiSession:
    """Statements one after the other; each is a transaction of its own on the server."""

    def __init__(self, client: Any, target: Target, seconds: int) -> None:
        self._client = client
        self._target = target
        self._seconds = seconds
        self._running = ""
        self._cancelled = Event()

    def run(self, sql: str) -> Result:
        self._cancelled.clear()
        started = self._call(self._client.execute_statement, Sql=sql, **self._place())
        self._running = started["Id"]
        try:
            described = self._finished(started["Id"])
            if not described.get("HasResultSet"):
                return Result([], [])
            return self._result(started["Id"])
        finally:
            self._running = ""

    def _place(self) -> dict[str, str]:
        target = self._target
        names = {
            "Database": target.database,
            "ClusterIdentifier": target.cluster,
            "WorkgroupName": target.workgroup,
            "SecretArn": target.secret,
            "DbUser": "" if target.secret or target.workgroup else target.user,
            "StatementName": "opskit",
        }
        return {key: value for key, value in names.items() if value}

    def _finished(self, statement: str) -> Mapping[str, Any]:
        deadline, wait = time.monotonic() + self._seconds, _FIRST_WAIT
        while True:
            described = self._call(self._client.describe_statement, Id=statement)
            status = described["Status"]
            if status == "FINISHED":
                return described
            if status == "ABORTED":
                raise QueryError("cancelled", Reason.CANCELLED, where=self._target.name)
            if status == "FAILED":
                raise _refused(described.get("Error", "failed"), self._target.name)
            if time.monotonic() > deadline:
                self.cancel()
                raise QueryError(
                    f"no answer in {self._seconds} s", Reason.TIMEOUT, where=self._target.name
                )
            self._cancelled.wait(wait)
            wait = min(wait * 1.5, _LONGEST_WAIT)

    def _result(self, statement: str) -> Result:
        columns: list[Mapping[str, Any]] = []
        rows: list[list[Any]] = []
        for page in self._pages(statement):
            columns = columns or page["ColumnMetadata"]
            kinds = [column["typeName"] for column in columns]
            rows += [
                [_value(field, kind) for field, kind in zip(record, kinds, strict=True)]
                for record in page["Records"]
            ]
        return Result([column.get("label") or column["name"] for column in columns], rows)

    def _pages(self, statement: str) -> Iterator[Mapping[str, Any]]:
        more: dict[str, str] = {}
        while True:
            page = self._call(self._client.get_statement_result, Id=statement, **more)
            yield page
            if not page.get("NextToken"):
                return
            more = {"NextToken": page["NextToken"]}

    def _call(self, call: Callable[..., dict[str, Any]], **arguments: Any) -> dict[str, Any]:
        try:
            return aws.answer(self._target.name, _HINT, call, **arguments)
        except OpskitError as error:  # of the service: what the statement meets is in its status
            raise QueryError(
                error.message, Reason.UNAVAILABLE, where=self._target.name, hint=error.hint
            ) from None

    def cancel(self) -> None:
        self._cancelled.set()
        if self._running:
            with suppress(Exception):  # it may have ended by itself
                self._client.cancel_statement(Id=self._running)

    def close(self) -> None:
        """Nothing is held open."""


def _refused(message: str, where: str) -> QueryError:
    if re.search(r"size.*(exceed|larger|limit)|exceed.*size", message, re.IGNORECASE):
        return QueryError(message, Reason.TOO_LARGE, where=where)
    return failure(message.removeprefix("ERROR: "), "data-api", where)


def _value(field: Mapping[str, Any], kind: str) -> Any:
    """A field as every source gives it: times and decimals come as text here."""
    if field.get("isNull"):
        return None
    [value] = [value for key, value in field.items() if key != "isNull"]
    if kind.startswith("timestamp"):
        return plain(datetime.fromisoformat(value))
    return plain(Decimal(value)) if kind == "numeric" else value


class DataApiSource:
    """A warehouse that is asked over the Data API."""

    workers = 4

    def __init__(
        self,
        target: Target,
        *,
        engine: Engine | None = None,
        seconds: int,
        client: Any = None,
    ) -> None:
        self._target = target.checked()
        self._seconds = seconds
        region = target.region or aws.region_of(target.secret)
        self._client = client or aws.client("redshift-data", profile=target.profile, region=region)
        session = self.connect()
        self.engine: Engine = engine or detect(session, self.name)
        self._now = clock(session)

    @property
    def name(self) -> str:
        return self._target.name

    def connect(self) -> DataApiSession:
        return DataApiSession(self._client, self._target, self._seconds)

    def now(self) -> datetime:
        return self._now
