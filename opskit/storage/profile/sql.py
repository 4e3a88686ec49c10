"""The query of `queries/storage/inventory.sql`, put together and written for an engine.

It is in DuckDB's dialect, and sqlglot writes it for Athena and Spark.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Literal

from opskit.storage.profile.edges import AGES, SIZES

Dialect = Literal["duckdb", "athena", "spark"]

#: The columns of the table `inventory`, each with its type and the name that inventories have for
#: it, in small letters and without `_`: CSV writes LastModifiedDate, Parquet last_modified_date.
COLUMNS = {
    "size": ("BIGINT", "size"),
    "modified": ("TIMESTAMP", "lastmodifieddate"),
    "storage_class": ("VARCHAR", "storageclass"),
    "access_tier": ("VARCHAR", "intelligenttieringaccesstier"),
    "is_latest": ("BOOLEAN", "islatest"),
    "is_delete_marker": ("BOOLEAN", "isdeletemarker"),
}
#: The edge of ages of what was changed after the inventory can have been made.
FUTURE = -2
#: Days that S3 takes for an inventory, at most: "Configuring Amazon S3 Inventory" says 48 hours.
_TAKES = 2
_TEXT: dict[Dialect, str] = {"duckdb": "VARCHAR", "athena": "VARCHAR", "spark": "STRING"}


def plain(column: str) -> str:
    """The name of a column as `COLUMNS` has it."""
    return column.strip().lower().replace("_", "")


def known(columns: Sequence[str]) -> dict[str, str]:
    """The columns of an inventory that are asked for: their names in `COLUMNS`, and there."""
    written = {plain(each): each for each in columns}
    return {name: written[there] for name, (_, there) in COLUMNS.items() if there in written}


def source(
    columns: Mapping[str, str],
    table: str,
    dialect: Dialect,
    read: Callable[[str, str], str] | None = None,
) -> str:
    """A query for the table `inventory`: the `known` columns of a table, and null for the others.

    `read` writes how a column, by its name in `COLUMNS` and quoted, is read.
    """
    quote = "`" if dialect == "spark" else '"'
    chosen = []
    for name, (kind, _) in COLUMNS.items():
        if name in columns:
            column = quote + columns[name].replace(quote, 2 * quote) + quote
            chosen.append(f"{read(name, column) if read else column} AS {name}")
        else:
            type_ = _TEXT[dialect] if kind == "VARCHAR" else kind
            chosen.append(f"CAST(NULL AS {type_}) AS {name}")
    return f"SELECT {', '.join(chosen)} FROM {table}"


def grouped(created: datetime, inventory: str, *, dialect: Dialect = "duckdb") -> str:
    """The query in an engine's dialect; `inventory` is the query for its table, in that dialect.

    Ages are days before `created`, which is UTC.
    """
    text = files("opskit.queries.storage").joinpath("inventory.sql").read_text(encoding="utf-8")
    text = text.replace("SIZE_EDGE(size)", size_edge("size"))
    text = text.replace("AGE_EDGE(modified)", age_edge("modified", created))
    if dialect != "duckdb":
        import sqlglot

        text = sqlglot.transpile(text, read="duckdb", write=dialect, comments=False)[0]
    return text.replace("FROM inventory", f"FROM ({inventory}) AS inventory")


def size_edge(column: str) -> str:
    """The edge of a size; -1 for null and what is below zero."""
    return _tree([(-1, ""), *((edge, f"{column} >= {edge}") for edge in SIZES)])


def age_edge(column: str, created: datetime) -> str:
    """The edge of an age; -1 for null, and `FUTURE` for what is in the future.

    What was changed since S3 began to look is of age 0: an inventory takes up to two days.
    """
    edges = [(-1, ""), (FUTURE, f"{column} IS NOT NULL")]
    for age in AGES:
        date = created - timedelta(days=age or -_TAKES)
        edges.append((age, f"{column} <= TIMESTAMP '{date:%Y-%m-%d %H:%M:%S.%f}'"))
    return _tree(edges)


def _tree(edges: Sequence[tuple[int, str]]) -> str:
    """The last edge whose condition holds, by halving; the first where it is null."""
    if len(edges) == 1:
        return str(edges[0][0])
    middle = len(edges) // 2
    upper, lower = _tree(edges[middle:]), _tree(edges[:middle])
    return f"CASE WHEN {edges[middle][1]} THEN {upper} ELSE {lower} END"
