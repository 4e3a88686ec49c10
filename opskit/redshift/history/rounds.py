"""Snapshots again and again, until interrupted."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import NoReturn

from opskit.errors import OpskitError
from opskit.redshift.capture import Taken

Said = Callable[[str], None]


def repeat(
    once: Callable[[], Taken],
    pause: timedelta,
    *,
    said: Said,
    failed: Said,
    clock: Callable[[], float] | None = None,
    sleep: Callable[[float], None] | None = None,
) -> NoReturn:
    """Take a snapshot at every tick; a tick that passes while one is taken is left out.

    The first one's error is raised: what cannot begin should say so at once. A later one's is
    said, with what is lost by it if nothing comes after.
    """
    clock, sleep = clock or time.monotonic, sleep or time.sleep
    length = pause.total_seconds()
    begun = clock()
    said(line(once()))
    while True:
        sleep(length - (clock() - begun) % length)
        try:
            said(line(once()))
        except OpskitError as error:
            failed(f"no snapshot: {error}; the next try is at the next tick")


def line(taken: Taken) -> str:
    """What a snapshot came to, in one line."""
    parts = [f"snapshot {taken.number} of {taken.at} UTC: {taken.rows:,} rows"]
    if taken.failed:
        parts.append(f"{len(taken.failed)} views could not be read")
    if taken.gap:
        parts.append(f"nothing is known from {taken.gap[0]} to {taken.gap[1]}")
    return "; ".join(parts)
