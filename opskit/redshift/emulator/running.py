"""The statement that a session runs: how it is ended by its time limit, or by somebody else."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from opskit.redshift.emulator.refusals import SqlError

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

_FIRST_QUERY = 9_000_000


class Running:
    """At most one statement at a time runs on a cursor."""

    def __init__(self, cursor: "Connection") -> None:
        self._cursor = cursor
        self._guard = threading.Lock()
        self._stop = threading.Event()
        self._number = 0
        self.sql = ""
        self.why = ""

    @contextmanager
    def limited(self, sql: str, seconds: float | None) -> Iterator[None]:
        """A statement is run in the body, and ended after so many seconds."""
        with self._guard:
            self._number += 1
            number = self._number
            self.sql = sql
            if self.why != "terminated":
                self.why = ""
                self._stop.clear()
        timer = None
        if seconds is not None:
            timer = threading.Timer(seconds, self._end, (number, "timeout"))
            timer.daemon = True
            timer.start()
        try:
            yield
        finally:
            if timer is not None:
                timer.cancel()
            with self._guard:
                self.sql = ""
                if self._number == number:
                    self._number += 1

    def cancel(self, why: str) -> None:
        """End what runs, if anything does; from another thread."""
        with self._guard:
            number = self._number
            if why == "terminated":
                self.why = why
                self._stop.set()
            if not self.sql:
                return
        threading.Thread(target=self._end, args=(number, why), daemon=True).start()

    def _end(self, number: int, why: str) -> None:
        """Interrupt until it has ended: an interrupt before DuckDB begins is lost."""
        with self._guard:
            if self._number != number:
                return
            self.why = self.why or why
            self._stop.set()
        while self._number == number:
            self._cursor.interrupt()
            time.sleep(0.02)

    def wait(self, seconds: float) -> None:
        """Do nothing for so long; SqlError if the statement is ended meanwhile."""
        if self._stop.wait(seconds):
            raise self.refusal()

    def check(self) -> None:
        """SqlError if the statement is to end."""
        if self._stop.is_set():
            raise self.refusal()

    def refusal(self) -> SqlError:
        """What its client is told."""
        if self.why == "terminated":
            words = "terminating connection due to administrator command"
            return SqlError("57P01", words, fatal=True)
        # The same words for a time limit as for a cancel: so does Redshift.
        return SqlError(
            "57014", f"Query ({_FIRST_QUERY + self._number}) cancelled on user's request"
        )
