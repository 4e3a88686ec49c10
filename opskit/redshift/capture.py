"""Captures: what system views hold, kept in a local file, and asked again as it was then."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from opskit.errors import InputError
from opskit.redshift.catalog import Engine, views
from opskit.redshift.history import adding, selection, store
from opskit.redshift.history.offline import CaptureSource
from opskit.redshift.history.reading import Reader, Reading, engine_views
from opskit.redshift.history.store import Contents, Snapshot
from opskit.redshift.queries import Library, Query
from opskit.redshift.source import Source

#: How far back the first snapshot reads: what STL tables keep, by AWS's documentation.
WINDOW = timedelta(days=7)
#: The views that trend, diff and unused read, besides those of the bundled queries.
HISTORY: dict[Engine, tuple[str, ...]] = {
    "provisioned": ("stl_query", "stl_load_commits", "stl_wlm_query", "svv_table_info"),
    "serverless": ("sys_load_history", "sys_query_history", "svv_table_info"),
}


class Taken(NamedTuple):
    """One snapshot: its number and time (UTC), and what was read or could not be.

    `gap` is the time before it that neither this snapshot nor an earlier one covers, if any.
    """

    number: int
    at: datetime
    readings: Sequence[Reading]
    gap: tuple[datetime, datetime] | None

    @property
    def rows(self) -> int:
        return sum(reading.rows for reading in self.readings)

    @property
    def failed(self) -> list[Reading]:
        return [reading for reading in self.readings if reading.error]


def wanted(engine: Engine, queries: Iterable[Query]) -> list[str]:
    """The system views to keep: those that the queries for an engine read, and `HISTORY`."""
    named = {v for q in queries if q.header.engine in (engine, "any") for v in q.header.views}
    return engine_views(engine, named.union(HISTORY[engine]))


def take(
    source: Source,
    path: Path,
    *,
    window: timedelta = WINDOW,
    library: Library | None = None,
    progress: Callable[[str], None] = lambda text: None,
) -> Taken:
    """Read a warehouse, and add a snapshot to the file, or make the file with the first.

    The file is open only to look, and while rows are put into it: in one transaction, so that it
    has the whole snapshot or nothing of it. Raises InputError where the file is of another
    warehouse or no capture, UnknownError where the warehouse or the file cannot be reached.
    """
    at = source.now()
    held, until = _known(path, source, at)
    queries = (library or Library()).all()
    names = wanted(source.engine, queries)
    foreign = {view for query in queries if not query.bundled for view in query.header.views}
    with TemporaryDirectory(prefix="opskit-capture-") as folder:
        reader = Reader(source, Path(folder), whole=foreign)
        try:
            reach = reader.ask(selection.reach(source.engine))
            user = str(reader.ask("SELECT CURRENT_USER") or "").strip()
            readings = reader.all([(v, _since(v, at, window, until)) for v in names], progress)
        finally:
            reader.close()
        progress(f"writing {path}")
        lookback = int(window.total_seconds())
        head = adding.Head(source.engine, source.name, user, at, reach, lookback)
        number = adding.add(path, head, readings, until)
    last = held.last if held else None
    missed = (last.at, reach) if last and reach and reach > last.at else None
    return Taken(number, at, readings, missed)


def _known(path: Path, source: Source, at: datetime) -> tuple[Contents | None, dict[str, datetime]]:
    """What the file has already, and up to when each view was read; nothing where there is none."""
    if not path.exists():
        if not path.parent.is_dir():
            raise InputError("there is no such folder", where=str(path.parent), hint="make it")
        return None, {}
    with store.reading(path) as connection:
        held = store.contents(connection, path)
        if (held.engine, held.target) != (source.engine, source.name):
            raise InputError(
                f"is a capture of {held.target} ({held.engine}), "
                f"not of {source.name} ({source.engine})",
                where=str(path),
                hint="keep each warehouse in a file of its own",
            )
        adding.refuse_older(held, at, path)
        return held, store.until(connection)


def _since(view: str, at: datetime, window: timedelta, until: dict[str, datetime]) -> datetime:
    """From when on to read a log: some time before it was read last, or the window."""
    before = selection.overlap(views()[view])
    return until[view] - before if view in until else at - window - selection.OVERLAP


@contextmanager
def open_capture(path: Path, at: datetime | None = None) -> Iterator[CaptureSource]:
    """The warehouse as it was at the last snapshot at or before a time; at the newest without.

    InputError where the file is no capture, or begins later than `at`.
    """
    with store.reading(path) as connection:
        held = store.contents(connection, path)
        yield CaptureSource(connection, held, chosen(held, at, path), path)


def chosen(held: Contents, at: datetime | None, path: Path) -> Snapshot:
    """The snapshot of a time; InputError where there is none."""
    if held.last is None:
        raise InputError("has no snapshot", where=str(path), hint="capture again")
    before = [snapshot for snapshot in held.snapshots if at is None or snapshot.at <= at]
    if not before:
        raise InputError(
            f"begins at {held.snapshots[0].at}, after {at}",
            where=str(path),
            hint=f"it has {len(held.snapshots)} snapshots, up to {held.last.at}",
        )
    return before[-1]
