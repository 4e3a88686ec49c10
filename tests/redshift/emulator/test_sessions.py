"""What a session may do: transactions, limits, cancelling, and the faults of a scenario."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import redshift_connector

from opskit.redshift.emulator import Server
from tests.redshift.emulator.servers import ask, driver, psql, refused, serving

SLOW = "faults: [{match: stv_slices, kind: slow, seconds: 60}]\n"
# DuckDB itself is busy for long with it.
HEAVY = (
    "SELECT COUNT(*) FROM pg_type a, pg_type b, pg_type c, pg_type d, pg_type e, pg_type f, "
    "pg_type g WHERE a.oid + b.oid + c.oid + d.oid + e.oid + f.oid + g.oid = 1"
)


def in_thread(work: Callable[[], Any]) -> tuple[threading.Thread, list[Any]]:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    return thread, found


def until_running(server: Server, text: str) -> None:
    deadline = time.monotonic() + 20
    while not server.running(text):
        assert time.monotonic() < deadline, "it did not start"
        time.sleep(0.01)


# Transactions


def test_a_failed_transaction_takes_nothing_but_its_end() -> None:
    with serving() as server, driver(server) as connection:
        ask(connection, "BEGIN")
        assert refused(connection, "SELECT nope FROM pg_class")[0] == "42703"
        state, words = refused(connection, "SELECT 1")
        assert state == "25P02"
        assert words.startswith("current transaction is aborted")
        ask(connection, "COMMIT")
        assert ask(connection, "SELECT 1") == [[1]]


def test_the_driver_opens_transactions_by_itself() -> None:
    with serving() as server, driver(server) as connection:
        connection.autocommit = False
        assert ask(connection, "SELECT 1") == [[1]]
        assert refused(connection, "VACUUM")[0] == "25001"
        connection.rollback()
        assert ask(connection, "SELECT 1") == [[1]]
        connection.commit()


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE IF EXISTS s.t",
        "CREATE TABLE s.t (a INT)",
        "INSERT INTO s.t VALUES (1)",
        "VACUUM",
        "ANALYZE",
        "GRANT SELECT ON s.t TO ana",
        "/* a comment */ UPDATE s.t SET a = 1",
        "-- a comment\ndelete from s.t",
    ],
)
def test_a_transaction_that_reads_only_refuses_to_write(sql: str) -> None:
    with serving("tables: [{name: s.t}]\n") as server, driver(server) as connection:
        ask(connection, "BEGIN READ ONLY")
        state, words = refused(connection, sql)
        assert (state, words) == ("25006", "transaction is read-only")
        ask(connection, "ROLLBACK")


def test_vacuum_is_refused_in_a_transaction() -> None:
    with serving() as server:
        done = psql(server, "BEGIN", "VACUUM", "ROLLBACK")
    assert "VACUUM cannot run inside a transaction block" in done.stderr
    assert done.stdout.splitlines() == ["BEGIN", "ROLLBACK"]


def test_settings() -> None:
    with serving() as server, driver(server) as connection:
        ask(connection, "SET query_group TO 'night''s'")
        assert ask(connection, "SHOW query_group") == [["night's"]]
        ask(connection, "RESET query_group")
        assert ask(connection, "SHOW query_group") == [["unset"]]
        assert ["statement_timeout", "0"] in ask(connection, "SHOW ALL")


# Ending what runs


@pytest.mark.parametrize("sql", ["SELECT * FROM stv_slices", HEAVY])
def test_a_time_limit_ends_a_statement(sql: str) -> None:
    with serving(SLOW) as server, driver(server) as connection:
        ask(connection, "SET statement_timeout TO 300")
        begun = time.monotonic()
        state, words = refused(connection, sql)
        assert time.monotonic() - begun < 10
        assert state == "57014"
        assert words.endswith("cancelled on user's request")
        assert ask(connection, "SELECT 1") == [[1]]


@pytest.mark.parametrize("sql", ["SELECT * FROM stv_slices", HEAVY])
@pytest.mark.parametrize("how", ["SELECT pg_cancel_backend({})", "CANCEL {}", "CANCEL {} 'why'"])
def test_another_connection_cancels(sql: str, how: str) -> None:
    with serving(SLOW) as server, driver(server) as connection, driver(server) as other:
        [[pid]] = ask(connection, "SELECT pg_backend_pid()")
        thread, found = in_thread(lambda: refused(connection, sql))
        until_running(server, sql)
        ask(other, how.format(pid))
        thread.join(10)
        assert found[0][0] == "57014"
        assert ask(connection, "SELECT 1") == [[1]]


def test_psql_cancels_with_a_request_of_its_own() -> None:
    import os
    import signal
    import subprocess

    from tests.components import require_program

    with serving(SLOW) as server:
        program = require_program("psql", "postgresql-client")
        address = ["-h", server.host, "-p", str(server.port), "-U", "ops", "dev"]
        child = subprocess.Popen(
            [program, "-X", *address, "-c", "SELECT * FROM stv_slices"],
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PGPASSWORD": "x"},
        )
        until_running(server, "stv_slices")
        time.sleep(0.2)  # psql has to be waiting for the answer
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=20)
        assert "cancelled on user's request" in said
        assert not server.running("stv_slices")


def test_an_idle_session_is_terminated() -> None:
    with serving() as server, driver(server) as connection, driver(server) as other:
        [[pid]] = ask(connection, "SELECT pg_backend_pid()")
        assert ask(other, f"SELECT pg_terminate_backend({pid})") == [[1]]
        with pytest.raises((redshift_connector.error.Error, OSError)):
            ask(connection, "SELECT 1")
        assert ask(other, "SELECT 1") == [[1]]


def test_a_busy_session_is_terminated() -> None:
    with serving(SLOW) as server, driver(server) as other:
        thread, found = in_thread(lambda: psql(server, "SELECT * FROM stv_slices"))
        until_running(server, "stv_slices")
        [pid] = [pid for pid in server.pids() if pid != ask(other, "SELECT pg_backend_pid()")[0][0]]
        assert ask(other, f"SELECT pg_terminate_backend({pid})") == [[1]]
        thread.join(10)
    assert "FATAL:  terminating connection due to administrator command" in found[0].stderr


def test_a_regular_user_ends_its_own_sessions_only() -> None:
    with serving() as server, driver(server, user="ana") as mine, driver(server) as other:
        [[pid]] = ask(other, "SELECT pg_backend_pid()")
        assert refused(mine, f"SELECT pg_cancel_backend({pid})")[0] == "42501"
        with driver(server, user="ana") as second:
            [[own]] = ask(second, "SELECT pg_backend_pid()")
            assert ask(mine, f"SELECT pg_terminate_backend({own})") == [[1]]


def test_who_is_not_there_cannot_be_ended() -> None:
    with serving() as server:
        done = psql(server, "SELECT pg_terminate_backend(4711)", "CANCEL 4711")
    assert done.stdout.splitlines() == ["0", "CANCEL"]
    assert "PID 4711 is not a PostgreSQL server process" in done.stderr


# Faults


def test_an_error_with_its_sqlstate_so_often() -> None:
    fault = "{match: 'FROM PG_CLASS', kind: error, message: no memory, sqlstate: '53200', times: 2}"
    with serving(f"faults: [{fault}]\n") as server, driver(server) as connection:
        sql = "SELECT COUNT(*) FROM pg_class"
        assert refused(connection, sql) == ("53200", "no memory")
        assert refused(connection, sql) == ("53200", "no memory")
        assert ask(connection, sql) == [[0]]


def test_a_cluster_that_resizes() -> None:
    fault = "faults: [{match: pg_class, kind: resizing}]\n"
    with serving(fault) as server, driver(server) as connection:
        state, words = refused(connection, "SELECT 1 FROM pg_class")
    assert state == "57P03"
    assert "resized" in words


@pytest.mark.parametrize("rows", [0, 2])
def test_the_connection_breaks_in_the_middle_of_a_result(rows: int) -> None:
    fault = f"faults: [{{match: pg_namespace, kind: disconnect, after_rows: {rows}}}]\n"
    with serving(fault) as server:
        with driver(server) as connection:
            with pytest.raises((redshift_connector.error.Error, OSError, Exception)) as error:
                ask(connection, "SELECT * FROM pg_namespace")
            assert not isinstance(error.value, AssertionError)
        done = psql(server, "SELECT * FROM pg_namespace")
        assert done.returncode == 2
        assert "server closed the connection unexpectedly" in done.stderr
        with driver(server) as connection:
            assert ask(connection, "SELECT 1") == [[1]]


def test_an_error_after_some_rows() -> None:
    fault = "{match: pg_namespace, kind: error, message: disk full, after_rows: 2}"
    with serving(f"faults: [{fault}]\n") as server:
        done = psql(server, "SELECT nspname FROM pg_namespace ORDER BY oid")
    assert done.stderr == "ERROR:  disk full\n"


def test_a_server_that_ends_takes_its_sessions_along() -> None:
    with serving(SLOW) as server:
        context = driver(server)
        connection = context.__enter__()
        thread, found = in_thread(lambda: _lost(connection))
        until_running(server, "stv_slices")
    thread.join(10)
    assert found == [True]


def _lost(connection: Any) -> bool:
    try:
        ask(connection, "SELECT * FROM stv_slices")
    except Exception:
        return True
    return False
