"""What DuckDB says of the file of a capture, as people who do not know DuckDB need it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from opskit.clients import duck
from opskit.errors import InputError, OpskitError, UnknownError

HINT = "name a file that 'opskit redshift capture' made; it makes one where there is none"


def in_use(error: duck.DuckError) -> bool:
    """Whether another connection has the file, in this process or in another."""
    other = ("Unique file handle conflict", "different configuration")
    return error.kind == "locked" or any(text in error.message for text in other)


@contextmanager
def said(path: Path) -> Iterator[None]:
    """Errors of DuckDB in the block as those of opskit on this file."""
    try:
        yield
    except duck.DuckError as error:
        raise explained(error, path) from None


def explained(error: duck.DuckError, path: Path) -> OpskitError:
    """The error of opskit for one of DuckDB on this file."""
    where, text = str(path), error.message
    if in_use(error):
        return UnknownError(
            "another process has the file open",
            where=where,
            hint="a capture writes it, or something reads it: try again when that is done",
        )
    if error.kind == "full":
        return UnknownError(
            f"there is no room: {text}",
            where=where,
            hint="the snapshots before this one are whole; free some disk and try again",
        )
    if "newer version" in text or ("not supported" in text and "version" in text):
        return InputError(
            f"a newer DuckDB wrote it: {text}", where=where, hint="upgrade opskit and duckdb"
        )
    if "Permission denied" in text or "Read-only file system" in text:
        return UnknownError(f"cannot be opened: {text}", where=where, hint="check its permissions")
    if "not a valid DuckDB" in text:
        return InputError("is no capture", where=where, hint=HINT)
    if error.kind == "damaged":
        return InputError(
            f"is damaged or cut short: {text}", where=where, hint="take it from a backup"
        )
    return UnknownError(f"DuckDB refuses: {text}", where=where)
