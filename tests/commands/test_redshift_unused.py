"""`opskit redshift unused`, as a shell and a script see it."""

import json
from pathlib import Path

import pytest

from opskit import cli
from opskit.redshift import capture
from tests.redshift.test_unused import warehouse


@pytest.fixture
def taken(tmp_path: Path) -> str:
    path = tmp_path / "c.duckdb"
    for days in (0, 6):
        capture.take(warehouse(days), path)
    return str(path)


def run(*args: str) -> int:
    return cli.run(["redshift", "unused", *args])


def test_a_verdict_where_the_logs_reach(taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--capture", taken, "--days", "13", "-o", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert [(t["table"], t["verdict"]) for t in document["tables"]] == [("old", "unused")]
    assert document["covered_days"] == 13
    assert run("--capture", taken) == 3
    out, err = capsys.readouterr()
    assert "unknown: 13 of 30 days covered" in out
    assert "unknown: 13 of 30 days covered" in err


def test_a_plan_only_where_the_verdict_is_known(
    taken: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--capture", taken, "--plan", "s3://b/x") == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert "no plan is made" in err
    assert run("--capture", taken, "--days", "13", "--plan", "s3://b/x") == 0
    assert '-- 1 of 1: "s"."old"' in capsys.readouterr().out
    assert run("--capture", taken, "--plan", "b/x") == 2
