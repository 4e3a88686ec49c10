"""How a watch is shown while it goes on: a table, lines, or a stream of JSON."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.commands.rollout.watched import Shown
    from opskit.rollout.board import Board
    from opskit.rollout.targets import Target
    from opskit.rollout.watching import Step

Say = Callable[[str, "Step"], None]


@contextmanager
def progress(keys: "Sequence[tuple[str, Target]]", shown: "Shown") -> Iterator[Say]:
    """Show steps as they come: `say(cluster's name, step)`, from any thread.

    A table on stderr where that is a terminal, else a line each; with `events` lines of JSON on
    stdout, and on stderr only if nobody would read both at once. `keys` are clusters and targets.
    """
    from opskit.output.console import is_terminal
    from opskit.output.live import can_be_live, live
    from opskit.rollout.board import HEADINGS, Board

    board, lock = Board(keys), threading.Lock()
    teller = _Teller(board, lock, shown)
    if shown.events and is_terminal(sys.stdout):
        yield teller.event
    elif can_be_live():
        with live(HEADINGS, teller.rows):
            yield teller.quiet
    else:
        yield teller.line


class _Teller:
    """Takes steps in, under a lock, and tells of them."""

    def __init__(self, board: "Board", lock: threading.Lock, shown: "Shown") -> None:
        self._board, self._lock, self._shown = board, lock, shown
        self._started = time.monotonic()

    def _take(self, cluster: str, step: "Step") -> "Step":
        from opskit.rollout.told import cleaned_step

        step = cleaned_step(step, self._shown.clean)
        self._board.put(step, cluster)
        if self._shown.events:
            self._emit(cluster, step)
        return step

    def _emit(self, cluster: str, step: "Step") -> None:
        from datetime import UTC, datetime

        from opskit.output import write
        from opskit.output.values import dumps
        from opskit.rollout.told import event_fields

        since = time.monotonic() - self._started
        write(dumps(event_fields(step, cluster, since, datetime.now(UTC))) + "\n")

    def event(self, cluster: str, step: "Step") -> None:
        with self._lock:
            self._take(cluster, step)

    quiet = event  # the table is drawn by itself

    def line(self, cluster: str, step: "Step") -> None:
        from opskit.output import message
        from opskit.output.text import one_line

        with self._lock:
            text = self._board.line(self._take(cluster, step), cluster)
            if text:
                since = time.monotonic() - self._started
                message(f"{since:6.1f} s  {one_line(text)}", verbatim=True)

    def rows(self, most: int) -> "tuple[str, Sequence[Sequence[str]]]":
        from opskit.rollout.durations import shown

        with self._lock:
            count = f"{self._board.ended} of {self._board.count} rollouts ended"
            return f"{count}, {shown(time.monotonic() - self._started)}", self._board.rows(most)
