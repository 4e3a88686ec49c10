"""The emulator for tests: serve a scenario, and connect to it with the real driver or psql."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import redshift_connector

from opskit.redshift.emulator import Server, scenario, serve
from tests.components import require_program

NOW = "now: 2026-11-20T04:00:00\n"
USERS = "users: {ops: {superuser: true}, ana: {}, etl: {}}\n"


@contextmanager
def serving(text: str = "", head: str = NOW + USERS) -> Iterator[Server]:
    """A server for a scenario on a free port; `server.url` is its target."""
    with serve(scenario.parse(head + text)) as server:
        yield server


@contextmanager
def driver(
    server: Server, user: str = "ops", password: str = "any", **more: Any
) -> Iterator[redshift_connector.Connection]:
    """A connection of the real driver, in autocommit."""
    connection = redshift_connector.connect(
        host=server.host,
        port=server.port,
        user=user,
        password=password,
        database="dev",
        ssl=False,
        **more,
    )
    connection.autocommit = True
    try:
        yield connection
    finally:
        with suppress(Exception):  # a connection that broke cannot be closed
            connection.close()


def ask(connection: redshift_connector.Connection, sql: str, values: Any = None) -> list[Any]:
    """The rows of a statement."""
    cursor = connection.cursor()
    cursor.execute(sql, values)
    return list(cursor.fetchall()) if cursor.description else []


def refused(connection: redshift_connector.Connection, sql: str) -> tuple[str, str]:
    """SQLSTATE and words of what is refused."""
    try:
        ask(connection, sql)
    except redshift_connector.error.ProgrammingError as error:
        return error.args[0]["C"], error.args[0]["M"]
    raise AssertionError(f"not refused: {sql}")


def psql(server: Server, *commands: str, user: str = "ops", password: str = "any") -> Any:
    """What psql prints for commands, each a statement or more, in one session."""
    program = require_program("psql", "postgresql-client")
    options = [option for command in commands for option in ("-c", command)]
    address = ["-h", server.host, "-p", str(server.port), "-U", user, "-d", "dev"]
    return subprocess.run(
        [program, "-X", "-A", "-t", "-w", *address, *options],
        env={**os.environ, "PGPASSWORD": password},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
    )
