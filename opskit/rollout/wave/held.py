"""A file that one process holds, until it ends, however it does."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from opskit.errors import ExitCode, InputError, OpskitError


class BusyError(OpskitError):
    """Another run holds the journal."""

    exit_code = ExitCode.UNKNOWN
    code = "busy"


def hold(stream: BinaryIO, path: Path) -> None:
    """Hold the open file of a path.

    BusyError where somebody else does, or the file was replaced between the opening and this;
    InputError where the file system knows no locks.
    """
    try:
        _system_lock()(stream.fileno())
    except (BlockingIOError, PermissionError):  # the latter is what Windows says, fcntl(2) may
        raise _busy(path) from None
    except OSError as error:
        raise InputError(
            f"cannot be locked: {error.strerror}",
            where=str(path),
            hint="give another --state FILE, on a disk of this machine",
        ) from None
    if not is_there(stream, path):
        raise _busy(path)


def is_there(stream: BinaryIO, path: Path) -> bool:
    """Whether the path still leads to the file that is open."""
    try:
        return os.path.samestat(os.fstat(stream.fileno()), path.stat())
    except OSError:
        return False


def _busy(path: Path) -> BusyError:
    return BusyError(
        "another run of this plan is going on",
        where=str(path),
        hint="wait for it; it is one process that rolls out",
    )


def _system_lock() -> Callable[[int], None]:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        mode: Any = vars(msvcrt)["LK_NBLCK"]
        lock: Any = vars(msvcrt)["locking"]
        return lambda number: lock(number, mode, 1)
    return lambda number: fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
