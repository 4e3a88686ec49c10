"""Logs that are too large to move, grouped where they are: the same SQL, on Amazon Athena."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from opskit.clients import athena as client
from opskit.emrfs.replay import sql
from opskit.emrfs.replay.groups import Tally
from opskit.emrfs.replay.ranges import Ranges
from opskit.errors import UsageError

_COLUMNS = {
    # S3 User Guide, "Querying access logs for requests by using Amazon Athena"
    "accesslog": "bucket_name, requestdatetime, requester, operation, key, request_uri, "
    "httpstatus, errorcode",
    # Athena User Guide, "Create a table for CloudTrail logs in Athena"
    "cloudtrail": "useridentity, eventtime, eventsource, eventname, errorcode, requestparameters",
}
#: Bytes of a query that Athena takes (Athena API Reference, StartQueryExecution, "QueryString").
LONGEST = 262_144


class Table(NamedTuple):
    """A table of logs in the Glue Data Catalog, made as AWS documents it."""

    name: str
    kind: Literal["accesslog", "cloudtrail"]
    where: str = ""


def query(table: Table, ranges: Ranges, slots: Sequence[datetime] = ()) -> str:
    """The query in Athena's dialect. UsageError for what is no name of a table, for a condition
    that does not parse, and where the files are too large for one query.
    """
    name = client.quoted(table.name)
    where = f" WHERE {client.condition(table.where)}" if table.where else ""
    source = f'SELECT "$path" AS file, {_COLUMNS[table.kind]} FROM {name}{where}'
    text = sql.grouped(table.kind, ranges, slots, dialect="athena", source=source)
    if len(text.encode()) > LONGEST:
        raise UsageError(
            f"the query has {len(text.encode()):,} bytes, and Athena takes {LONGEST:,}",
            hint="the files have too many prefixes: bring the logs here, or leave out mappings",
        )
    return text


def read(
    athena: Any,
    table: Table,
    ranges: Ranges,
    slots: Sequence[datetime],
    *,
    workgroup: str = "",
    output: str = "",
    say: Callable[[str], None] = lambda text: None,
) -> Tally:
    """Group all accesses in a table; UnknownError where Athena refuses."""
    rows = client.run(
        athena, query(table, ranges, slots), workgroup=workgroup, output=output, say=say
    )
    tally = Tally()
    tally.add(tuple(map(_value, _TYPES, row)) for row in rows)
    return tally


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.partition(".")[0])


_TYPES: tuple[Callable[[str], Any], ...] = (
    *(int, str, str, str, str, str, int, int, str, int, int, _time, _time, str),
)


def _value(kind: Callable[[str], Any], text: str | None) -> Any:
    return None if text is None else kind(text)
