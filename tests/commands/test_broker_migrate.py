"""`opskit broker migrate`."""

import json
from pathlib import Path

import pytest

import opskit
from opskit import cli
from tests.broker.rules.marked import broker, connector

EXAMPLES = Path(opskit.__file__).parent / "examples" / "broker"


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "activemq.xml"
    path.write_text(broker("a", connector("b", 'autoStart="true"')))
    return str(path)


def run(*args: str) -> int:
    return cli.run(["broker", "migrate", *args])


def test_findings_decide_the_exit_status(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file, "--from", "5.19", "--to", "6.1") == 1
    out = capsys.readouterr().out
    assert "BRK101" in out
    assert f"{file}:4:68" in out


def test_warnings_alone_do_not_fail(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file, "--from", "5.17", "--to", "5.19.8") == 0
    assert "BRK104" in capsys.readouterr().out
    assert run(file, "--from", "5.17", "--to", "5.19.8", "--fail-on", "warning") == 1


def test_nothing_changes(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(file, "--from", "5.19", "--to", "5.19.9") == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "no findings in 1 broker" in captured.err


def test_json(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--from", "5.17", "--to", "5.18", "-o", "json", "--exit-zero"]
    assert run(file, *options, "--select", "BRK101,BRK104", "--ignore", "BRK104") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.broker.migrate/1"
    assert [finding["rule"] for finding in document["findings"]] == ["BRK101"]
    assert document["findings"][0]["location"] == {"file": file, "line": 4, "column": 68}


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["--from", "5.17"], "--to"),
        (["--from", "five", "--to", "5.18"], "not a broker version: 'five'"),
        (["--from", "5.17", "--to", "5.18", "--select", "NOPE"], "no rule is called 'NOPE'"),
    ],
)
def test_bad_usage(
    file: str, args: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, *args) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_the_published_recipe(capsys: pytest.CaptureFixture[str]) -> None:
    recipe = str(EXAMPLES / "published-recipe" / "activemq.xml")
    assert run(recipe, "--from", "5.13", "--to", "5.18") == 1
    captured = capsys.readouterr()
    assert "error BRK111 from ActiveMQ 5.14 on, " in captured.out
    assert "queue://TestingQ does not cross" in captured.out


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("5.18", "5.18", "warning: nothing changes between 5.18 and 5.18\n"),
        ("5.18", "5.17", "warning: 5.17 is older than 5.18: "),
        ("5.18", "7.0", "; 7.0 is treated as 6.3\n"),
    ],
)
def test_remarks_go_to_stderr(
    old: str, new: str, said: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(file, "--from", old, "--to", new, "-o", "json", "--exit-zero") == 0
    captured = capsys.readouterr()
    assert said in captured.err
    json.loads(captured.out)
