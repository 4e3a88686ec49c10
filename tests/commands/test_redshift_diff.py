"""`opskit redshift diff`, as a shell and a script see it."""

import json
from pathlib import Path

import pytest

from opskit import cli
from tests.redshift.test_diff import path

__all__ = ["path"]


def run(*args: str) -> int:
    return cli.run(["redshift", "diff", *args])


def test_two_times_of_a_capture(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    early, late = f"{path}@2026-11-20T04:00", str(path)
    assert run(early, late) == 0
    assert "% statistics off" in capsys.readouterr().out
    assert run(early, late, "--exit-code", "-o", "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.redshift.diff/1"
    assert document["changes"][0]["verdict"] == "worse"
    assert document["before"]["at"] == "2026-11-20T04:00:00"
    assert run(late, late, "--exit-code") == 0


def test_bad_usage(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(path), f"{path}@noon") == 2
    assert run(str(path), "no.duckdb") == 2
    assert "no such file" in capsys.readouterr().err


def test_no_change_is_said_and_not_printed(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(path), str(path)) == 0
    at = f"{path} of 2026-11-21 04:00 UTC"
    assert capsys.readouterr() == ("", f"no change between {at} and {at}\n")
    assert run(str(path), str(path), "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)["changes"] == []


def test_the_wrong_order_is_a_warning(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(path), f"{path}@2026-11-20T04:00", "-o", "json") == 0
    out, err = capsys.readouterr()
    assert err.startswith("warning: the first is of 2026-11-21 04:00:00, after the second")
    assert len(json.loads(out)["notes"]) == 1
