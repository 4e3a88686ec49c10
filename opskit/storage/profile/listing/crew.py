"""Threads that work until there is nothing to do, one fails, or somebody interrupts."""

import threading
import time
from collections.abc import Callable

from opskit.storage.profile.listing.pace import Pace, StoppedError

_TICK_SECONDS = 0.2
#: What a request that is under way may still take when the scan is interrupted.
_FAREWELL_SECONDS = 3.0


def run(workers: int, work: Callable[[], None], pace: Pace, tick: Callable[[], None]) -> None:
    """Run `work` in so many threads; raises the first error that one of them ends with.

    `tick` is called a few times a second. The threads do not keep the process alive.
    """
    failed: list[BaseException] = []

    def body() -> None:
        try:
            work()
        except StoppedError:
            pass
        except BaseException as error:
            failed.append(error)
            pace.stop.set()

    threads = [threading.Thread(target=body, daemon=True) for _ in range(workers)]
    try:
        for each in threads:
            each.start()
        _watch(threads, tick)
    except BaseException:
        pace.stop.set()
        end = time.monotonic() + _FAREWELL_SECONDS
        for each in threads:
            if each.ident is not None:
                each.join(max(end - time.monotonic(), 0))
        raise
    if failed:
        raise failed[0]


def _watch(threads: list[threading.Thread], tick: Callable[[], None]) -> None:
    for each in threads:
        while each.is_alive():
            each.join(_TICK_SECONDS)
            tick()
