"""`opskit redshift trend`, as a shell and a script see it."""

import json
from pathlib import Path

import pytest

from opskit import cli
from opskit.redshift import capture, duck
from tests.redshift.test_trend import provisioned, week
from tests.redshift.warehouses import NOW


@pytest.fixture
def taken(tmp_path: Path) -> str:
    path = tmp_path / "c.duckdb"
    capture.take(duck.memory("provisioned", NOW, provisioned(week(1))), path)
    return str(path)


def run(*args: str) -> int:
    return cli.run(["redshift", "trend", *args])


def test_a_query_that_became_slower(taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--capture", taken) == 0
    out, err = capsys.readouterr()
    [_, line] = out.splitlines()
    assert line.startswith("slower")
    assert line.endswith("select slow")
    assert "2 of 4 texts tested, 2026-11-13 09:00 to 2026-11-20 04:00 UTC" in err
    assert run("--capture", taken, "--exit-code", "-o", "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.redshift.trend.query/1"
    assert document["rows"][0]["p"] < 0.001
    assert run("--capture", taken, "--exit-code", "--since", "30h") == 0


@pytest.mark.parametrize("by", ["table", "load", "queue"])
def test_the_other_subjects(by: str, taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--capture", taken, "--by", by, "--exit-code", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)["schema"] == f"opskit.redshift.trend.{by}/1"


def test_bad_usage(taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--capture", taken, "--since", "soon") == 2
    assert run("--capture", taken, "--at", "2020-01-01") == 2
    assert "begins at 2026-11-20" in capsys.readouterr().err
    assert run() == 2
