"""The end of an invocation: when to stop watching, and what stops that which does not end."""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: Lambda's longest, for a call outside Lambda.
_LONGEST = 900.0
#: What is kept for reporting, in seconds, and before that for a watch to end by itself.
_REPORT, _SETTLE = 30.0, 15.0


class TooLateError(BaseException):
    """The time for the work is over. No Exception, so that nobody catches it on the way."""


class Deadline:
    """The times of one invocation, from what its context says is left."""

    def __init__(self, context: Any, clock: Callable[[], float] = time.time) -> None:
        remaining = getattr(context, "get_remaining_time_in_millis", None)
        left = max(0.0, remaining() / 1000) if remaining else _LONGEST
        self._clock = clock
        self._end = clock() + left
        report = min(_REPORT, left * 0.3)
        self._hard = self._end - report
        #: When a watch should have ended by itself, in seconds since 1970.
        self.soft = self._hard - min(_SETTLE, left * 0.1)

    def left(self) -> float:
        """Seconds until Lambda ends the invocation."""
        return self._end - self._clock()

    @contextmanager
    def enforced(self) -> Iterator[None]:
        """Raise TooLateError in the body when the time for it is over, whatever it waits for.

        That works in the main thread, where Lambda calls a handler; elsewhere, and on Windows,
        the body has to end by itself.
        """
        if threading.current_thread() is not threading.main_thread() or not hasattr(
            signal, "setitimer"
        ):
            yield
            return
        armed = True

        def ring(*_: object) -> None:
            if armed:
                raise TooLateError

        before = signal.signal(signal.SIGALRM, ring)
        try:
            signal.setitimer(signal.ITIMER_REAL, max(0.01, self._hard - self._clock()))
            yield
        finally:
            armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
