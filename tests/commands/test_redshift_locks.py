"""`opskit redshift locks`, as a shell and a script see it, from a capture."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from opskit import cli
from opskit.redshift import capture, duck
from opskit.redshift.emulator import Server, scenario, serve
from tests.components import interruptible
from tests.redshift.rules.test_locks import ALONE, WRITE, lock, views
from tests.redshift.rules.views import NOW, Rows

BLOCKED = views(
    lock(1, WRITE),
    lock(2, ALONE, granted=False),
    running=[(2, 300, "ALTER TABLE x")],
    last=[(1, 600, "INSERT")],
)

NIGHT = """
now: 2026-11-20T04:00:00
users: {ops: {superuser: true}, ana: {}, etl: {}, dashboards: {}}
tables: [{name: s.t}]
sessions:
  - {user: ana, pid: 11, transaction: -2h, holds: [{table: s.t}]}
  - {user: etl, pid: 12, transaction: -1h, waits: {table: s.t, mode: AccessExclusiveLock},
     running: {text: ALTER TABLE s.t, at: -1h}}
"""


def taken(folder: Path, rows: Rows) -> str:
    path = folder / "prod.duckdb"
    capture.take(duck.memory("provisioned", NOW, rows), path)
    return str(path)


def run(*args: str) -> int:
    return cli.run(["redshift", "locks", *args])


def test_a_blocker_is_shown_with_what_ends_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--capture", taken(tmp_path, BLOCKED)) == 1
    out, err = capsys.readouterr()
    assert out.startswith('pid 1 (user1, database dev): holds ShareRowExclusiveLock on "sales"')
    assert "\n  pid 2 (user2, database dev): waits 5 min for AccessExclusiveLock" in out
    assert out.endswith("\n  SELECT pg_terminate_backend(1);\n")
    assert err == "1 session blocked by 1 session\n"


def test_json_for_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--capture", taken(tmp_path, BLOCKED), "-o", "json") == 1
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.redshift.locks/1"
    assert document["roots"] == [1]
    assert document["blocked"] == 1
    assert document["deadlocks"] == []
    root, waiter = document["sessions"]
    assert root["ends"] == ["SELECT pg_terminate_backend(1);"]
    assert root["idle_seconds"] == 600.0
    assert waiter["blocked_by"] == [1]
    assert waiter["waits_seconds"] == 300.0
    assert waiter["ends"] == []


def test_nobody_waits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = taken(tmp_path, views(lock(1, WRITE)))
    assert run("--capture", path) == 0
    assert capsys.readouterr() == ("", "nobody waits for a lock (1 open transaction)\n")
    assert run("--capture", path, "-o", "csv") == 0
    assert capsys.readouterr().out.startswith("pid,user,database,blocked_by,")


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--capture", "nowhere", "5"], "SECONDS goes with --watch"),
        (["--target", "x", "--watch", "-o", "json"], "--watch and json do not go together"),
    ],
)
def test_bad_usage(args: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*args) == 2
    assert message in capsys.readouterr().err


def target(server: Server, user: str = "ops") -> list[str]:
    return ["--target", f"redshift://{user}@127.0.0.1:{server.port}/dev?sslmode=disable"]


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSKIT_REDSHIFT_PASSWORD", "any")


def test_a_regular_user_could_not_tell(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(scenario.parse(NIGHT)) as server:
        assert run(*target(server)) == 1
        capsys.readouterr()
        assert run(*target(server, "dashboards"), "-o", "json") == 3
        out, err = capsys.readouterr()
        [note] = json.loads(out)["notes"]
        assert note.startswith('user "dashboards" sees only its own transactions')
        assert "GRANT ROLE sys:monitor" in err
        assert run(*target(server, "dashboards")) == 3
        assert "nobody that can be seen waits for a lock" in capsys.readouterr().err
        assert run(*target(server, "etl")) == 1
        out, err = capsys.readouterr()
        assert "held by nobody that can be seen" in out
        assert "who blocks pid 12 cannot be seen by this user" in err


def test_watch_prints_again_and_again_until_ctrl_c() -> None:
    with serve(scenario.parse(NIGHT)) as server:
        process = subprocess.Popen(
            [sys.executable, "-m", "opskit", "redshift", "locks", "--watch", "0.1"]
            + target(server),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=interruptible,
            env=dict(os.environ, PYTHONUNBUFFERED="1"),
        )
        assert process.stdout
        heads = 0
        while heads < 2:
            line = process.stdout.readline()
            assert line
            heads += line == "2026-11-20 04:00:00 UTC: 1 session blocked by 1 session\n"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "\x1b" not in out
    assert "Traceback" not in err


def test_a_capture_does_not_change_while_it_is_watched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--capture", taken(tmp_path, BLOCKED), "--watch") == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert "--watch and --capture do not go together" in err
