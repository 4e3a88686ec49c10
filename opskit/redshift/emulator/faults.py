"""Faults of a scenario: what goes wrong with which statements."""

import re
import threading
from collections.abc import Sequence
from typing import NamedTuple

from opskit.redshift.emulator.work import Fault

RESIZING = "the cluster is being resized and is in read-only mode; try again later"


class Hang(NamedTuple):
    """What a fault does to one statement: a wait, then an error, or a break after some rows."""

    seconds: float
    error: tuple[str, str] | None = None
    lost_after: int | None = None
    refused_after: int = 0


class Faults:
    """The faults that are still to come."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = [(re.compile(f.match, re.IGNORECASE | re.DOTALL), f) for f in faults]
        self._struck = [0] * len(faults)
        self._lock = threading.Lock()

    def strike(self, sql: str) -> Hang | None:
        """The first fault that fits a statement; None where none does."""
        with self._lock:
            for number, (pattern, fault) in enumerate(self._faults):
                spent = fault.times is not None and self._struck[number] >= fault.times
                if not spent and pattern.search(sql):
                    self._struck[number] += 1
                    return _hang(fault)
        return None


def _hang(fault: Fault) -> Hang:
    if fault.kind == "error":
        return Hang(0, (fault.sqlstate, fault.message), None, fault.after_rows)
    if fault.kind == "resizing":
        return Hang(0, ("57P03", RESIZING), None, fault.after_rows)
    if fault.kind == "disconnect":
        return Hang(0, None, fault.after_rows)
    return Hang(fault.seconds)
