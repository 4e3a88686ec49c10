"""Inventories grouped by DuckDB on this machine."""

import re
from collections.abc import Iterator, Sequence
from glob import has_magic
from pathlib import Path
from typing import Any

from opskit.clients import duck
from opskit.errors import InputError, OpskitError
from opskit.storage.profile import sql
from opskit.storage.profile.manifest import Manifest
from opskit.storage.profile.parts import Part

_ORC = "inventory_orc"
_SIZELESS = """
SELECT line FROM (SELECT ROW_NUMBER() OVER () AS line, size, is_delete_marker FROM ({source}))
WHERE COALESCE(size, -1) < 0 AND NOT COALESCE(is_delete_marker, FALSE) LIMIT 1
"""


class Engine:
    """Runs the query over files of one inventory; `columns` are those it found in them.

    `folder` is a temporary one.
    """

    def __init__(self, manifest: Manifest, folder: Path) -> None:
        self._manifest, self._folder = manifest, folder
        self._connection = duck.connect()
        self._links: dict[Path, Path] = {}
        self.columns: dict[str, str] = {}
        # times with a zone are compared with the bounds in UTC
        for setting in ("preserve_insertion_order = false", "TimeZone = 'UTC'"):
            duck.execute(self._connection, f"SET {setting}")

    def close(self) -> None:
        """Let go of the files: they may be deleted then."""
        self._connection.close()

    def rows(self, parts: Sequence[Part]) -> list[tuple[Any, ...]]:
        """The rows of the query. InputError names the file, and line, of what is damaged."""
        try:
            rows = self._run(parts)
        except duck.DuckError as error:
            raise self._blamed(error, parts) from None
        self._refuse_sizeless(rows, parts)
        return rows

    def _run(self, parts: Sequence[Part]) -> list[tuple[Any, ...]]:
        query = sql.grouped(self._manifest.created, self._source(parts))
        return duck.execute(self._connection, query)[1]

    def _source(self, parts: Sequence[Part]) -> str:
        """The query for the table `inventory` of these files."""
        paths = list(self._paths(parts))
        if self._manifest.format == "CSV":
            table, columns = _csv(paths, self._manifest.schema), list(self._manifest.schema)
        elif self._manifest.format == "Parquet":
            table = f"read_parquet([{', '.join(map(_quoted, paths))}])"
            columns = duck.execute(self._connection, f"SELECT * FROM {table} LIMIT 0")[0]
        else:
            table, columns = _ORC, self._register(paths)
        self.columns |= sql.known(columns)
        if "size" not in self.columns:
            raise InputError(
                "the inventory has no Size",
                where=self._manifest.name,
                hint="add Size to the optional fields of the inventory's configuration, and wait "
                "for the next one",
            )
        return sql.source(sql.known(columns), table, "duckdb")

    def _register(self, paths: Sequence[str]) -> list[str]:
        from opskit.clients import arrow

        table = arrow.orc(paths)
        self._connection.register(_ORC, table)
        return list(table.schema.names)

    def _paths(self, parts: Sequence[Part]) -> Iterator[str]:
        """The paths, without characters that DuckDB takes for patterns."""
        for part in parts:
            path = part.path.absolute()
            if has_magic(str(path)):
                path = self._link(path)
            yield str(path)

    def _link(self, path: Path) -> Path:
        """Another name for a file, with the same end, by which DuckDB knows the compression."""
        if path not in self._links:
            end = "".join(each for each in path.suffixes[-2:] if not has_magic(each))
            link = self._folder / f"link-{len(self._links)}{end}"
            link.symlink_to(path)
            self._links[path] = link
        return self._links[path]

    def _blamed(self, error: duck.DuckError, parts: Sequence[Part]) -> OpskitError:
        """The error of the first file that fails by itself."""
        if error.kind in ("full", "interrupted"):
            return error
        for part in parts:
            try:
                self._run([part])
            except duck.DuckError as alone:
                return _damage(alone, part.name)
        return InputError(error.message, where=self._manifest.name, hint="copy the files again")

    def _refuse_sizeless(self, rows: Sequence[tuple[Any, ...]], parts: Sequence[Part]) -> None:
        if not any(size_edge < 0 and not marker for *_, marker, size_edge, _, _, _ in rows):
            return
        duck.execute(self._connection, "SET preserve_insertion_order = true")
        for part in parts:
            query = _SIZELESS.format(source=self._source([part]))
            for (line,) in duck.execute(self._connection, query)[1]:
                raise InputError(
                    "the object has no size, or one below zero",
                    where=f"{part.name}:{line}",
                    hint="the file is damaged, or not what fileSchema of the manifest says",
                )


def _csv(paths: Sequence[str], columns: Sequence[str]) -> str:
    """The files as a table. What is not asked for stays text, so that nothing in it is an error."""
    types = {there: kind for kind, there in sql.COLUMNS.values()}
    typed = ", ".join(
        f"{_quoted(each)}: '{types.get(sql.plain(each), 'VARCHAR')}'" for each in columns
    )
    return (
        f"read_csv([{', '.join(map(_quoted, paths))}], columns = {{{typed}}}, header = false, "
        "auto_detect = false, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        "strict_mode = true)"
    )


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


_LINE = re.compile(r"CSV Error on Line: (\d+)")
_COUNT = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_VALUE = re.compile(r'Error when converting column "([^"]+)"\. Could not convert string "(.*?)" to')
_KINDS = {"size": "number of bytes", "lastmodifieddate": "time"}


def _damage(error: duck.DuckError, name: str) -> InputError:
    """What is wrong with a file, in words that do not speak of DuckDB's options."""
    line, text = _LINE.search(error.detail), error.message.partition(": ")[2] or error.message
    hint = "copy it from the destination bucket again"
    if count := _COUNT.search(error.detail):
        text = f"the row has {count[2]} columns, and fileSchema of the manifest has {count[1]}"
    elif value := _VALUE.search(error.detail):
        kind = _KINDS.get(sql.plain(value[1]), "true or false")
        text = f"{value[1]}: {value[2][:80]!r} is no {kind}"
    elif "unterminated quote" in error.detail:
        text = "the row has a quotation mark that is not closed"
    elif "GZIP" in error.detail:
        text = "is no whole gzip file"
    where = f"{name}:{line[1]}" if line else name
    return InputError(f"is damaged: {text}" if not line else text, where=where, hint=hint)
