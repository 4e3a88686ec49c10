"""`opskit broker lint` from the command line: findings, fixes, exit statuses, settings."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opskit import cli, examples

RECIPE = Path(str(examples.__path__[0])) / "broker/published-recipe/activemq.xml"
HYBRID = RECIPE.parents[1] / "hybrid/topology.yaml"
FIXABLE = """\
<networkConnectors>
  <!-- kept -->
  <networkConnector name="a" uri="static:(tcp://h:61616)" usrname="x" networkttl='2'/>
  <networkConnector name="b" uri="static:(tcp://h:61616, tcp://g:61616)" Duplex="false"/>
</networkConnectors>
"""
FIXED = (
    FIXABLE.replace("networkttl", "networkTTL").replace("Duplex", "duplex").replace(", tcp", ",tcp")
)


def run(*args: object) -> int:
    return cli.run(["broker", "lint", *map(str, args)])


pytestmark = pytest.mark.usefixtures("no_settings")


@pytest.mark.parametrize(
    ("args", "status"),
    [
        ([RECIPE], 1),
        ([RECIPE, "--ignore", "BRK001"], 0),
        ([RECIPE, "--ignore", "brk001,BRK043", "--fail-on", "warning"], 1),
        ([RECIPE, "--select", "BRK001", "--exit-zero"], 0),
        ([RECIPE, "--fail-on", "never"], 0),
        ([HYBRID], 0),
        ([RECIPE, HYBRID], 1),
        ([RECIPE.parent / "activemq-as-printed.xml"], 2),
        ([RECIPE, "--select", "BRK999"], 2),
        ([RECIPE, "--select", "BRK104"], 2),
        ([RECIPE, "--engine", "five"], 2),
        ([RECIPE, "--target", "mars"], 2),
        (["-", "--fix"], 2),
    ],
)
def test_exit_status(args: list[object], status: int) -> None:
    assert run(*args) == status


def test_json_has_the_fields_of_the_contract(capsys: pytest.CaptureFixture[str]) -> None:
    run(RECIPE, "--select", "BRK001", "-o", "json")
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.broker.lint/1"
    assert document["summary"] == {"error": 1, "warning": 0, "info": 0, "unknown": 0}
    [finding] = document["findings"]
    assert finding["rule"] == "BRK001"
    assert finding["location"] == {"file": str(RECIPE), "line": 24, "column": 11}
    assert {"severity", "message", "object", "observed", "expected", "fix", "reference"} <= set(
        finding
    )


@pytest.mark.parametrize(
    "output", ["table", "json", "jsonl", "csv", "md", "junit", "sarif", "github"]
)
def test_every_format_names_rule_and_line(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(RECIPE, "--select", "BRK001", "-o", output) == 1
    printed = capsys.readouterr().out
    assert "BRK001" in printed
    assert "24" in printed


def test_fix_mends_what_is_safe_keeps_the_rest_and_a_backup(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xml"
    path.write_text(FIXABLE)
    run(path, "--fix", "--yes")
    assert path.read_text() == FIXED
    assert (tmp_path / "a.xml.bak").read_text() == FIXABLE
    assert "as it was" in capsys.readouterr().err
    run(path, "--fix", "--yes")
    assert path.read_text() == FIXED
    assert sorted(os.listdir(tmp_path)) == ["a.xml", "a.xml.bak"]


@pytest.mark.parametrize("flags", [["--diff"], ["--fix", "--diff"], ["--fix", "--diff", "--yes"]])
def test_diff_shows_the_change_and_makes_none(
    tmp_path: Path, flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xml"
    path.write_text(FIXABLE)
    assert run(path, *flags) == 1
    assert '+  <networkConnector name="b" uri="static:(tcp://h:61616,tcp' in capsys.readouterr().out
    assert os.listdir(tmp_path) == ["a.xml"]
    assert path.read_text() == FIXABLE
    path.write_text(FIXED)
    assert run(path, *flags) == 0


def test_without_a_terminal_a_fix_needs_yes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.xml"
    path.write_text(FIXABLE)
    assert run(path, "--fix") == 2
    assert "--yes" in capsys.readouterr().err
    assert path.read_text() == FIXABLE


def test_stdin_is_read_and_cannot_be_mended(tmp_path: Path) -> None:
    """Not even where a file is called like the name that messages give it."""
    decoy = tmp_path / "<stdin>"
    decoy.write_text(FIXABLE)
    for flags, status in ((["--diff"], 1), (["--fix", "--yes"], 2), ([], 1)):
        done = subprocess.run(
            [sys.executable, "-m", "opskit", "broker", "lint", "-", *flags],
            input=FIXABLE,
            text=True,
            capture_output=True,
            timeout=60,
        )
        assert done.returncode == status, done.stderr
    assert decoy.read_text() == FIXABLE
    assert os.listdir(tmp_path) == ["<stdin>"]


def test_some_files_changed_and_some_not_is_partial(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from opskit.broker.xml.rewrite import Rewrite
    from opskit.errors import InputError

    for name in ("a.xml", "b.xml"):
        (tmp_path / name).write_text(FIXABLE)
    save = Rewrite.save

    def fail_on_b(self: Rewrite) -> Path | None:
        if self.document.name.endswith("b.xml"):
            raise InputError("the disk is full", where=self.document.name)
        return save(self)

    monkeypatch.setattr(Rewrite, "save", fail_on_b)
    assert run("a.xml", "b.xml", "--fix", "--yes") == 4
    assert "b.xml: the disk is full" in capsys.readouterr().err
    assert (tmp_path / "a.xml").read_text() == FIXED
    assert (tmp_path / "b.xml").read_text() == FIXABLE
    monkeypatch.undo()


def test_against_what_runs_now(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    now = '<networkConnectors><networkConnector name="{}" uri="static:(tcp://h:1)"/></networkConnectors>'
    (tmp_path / "old.xml").write_text(now.format("old"))
    (tmp_path / "new.xml").write_text(now.format("new"))
    assert run("new.xml", "--select", "BRK019") == 0
    assert run("new.xml", "--against", "old.xml", "--select", "BRK019") == 1
    assert "BRK019" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("variable", "value", "status"),
    [
        ("OPSKIT_IGNORE", "BRK001", 0),
        ("OPSKIT_IGNORE", "BRK101", 1),  # of another check
        ("OPSKIT_SELECT", "BRK104", 1),  # leaves this check its own rules
        ("OPSKIT_SELECT", "BRK010", 0),
        ("OPSKIT_IGNORE", "BRKX", 2),
        ("OPSKIT_FAIL_ON", "never", 0),
        ("OPSKIT_BROKER_ENGINE", "5.18", 1),
        ("OPSKIT_BROKER_TARGET", "venus", 2),
    ],
)
def test_settings(variable: str, value: str, status: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variable, value)
    assert run(RECIPE) == status


def test_with_json_output_a_file_that_cannot_be_read_is_a_json_error(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run("missing.xml", "-o", "json") == 2
    assert json.loads(capsys.readouterr().err)["where"] == "missing.xml"


def test_with_json_in_the_settings_an_error_is_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "opskit.yaml").write_text("output: json\n")
    assert run("missing.xml") == 2
    assert json.loads(capsys.readouterr().err)["code"] == "bad-input"


def test_a_setting_that_does_not_fit_findings_means_text(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "opskit.yaml").write_text("output: yaml\n")
    assert run(RECIPE, "--select", "BRK001") == 1
    assert "error BRK001" in capsys.readouterr().out


@pytest.mark.parametrize(("fail_on", "failures"), [("error", 0), ("info", 1)])
def test_junit_fails_where_the_exit_status_does(
    fail_on: str, failures: int, capsys: pytest.CaptureFixture[str]
) -> None:
    status = run(RECIPE, "--select", "BRK010", "--fail-on", fail_on, "-o", "junit")
    assert status == failures
    assert f'failures="{failures}"' in capsys.readouterr().out


def test_what_fix_would_mend_is_marked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`usrname` is nobody's misspelling that `--fix` knows; in a topology it mends nothing."""
    (tmp_path / "c.xml").write_text(FIXABLE.replace(" networkttl='2'", ""))
    assert run("c.xml", "--select", "BRK002,BRK003") == 1
    out, err = capsys.readouterr()
    marks = {line.split()[2]: "[*]" in line for line in out.splitlines() if " error " in line}
    assert marks == {"BRK002": True, "BRK003": True}
    assert out.count("[*]") == 2
    assert "3 errors" in err
    assert "(2 fixable with --fix)" in err
