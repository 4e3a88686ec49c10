"""A snapshot put into a file: whole, or not at all."""

import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opskit.clients import duck
from opskit.errors import UnknownError
from opskit.redshift.catalog import Engine, views
from opskit.redshift.history import merging, store
from opskit.redshift.history.reading import Reading
from opskit.redshift.source import QueryError, Reason

if TYPE_CHECKING:
    from opskit.clients.duck import Connection


class Head(NamedTuple):
    """What a snapshot says of itself: whose it is, its time, how far back the logs went."""

    engine: Engine
    target: str
    user: str
    at: datetime
    reach: datetime | None
    lookback_seconds: int


class _UnfitError(Exception):
    def __init__(self, reading: Reading, why: str) -> None:
        super().__init__(why)
        self.reading = reading
        self.why = why


def add(path: Path, head: Head, readings: Sequence[Reading], until: Mapping[str, datetime]) -> int:
    """Put a snapshot into the file, or make the file with it; the number of the snapshot.

    A view with a value that its column cannot hold is left out, with the reason, and the others
    go in. `until` says up to when each view had been read before.
    """
    while True:
        try:
            with _file(path, head) as connection:
                return _put(connection, path, head, readings, until)
        except _UnfitError as unfit:
            view = unfit.reading.view
            unfit.reading.error = QueryError(
                f"the rows of {view} cannot be kept: {unfit.why}", Reason.SQL, relation=view
            )


@contextmanager
def _file(path: Path, head: Head) -> "Iterator[Connection]":
    """The file to write to; a new one gets its name once it is whole."""
    if path.exists():
        with store.writing(path) as connection:
            yield connection
        return
    _clear(path)
    part = _part(path, os.getpid())
    try:
        with store.writing(part, patience=0) as connection:
            store.begin(connection, head.engine, head.target, head.user, store.utc_now())
            yield connection
        _name(part, path)
    finally:
        store.discard(part)


def _part(path: Path, process: int) -> Path:
    """Where a process makes a new capture; its own, since others may do the same."""
    return path.with_name(f".{path.name}.{process}.part")


def _clear(path: Path) -> None:
    """Remove what captures left that were killed while they made this file."""
    for part in path.parent.glob(f".{glob.escape(path.name)}.*.part"):
        process = part.name.split(".")[-2]
        if process.isdigit() and not _runs(int(process)):
            try:
                duck.connect(part).close()
            except duck.DuckError as error:
                if error.kind == "locked":  # by a process of another machine
                    continue
            store.discard(part)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


def _name(part: Path, path: Path) -> None:
    """Give a new capture its name, unless somebody else did so first."""
    try:
        os.link(part, path)
    except FileExistsError:
        raise UnknownError(
            "another capture made it meanwhile", where=str(path), hint="capture again to add to it"
        ) from None
    except OSError:  # a file system without hard links
        part.replace(path)


def refuse_older(held: store.Contents, at: datetime, path: Path) -> None:
    """UnknownError where the file has this snapshot already, or a later one."""
    if held.last and held.last.at >= at:
        raise UnknownError(
            f"has a snapshot of {held.last.at} already, and the warehouse's time is {at}",
            where=str(path),
            hint="nothing is missing where another capture added it; else compare the clocks",
        )


def _put(
    connection: "Connection",
    path: Path,
    head: Head,
    readings: Sequence[Reading],
    until: Mapping[str, datetime],
) -> int:
    held = store.contents(connection, path, database="")
    refuse_older(held, head.at, path)
    number = held.last.id + 1 if held.last else 1
    duck.execute(
        connection,
        "INSERT INTO meta.snapshots VALUES (?, ?, ?, ?)",
        [number, head.at, head.reach, head.lookback_seconds],
    )
    there = merging.shapes(connection)
    for reading in readings:
        if reading.error is None:
            try:
                merging.merge(connection, reading, head.at, there)
            except duck.DuckError as error:
                if error.kind != "refused":
                    raise
                raise _UnfitError(reading, error.message) from None
        _record(connection, number, reading, _since(reading, head, until), head.at)
    return number


def _record(
    connection: "Connection", number: int, reading: Reading, since: datetime, at: datetime
) -> None:
    """The row of `meta.coverage` for a view."""
    error = reading.error
    why = [error.reason.name, error.message, error.relation] if error else [None] * 3
    read = error is None
    duck.execute(
        connection,
        "INSERT INTO meta.coverage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            number,
            reading.view,
            since if read else None,
            at if read else None,
            "read" if read else "failed",
            *why,
            reading.columns,
            reading.rows,
        ],
    )


def _since(reading: Reading, head: Head, until: Mapping[str, datetime]) -> datetime:
    """Since when the rows of a log are all there: since it was read last, or since logs reach."""
    if views()[reading.view].kind == "state":
        return head.at
    first = max(reading.since, head.reach or reading.since)
    last = until.get(reading.view)
    return last if last is not None and first <= last else first
