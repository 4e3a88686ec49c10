"""`opskit redshift emulate`, as a shell sees it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from opskit import cli
from opskit.redshift import target
from opskit.redshift.emulator import scenario
from tests.components import interruptible
from tests.rig.ports import free_ports


@contextmanager
def emulate(*args: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    """The command, and the URL that it printed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "opskit", "redshift", "emulate", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=interruptible,
        env={**os.environ, "OPSKIT_REDSHIFT_PASSWORD": "any", "XDG_CONFIG_HOME": os.devnull},
    )
    try:
        assert child.stdout is not None
        yield child, child.stdout.readline().strip()
    finally:
        child.kill()
        child.communicate()


def test_it_serves_until_ctrl_c(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSKIT_REDSHIFT_PASSWORD", "any")
    with emulate() as (child, url):
        assert url.startswith("redshift://ops@127.0.0.1:")
        assert url.endswith("/dev?sslmode=disable")
        assert cli.run(["redshift", "locks", "--target", url]) == 1
        child.send_signal(signal.SIGINT)
        rest, said = child.communicate(timeout=20)
    assert child.returncode == 130
    assert rest == ""
    assert f"opskit redshift check --target '{url}'" in said.replace("\n", " ")


def test_a_scenario_and_a_port(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("database: my db\nusers: {'a@b': {superuser: true}}\n")
    [port] = free_ports(1)
    with emulate(str(path), "--port", str(port)) as (_, url):
        assert url == f"redshift://a%40b@127.0.0.1:{port}/my%20db?sslmode=disable"
        done = subprocess.run(
            [sys.executable, "-m", "opskit", "redshift", "emulate", "--port", str(port)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 3
        assert "cannot listen: Address already in use" in done.stderr
        assert "--port" in done.stderr
        assert done.stdout == ""


def test_the_example_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["redshift", "emulate", "--example"]) == 0
    assert scenario.parse(capsys.readouterr().out).tables


def test_a_bad_scenario_is_said_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("views:\n  stl_qery: []\n")
    assert cli.run(["redshift", "emulate", str(path)]) == 2
    assert "s.yaml:2:" in capsys.readouterr().err


def test_every_is_not_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("queries:\n  - {user: opskit, text: SELECT 1, every: 0s}\n")
    assert cli.run(["redshift", "emulate", str(path)]) == 2
    assert "s.yaml:2:" in capsys.readouterr().err


def test_the_help_names_the_port(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["redshift", "emulate", "--help"]) == 0
    assert "--port PORT" in capsys.readouterr().out


def test_the_walk_in_the_documentation_is_that_of_the_example(
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = Path(__file__).parents[2].joinpath("docs", "redshift.md").read_text("utf-8")
    section = page.partition("## Rehearse\n")[2].partition("\n## ")[0]
    assert "emulate --example > scenario.yaml" in section
    assert "OPSKIT_REDSHIFT_PASSWORD=" in section
    url = section.partition("--target '")[2].partition("'")[0]
    assert cli.run(["redshift", "emulate", "--example"]) == 0
    example = scenario.parse(capsys.readouterr().out)
    named = target.parse(url)
    assert (named.user in example.users, named.database) == (True, example.database)
