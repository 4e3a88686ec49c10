"""Inventories that are too large to move, grouped where they are: the same SQL, on Amazon Athena.

The table is made as the S3 User Guide says, "Querying Amazon S3 Inventory with Amazon Athena": a
partition `dt` for each inventory. Tables over CSV may have texts in all columns.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from opskit.clients import athena as client
from opskit.clients.aws import answer
from opskit.errors import InputError, UsageError
from opskit.storage.profile import sql
from opskit.storage.profile.groups import Groups
from opskit.storage.profile.model import Profile

PRICE = client.PRICE

_PARTITION = "dt"
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:-(\d\d)-(\d\d))?")


class Table(NamedTuple):
    """A table in the Glue Data Catalog (`database.table`); `where` chooses one inventory of it."""

    name: str
    where: str = ""

    def __str__(self) -> str:
        return f"{self.name} where {self.where}" if self.where else self.name


def read(
    athena: Any,
    table: Table,
    *,
    workgroup: str = "",
    output: str = "",
    say: Callable[[str], None] = lambda text: None,
) -> Profile:
    """The profile of a table. `output` is where Athena writes the result.

    What it costs is said before it is scanned. UsageError for a table or a condition that cannot be
    used, InputError for a table that is none of an inventory, UnknownError where Athena refuses.
    """
    text, created, columns = query(athena, table)
    say(f"Athena scans some columns of {table}, at {PRICE} US dollars a TB")
    groups = Groups()
    groups.add(client.run(athena, text, workgroup=workgroup, output=output, say=say))
    if groups.sizeless:
        raise InputError(
            f"{groups.sizeless:,} objects have no size, or one below zero",
            where=table.name,
            hint="check that the columns of the table are those of the inventory",
        )
    return Profile(
        stored=groups.stored(),
        provider="aws",
        region=athena.meta.region_name or "",
        source=f"inventory in Athena: {table}",
        taken_on=created.date(),
        notes=tuple(groups.notes(columns)),
    )


def query(athena: Any, table: Table) -> tuple[str, datetime, Mapping[str, str]]:
    """The query, the day that ages are counted to, and the columns that the table has of those
    asked for. Nothing is scanned.
    """
    name = client.quoted(table.name)
    where = client.condition(table.where) if table.where else ""
    database, _, last = table.name.rpartition(".")
    found = answer(
        f"Athena table {table.name}",
        "it needs athena:GetTableMetadata and glue:GetTable",
        athena.get_table_metadata,
        CatalogName="AwsDataCatalog",
        DatabaseName=database or "default",
        TableName=last,
    )["TableMetadata"]
    partitions = [each["Name"].lower() for each in found.get("PartitionKeys", ())]
    types = {each["Name"]: each.get("Type", "string") for each in found.get("Columns", ())}
    columns = sql.known(list(types))
    if "size" not in columns:
        raise InputError(
            "the table has no column size",
            where=table.name,
            hint="name a table of S3 Inventory, with Size among the fields of the inventory",
        )
    chosen = _chosen(table.name, where, partitions)
    source = f"{name} WHERE {where}" if where else name
    reader = _reader({column: types[there] for column, there in columns.items()})
    inventory = sql.source(columns, source, "athena", reader)
    created = chosen or datetime.now(UTC).replace(tzinfo=None)
    return sql.grouped(created, inventory, dialect="athena"), created, columns


def _chosen(table: str, where: str, partitions: list[str]) -> datetime | None:
    """The time of the inventory that a condition chooses. UsageError where it may be several, in
    which each object would count several times.
    """
    import sqlglot
    from sqlglot import exp

    if not partitions:
        return None
    hint = f"choose one: --where \"{partitions[0]} = '2026-11-22-01-00'\""
    if not where:
        raise UsageError(
            f"the table {table} has partitions, which hold an inventory each", hint=hint
        )
    if _PARTITION not in partitions:
        return None
    parsed = sqlglot.condition(where, dialect="athena")
    equal = [
        each
        for each in parsed.find_all(exp.EQ)
        if isinstance(each.this, exp.Column) and each.this.name.lower() == _PARTITION
    ]
    if len(equal) != 1 or equal[0].find_ancestor(exp.Or, exp.Not):
        raise UsageError(f"{where!r} does not choose one inventory of {table}", hint=hint)
    day = _DAY.fullmatch(equal[0].expression.name)
    if day is None:
        return None
    return datetime.fromisoformat(f"{day[1]} {day[2] or '00'}:{day[3] or '00'}:00")


def _reader(types: Mapping[str, str]) -> Callable[[str, str], str]:
    """How columns are read that are texts or, of times, milliseconds."""

    def read(name: str, column: str) -> str:
        kind, wanted = types[name].lower(), sql.COLUMNS[name][0]
        if wanted == "BIGINT" and kind == "string":
            return f"TRY_CAST({column} AS BIGINT)"
        if wanted == "BOOLEAN" and kind == "string":
            return f"LOWER({column}) = 'true'"
        if wanted == "TIMESTAMP" and kind == "string":
            return f"CAST(TRY(FROM_ISO8601_TIMESTAMP({column})) AS TIMESTAMP)"
        if wanted == "TIMESTAMP" and kind == "bigint":
            return f"CAST(FROM_UNIXTIME({column} / 1000.0) AS TIMESTAMP)"
        return column

    return read
