"""The root command: what it answers, how fast it starts, and what an error becomes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from opskit import __version__, cli, manifest
from opskit.errors import InputError, UnknownError

HEAVY = (
    *("rich", "yaml", "msgspec", "json", "boto3", "botocore", "kubernetes", "duckdb", "pydantic"),
    *("lxml", "redshift_connector", "sqlglot"),
)


def opskit(
    *args: str, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """opskit in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "opskit", *args],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        timeout=60,
    )


CASES = [
    # (arguments, exit status, in stdout, in stderr)
    pytest.param(["--version"], 0, f"opskit {__version__}", "", id="version"),
    pytest.param(["--help"], 0, "broker", "", id="help"),
    pytest.param(["-h"], 0, "Usage: opskit", "", id="short-help"),
    pytest.param([], 2, "", "Usage: opskit", id="nothing"),
    pytest.param(["broker"], 2, "", "Usage: opskit broker", id="group-alone"),
    pytest.param(["broker", "--help"], 0, "lint", "", id="group-help"),
    pytest.param(["brokr"], 2, "", "Did you mean 'broker'?", id="misspelt-group"),
    pytest.param(["broker", "lnt"], 2, "", "Did you mean 'lint'?", id="misspelt-command"),
    pytest.param(["broker", "lint", "--fial-on"], 2, "", "--fail-on", id="misspelt-option"),
    pytest.param(["broker", "lint"], 2, "", "PATH", id="missing-argument"),
    pytest.param(["rule", "--output", "xml"], 2, "", "xml", id="bad-choice"),
    pytest.param(["rule", "-o", "a  b"], 2, "", "'a  b' is not one of", id="choice-as-given"),
    pytest.param(["help"], 0, "exit-codes", "", id="help-topics"),
    pytest.param(["help", "exit-codes"], 0, "130  interrupted", "", id="exit-codes"),
    pytest.param(["help", "output"], 0, "sarif", "", id="help-output"),
    pytest.param(["help", "broker"], 0, "Usage: opskit broker", "", id="help-of-a-group"),
    pytest.param(["help", "x"], 2, "", "exit-codes, output, settings", id="no-topic"),
    pytest.param(["completion"], 2, "", "Choose from: bash, zsh, fish, powershell\n", id="choices"),
    pytest.param(["rule", "STO001"], 2, "", "hint: 'opskit rule' lists them", id="no-rule-like-it"),
    pytest.param(["rule", "BKR001"], 2, "", "did you mean BRK001?", id="rule-like-it"),
    pytest.param(["help", "settings"], 0, "opskit.yaml", "", id="help-settings"),
    pytest.param(["rule", "BRK001"], 0, "BRK001", "", id="rule"),
    pytest.param(["rule", "brk001"], 0, "BRK001", "", id="rule-any-case"),
    pytest.param(["rule", "BRK999"], 2, "", "opskit rule", id="rule-unknown"),
    pytest.param(["schema"], 0, "topology", "", id="schemas"),
    pytest.param(["schema", "topolgy"], 2, "", "did you mean topology", id="schema-unknown"),
    pytest.param(["config", "show", "--origin"], 0, "default", "", id="config"),
    pytest.param(["completion", "bash"], 0, "_shtab_opskit", "", id="completion"),
    pytest.param(["completion", "tcsh"], 2, "", "powershell", id="completion-unknown"),
    pytest.param(["demo", "nothing"], 2, "", "broker", id="demo-unknown"),
]


@pytest.mark.parametrize(("args", "status", "out", "err"), CASES)
def test_command_line(
    args: list[str], status: int, out: str, err: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(args) == status
    printed = capsys.readouterr()
    assert out in printed.out
    assert err in printed.err
    if status:
        assert not printed.out, "stdout carries data and nothing else"
    assert "Traceback" not in printed.err


@pytest.mark.parametrize("flags", [["-o", "json"], ["--output=json"], ["--output", "json"]])
def test_with_json_output_a_failure_is_one_object_on_stderr(
    flags: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run(["rule", "BRK999", *flags]) == 2
    printed = capsys.readouterr()
    assert not printed.out
    found = json.loads(printed.err)
    assert found["code"] == "bad-usage"
    assert "BRK999" in found["message"]
    assert found["hint"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InputError("bad", where="f:1:2", hint="mend it"), 2),
        (UnknownError("unreachable"), 3),
        (KeyboardInterrupt(), 130),
        (ZeroDivisionError("a defect"), 70),
    ],
    ids=["input", "unknown", "interrupted", "defect"],
)
def test_every_error_becomes_a_message_and_a_status(
    error: BaseException,
    status: int,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(code: str) -> None:
        raise error

    monkeypatch.delenv("OPSKIT_DEBUG", raising=False)
    monkeypatch.setattr("opskit.rules.find", fail)
    assert cli.run(["rule", "BRK001"]) == status
    printed = capsys.readouterr()
    assert not printed.out
    assert printed.err
    assert "Traceback" not in printed.err


def test_a_defect_names_its_place_and_asks_for_a_report(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("opskit.rules.all_rules", lambda: 1 / 0)
    assert cli.run(["rule"]) == 70
    assert "test_cli" in (err := capsys.readouterr().err)
    assert "please report" in err


def test_a_closed_pipe_is_no_error() -> None:
    command = f"{sys.executable} -m opskit rule -o json; echo $? >&2"
    run = subprocess.run(
        ["bash", "-c", f"({command}) | head -c 1"], capture_output=True, text=True, timeout=60
    )
    assert run.stdout == "{"
    assert run.stderr.strip() == "0"


@pytest.mark.parametrize(
    "args",
    [["--version"], ["--help"], *([entry.name, "--help"] for entry in manifest.GROUPS)],
    ids=" ".join,
)
def test_start_imports_nothing_heavy(args: list[str]) -> None:
    """No group imports another's libraries, and a help text imports none at all."""
    code = (
        "import sys; from opskit.__main__ import main; status = main()\n"
        "print(status, *sorted(sys.modules), file=sys.stderr)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, *args], capture_output=True, text=True, timeout=60, check=True
    )
    status, *modules = run.stderr.split()
    assert status == "0"
    assert run.stdout
    assert not [name for name in HEAVY if name in modules]
    if args == ["--version"]:
        assert "typer" not in modules
    loaded = {m for m in modules if m.startswith("opskit.commands.")}
    own = ("opskit.commands.options", f"opskit.commands.{args[0]}")
    assert all(module.startswith(own) for module in loaded)


@pytest.mark.parametrize("entry", [*manifest.GROUPS, *manifest.COMMANDS], ids=lambda e: e.name)
def test_every_entry_of_the_manifest_loads_and_says_what_it_is(entry: manifest.Entry) -> None:
    command = cli.Deferred(entry).load()
    assert command.name == entry.name
    assert command.help
    assert len(entry.help) <= 66, "the line in opskit --help would be cut at 80 columns"


@pytest.mark.parametrize("entry", manifest.GROUPS, ids=lambda e: e.name)
def test_the_listing_of_a_group_says_what_its_commands_say(entry: manifest.Entry) -> None:
    for leaf in cli.Deferred(entry).load().commands.values():
        assert leaf.help == leaf.load().help.partition("\n")[0], leaf.name


def _leaves() -> list[tuple[str, ...]]:
    found = []
    for entry in (*manifest.GROUPS, *manifest.COMMANDS):
        command = cli.Deferred(entry).load()
        names = getattr(command, "commands", None)
        found += [(entry.name, name) for name in names] if names else [(entry.name,)]
    return found


@pytest.mark.parametrize("path", _leaves(), ids=" ".join)
def test_every_command_has_an_example_in_its_help(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.run([*path, "--help"]) == 0
    help_text = capsys.readouterr().out
    assert "Example:" in help_text
    assert f"opskit {' '.join(path)}" in help_text.split("Example:")[1]
    assert max(map(len, help_text.splitlines())) <= 80


def test_no_line_of_a_group_help_is_cut(capsys: pytest.CaptureFixture[str]) -> None:
    for entry in manifest.GROUPS:
        cli.run([entry.name, "--help"])
        assert "..." not in capsys.readouterr().out.replace("[ARGS]...", "")


def test_settings_that_are_broken_do_not_break_help(tmp_path: Path) -> None:
    (tmp_path / "opskit.yaml").write_text("fail-on: [")
    assert opskit("broker", "lint", "--help", cwd=tmp_path).returncode == 0
    shown = opskit("config", "show", cwd=tmp_path)
    assert shown.returncode == 2
    assert "opskit.yaml:" in shown.stderr


def test_colour_is_asked_for_before_the_command(tmp_path: Path) -> None:
    (tmp_path / "opskit.yaml").write_text("color: always\n")
    plain = {"NO_COLOR": "1"}
    assert "\x1b[" not in opskit("--color", "never", "config", "show", cwd=tmp_path).stdout
    assert "\x1b[" in opskit("config", "show", cwd=tmp_path).stdout
    assert "\x1b[" in opskit("--color", "always", "config", "show", env=plain).stdout
    assert "\x1b[" not in opskit("config", "show", env=plain).stdout
