"""The outputs of `opskit redshift check` beside its findings, from the command line."""

import json
import os
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parsed

from opskit.redshift import duck
from opskit.redshift.capture import take
from tests.redshift import busy
from tests.rig.ports import free_ports


@pytest.fixture(scope="module")
def capture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two days of a warehouse that is called db.example/dev."""
    path = tmp_path_factory.mktemp("outputs") / "prod.duckdb"
    for days in (1, 0):
        now = busy.NOW - timedelta(days=days)
        source = duck.memory("provisioned", now, busy.provisioned(tables=4))
        source.name = "db.example/dev"
        take(source, path)
    return path


def check(folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPSKIT_")}
    return subprocess.run(
        [sys.executable, "-m", "opskit", "redshift", "check", *words],
        cwd=folder,
        env={**environment, "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_measurements_in_place_of_findings_and_a_page(capture: Path, tmp_path: Path) -> None:
    page = tmp_path / "prod.html"
    words = ["--capture", str(capture), "-o", "openmetrics", "--report", str(page)]
    done = check(tmp_path, *words)
    assert done.returncode == 0, done.stderr
    families = {family.name: family for family in parsed(done.stdout)}
    assert families["opskit_redshift_loads"].samples[0].labels == {"warehouse": "db.example/dev"}
    text = page.read_text("utf-8")
    assert "Growth of tables" in text
    assert "db.example/dev" in text
    again = tmp_path / "again.html"
    assert check(tmp_path, *words[:-1], str(again)).stdout == done.stdout
    assert again.read_bytes() == page.read_bytes()


def test_findings_decide_the_exit_status(capture: Path, tmp_path: Path) -> None:
    words = ["RSH020", "--capture", str(capture), "-o", "graphite", "--fail-on", "warning"]
    done = check(tmp_path, *words, "--metric-prefix", "ops.rs")
    assert done.returncode == 1
    assert "ops.rs.db_example_dev-" in done.stdout
    assert check(tmp_path, *words, "--exit-zero").returncode == 0


def test_what_cannot_be_delivered_is_3_and_the_findings_are_printed(
    capture: Path, tmp_path: Path
) -> None:
    [port] = free_ports(1)
    words = ["RSH020", "--capture", str(capture), "--push", f"127.0.0.1:{port}"]
    done = check(tmp_path, *words)
    assert done.returncode == 3
    assert "VACUUM SORT ONLY" in done.stdout
    assert f"127.0.0.1:{port}: cannot connect: Connection refused" in done.stderr


@pytest.mark.parametrize("output", ["table", "json", "graphite"])
def test_findings_are_worse_than_what_cannot_be_delivered(
    output: str, capture: Path, tmp_path: Path
) -> None:
    [port] = free_ports(1)
    words = ["RSH020", "--fail-on", "warning", "--capture", str(capture), "-o", output]
    done = check(tmp_path, *words, "--push", f"127.0.0.1:{port}")
    assert done.returncode == 1
    assert ("VACUUM SORT ONLY" in done.stdout) == (output != "graphite")
    assert "cannot connect: Connection refused" in done.stderr
    assert "2 warnings" in done.stderr
    if output == "json":
        assert json.loads(done.stderr.splitlines()[-1])["exit_code"] == 1


@pytest.mark.parametrize("output", ["table", "graphite", "graphite-tagged"])
def test_what_is_pushed_is_what_would_be_printed(
    output: str, capture: Path, tmp_path: Path
) -> None:
    server = socket.create_server(("127.0.0.1", 0))
    got: list[bytes] = []

    def read() -> None:
        connection, _ = server.accept()
        with connection:
            while data := connection.recv(65536):
                got.append(data)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    words = ["RSH020", "--capture", str(capture)]
    place = f"127.0.0.1:{server.getsockname()[1]}"
    done = check(tmp_path, *words, "-o", output, "--push", place)
    reader.join(10)
    server.close()
    shape = "graphite" if output == "table" else output
    printed = check(tmp_path, *words, "-o", shape).stdout
    assert b"".join(got).decode() == printed
    assert done.returncode == 0
    assert f"{printed.count(chr(10))} values sent to {place}" in done.stderr
    assert ("VACUUM SORT ONLY" in done.stdout) == (output == "table")
    assert bool(done.stdout) == (output == "table")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "openmetrics", "--push", "h:1"], "OpenMetrics is fetched, not pushed"),
        (["--push", "graphite"], "is no HOST:PORT"),
        (["-o", "graphite", "--metric-prefix", "9 lives"], "cannot begin a metric's name"),
        (["--report", "no/such/page.html"], "the folder does not exist"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    words: list[str], said: str, tmp_path: Path
) -> None:
    done = check(tmp_path, "--capture", "not-there.duckdb", *words)
    assert done.returncode == 2
    assert said in done.stderr
