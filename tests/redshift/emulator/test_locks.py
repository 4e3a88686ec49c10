"""Sessions of a scenario: their locks in every view, and what ending one of them frees."""

from typing import Any

import pytest

from tests.redshift.emulator.servers import ask, driver, serving

LOCKS = """
tables: [{name: s.t}]
sessions:
  - {user: ana, pid: 11, transaction: -2h, holds: [{table: s.t}],
     did: [{text: SELECT 1, at: -2h}]}
  - {user: etl, pid: 12, transaction: -1h, waits: {table: s.t, mode: AccessExclusiveLock},
     running: {text: ALTER TABLE s.t, at: -1h}}
  - {user: etl, pid: 13, transaction: -30m, waits: {table: s.t},
     running: {text: SELECT 2 FROM s.t, at: -30m}}
"""
GRANTED = "SELECT pid, granted FROM svv_transactions WHERE relation IS NOT NULL ORDER BY pid"


def test_every_view_tells_the_same() -> None:
    with serving(LOCKS) as server, driver(server) as connection:
        [[table]] = ask(connection, "SELECT oid FROM pg_class WHERE relname = 't'")
        assert ask(connection, GRANTED) == [[11, True], [12, False], [13, False]]
        sql = "SELECT pid, relation, granted FROM pg_locks WHERE relation IS NOT NULL ORDER BY 1"
        assert ask(connection, sql) == [[11, table, True], [12, table, False], [13, table, False]]
        assert ask(connection, "SELECT process FROM stv_sessions ORDER BY 1") == [[11], [12], [13]]
        for view, column in (("stv_recents", "pid"), ("stv_inflight", "pid")):
            sql = f"SELECT {column} FROM {view} WHERE {column} > 0 ORDER BY 1"
            assert ask(connection, sql) == [[12], [13]]
        sql = "SELECT session_id, lock_wait_time FROM sys_query_history WHERE status = 'running'"
        assert ask(connection, sql + " ORDER BY 1") == [[12, 3_600_000_000], [13, 1_800_000_000]]
        sql = "SELECT lock_owner_pid, table_id FROM stv_locks"
        assert ask(connection, sql) == [[12, table]]
        sql = "SELECT procpid, current_query FROM pg_stat_activity ORDER BY 1"
        assert [row[1] for row in ask(connection, sql)] == [
            "<IDLE>",
            "ALTER TABLE s.t",
            "SELECT 2 FROM s.t",
        ]


@pytest.mark.parametrize(
    ("sql", "left"),
    [
        # The holder goes: the ALTER TABLE has its lock, and keeps the reader waiting.
        ("SELECT pg_terminate_backend(11)", [[12, True], [13, False]]),
        # Who waited in between goes: readers do not exclude each other.
        ("SELECT pg_terminate_backend(12)", [[11, True], [13, True]]),
        ("SELECT pg_cancel_backend(12)", [[11, True], [13, True]]),
        ("CANCEL 13", [[11, True], [12, False]]),
        # It is idle: there is nothing to cancel.
        ("SELECT pg_cancel_backend(11)", [[11, True], [12, False], [13, False]]),
        ("SELECT pg_terminate_backend(process) FROM stv_sessions WHERE process < 13", [[13, True]]),
    ],
)
def test_ending_one_frees_its_locks(sql: str, left: list[list[Any]]) -> None:
    with serving(LOCKS) as server, driver(server) as connection:
        ask(connection, sql)
        assert ask(connection, GRANTED) == left


def test_what_was_cancelled_has_ended_in_the_logs() -> None:
    with serving(LOCKS) as server, driver(server) as connection:
        ask(connection, "SELECT pg_terminate_backend(12)")
        assert ask(connection, "SELECT pid FROM stv_inflight") == [[13]]
        sql = "SELECT status, elapsed_time, error_message FROM sys_query_history "
        [[status, elapsed, error]] = ask(connection, sql + "WHERE session_id = 12")
        assert (status, elapsed) == ("canceled", 3_600_000_000)
        assert "cancelled" in error


def test_many_sessions_alike() -> None:
    text = "sessions: [{user: ana, count: 320, since: -2d}, {user: etl, pid: 5}]\n"
    with serving(text) as server, driver(server) as connection:
        sql = "SELECT user_name, COUNT(DISTINCT process) FROM stv_sessions GROUP BY 1 ORDER BY 1"
        assert ask(connection, sql) == [["ana", 320], ["etl", 1]]
        assert ask(connection, "SELECT COUNT(*) FROM svv_transactions") == [[0]]
