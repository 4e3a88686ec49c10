"""The journal of a wave rollout: what is intended and what was done, one JSON object a line.

An intent is on the disk before the change is made, and the result after it, so that a run that
was killed at any moment can go on without doing anything twice. One run at a time holds it.
"""

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from opskit.errors import InputError, UsageError
from opskit.rollout.wave.events import fault
from opskit.rollout.wave.held import hold, is_there

VERSION = 1
MAX_BYTES = 64 * 1024 * 1024
Event = dict[str, Any]


class JournalError(InputError):
    """An event could not be written down: the run cannot go on."""


class Journal:
    """The events of one run. `add` may be called from several threads."""

    def __init__(self, path: Path, stream: BinaryIO, events: list[Event]) -> None:
        self.path = path
        self.events = events
        self._stream = stream
        self._lock = threading.Lock()

    def add(self, event: str, **fields: Any) -> None:
        """Write an event down; when this returns it is on the disk. JournalError where not."""
        told: Event = {"event": event, **fields, "at": round(time.time(), 3)}
        line = json.dumps(told, separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
        with self._lock:
            if not is_there(self._stream, self.path):
                raise JournalError(
                    "was removed or replaced while this run went on, and can not be written",
                    where=str(self.path),
                    hint="see whether another run goes on; what this one did is in no journal now",
                )
            try:
                self._stream.write(line)
                self._stream.flush()
                os.fsync(self._stream.fileno())
            except OSError as error:
                raise JournalError(
                    f"cannot be written: {error.strerror}",
                    where=str(self.path),
                    hint="make room; then --resume goes on",
                ) from None
            self.events.append(told)

    @property
    def ended(self) -> bool:
        return any(each["event"] == "end" for each in self.events)


@contextmanager
def opened(path: Path, digest: str, *, resume: bool) -> Iterator[Journal]:
    """The journal of a plan with this digest, locked, and begun if it is a new one.

    Raises UsageError where there is nothing to resume, or an unfinished run that is not to be
    resumed; InputError where the journal is of another plan, or none; BusyError.
    """
    stream = _open(path)
    try:
        hold(stream, path)
        try:
            journal = _begun(stream, path, digest, resume=resume)
        except OSError as error:
            raise InputError(
                f"cannot be used as a journal: {error.strerror}",
                where=str(path),
                hint="give another --state FILE",
            ) from None
        yield journal
    finally:
        with suppress(OSError):
            stream.close()


def _begun(stream: BinaryIO, path: Path, digest: str, *, resume: bool) -> Journal:
    events, good = _read(stream, path)
    if resume:
        _check_resumable(events, path, digest)
        stream.truncate(good)  # a line that was cut off when the process ended
    elif events and not _is_over(events):
        raise _unfinished(path)
    else:
        _keep(path, stream, bool(events))
        events = []
    stream.seek(0, os.SEEK_END)
    journal = Journal(path, stream, events)
    if not events:
        journal.add("begin", version=VERSION, plan=digest)
        _sync_folder(path.parent)
    return journal


def refuse_unfinished(path: Path) -> None:
    """UsageError where the journal is that of a run that was cut off, BusyError where the run is
    going on. It is locked only while it is read.
    """
    try:
        with path.open("r+b") as stream:  # NFS locks no file that is only read
            hold(stream, path)
            events, _ = _read(stream, path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", where=str(path), hint="give another --state FILE"
        ) from None
    if events and not _is_over(events):
        raise _unfinished(path)


def _unfinished(path: Path) -> UsageError:
    return UsageError(
        "an earlier run has not ended",
        where=str(path),
        hint="--resume goes on with it; remove the file to forget it",
    )


def _open(path: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b")
    except OSError as error:
        raise InputError(
            f"cannot be opened: {error.strerror}", where=str(path), hint="give another --state FILE"
        ) from None


def _read(stream: BinaryIO, path: Path) -> tuple[list[Event], int]:
    """The events, and how many bytes of the file hold them. A last line may be cut off."""
    data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise InputError(
            f"is larger than {MAX_BYTES >> 20} MiB, which no journal is",
            where=str(path),
            hint="give another --state FILE",
        )
    events, good = [], 0
    for number, line in enumerate(data.splitlines(keepends=True), 1):
        if not line.endswith(b"\n"):
            break
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if wrong := fault(event):
            raise InputError(
                wrong,
                where=f"{path}:{number}",
                hint="is this the right file? remove it to begin anew, knowing what was changed",
            )
        events.append(event)
        good += len(line)
    if events and (events[0]["event"] != "begin" or events[0].get("version") != VERSION):
        raise InputError(
            "is no journal of this version", where=str(path), hint="give another --state FILE"
        )
    if data and not events:
        raise InputError("is no journal", where=str(path), hint="give another --state FILE")
    return events, good


def _is_over(events: list[Event]) -> bool:
    return any(each["event"] == "end" for each in events)


def _check_resumable(events: list[Event], path: Path, digest: str) -> None:
    if not events:
        with suppress(OSError):
            if path.stat().st_size == 0:
                path.unlink()
        raise UsageError(
            "there is no run to go on with", where=str(path), hint="leave --resume out"
        )
    if events[0].get("plan") != digest:
        raise InputError(
            "the plan has changed since that run began",
            where=str(path),
            hint="bring the plan back as it was; or remove the journal, and begin anew",
        )


def _keep(path: Path, stream: BinaryIO, used: bool) -> None:
    """Empty the journal for a new run; that of a run that has ended is kept beside it."""
    if used:
        stream.seek(0)
        try:
            _write(path.with_name(f"{path.name}.before"), stream.read())
        except OSError as error:
            raise InputError(
                f"the journal of the run before cannot be kept: {error.strerror}",
                where=str(path),
                hint="remove it, or give another --state FILE",
            ) from None
    stream.seek(0)
    stream.truncate()


def _write(path: Path, data: bytes) -> None:
    """A file that only its owner may read, as the journal: whole, or as it was."""
    new = path.with_name(f"{path.name}.new")
    with suppress(FileNotFoundError):
        new.unlink()  # of a run that was cut off here; one at a time holds the journal
    number = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(path)
    except OSError:
        with suppress(OSError):
            new.unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
