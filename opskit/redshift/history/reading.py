"""A warehouse read into files: one view after the other, in answers of bounded size."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from opskit.errors import UnknownError
from opskit.redshift.catalog import Engine, View, views
from opskit.redshift.history import selection
from opskit.redshift.source import QueryError, Reason, Session, Source

#: Cells of one answer: what Python needs for them stays below some 400 MB.
CELLS = 4_000_000
#: The rows of one answer, however many columns it has.
FEWEST = 10_000
_LINES = 10_000
#: Where a log took too long or gave too much, it is read once more from so long ago.
SHORTER = timedelta(days=1)
_LOST = (Reason.LOST, Reason.UNAVAILABLE)


@dataclass(slots=True)
class Reading:
    """What was read of one view: its columns, files of JSON lines, and the time that they cover.

    `since` is the bound of what was asked for; `error` says why nothing could be read.
    """

    view: str
    since: datetime
    columns: list[str] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    rows: int = 0
    error: QueryError | None = None


class Reader:
    """Reads views over one session, which is opened again where it is lost.

    Of the views in `whole` it reads all rows, where it leaves out some of the others.
    """

    def __init__(self, source: Source, folder: Path, whole: Collection[str] = ()) -> None:
        self._source = source
        self._folder = folder
        self._whole = whole
        self._session: Session | None = None

    def all(
        self,
        plan: Iterable[tuple[str, datetime]],
        progress: Callable[[str], None] = lambda text: None,
    ) -> list[Reading]:
        """Read each view from its time on; UnknownError where the warehouse cannot be reached.

        Ctrl-C cancels what runs on the server.
        """
        found = []
        try:
            for view, since in plan:
                progress(view)
                found.append(self._view(view, since))
        except BaseException:
            if self._session is not None:
                self._session.cancel()
            raise
        finally:
            self.close()
        return found

    def ask(self, sql: str) -> Any:
        """One value; None where there is none to be had."""
        try:
            rows = self._run(sql)[1]
        except QueryError as error:
            if error.reason in _LOST:
                raise
            return None
        return rows[0][0] if rows else None

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _view(self, view: str, since: datetime) -> Reading:
        reading = Reading(view, since)
        try:
            self._read(reading)
        except QueryError as error:
            if error.reason in (Reason.TIMEOUT, Reason.TOO_LARGE):
                return self._again(view, since, error)
            if error.reason in (Reason.CANCELLED, *_LOST):
                raise
            reading.error = error
        return reading

    def _again(self, view: str, since: datetime, error: QueryError) -> Reading:
        """A log whose rows could not be had, from a day ago only."""
        reading = Reading(view, max(since, self._source.now() - SHORTER))
        if views()[view].kind == "log" and reading.since > since:
            try:
                self._read(reading)
            except QueryError as second:
                error = second
            else:
                return reading
        reading.error = error
        return reading

    def _read(self, reading: Reading) -> None:
        definition = views()[reading.view]
        where = selection.wanted(reading.view, reading.since, self._whole)
        reading.columns = selection.read_columns(reading.view)
        try:
            self._parts(reading, definition, where)
        except QueryError as error:
            if error.reason is not Reason.MISSING:
                raise
            # It lacks the view, or one of the columns: then it says which it has.
            there = set(self._run(f"SELECT * FROM {reading.view} LIMIT 0")[0])
            if reading.view.startswith("pg_"):
                there.add("oid")  # which * leaves out, and most catalog tables have
            reading.columns = [column for column in reading.columns if column in there]
            if not reading.columns:
                raise
            self._parts(reading, definition, where)

    def _parts(self, reading: Reading, definition: View, where: str) -> None:
        """All rows: at once where one answer can hold them, else in parts."""
        most = max(FEWEST, CELLS // max(len(reading.columns), 1))
        parts = selection.can_part(definition)
        first = selection.select(reading.view, reading.columns, where, most + 1 if parts else None)
        rows = self._run(first)[1]
        if not parts or len(rows) <= most:
            self._keep(reading, rows)
            return
        del rows
        total = self._run(f"SELECT COUNT(*) FROM {reading.view} WHERE {where}")[1][0][0]
        count = int(total) * 5 // (most * 4) + 1
        for number in range(count):
            one = f"{where} AND {selection.part_of(definition, number, count)}"
            self._keep(reading, self._run(selection.select(reading.view, reading.columns, one))[1])

    def _run(self, sql: str) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
        """An answer; asked once more over a new session where the first was lost."""
        for last in (False, True):
            if self._session is None:
                self._session = self._source.connect()
            try:
                result = self._session.run(sql)
            except QueryError as error:
                if error.reason not in _LOST:
                    raise
                self.close()
                if last:
                    raise
            else:
                return result.columns, result.rows
        raise AssertionError("an answer, or an error")  # pragma: no cover

    def _keep(self, reading: Reading, rows: Sequence[Sequence[Any]]) -> None:
        """Write rows as lines of JSON, which DuckDB reads fastest of what Python writes."""
        if not rows:
            return
        path = self._folder / f"{reading.view}.{len(reading.files)}.json"
        names = [f"c{number}" for number in range(len(rows[0]))]
        encoder = msgspec.json.Encoder(enc_hook=str)
        lists = [n for n, kind in enumerate(_kinds(reading)) if kind is None or kind[0] == "_"]
        try:
            with path.open("wb") as file:
                for start in range(0, len(rows), _LINES):
                    some = rows[start : start + _LINES]
                    if lists:
                        some = [_flat(row, lists) for row in some]
                    file.write(
                        encoder.encode_lines([dict(zip(names, row, strict=True)) for row in some])
                    )
        except OSError as error:
            raise UnknownError(
                f"cannot keep the rows of {reading.view}: {error.strerror}",
                where=str(self._folder),
                hint="TMPDIR names a folder with more room; the capture is as it was",
            ) from None
        reading.files.append(path)
        reading.rows += len(rows)


def _kinds(reading: Reading) -> list[str | None]:
    columns = views()[reading.view].columns
    return [columns[column] or None for column in reading.columns]


def _flat(row: Sequence[Any], places: Iterable[int]) -> list[Any]:
    """The row with its arrays as Redshift prints them: `{a,b}`."""
    cells = list(row)
    for place in places:
        if isinstance(cells[place], list | tuple):
            cells[place] = "{" + ",".join(str(part) for part in cells[place]) + "}"
    return cells


def engine_views(engine: Engine, names: Iterable[str]) -> list[str]:
    """Those of the names that are system views of the engine."""
    known = views()
    return sorted({n for n in names if n in known and engine in known[n].engines})
