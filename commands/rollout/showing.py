"""How a watch is shown while it goes on: a table, lines, or a stream of JSON."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.commands.rollout.watched import Shown
    from opskit.rollout.targets import Target
    from opskit.rollout.telling.board import Board
    from opskit.rollout.watch.watching import Step

Say = Callable[[str, "Step"], None]


@contextmanager
def progress(keys: "Sequence[tuple[str, Target]]", shown: "Shown") -> Iterator[Say]:
    """Show steps as they come: `say(cluster's name, step)`, from any thread.

    A table on stderr where that is a terminal, else a line each; with `events` lines of JSON on
    stdout, and on stderr only if nobody would read both at once. `keys` are clusters and targets.
    """
    from opskit.output.console import is_terminal
    from opskit.output.live import can_be_live, live
    from opskit.rollout.telling.board import HEADINGS, Board

    board, lock = Board(keys), threading.Lock()
    teller = _Teller(board, lock, shown)
    if shown.events and is_terminal(sys.stdout):
        yield teller.event
    elif can_be_live():
        with live(HEADINGS, teller.rows):
            yield teller.quiet
    else:
        with teller.lines():
            yield teller.line


class _Teller:
    """Takes steps in, under a lock, and tells of them."""

    def __init__(self, board: "Board", lock: threading.Lock, shown: "Shown") -> None:
        self._board, self._lock, self._shown = board, lock, shown
        self._started: float | None = None
        self._begun = time.monotonic()

    def _since(self, step: "Step | None" = None) -> float:
        """The seconds since the (first) watch began, which a verdict counts from, too."""
        now = time.monotonic()
        if self._started is None and step is not None and step.seconds is not None:
            self._started = now - step.seconds
        return now - (self._begun if self._started is None else self._started)

    def _take(self, cluster: str, step: "Step", since: float) -> "Step":
        from opskit.rollout.telling.told import cleaned_step

        step = cleaned_step(step, self._shown.clean)
        self._board.put(step, cluster)
        if self._shown.events:
            self._emit(cluster, step, since)
        return step

    def _emit(self, cluster: str, step: "Step", since: float) -> None:
        from datetime import UTC, datetime

        from opskit.output import write
        from opskit.output.values import dumps
        from opskit.rollout.telling.told import event_fields

        write(dumps(event_fields(step, cluster, since, datetime.now(UTC))) + "\n")

    def event(self, cluster: str, step: "Step") -> None:
        with self._lock:
            self._take(cluster, step, self._since(step))

    quiet = event  # the table is drawn by itself

    def line(self, cluster: str, step: "Step") -> None:
        with self._lock:
            since = self._since(step)
            self._print(since, self._board.line(self._take(cluster, step, since), cluster, since))

    @contextmanager
    def lines(self) -> Iterator[None]:
        """Within, lines that had to wait are told when their time has come."""
        ended = threading.Event()
        thread = threading.Thread(target=self._late, args=(ended,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _late(self, ended: threading.Event) -> None:
        while not ended.wait(1.0):
            with self._lock:
                since = self._since()
                for text in self._board.kept(since):
                    self._print(since, text)

    def _print(self, since: float, text: str) -> None:
        from opskit.output import message
        from opskit.output.text import one_line

        if text:
            message(f"{since:6.1f} s  {one_line(text)}", verbatim=True)

    def rows(self, most: int) -> "tuple[str, Sequence[Sequence[str]]]":
        from opskit.rollout.durations import shown

        with self._lock:
            count = f"{self._board.ended} of {self._board.count} rollouts ended"
            return f"{count}, {shown(self._since())}", self._board.rows(most)
