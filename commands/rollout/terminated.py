"""SIGTERM as Ctrl-C, for the commands that change something.

A CI system that cancels a job sends it; what was changed and the way back are said then, too.
"""

from collections.abc import Iterator
from contextlib import contextmanager

#: The commands of the group that this is for.
CHANGING = ("deploy", "wave", "set")


@contextmanager
def as_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt for the first SIGTERM; one that is ignored or handled stays so."""
    import signal
    import threading

    ours = threading.current_thread() is threading.main_thread()
    if not ours or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def interrupt(number: int, frame: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # what is to be said is said in peace
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
