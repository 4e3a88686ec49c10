"""Logs on this machine (or brought here from S3), grouped by DuckDB.

What is not a plain file is put into a temporary folder (`opskit.emrfs.replay.staging`), some files
at a time, so that the disk holds a part of it only.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from opskit.clients import duck
from opskit.emrfs.replay import sql
from opskit.emrfs.replay.groups import Tally
from opskit.emrfs.replay.ranges import Ranges
from opskit.emrfs.replay.sources import Source
from opskit.emrfs.replay.staging import Opener, Staged, staged

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

#: Bytes of temporary files, and number of files, that one query reads.
BATCH, FILES = 2 << 30, 2000
#: Files of a batch whose first bad line is looked for.
_NAMED = 20
#: The longest line that is read; S3's are below 20 KB.
_LONGEST = 4_000_000
_CLOUDTRAIL = (
    "STRUCT(userIdentity STRUCT(arn VARCHAR), eventTime VARCHAR, eventSource VARCHAR, "
    "eventName VARCHAR, errorCode VARCHAR, requestParameters JSON)"
)

Say = Callable[[str], None]


@dataclass(slots=True)
class Reading:
    """What was read: the groups, and what is wrong with files, by their names."""

    tally: Tally = field(default_factory=Tally)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    lost: int = 0

    def add(self, found: Staged) -> None:
        name = found.source.name
        self.troubles += [(name, what) for what in found.troubles]
        self.lost += found.path is None
        if found.lost:
            self.tally.damaged[name] = found.lost


@dataclass(slots=True)
class _Batch:
    """Files for one query, by their paths there; `names` are what messages call them."""

    paths: dict[sql.Kind, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def add(self, found: Staged) -> None:
        if found.path is not None:
            self.paths.setdefault(found.kind, []).append(str(found.path))
            self.names[str(found.path)] = found.source.name
            self.size += found.size

    @property
    def full(self) -> bool:
        return self.size >= BATCH or len(self.names) >= FILES


def read(
    sources: Sequence[Source],
    ranges: Ranges,
    slots: Sequence[datetime],
    opener: Opener,
    say: Say = lambda text: None,
) -> Reading:
    """Group all accesses in the sources. DuckError where the disk is full."""
    made = Reading()
    # DuckDB has files in the folder until it is closed: what does not fit into the memory
    with (
        TemporaryDirectory(prefix="opskit-replay-") as folder,
        closing(duck.connect()) as connection,
    ):
        connection.execute("SET preserve_insertion_order = false")
        queries = _Queries(connection, ranges, slots)
        duck.execute(connection, f"SET temp_directory = '{_quoted(folder)}/duckdb'")
        batch = _Batch()
        for number, found in enumerate(staged(sources, Path(folder), opener), 1):
            say(f"read {found.source.name} ({number} of {len(sources)})")
            made.add(found)
            batch.add(found)
            if batch.full:
                queries.run(batch, made)
                batch = _Batch()
        say(f"grouping the accesses of {len(sources)} files")
        queries.run(batch, made)
    return made


class _Queries:
    """The queries for both kinds of logs."""

    def __init__(self, connection: "Connection", ranges: Ranges, slots: Sequence[datetime]) -> None:
        self._connection, self._ranges, self._slots = connection, ranges, slots

    def run(self, batch: _Batch, made: Reading) -> None:
        """Read the files of a batch into the tally, and take the temporary ones away."""
        for kind, paths in batch.paths.items():
            source = lines_of(paths) if kind == "lines" else _trail(paths)
            query = sql.grouped(kind, self._ranges, self._slots, source=source)
            _, rows = duck.execute(self._connection, query)
            made.tally.add(
                (damaged, batch.names.get(file, file), *rest) for damaged, file, *rest in rows
            )
            if kind == "lines":
                self._rejected(batch, made)
                self._first((row[1] for row in rows if row[0]), batch, made)
        for path, name in batch.names.items():
            if path != name:
                Path(path).unlink(missing_ok=True)

    def _rejected(self, batch: _Batch, made: Reading) -> None:
        """Lines that are no text: counted by their files, the first of each named."""
        _, rows = duck.execute(self._connection, _REJECTED)
        for path, count, line, kind in rows:
            name = batch.names.get(path, path)
            made.tally.damaged[name] = made.tally.damaged.get(name, 0) + count
            made.troubles.append((name, f"{kind.lower()} in line {line}"))
        self._forget()

    def _first(self, paths: Iterable[str], batch: _Batch, made: Reading) -> None:
        """Name the first line that is no whole record in files that nothing is said of yet; not in
        all of them, where there are many.
        """
        told = {name for name, _ in made.troubles}
        asked = [path for path in sorted(paths) if batch.names.get(path, path) not in told]
        duck.execute(self._connection, "SET preserve_insertion_order = true")
        for path in asked[:_NAMED]:
            lines = f"SELECT line, ROW_NUMBER() OVER () AS file FROM ({lines_of([path])})"
            cut = sql.text("replay-lines")
            _, rows = duck.execute(
                self._connection,
                f"WITH lines AS ({lines}), cut AS ({cut}) "
                "SELECT file FROM cut WHERE operation IS NULL LIMIT 1",
            )
            self._forget()
            what = "".join(f"line {line} is the first that is no whole record" for (line,) in rows)
            made.troubles.append((batch.names.get(path, path), what))
        duck.execute(self._connection, "SET preserve_insertion_order = false")

    def _forget(self) -> None:
        """DuckDB adds to the lines that it rejected, query by query."""
        for table in ("reject_errors", "reject_scans"):
            duck.execute(self._connection, f"DROP TABLE IF EXISTS {table}")


_REJECTED = """
SELECT s.file_path, COUNT(*), MIN(e.line), MIN(e.error_type::VARCHAR)
FROM reject_errors AS e JOIN reject_scans AS s USING (scan_id, file_id)
GROUP BY s.file_path ORDER BY s.file_path
"""


def lines_of(paths: Sequence[str]) -> str:
    """The query for the lines of server access logs, each with its file."""
    return (
        f"SELECT line, file FROM read_csv({_listed(paths)}, columns = {{'line': 'VARCHAR'}}, "
        "delim = '\\x01', quote = '', escape = '', header = false, auto_detect = false, "
        f"filename = 'file', strict_mode = false, store_rejects = true, rejects_limit = 0, "
        f"compression = 'none', max_line_size = {_LONGEST})"
    )


def _trail(paths: Sequence[str]) -> str:
    return (
        "SELECT file, r.userIdentity AS useridentity, r.eventTime AS eventtime, "
        "r.eventSource AS eventsource, r.eventName AS eventname, r.errorCode AS errorcode, "
        "r.requestParameters AS requestparameters "
        f"FROM read_json({_listed(paths)}, columns = {{'r': '{_CLOUDTRAIL}'}}, "
        "format = 'newline_delimited', filename = 'file', ignore_errors = true, "
        f"maximum_object_size = {_LONGEST}, compression = 'none')"
    )


def _listed(paths: Sequence[str]) -> str:
    return "[" + ", ".join(f"'{_quoted(path)}'" for path in paths) + "]"


def _quoted(text: str) -> str:
    return text.replace("'", "''")
