"""DuckDB, the engine for data that outgrows Python."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def connect(
    path: str | Path = ":memory:", *, read_only: bool = False
) -> "duckdb.DuckDBPyConnection":
    """A connection to a database file, or to one in memory.

    Raises duckdb.Error; no extension is loaded or fetched by itself.
    """
    import duckdb

    config = {"autoinstall_known_extensions": "false", "autoload_known_extensions": "false"}
    return duckdb.connect(str(path), read_only=read_only, config=config)
