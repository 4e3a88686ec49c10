"""The demo: every step ends as it should, quickly, without network, without a trace."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from opskit import demo, manifest
from opskit.errors import DefectError, UsageError


def test_every_group_has_steps() -> None:
    assert {step.group for step in demo.steps()} == {entry.name for entry in manifest.GROUPS}


def test_a_group_without_steps_is_refused() -> None:
    with pytest.raises(UsageError) as error:
        demo.steps("nothing")
    assert "broker" in error.value.hint


def test_a_step_that_ends_otherwise_is_a_defect() -> None:
    step = demo.Step("broker", "a title", ("help",), status=1)
    with pytest.raises(DefectError, match="ended with 0, not 1"):
        demo.play([step], lambda args: 0, lambda step: None)


@pytest.mark.parametrize("command", ["lint", "explain", "patch"])
def test_a_reader_that_has_seen_enough_is_no_error(command: str) -> None:
    """The reader leaves while one of the commands runs, before that one has printed anything."""
    shell = '"$0" -m opskit demo | sed "/opskit broker $1/q"; echo "${PIPESTATUS[0]}"'
    run = subprocess.run(
        ["bash", "-c", shell, sys.executable, command],
        capture_output=True,
        text=True,
        timeout=60,
    )
    *shown, status = run.stdout.splitlines()
    assert f"opskit broker {command}" in shown[-1]
    assert status == "0"
    assert "error:" not in run.stderr


def test_the_demo_runs_whole_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Sockets are refused, so that it cannot pass by reaching something."""
    (tmp_path / "sitecustomize.py").write_text(
        "import socket\n"
        "def refuse(*_, **__): raise OSError('no network in the demo')\n"
        "socket.socket.connect = socket.getaddrinfo = refuse\n"
    )
    folder = tmp_path / "empty"
    folder.mkdir()
    start = time.monotonic()
    run = subprocess.run(
        [sys.executable, "-m", "opskit", "demo"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(tmp_path), "TMPDIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    # Not a benchmark: the promise is ten seconds, and it takes less than one.
    assert time.monotonic() - start < 10
    assert "error:" not in run.stderr
    for step in demo.steps():
        assert f"$ opskit {' '.join(step.args)}\n" in run.stdout
        assert f"(exit status {step.status})" in run.stdout
    assert not list(folder.iterdir())
