"""A throwaway PostgreSQL 15: what Redshift's catalog and locks descend from.

Missing, it skips the test, and fails it in CI.
"""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

BINARIES = Path("/usr/lib/postgresql/15/bin")
USER = "postgres"


@dataclass(frozen=True)
class Server:
    """A running server that listens on a Unix socket in `directory` only."""

    directory: Path
    prefix: Sequence[str]

    def command(self, *options: str, database: str = "postgres") -> list[str]:
        """psql on this server; it stops at the first error and prints rows alone."""
        psql = [str(BINARIES / "psql"), "-h", str(self.directory), "-U", USER, "-d", database]
        return [*self.prefix, *psql, "-X", "-q", "-A", "-t", *options]

    def psql(self, sql: str, *, database: str = "postgres", stop: bool = True) -> str:
        """What a script prints; CalledProcessError with psql's words where it fails.

        With `stop` False it goes on after errors, and they stand among what is printed.
        """
        options = ["-v", f"ON_ERROR_STOP={int(stop)}"]
        done = subprocess.run(
            self.command(*options, database=database),
            input=sql,
            capture_output=stop,
            stdout=None if stop else subprocess.PIPE,
            stderr=None if stop else subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        if done.returncode:
            raise subprocess.CalledProcessError(
                done.returncode, "psql", done.stdout, done.stderr or done.stdout
            )
        return done.stdout

    @contextmanager
    def session(self) -> Iterator["subprocess.Popen[str]"]:
        """A psql that stays open, to hold locks: write SQL to its stdin and flush."""
        process = subprocess.Popen(
            self.command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        try:
            yield process
        finally:
            if process.stdin:
                process.stdin.close()
            process.wait(timeout=30)
            if process.stdout:
                process.stdout.close()


@contextmanager
def postgres() -> Iterator[Server]:
    """A new cluster in a new directory; it is stopped by its process id and removed."""
    prefix = _require()
    # A socket's path may have 107 characters, which pytest's directories come near to.
    base = Path(tempfile.mkdtemp(prefix="opskit-pg-", dir="/tmp"))
    if prefix:
        shutil.chown(base, USER)
    base.chmod(0o700)
    data = base / "data"
    try:
        _run(
            [*prefix, str(BINARIES / "initdb"), "-D", str(data), "-A", "trust", "-U", USER]
            + ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        )
        log = (base / "log").open("wb")
        server = subprocess.Popen(
            [*prefix, str(BINARIES / "postgres"), "-D", str(data), "-k", str(base)]
            + ["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=40"],
            stdout=log,
            stderr=log,
            cwd="/",
        )
        try:
            _wait(base, server)
            yield Server(base, prefix)
        finally:
            _stop(data, server)
            log.close()
    finally:
        shutil.rmtree(base, ignore_errors=True)


def _require() -> list[str]:
    """What a command starts with so that it runs as no superuser, which postgres refuses."""
    reason = ""
    if not (BINARIES / "postgres").is_file():
        reason = f"{BINARIES}/postgres is not installed (Debian's package postgresql)"
    elif os.geteuid() == 0 and not shutil.which("runuser"):
        reason = "runuser is not installed (Debian's package util-linux)"
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)
    return ["runuser", "-u", USER, "--"] if os.geteuid() == 0 else []


def _run(command: Sequence[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, cwd="/")


def _wait(base: Path, server: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + 60
    while not (base / ".s.PGSQL.5432").exists() or not _answers(base):
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError((base / "log").read_text(errors="replace"))
        time.sleep(0.05)


def _answers(base: Path) -> bool:
    ready = [str(BINARIES / "pg_isready"), "-q", "-h", str(base)]
    return subprocess.run(ready, check=False).returncode == 0


def _stop(data: Path, server: "subprocess.Popen[bytes]") -> None:
    """Fast shutdown of the server itself: runuser does not pass signals on."""
    pid = data / "postmaster.pid"
    if pid.exists():
        os.kill(int(pid.read_text().split()[0]), 2)
    elif server.poll() is None:
        server.terminate()
    server.wait(timeout=30)
