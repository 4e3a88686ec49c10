"""`opskit redshift capture`, as a shell sees it, with a warehouse in place of the network."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opskit import cli
from opskit.errors import UnknownError
from opskit.redshift import duck, live
from opskit.redshift.history import rounds
from opskit.redshift.source import QueryError, Reason, Source
from tests.redshift.test_capture import Refusing
from tests.redshift.warehouses import NOW

TARGET = ("--target", "redshift://ops@host:5439/dev?sslmode=disable")
ROWS: dict[str, Any] = {
    "svv_table_info": [
        {
            "schema": "s",
            "table": "t",
            "table_id": 1,
            "size": 20_480,
            "sortkey1": "a",
            "unsorted": 60,
            "tbl_rows": 9,
            "estimated_visible_rows": 9,
        }
    ]
}


def warehouse(monkeypatch: pytest.MonkeyPatch, *answers: Source | Exception) -> None:
    """What each connection meets, in order; the last one from then on."""
    left = list(answers)

    def connect(*_: object) -> Source:
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(live, "open_source", connect)
    monkeypatch.setenv("OPSKIT_REDSHIFT_PASSWORD", "x")


def at(now: datetime) -> duck.DuckSource:
    return duck.memory("provisioned", now, ROWS)


def run(*args: str) -> int:
    return cli.run(["redshift", *args])


def test_a_check_on_a_capture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "c.duckdb")
    warehouse(monkeypatch, at(NOW), at(NOW), at(NOW + timedelta(hours=1)))
    assert run("check", "tables", *TARGET, "-o", "json", "--fail-on", "warning") == 1
    live_says = capsys.readouterr().out
    assert run("capture", path, *TARGET, "-o", "json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["schema"] == "opskit.redshift.capture/1"
    assert (said["snapshot"], said["at"]) == (1, "2026-11-20T04:00:00")
    rows = {view["view"]: view["rows"] for view in said["views"]}
    assert rows["svv_table_info"] == 1
    assert run("capture", path, *TARGET) == 0
    assert "svv_table_info" in capsys.readouterr().out
    there = ("--capture", path, "--at", "2026-11-20T04:30")
    assert run("check", "tables", *there, "-o", "json", "--fail-on", "warning") == 1
    assert capsys.readouterr().out == live_says


def test_what_could_not_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    denied = QueryError("permission denied for relation stl_scan", Reason.PERMISSION)
    source = Refusing(at(NOW), lambda sql: denied if "stl_scan" in sql else None)
    warehouse(monkeypatch, source)
    assert run("capture", str(tmp_path / "c.duckdb"), *TARGET) == 4
    [line] = [ln for ln in capsys.readouterr().out.splitlines() if ln.startswith("stl_scan")]
    assert line.split()[1] == "failed"
    assert line.endswith("permission denied for relation stl_scan")


def test_rounds_until_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    later = at(NOW + timedelta(hours=2))
    warehouse(monkeypatch, at(NOW), UnknownError("cannot connect: no route"), later)
    left = [3]

    def sleep(seconds: float) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    monkeypatch.setattr(rounds.time, "sleep", sleep)
    assert run("capture", str(tmp_path / "c.duckdb"), *TARGET, "--every", "1h") == 130
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.splitlines()
    assert lines[0].startswith("snapshot 1 of 2026-11-20 04:00:00 UTC")
    assert lines[1].startswith("warning: no snapshot: cannot connect: no route")
    assert lines[2].startswith("snapshot 2 of 2026-11-20 06:00:00 UTC")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("--window", "soon"), "no length of time"),
        (("--every", "0h"), "no length of time"),
        (("--capture", "old.duckdb"), "No such option: --capture"),
        (("--at", "2026-01-31"), "No such option: --at"),
    ],
)
def test_bad_usage(
    args: tuple[str, ...],
    message: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("capture", str(tmp_path / "c.duckdb"), *TARGET, *args) == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_what_is_no_capture(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("hello\n" * 2000)
    assert run("check", "--capture", str(path)) == 2
    assert "is no capture" in capsys.readouterr().err
