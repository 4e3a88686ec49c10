"""How many requests are under way, and how long to wait after one that failed."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_LEAST_ANSWERS, _FIRST_USEFUL, _LEAST_USEFUL = 8, 16, 4


class StoppedError(Exception):
    """The scan was stopped while a worker waited."""


@dataclass(frozen=True)
class Patience:
    """How often a request is repeated, and the seconds that are waited before.

    Waits are drawn from 0 to a bound that doubles (AWS Architecture Blog, "Exponential Backoff And
    Jitter"). A server that was never reached is given up sooner.
    """

    first: float = 0.1
    longest: float = 20.0
    failures: int = 8
    throttles: int = 20
    unreached: int = 3

    def seconds(self, attempt: int) -> float:
        """The wait after so many failures, from 1 on."""
        return random.uniform(0, min(self.longest, self.first * 2 ** min(attempt, 20)))  # noqa: S311


class Load:
    """How many requests at a time are of use: Python runs one thread at a time, so that more than
    the answers it can take in while one is awaited only wait for each other.
    """

    def __init__(self) -> None:
        self._began = time.process_time()
        self._fastest = float("inf")
        self._answers = 0

    def answered(self, seconds: float) -> None:
        """An answer came after so many seconds."""
        self._answers += 1
        self._fastest = min(self._fastest, seconds)

    def useful(self) -> float:
        """So many, and half of them in reserve; a few until that is known."""
        if self._answers < _LEAST_ANSWERS:
            return _FIRST_USEFUL
        each = (time.process_time() - self._began) / self._answers
        return max(1.5 * self._fastest / max(each, 1e-6), _LEAST_USEFUL)


class Pace:
    """Slots for requests: half as many after a throttled one, one more after a row of good ones."""

    def __init__(self, workers: int) -> None:
        self.stop = threading.Event()
        self.limit = self._most = max(workers, 1)
        self._running = self._good = 0
        self._slowed = 0.0
        self._free = threading.Condition()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Wait until one more request may be under way; StoppedError where none may any more."""
        with self._free:
            while self._running >= self.limit and not self.stop.is_set():
                self._free.wait(0.2)
            if self.stop.is_set():
                raise StoppedError
            self._running += 1
        try:
            yield
        finally:
            with self._free:
                self._running -= 1
                self._free.notify()

    def again(self) -> None:
        """Let requests through once more, after a stop."""
        self.stop.clear()

    def slower(self, since: float) -> None:
        """A request that was sent at `since` was throttled; those of one burst count once."""
        with self._free:
            self._good = 0
            if since > self._slowed:
                self.limit = max(self.limit // 2, 1)
                self._slowed = time.monotonic()

    def succeeded(self) -> None:
        if self.limit == self._most:
            return
        with self._free:
            self._good += 1
            if self._good >= self.limit:
                self._good = 0
                self.limit = min(self.limit + 1, self._most)

    def wait(self, seconds: float) -> None:
        """Wait; StoppedError as soon as the scan is stopped."""
        if self.stop.wait(seconds):
            raise StoppedError
