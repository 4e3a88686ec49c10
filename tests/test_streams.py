"""Streams that are full, closed or left: the answer stays, and no traceback reaches anybody."""

import subprocess
import sys
from pathlib import Path

import pytest

from opskit import examples

RECIPE = Path(str(examples.__path__[0])) / "broker/published-recipe/activemq.xml"
GATED = "--tb 1 --avg-object 4MB --provider r2"


def shell(command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A bash command in which `opskit` is this opskit."""
    line = f'opskit() {{ {sys.executable} -m opskit "$@"; }}; {command}'
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=60, cwd=cwd)


@pytest.mark.parametrize(
    ("command", "status"),
    [
        ("opskit --version >/dev/full", 3),
        ("opskit rule >/dev/full", 3),
        (f"opskit broker lint {RECIPE} >/dev/full", 3),
        ("opskit --version >&-", 0),
        (f"opskit broker lint {RECIPE} >&-", 1),
        (f"opskit broker lint {RECIPE} 2>&-", 1),
        (f"opskit broker lint {RECIPE} 2>/dev/full", 1),
        (f"opskit broker lint {RECIPE} --ignore BRK001 2>&-", 0),
        (f"opskit broker lint {RECIPE} 2>&1 | true; exit ${{PIPESTATUS[0]}}", 1),
        (f"opskit storage gate {GATED} --budget 1 | true; exit ${{PIPESTATUS[0]}}", 1),
        (f"opskit storage gate {GATED} --budget 1 -o json | true; exit ${{PIPESTATUS[0]}}", 1),
        ("opskit --version | true; exit ${PIPESTATUS[0]}", 0),
        ("opskit rule -o json | true; exit ${PIPESTATUS[0]}", 0),
        ("opskit demo | head -2; exit ${PIPESTATUS[0]}", 0),
    ],
)
def test_the_answer_stays(command: str, status: int) -> None:
    run = shell(command)
    assert run.returncode == status, run.stderr
    assert "Traceback" not in run.stderr
    assert "opskit itself failed" not in run.stderr


def test_a_full_disk_is_named() -> None:
    assert "error: cannot write to stdout: No space left" in shell("opskit rule >/dev/full").stderr


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    command = f"rmdir {folder}; opskit config show && opskit broker lint {RECIPE}"
    run = shell(command, cwd=folder)
    assert run.returncode == 1, run.stderr
    assert "BRK001" in run.stdout
