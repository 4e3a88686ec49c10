"""`opskit redshift check` from the command line, on the capture that comes with opskit."""

import json
from pathlib import Path

import pytest

from opskit import cli
from tests.redshift.night import CAPTURE

NIGHT = ["--capture", str(CAPTURE)]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "none"))
    for name in ("OPSKIT_REDSHIFT_TARGET", "OPSKIT_REDSHIFT_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        ([*NIGHT], 1, "2 errors"),
        (["locks", *NIGHT], 1, "1 error"),
        (["rsh020", *NIGHT], 0, "1 warning"),
        (["RSH020", "--fail-on", "warning", *NIGHT], 1, "1 warning"),
        (["RSH020", "--threshold", "unsorted=70", *NIGHT], 0, "no findings"),
        (["--ignore", "locks,loading", "--fail-on", "error", *NIGHT], 0, "warnings"),
        ([""], 2, "no rule and no group"),
        (["nonsense", *NIGHT], 2, "no rule and no group"),
        (["--ignore", "RSH", *NIGHT], 2, "no rule is left"),
        (["--threshold", "unsorted", *NIGHT], 2, "--threshold: expected NAME=VALUE"),
        (["--threshold", "unsorted=much", *NIGHT], 2, "expected a number"),
        (["--threshold", "unsortd=1", *NIGHT], 2, "did you mean unsorted?"),
        (["--window", "soon", *NIGHT], 2, "24h"),
        (["--at", "2026-11-20T03:10"], 2, "--capture"),
        (["--at", "2030-01-01", *NIGHT, "RSH020"], 0, "as of 2026-11-20 03:10:00 UTC"),
        (["--at", "2020-01-01", *NIGHT], 2, "begins at"),
        (["--at", "yesterday", *NIGHT], 2, "no time"),
        (["--target", "prod", *NIGHT], 2, "two sources"),
        (["--capture", "none.duckdb"], 2, "no such file"),
        ([], 2, "no warehouse is named"),
        (["--target", "prod"], 2, "no target is called"),
        (["--host", "h", "-d", "dev", "-U", "ops"], 2, "no password"),
        (["--report", "none/x.html", *NIGHT], 2, "the folder does not exist"),
    ],
)
def test_exit_status_and_what_is_said(
    args: list[str], status: int, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["redshift", "check", *args]) == status
    printed = capsys.readouterr()
    assert said in printed.err
    if status == 2:
        assert not printed.out


def test_json_has_the_fields_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    cli.run(["redshift", "check", "RSH027", *NIGHT, "-o", "json"])
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.redshift.check/1"
    assert document["until"] == "2026-11-20T03:10:00"
    [finding] = document["findings"]
    assert finding["object"] == '"sales"."customers"'
    assert finding["sql"] == ['ALTER TABLE "sales"."customers" ALTER DISTSTYLE AUTO;']
    assert finding["reversible"] is True
    assert set(finding["cost"]) == {"seconds", "gigabytes"}


def test_settings_name_targets_and_thresholds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = tmp_path / "opskit.yaml"
    settings.write_text("redshift:\n  thresholds: {unsorted: 70}\n")
    assert cli.run(["redshift", "check", "RSH020", *NIGHT]) == 0
    assert "no findings" in capsys.readouterr().err
    settings.write_text("redshift:\n  thresholds: {unsorted: much}\n")
    assert cli.run(["redshift", "check", "RSH020", *NIGHT]) == 2
    assert "opskit.yaml:2" in capsys.readouterr().err
    settings.write_text("redshift: {target: prod, targets: {prod: '5'}}\n")
    assert cli.run(["redshift", "check"]) == 2
    assert "target prod of the settings" in capsys.readouterr().err


@pytest.mark.parametrize("output", ["table", "csv", "md", "junit", "sarif", "github", "jsonl"])
def test_every_format_names_rule_and_object(
    output: str, capsys: pytest.CaptureFixture[str]
) -> None:
    cli.run(["redshift", "check", "RSH020", *NIGHT, "-o", output])
    out = capsys.readouterr().out
    assert "RSH020" in out
    assert "orders" in out


@pytest.mark.parametrize("command", ["check", "locks", "unused", "capture"])
def test_without_a_warehouse_the_hint_is_of_the_own_command(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = ["c.duckdb"] if command == "capture" else []
    assert cli.run(["redshift", command, *own]) == 2
    err = capsys.readouterr().err
    assert "give --target redshift://USER@HOST:5439/DATABASE" in err
    assert ("or --capture FILE" in err) == (command != "capture")
    assert f"'opskit redshift {command} --help'" in err
