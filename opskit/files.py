"""Files read with a limit and written whole or not at all; every failure is an `InputError`."""

import errno
import os
import secrets
import stat
import sys
from contextlib import suppress
from difflib import get_close_matches
from io import BufferedReader
from pathlib import Path

from opskit.errors import InputError

MAX_BYTES = 16 * 1024 * 1024
STDIN = "<stdin>"

_HINTS = {
    errno.EACCES: "check the permissions of the file and of the folders above it",
    errno.EPERM: "check the permissions and the attributes of the file",
    errno.EROFS: "the file system is mounted read-only",
    errno.ENOSPC: "free some space on this file system",
    errno.EDQUOT: "free some space: the quota is used up",
    errno.ELOOP: "the symbolic links lead in a circle",
}


def display_name(source: str | Path) -> str:
    """How messages call `source`: as given, `<stdin>` for `-`."""
    return STDIN if str(source) == "-" else str(source)


def read_bytes(source: str | Path, *, limit: int = MAX_BYTES) -> bytes:
    """The bytes of a file, or of stdin for `-`.

    At most `limit` + 1 bytes are read, whatever the source is; more than `limit` is an
    `InputError`, as is all that keeps the file from being read. A named pipe is waited for.
    """
    try:
        data = _read_stdin(limit) if str(source) == "-" else _read_file(source, limit)
    except FileNotFoundError:
        raise InputError(
            "no such file", where=str(source), hint=_similar(Path(source)) or "check the path"
        ) from None
    except IsADirectoryError:
        raise InputError(
            "is a folder, not a file", where=str(source), hint="name a file in it"
        ) from None
    except (OSError, ValueError) as error:
        raise _failure("cannot read", source, error) from None
    if len(data) > limit:
        raise InputError(
            f"is larger than {_size(limit)}",
            where=display_name(source),
            hint="check that this is the right file; a document of that size is not read",
        )
    return data


def write_atomic(path: str | Path, data: bytes, *, backup: bool = False) -> Path | None:
    """Make `data` the content of `path`: readers see the old bytes or the new, never a mixture.

    A symbolic link stays and its target is written; mode, and owner where allowed, stay. With
    `backup` the old bytes are kept beside the target as NAME.bak (or .bak.1, .bak.2 ...) and that
    path is returned. A file that already holds `data` is left alone. A failure is an
    `InputError`: the old file is whole, and neither a temporary file nor a backup stays.
    """
    try:
        return _write(Path(os.path.realpath(path)), data, backup)
    except (OSError, ValueError) as error:
        raise _failure("cannot write", path, error) from None


def replace(path: str | Path, before: bytes, after: bytes, *, backup: bool = True) -> Path | None:
    """Write `after` over a file that held `before`; the path of the backup, where one is kept.

    Raises InputError where the file is no longer what it was, or cannot be written.
    """
    try:
        return _write(Path(os.path.realpath(path)), after, backup, before)
    except _ChangedError:
        raise InputError(
            "the file has changed since it was read", where=str(path), hint="run this again"
        ) from None
    except (OSError, ValueError) as error:
        raise _failure("cannot write", path, error) from None


def make_folder(path: str | Path) -> None:
    """Make a folder, and those above it; one that is there stays. A failure is an `InputError`."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise InputError(
            "no folder can be made here: a file is in the way",
            where=str(path),
            hint="name another folder",
        ) from None
    except (OSError, ValueError) as error:
        raise _failure("cannot make the folder", path, error) from None


def _read_stdin(limit: int) -> bytes:
    if sys.stdin is None:
        raise OSError(errno.EBADF, "stdin is closed")
    return sys.stdin.buffer.read(limit + 1)


def _read_file(path: str | Path, limit: int) -> bytes:
    try:
        stream = open(path, "rb", buffering=0)  # noqa: PTH123, SIM115 (pathlib costs more)
    except PermissionError:
        if Path(path).is_dir():  # what Windows says of a folder
            raise IsADirectoryError from None
        raise
    with stream:
        size = os.fstat(stream.fileno()).st_size
        if size > limit:
            return bytes(limit + 1)  # too large; not worth reading to find that out
        # A buffer of the file's size first: one of the limit's costs more than reading a small
        # file. What is behind it is read too: files grow, and pipes say that they hold nothing.
        data = stream.read(size + 1)
        if len(data) == size > 0:
            return data
        return data + BufferedReader(stream).read(limit + 1 - len(data))


class _ChangedError(Exception):
    """The file does not hold what it has to hold before it is replaced."""


def _write(target: Path, data: bytes, backup: bool, expected: bytes | None = None) -> Path | None:
    before = target.stat() if os.path.lexists(target) else None
    old = b""
    if before is not None:
        if not stat.S_ISREG(before.st_mode):
            raise OSError(errno.EINVAL, "is not a regular file")
        if not os.access(target, os.W_OK):  # replacing it would work, and ignore what that says
            raise PermissionError(errno.EACCES, "the file is write-protected")
        old = target.read_bytes()
    if expected is not None and (before is None or old != expected):
        raise _ChangedError
    if before is not None and old == data:
        return None
    temporary = target.with_name(f".opskit-{secrets.token_hex(8)}.tmp")
    kept: Path | None = None
    try:
        _create(temporary, data, before)
        if backup and before is not None:
            kept = _keep(target, old, before)
        if expected is not None and target.read_bytes() != expected:  # saved since, by somebody
            raise _ChangedError
        temporary.replace(target)
    except BaseException:
        for leftover in (temporary, kept):
            if leftover is not None:
                with suppress(OSError):
                    leftover.unlink()
        raise
    _sync_folder(target.parent)
    return kept


def _create(path: Path, data: bytes, like: os.stat_result | None) -> None:
    """Write a new file, never readable by more people than the file it is `like`."""
    mode = 0o666 if like is None else stat.S_IMODE(like.st_mode) & 0o777
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as stream:
        try:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            if like is not None:
                _adopt(path, like)
        except BaseException:
            with suppress(OSError):
                path.unlink()
            raise


def _adopt(path: Path, like: os.stat_result) -> None:
    """Owner first: changing it clears the set-user-id bits of the mode."""
    if hasattr(os, "chown"):
        for owner in (like.st_uid, -1):
            try:
                os.chown(path, owner, like.st_gid)
            except PermissionError:
                continue
            break
    path.chmod(stat.S_IMODE(like.st_mode))


def _keep(target: Path, old: bytes, like: os.stat_result) -> Path:
    number = 0
    while True:
        name = f"{target.name}.bak.{number}" if number else f"{target.name}.bak"
        try:
            _create(target.with_name(name), old, like)
        except FileExistsError:
            number += 1
        else:
            return target.with_name(name)


def _sync_folder(folder: Path) -> None:
    """Make the new name durable, where the system can; the content already is."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _failure(what: str, path: str | Path, error: OSError | ValueError) -> InputError:
    number = error.errno if isinstance(error, OSError) else None
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return InputError(
        f"{what}: {reason}",
        where=display_name(path).replace("\0", "\\0"),
        hint=_HINTS.get(number or 0, "check the path and try again"),
    )


def _similar(path: Path) -> str:
    with suppress(OSError):
        close = get_close_matches(path.name, os.listdir(path.parent), n=1)  # noqa: PTH208
        return f"did you mean {path.with_name(close[0])}?" if close else ""
    return "the folder does not exist"


def _size(count: int) -> str:
    return f"{count // 2**20} MiB" if count >= 2**20 else f"{count} bytes"
