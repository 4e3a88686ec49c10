"""What a comparison comes to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from opskit.errors import ExitCode, OpskitError

Status = Literal["same", "differs", "missing", "unknown"]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that was compared: what the document says, and what was found."""

    item: str
    status: Status
    documented: str = ""
    found: str = ""
    why: str = ""


def exit_code(rows: Sequence[Row]) -> ExitCode:
    """1 where something differs or is missing; 3 where nothing could be told, 4 where some could
    not.
    """
    found = {row.status for row in rows}
    if found & {"differs", "missing"}:
        return ExitCode.NO
    if "unknown" in found:
        return ExitCode.PARTIAL if "same" in found else ExitCode.UNKNOWN
    return ExitCode.OK


def unknown(item: str, error: OpskitError, documented: str = "") -> Row:
    """What could not be asked for."""
    why = f"{error.message} ({error.hint})" if error.hint else error.message
    return Row(item, "unknown", documented, why=why)


def compared(item: str, documented: str, found: str, why: str = "") -> Row:
    """Two texts that should be one."""
    if documented == found:
        return Row(item, "same", documented, found)
    return Row(item, "differs", documented, found, why)
