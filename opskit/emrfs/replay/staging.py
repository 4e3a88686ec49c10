"""Log files put where DuckDB can read them, several at a time.

Plain files of server access logs stay where they are. What is compressed, comes from S3 or is of
CloudTrail is written to a folder; what a damaged file still gives is kept, and the rest is told.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from glob import has_magic
from pathlib import Path
from tempfile import mkstemp
from typing import Literal, NamedTuple

from opskit.emrfs.replay import sql, trails
from opskit.emrfs.replay.sources import Source
from opskit.emrfs.replay.unpack import ZSTD, is_packed, unpacked
from opskit.errors import OpskitError

#: Decompressing and waiting for S3 both leave the interpreter to other threads.
WORKERS = min(8, os.cpu_count() or 1)

#: The bytes of a source; an OpskitError or OSError where they cannot be had.
Opener = Callable[[Source], Iterable[bytes]]


class Staged(NamedTuple):
    """A source and the file for DuckDB (None where it could not be had), what that holds, and its
    size in bytes where it is a temporary one. `lost` are events that are not whole.
    """

    source: Source
    path: Path | None
    kind: sql.Kind
    size: int
    lost: int
    troubles: tuple[str, ...]


def staged(sources: Sequence[Source], folder: Path, opener: Opener) -> Iterator[Staged]:
    """Each source in turn; some more than were asked for are under way."""
    waiting: deque[Future[Staged]] = deque()
    with ThreadPoolExecutor(WORKERS) as pool:
        try:
            for source in sources:
                waiting.append(pool.submit(_stage, source, folder, opener))
                if len(waiting) > WORKERS:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(cancel_futures=True)


def _stage(source: Source, folder: Path, opener: Opener) -> Staged:
    troubles: list[str] = []
    try:
        if source.path is not None and _in_place(source.path):
            return Staged(source, source.path, "lines", 0, 0, ())
        handle, name = mkstemp(dir=folder)
        os.close(handle)
        path, lost = Path(name), 0
        size, kind = _write(path, unpacked(opener(source), troubles.append))
        if kind == "cloudtrail":
            path, lost = _events(path)
        if lost:
            troubles.append("is no whole CloudTrail file; the events that are whole are read")
        return Staged(source, path, kind, size, lost, tuple(troubles))
    except (OpskitError, OSError) as error:
        troubles.append(f"cannot be read: {getattr(error, 'message', None) or error}")
        return Staged(source, None, "lines", 0, 0, tuple(troubles))


def _in_place(path: Path) -> bool:
    """Whether a file is an uncompressed server access log that DuckDB can read where it is: it
    takes wildcards in names for patterns, and a pipe gives its bytes once.
    """
    if has_magic(str(path)) or not path.is_file():
        return False
    with path.open("rb") as stream:
        return _kind(stream.read(4096)) == "lines"


def _kind(head: bytes) -> Literal["lines", "cloudtrail", "packed"]:
    """What a file is by its first bytes; OSError where it cannot be read."""
    if head.startswith(ZSTD):
        # DuckDB reads it, and takes one that breaks off for whole (measured with DuckDB 2.0)
        raise OSError("it is compressed with zstd: decompress it first")
    if is_packed(head):
        return "packed"
    return "cloudtrail" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "lines"


def _write(path: Path, parts: Iterable[bytes]) -> tuple[int, sql.Kind]:
    """Write a file; its size, and what it holds."""
    size, kind = 0, ""
    with path.open("wb") as stream:
        for part in parts:
            if part and not kind:
                kind = _kind(part[:4096])
            size += stream.write(part)
    return size, "cloudtrail" if kind == "cloudtrail" else "lines"


def _events(path: Path) -> tuple[Path, int]:
    """A CloudTrail file as lines of JSON, an event each: whole files by DuckDB's own means would be
    lost for one broken event, and cost more. The new path, and how many events were lost.
    """
    data = path.read_bytes()
    made, lost = path.with_suffix(".jsonl"), 0
    with made.open("wb") as stream:
        lines = trails.whole(data)
        if lines is not None:
            stream.write(lines)
        else:
            for event in trails.events(data.decode("utf-8-sig", errors="surrogateescape")):
                if event is None:
                    lost += 1
                else:
                    stream.write(event)
    path.unlink()
    return made, lost
