"""Checks through the real driver, against the emulator: the same answers, and every fault said."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from opskit import cli
from opskit.errors import UnknownError
from opskit.redshift import check, duck
from opskit.redshift.emulator import scenario, serve
from opskit.redshift.live import LiveSession, LiveSource
from opskit.redshift.source import QueryError
from opskit.redshift.target import Target, parse
from tests.components import interruptible
from tests.redshift.rules.views import NOW

HEAD = f"now: {NOW:%Y-%m-%dT%H:%M:%S}\n"
TABLES = """
tables:
  - {name: sales.orders, rows: 5000000, size_mb: 20480, unsorted: 40, sortkey: [at],
     columns: [{name: at, type: timestamp}]}
  - {name: 'sales."or""ders; DROP TABLE x"', rows: 5000000, size_mb: 20480, stats_off: 50,
     columns: [{name: at, type: timestamp}]}
"""


@contextmanager
def target(text: str = TABLES, user: str = "opskit") -> Iterator[Target]:
    """An emulator with a scenario, and the target that it is."""
    os.environ["OPSKIT_REDSHIFT_PASSWORD"] = "any"
    with serve(scenario.parse(HEAD + text)) as server:
        yield parse(server.url.replace("//opskit@", f"//{user}@"))


@pytest.fixture(autouse=True)
def _password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSKIT_REDSHIFT_PASSWORD", "any")
    monkeypatch.setenv("XDG_CONFIG_HOME", os.devnull)


def live(found: Target, **more: Any) -> LiveSource:
    return LiveSource(found, **more)


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_the_engine_is_found_by_asking(engine: str) -> None:
    with target(f"engine: {engine}\n" + TABLES) as found:
        source = live(found)
        assert source.engine == engine
        assert source.now() == NOW


def test_findings_name_objects_that_could_do_harm_as_sql_does() -> None:
    with target() as found:
        report = check.check(live(found), select=["RSH020", "RSH035"])
    fixes = {finding.rule: finding.fix.splitlines()[0] for finding in report.findings}
    assert fixes["RSH035"] == 'ANALYZE "sales"."or""ders; DROP TABLE x";'
    assert fixes["RSH020"].startswith('VACUUM SORT ONLY "sales"."orders"')


def test_a_fix_that_was_run_leaves_nothing_to_find() -> None:
    with target() as found:
        report = check.check(live(found), select=["RSH020", "RSH035"])
        session = LiveSession(found, 30, read_only=False)
        for finding in report.findings:
            for statement in finding.data["sql"]:
                session.run(statement)
        session.close()
        assert not check.check(live(found), select=["RSH020", "RSH035"]).findings


def test_it_reads_only() -> None:
    with target() as found:
        session = live(found).connect()
        with pytest.raises(QueryError, match="read-only"):
            session.run("DROP TABLE sales.orders")
        assert session.run("SELECT 1").rows == [[1]]


FAULTS = [
    ("{match: svv_table_info, kind: slow, seconds: 60}", "timeout"),
    ("{match: svv_table_info, kind: disconnect}", "lost"),
    ("{match: svv_table_info, kind: disconnect, after_rows: 1}", "lost"),
    ("{match: svv_table_info, kind: resizing}", "unavailable"),
    (
        "{match: svv_table_info, kind: error, sqlstate: '42501', "
        "message: permission denied for relation svv_table_info}",
        "permission",
    ),
    ("{match: svv_table_info, kind: error, sqlstate: XX000, message: out of memory}", "sql"),
]


@pytest.mark.parametrize(("fault", "reason"), FAULTS)
def test_a_fault_is_said_and_the_other_checks_run(fault: str, reason: str) -> None:
    with target(TABLES + f"faults: [{fault}]\n") as found:
        report = check.check(live(found, seconds=2), select=["RSH035", "RSH055", "RSH090"])
    [finding] = [f for f in report.findings if f.rule == "RSH001"]
    assert finding.data["reason"] == reason
    assert finding.data["query"] == "table-info"
    assert "RSH035" in finding.data["rules"]
    assert finding.fix
    assert report.exit_code() == 3


def test_a_missing_grant_is_named() -> None:
    users = "users: {ann: {}}\n"
    with target(users + TABLES, user="ann") as found:
        report = check.check(live(found), select=["RSH055", "RSH035"])
    by_rule = {finding.rule: finding for finding in report.findings}
    assert "GRANT SELECT ON svv_table_info TO" in by_rule["RSH001"].fix
    assert by_rule["RSH002"].level == "unknown"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"port": 1}, "cannot connect"),
        ({"user": "nobody"}, "authentication failed"),
        ({"sslmode": "verify-full"}, "refuses SSL"),
    ],
)
def test_what_cannot_be_reached_says_what_to_do(change: dict[str, Any], words: str) -> None:
    from dataclasses import replace

    with target() as found, pytest.raises(UnknownError, match=words) as error:
        live(replace(found, **change))
    assert error.value.hint
    assert error.value.exit_code == 3


def test_a_check_says_the_same_as_over_duckdb(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"schema": "s", "table": "t", "table_id": 1, "size": 9000, "stats_off": 30.25}]
    raw = "views: {svv_table_info: " + json.dumps(rows) + "}\n"
    with target(raw) as found:
        over = check.check(live(found), select=["RSH03"])
    here = check.check(duck.memory("provisioned", NOW, {"svv_table_info": rows}), select=["RSH03"])
    assert over == here
    assert over.findings


def test_the_command_asks_over_flags_too(capsys: pytest.CaptureFixture[str]) -> None:
    with target() as found:
        args = ["--host", found.host, "--port", str(found.port), "-U", "opskit", "-d", "dev"]
        args += ["--sslmode", "disable"]
        assert cli.run(["redshift", "check", "RSH035", *args, "--fail-on", "warning"]) == 1
        assert "ANALYZE" in capsys.readouterr().out
        assert cli.run(["redshift", "query", "--explain-only", *args]) == 0
        assert "planned" in capsys.readouterr().out
        assert cli.run(["redshift", "query", "table-info", *args, "-o", "csv"]) == 0
        assert capsys.readouterr().out.count("\n") == 3


def test_ctrl_c_cancels_on_the_server() -> None:
    text = TABLES + "faults: [{match: svv_table_info, kind: slow, seconds: 60}]\n"
    with serve(scenario.parse(HEAD + text)) as server:
        child = subprocess.Popen(
            [sys.executable, "-m", "opskit", "redshift", "check", "RSH035", "--target", server.url],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=interruptible,
        )
        deadline = time.monotonic() + 30
        while not server.running("svv_table_info"):
            assert time.monotonic() < deadline, "the query did not start"
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=20)
        assert child.returncode == 130
        assert "interrupted" in said
        assert not server.running("svv_table_info")
