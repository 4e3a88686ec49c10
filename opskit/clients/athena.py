"""Queries on Amazon Athena: started, waited for, and stopped if nobody waits any more."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

from opskit.clients.aws import answer
from opskit.errors import UnknownError, UsageError

_WAIT, _LONGEST = 0.5, 10.0
#: US dollars for each TB that is scanned, with at least 10 MB a query, in most Regions (Amazon
#: Athena pricing, "SQL queries", read in November 2026).
PRICE = 5
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)?")


class _EndedError(UnknownError):
    """The query has ended without a result: there is nothing to stop."""


def quoted(table: str) -> str:
    """A table of the Glue Data Catalog as a query has it; UsageError for what is no name."""
    if not _NAME.fullmatch(table):
        raise UsageError(
            f"{table!r} is no table", hint="write it as database.table, without quotes"
        )
    return ".".join(f'"{part}"' for part in table.split("."))


def condition(where: str) -> str:
    """What stands behind WHERE, parsed and written again; UsageError for anything else."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return sqlglot.condition(where, dialect="athena").sql(dialect="athena", comments=False)
    except SqlglotError:
        raise UsageError(
            f"{where!r} is no condition", hint="write what stands behind WHERE: year = '2026'"
        ) from None


def run(
    athena: Any,
    sql: str,
    *,
    database: str = "",
    workgroup: str = "",
    output: str = "",
    say: Callable[[str], None] = lambda text: None,
) -> Iterator[list[str | None]]:
    """The rows of a query, as texts; None for null. UnknownError where Athena refuses or fails.

    `output` is where Athena writes the result (`s3://bucket/folder/`), unless the workgroup says.
    """
    arguments: dict[str, Any] = {"QueryString": sql}
    if database:
        arguments["QueryExecutionContext"] = {"Database": database}
    if workgroup:
        arguments["WorkGroup"] = workgroup
    if output:
        arguments["ResultConfiguration"] = {"OutputLocation": output}
    needs = "it needs athena:StartQueryExecution, glue:GetTable, and S3 for the result"
    started = answer("Athena", needs, athena.start_query_execution, **arguments)
    query = started["QueryExecutionId"]
    try:
        _wait(athena, query, say)
    except BaseException as error:
        if not isinstance(error, _EndedError):
            with suppress(UnknownError):  # that it may not be stopped is no news any more
                answer("Athena", "", athena.stop_query_execution, QueryExecutionId=query)
        raise
    yield from _rows(athena, query)


def _wait(athena: Any, query: str, say: Callable[[str], None]) -> None:
    pause = _WAIT
    while True:
        found = answer(
            f"Athena query {query}",
            "it needs athena:GetQueryExecution",
            athena.get_query_execution,
            QueryExecutionId=query,
        )["QueryExecution"]
        state = found["Status"]["State"]
        scanned = found.get("Statistics", {}).get("DataScannedInBytes", 0)
        say(f"Athena: {state.lower()}, {scanned / 1e9:,.1f} GB scanned")
        if state == "SUCCEEDED":
            return
        if state in ("FAILED", "CANCELLED"):
            why = found["Status"].get("StateChangeReason", state.lower())
            raise _EndedError(why, where=f"Athena query {query}", hint="look at it in Athena")
        time.sleep(pause)
        pause = min(2 * pause, _LONGEST)


def _rows(athena: Any, query: str) -> Iterator[list[str | None]]:
    token: dict[str, str] = {}
    first = True
    while True:
        found = answer(
            f"Athena query {query}",
            "it needs athena:GetQueryResults, and s3:GetObject on the result",
            athena.get_query_results,
            QueryExecutionId=query,
            **token,
        )
        rows = found["ResultSet"]["Rows"]
        for row in rows[1:] if first else rows:  # the first row of all is the heading
            yield [cell.get("VarCharValue") for cell in row["Data"]]
        first = False
        if "NextToken" not in found:
            return
        token = {"NextToken": found["NextToken"]}
