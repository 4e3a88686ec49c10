"""The processes of a control plane: started, frozen, ended; none outlives the tests."""

from __future__ import annotations

import ctypes
import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

STOP_SECONDS = 10.0

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
# Linux sends that signal when the thread that started the child ends, not the process: one
# thread that lives as long as Python starts them all.
_starter = ThreadPoolExecutor(max_workers=1, thread_name_prefix="controlplane")


class Process:
    """One program with its arguments, running; what it writes goes to ``NAME.log``.

    It is killed when the process that started it dies, in whatever way.
    """

    def __init__(self, name: str, command: Sequence[str], folder: Path) -> None:
        self.name = name
        self.log_file = folder / f"{name}.log"
        self._command = list(command)
        self._folder = folder
        self.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def start(self) -> None:
        """Start it, or start it again with the same arguments."""
        self._process = _starter.submit(self._start).result()

    def stop(self, kill: bool = False) -> None:
        """End it and wait for it: asked to, then killed after 10 s. With ``kill`` at once."""
        if not self.running:
            return
        self._process.send_signal(signal.SIGKILL if kill else signal.SIGTERM)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """It does nothing and answers nothing within; its connections stay open."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            # Nothing, when it has been ended meanwhile.
            self._process.send_signal(signal.SIGCONT)

    @contextmanager
    def slow(self, frozen: float = 0.3, running: float = 0.1) -> Iterator[None]:
        """It is frozen for so many seconds, then runs for so many, again and again within."""
        done = threading.Event()

        def pulse() -> None:
            while not done.wait(running):
                with self.frozen():
                    done.wait(frozen)

        thread = threading.Thread(target=pulse, daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def log(self, length: int = 4000) -> str:
        """The end of what it has written."""
        return self.log_file.read_text(encoding="utf-8", errors="replace")[-length:]

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log_file.open("ab") as log:
            return subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C on a terminal is for the tests alone: they end these in their order.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )


def _die_with_parent() -> None:
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
