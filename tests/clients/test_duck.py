"""Connections to DuckDB."""

import subprocess
import sys

PROGRAM = """
from opskit.clients import duck
print(duck.execute(duck.connect(), "SELECT current_setting('enable_progress_bar')")[1])
"""


def test_no_progress_is_drawn_on_stdout() -> None:
    """DuckDB takes what -c runs for interactive, and would draw after two seconds."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert done.stdout == b"[(False,)]\n"
