"""The table that changes: on a terminal only, one line a row, gone at the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from opskit.output.live import can_be_live

PROGRAM = """
import time
from opskit.output import configure
from opskit.output.live import live
configure()
def rows(most):
    cell = "x" * 200 + "\\x1b]0;evil\\x07"
    return "title \\x1b[31m", [(f"w{n}", cell) for n in range(min(most, 50))]
with live(("Name", "What"), rows):
    time.sleep(0.6)
print("the end")
"""


def test_a_pipe_is_not_drawn_on() -> None:
    assert not can_be_live()


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are of Unix")
def test_it_fits_the_terminal_and_obeys_no_cell() -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 60, 0, 0))
    done = subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        stderr=theirs,
        stdout=theirs,
        stdin=theirs,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "TERM": "xterm", "COLUMNS": "60", "LINES": "12"},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            data = os.read(ours, 65536)
        except OSError:
            break
        if not data:
            break
        seen += data
    assert done.wait(20) == 0
    text = seen.decode()
    assert "\x1b]0;evil" not in text
    assert "\\x1b[31m" in text
    assert "w5" in text
    assert "w15" not in text
    assert text.rstrip().endswith("the end")
    assert "x" * 61 not in text
