"""A file of what was listed, so that a scan that was stopped goes on where it was.

One JSON object a line. The first says of which bucket and prefix; each other one is a part that
is complete, with its counters: a range of keys `(after, until]`, or a prefix. A line that says
`restart` voids those before it. A last line without an end is what a stopped process leaves, and
is cut off.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from io import BufferedRandom
from pathlib import Path
from typing import Any

from opskit.errors import InputError
from opskit.storage.profile.listing.tally import Tally

SCHEMA = "opskit.storage.listing/1"
_SYNC_SECONDS = 2.0
#: The end of the key space, in place of a key.
END = None


@dataclass
class Record:
    """What a journal holds: parts that are complete, and what they count together."""

    taken_on: date
    ranges: list[tuple[str, str | None]] = field(default_factory=list)
    plan: list[str] | None = None
    units: set[str] = field(default_factory=set)
    tally: Tally = field(default_factory=Tally)
    mode: str = ""
    skipped: list[str] = field(default_factory=list)


class Journal:
    """Appends parts, and syncs every now and then. Without a path it does nothing.

    `record` is what was in the file: InputError where that is the journal of something else, is
    damaged, or is written by another process.
    """

    def __init__(self, path: Path | None, about: dict[str, str], today: date) -> None:
        self.record = Record(today)
        self._stream: BufferedRandom | None = None
        self._lock = threading.Lock()
        self._synced = time.monotonic()
        if path is None:
            return
        try:
            stream = self._stream = path.open("ab+")
            try:
                _lock(stream, path)
                self._begin(stream, path, about, today)
            except BaseException:
                stream.close()
                raise
        except OSError as error:
            raise InputError(
                f"cannot use the journal: {error.strerror}", where=str(path), hint="check the path"
            ) from None

    def _begin(
        self, stream: BufferedRandom, path: Path, about: dict[str, str], today: date
    ) -> None:
        stream.seek(0)
        data = stream.read()
        whole = data[: data.rfind(b"\n") + 1]
        header = {"schema": SCHEMA, **about}
        begun = json.dumps(header, separators=(",", ":")).encode()[:-1]
        if whole or not begun.startswith(data[: len(begun)]):  # but for one that was cut off
            self.record = _read(whole or data, path, header)
        stream.truncate(len(whole))
        if not whole:
            self._write({**header, "taken_on": today.isoformat()})

    def restart(self, mode: str) -> None:
        """Void all that was written: it is listed in another way from here on."""
        self.record = Record(self.record.taken_on, mode=mode)
        self._write({"restart": mode})

    def range(self, after: str, until: str | None, tally: Tally) -> None:
        """A range of keys is complete."""
        self._write({"after": after, "until": until, **_counters(tally)})

    def plan(self, units: list[str], tally: Tally) -> None:
        """The prefixes that are to be listed, and what was counted beside them."""
        self._write({"plan": units, **_counters(tally)})

    def unit(self, prefix: str, tally: Tally, skipped: list[str]) -> None:
        """A prefix of the plan is complete, but for what was skipped."""
        self._write({"unit": prefix, "notes": skipped, **_counters(tally)})

    def _write(self, line: dict[str, Any]) -> None:
        if self._stream is None:
            return
        with self._lock:
            if self._stream.closed:
                return
            self._stream.write(json.dumps(line, separators=(",", ":")).encode() + b"\n")
            if time.monotonic() - self._synced > _SYNC_SECONDS:
                self._sync()

    def _sync(self) -> None:
        assert self._stream is not None
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._synced = time.monotonic()

    def close(self) -> None:
        if self._stream is not None:
            with self._lock:
                if not self._stream.closed:
                    self._sync()
                    self._stream.close()


def gaps(done: list[tuple[str, str | None]]) -> list[tuple[str, str | None]]:
    """The ranges that are left of the whole key space; ValueError where some overlap."""
    left: list[tuple[str, str | None]] = []
    reached: str | None = ""
    for after, until in sorted(done, key=lambda each: each[0]):
        if reached is END or after < reached or (until is not END and until < after):
            raise ValueError
        if after > reached:
            left.append((reached, after))
        reached = until
    return left if reached is END else [*left, (reached, END)]


def _lock(stream: BufferedRandom, path: Path) -> None:
    try:
        import fcntl
    except ImportError:  # not on Windows
        return
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise InputError(
            "another process writes this journal", where=str(path), hint="wait, or name another"
        ) from None


def _counters(tally: Tally) -> dict[str, Any]:
    cells = [[*key, *amounts] for key, amounts in tally.cells.items()]
    return {"cells": cells, **({"markers": tally.markers} if tally.markers else {})}


def _read(data: bytes, path: Path, header: dict[str, str]) -> Record:
    lines = enumerate(data.splitlines(), 1)
    number, first = next(lines)
    try:
        found = json.loads(first)
        taken = date.fromisoformat(found.pop("taken_on"))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise InputError(
            "this is no journal of a listing", where=f"{path}:{number}", hint="name another file"
        ) from None
    if found != header:
        raise InputError(
            f"the journal is one of s3://{found.get('bucket')}/{found.get('prefix')}, or of "
            "another endpoint",
            where=f"{path}:{number}",
            hint="name another file for this listing",
        )
    return _replay(lines, path, taken)


def _replay(lines: Iterator[tuple[int, bytes]], path: Path, taken: date) -> Record:
    record, number = Record(taken), 1
    try:
        for number, line in lines:  # noqa: B007
            record = _apply(record, json.loads(line))
        gaps(record.ranges)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        raise InputError(
            "the journal is damaged",
            where=f"{path}:{number}",
            hint="delete it and list from the beginning",
        ) from None
    return record


def _apply(record: Record, line: dict[str, Any]) -> Record:
    if "restart" in line:
        return Record(record.taken_on, mode=line["restart"])
    counted = Tally()
    for class_, former, size, day, objects, amount in line["cells"]:
        counted.cells[(class_, bool(former), int(size), day)] = [int(objects), int(amount)]
        counted.objects += int(objects)
    counted.markers = int(line.get("markers", 0))
    record.tally.add(counted)
    if "plan" in line:
        record.plan = [str(each) for each in line["plan"]]
    elif "unit" in line:
        if line["unit"] in record.units:
            raise ValueError
        record.units.add(line["unit"])
        record.skipped += map(str, line["notes"])
    else:
        record.ranges.append((line["after"], line["until"]))
    return record
