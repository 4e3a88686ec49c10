"""Logs on this machine (or brought here from S3), grouped by DuckDB.

Plain files of server access logs are read where they are. What is compressed, comes from S3 or is
of CloudTrail is written to a temporary folder first, some files at a time, so that the disk holds
a part of it only; what a damaged file still gives is read, and the rest is named.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from glob import has_magic
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from opskit.clients import duck
from opskit.emrfs.replay import sql, trails
from opskit.emrfs.replay.groups import Tally
from opskit.emrfs.replay.ranges import Ranges
from opskit.emrfs.replay.sources import Source
from opskit.emrfs.replay.unpack import ZSTD, is_packed, unpacked
from opskit.errors import OpskitError

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

#: Bytes of temporary files, and number of files, that one query reads.
BATCH, FILES = 2 << 30, 2000
#: The longest line that is read; S3's are below 20 KB.
_LONGEST = 4_000_000
_CLOUDTRAIL = (
    "STRUCT(userIdentity STRUCT(arn VARCHAR), eventTime VARCHAR, eventSource VARCHAR, "
    "eventName VARCHAR, errorCode VARCHAR, requestParameters JSON)"
)

Say = Callable[[str], None]
#: The bytes of a source; an OpskitError or OSError where they cannot be had.
Opener = Callable[[Source], Iterable[bytes]]


@dataclass(slots=True)
class Reading:
    """What was read: the groups, and what is wrong with files, by their names."""

    tally: Tally = field(default_factory=Tally)
    troubles: list[tuple[str, str]] = field(default_factory=list)
    lost: int = 0


@dataclass(slots=True)
class _Batch:
    """Files for one query, by their paths there; `names` are what messages call them."""

    paths: dict[sql.Kind, list[str]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    size: int = 0

    def add(self, kind: sql.Kind, path: Path, name: str, size: int) -> None:
        self.paths.setdefault(kind, []).append(str(path))
        self.names[str(path)] = name
        self.size += size

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
    connection = duck.connect()
    connection.execute("SET preserve_insertion_order = false")
    queries = _Queries(connection, ranges, slots)
    with TemporaryDirectory(prefix="opskit-replay-") as folder:
        # what does not fit into the memory goes there too
        connection.execute(f"SET temp_directory = '{folder}/duckdb'")
        batch = _Batch()
        for number, source in enumerate(sources, 1):
            say(f"reading {source.name} ({number} of {len(sources)})")
            _stage(source, batch, Path(folder), opener, made)
            if batch.full:
                queries.run(batch, made)
                batch = _Batch()
        say(f"grouping the accesses of {len(sources)} files")
        queries.run(batch, made)
    return made


def _stage(source: Source, batch: _Batch, folder: Path, opener: Opener, made: Reading) -> None:
    """Put a file where DuckDB can read it. A file that cannot be opened is named, and lost."""

    def complain(what: str) -> None:
        made.troubles.append((source.name, what))

    try:
        if source.path is not None and not has_magic(str(source.path)) and _plain(source.path):
            batch.add("lines", source.path, source.name, 0)
            return
        path = folder / f"{len(batch.names)}-{os.urandom(4).hex()}"
        size, kind = _write(path, unpacked(opener(source), complain))
        if kind == "cloudtrail":
            path, lost = _events(path, complain)
            if lost:
                made.tally.damaged[source.name] = lost
        batch.add(kind, path, source.name, size)
    except (OpskitError, OSError) as error:
        complain(f"cannot be read: {getattr(error, 'message', None) or error}")
        made.lost += 1


def _plain(path: Path) -> bool:
    """Whether a file is an uncompressed server access log."""
    with path.open("rb") as stream:
        head = stream.read(4096)
    if head.startswith(ZSTD):
        raise OSError("it is compressed with zstd: decompress it first")
    return not is_packed(head) and not _is_json(head)


def _is_json(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{")


def _write(path: Path, parts: Iterable[bytes]) -> tuple[int, sql.Kind]:
    """Write a file; its size, and what it holds."""
    size, head = 0, b""
    with path.open("wb") as stream:
        for part in parts:
            head = head or part[:4096]
            size += stream.write(part)
    return size, "cloudtrail" if _is_json(head) else "lines"


def _events(path: Path, complain: Say) -> tuple[Path, int]:
    """A CloudTrail file as lines of JSON, an event each: whole files by DuckDB's own means would be
    lost for one broken event. The new path, and how many events were lost.
    """
    text = path.read_text(encoding="utf-8-sig", errors="surrogateescape")
    made, lost = path.with_suffix(".jsonl"), 0
    with made.open("wb") as stream:
        for event in trails.events(text):
            if event is None:
                lost += 1
            else:
                stream.write(event)
    if lost:
        complain("is no whole CloudTrail file; the events that are whole are read")
    path.unlink()
    return made, lost


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
    quoted = (path.replace("'", "''") for path in paths)
    return "[" + ", ".join(f"'{path}'" for path in quoted) + "]"
