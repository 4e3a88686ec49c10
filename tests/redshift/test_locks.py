"""Who blocks whom: the table of conflicts against a real PostgreSQL, and the tree."""

import re
import subprocess
import time
from typing import Any

import pytest

from opskit.output import console
from opskit.redshift import duck
from opskit.redshift.locks import report as lock_report
from opskit.redshift.locks.look import Look
from opskit.redshift.locks.modes import MODES, conflict
from opskit.redshift.locks.situation import situation
from tests.redshift.postgres import Server, postgres
from tests.redshift.rules.test_locks import ALONE, SHARE, WRITE, lock, views
from tests.redshift.rules.views import NOW, ago


def words(mode: str) -> str:
    """`ACCESS SHARE` of AccessShareLock, as LOCK TABLE writes it."""
    return re.sub("(?<=.)(?=[A-Z])", " ", mode.removesuffix("Lock")).upper()


def test_the_conflicts_are_those_of_postgresql() -> None:
    with postgres() as server:
        server.psql("CREATE TABLE t (id int)")
        with server.session() as holder:
            actual = {held: _refused(server, holder, held) for held in MODES}
    assert actual == {
        held: {wanted for wanted in MODES if conflict(held, wanted)} for held in MODES
    }


def _refused(server: Server, holder: "subprocess.Popen[str]", held: str) -> set[str]:
    """The modes that PostgreSQL refuses while another session holds the table in a mode."""
    assert holder.stdin
    assert holder.stdout
    holder.stdin.write(f"BEGIN; LOCK TABLE t IN {words(held)} MODE;\n\\echo held\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"
    script = "".join(
        f"BEGIN; LOCK TABLE t IN {words(wanted)} MODE NOWAIT;\n"
        f"\\if :ERROR\n\\echo {wanted}\n\\endif\nROLLBACK;\n"
        for wanted in MODES
    )
    printed = server.psql(script, stop=False)
    holder.stdin.write("ROLLBACK;\n\\echo free\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "free\n"
    return {line for line in printed.splitlines() if line in MODES}


def test_blockers_are_those_that_postgresql_names() -> None:
    """A reader, a writer that waits for nobody, DDL that waits for both, a reader in the queue."""
    scripts = ["ACCESS SHARE", "SHARE ROW EXCLUSIVE", "ACCESS EXCLUSIVE", "ACCESS SHARE"]
    with postgres() as server:
        server.psql("CREATE TABLE t (id int)")
        sessions = [server.session() for _ in scripts]
        processes = [session.__enter__() for session in sessions]
        try:
            for number, (process, mode) in enumerate(zip(processes, scripts, strict=True), 1):
                assert process.stdin
                process.stdin.write(f"BEGIN; LOCK TABLE t IN {mode} MODE;\n")
                process.stdin.flush()
                _until(server, number)
            rows, expected = _locks(server), _blocking(server)
        finally:
            for process in reversed(processes):
                process.terminate()
            for session in sessions:
                session.__exit__(None, None, None)
    assert len(expected) == 2
    found = situation(NOW, rows)
    assert {pid: {b.pid for b in blockers} for pid, blockers in found.waits.items()} == expected


def _until(server: Server, locks: int) -> None:
    for _ in range(200):
        if len(_locks(server)) == locks:
            return
        time.sleep(0.05)
    raise AssertionError("the locks were not asked for")


def _locks(server: Server) -> list[dict[str, Any]]:
    """pg_locks as the query transaction-locks has it; who began first is in xact_start."""
    printed = server.psql(
        "SELECT l.pid, l.mode, l.granted, extract(epoch FROM a.xact_start)"
        " FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
        " WHERE l.relation = 't'::regclass ORDER BY 4"
    )
    rows = [line.split("|") for line in printed.splitlines()]
    return [
        {
            "pid": int(pid),
            "xid": order,
            "user_name": "u",
            "database": "d",
            "txn_start": ago(seconds=100 - order),
            "lock_mode": mode,
            "object_type": "relation",
            "relation": 100_001,
            "granted": granted == "t",
            "schema": "s",
            "table": "t",
            "shared": False,
        }
        for order, (pid, mode, granted, _) in enumerate(rows)
    ]


def _blocking(server: Server) -> dict[int, set[int]]:
    printed = server.psql(
        "SELECT pid, array_to_string(pg_blocking_pids(pid), ',') FROM pg_locks"
        " WHERE relation = 't'::regclass AND NOT granted"
    )
    found = (line.split("|") for line in printed.splitlines())
    return {int(pid): {int(b) for b in blockers.split(",")} for pid, blockers in found}


def test_a_mode_that_is_not_known_blocks_nobody() -> None:
    assert not conflict("NewLock", ALONE)
    assert not conflict(ALONE, "NewLock")
    assert not conflict(None, None)


def look(engine: Any, rows: Any) -> Any:
    own = {view: some for view, some in rows.items() if engine != "serverless" or view[:3] != "stv"}
    found = Look(duck.memory(engine, NOW, own))
    try:
        return found()
    finally:
        found.close()


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_the_tree_has_the_blocker_at_its_root(engine: str) -> None:
    rows = views(
        lock(1, WRITE),
        lock(2, ALONE, granted=False),
        lock(3, SHARE, granted=False),
        running=[(2, 300, "ALTER TABLE\n orders"), (3, 240, "SELECT 1")],
        last=[(1, 600, "INSERT INTO orders")],
    )
    table = '"sales"."or""ders"'
    assert lock_report.tree(look(engine, rows)) == (
        f"pid 1 (user1, database dev): holds ShareRowExclusiveLock on {table}; "
        "idle for 10 min, after: INSERT INTO orders\n"
        f"  pid 2 (user2, database dev): waits 5 min for AccessExclusiveLock on {table}: "
        "ALTER TABLE orders\n"
        "    pid 3 (user3, database dev): waits 4 min behind it in the queue "
        f"for AccessShareLock on {table}: SELECT 1\n"
        "\n"
        "To end it (what a session has not committed is rolled back):\n"
        "  SELECT pg_terminate_backend(1);\n"
    )


def test_a_terminal_has_its_lines_wrapped_at_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(console, "terminal_width", lambda _=None: 60)
    rows = views(
        lock(1, WRITE),
        lock(2, WRITE, granted=False),
        running=[(1, 900, "COPY orders FROM"), (2, 60, "COPY orders FROM somewhere")],
    )
    text = lock_report.tree(look("provisioned", rows))
    assert max(map(len, text.splitlines())) > 60  # SQL is left whole, to be copied
    prose, _, sql = text.partition("To end it")
    assert max(map(len, prose.splitlines())) <= 60
    assert "\n  pid 2 (" in prose
    assert "\n      " in prose.partition("pid 2 (")[2]
    assert "  SELECT pg_terminate_backend(1);  -- if it still holds its locks\n" in sql


def test_a_running_root_is_cancelled_first() -> None:
    rows = views(
        lock(1, WRITE),
        lock(2, WRITE, granted=False),
        running=[(1, 900, "COPY"), (2, 60, "COPY")],
    )
    assert lock_report.tree(look("provisioned", rows)).endswith(
        "  CANCEL 1;\n  SELECT pg_terminate_backend(1);  -- if it still holds its locks\n"
    )


def test_a_deadlock_is_a_tree_that_ends() -> None:
    rows = views(
        lock(1, WRITE),
        lock(1, WRITE, granted=False, relation=100_002),
        lock(2, WRITE, relation=100_002),
        lock(2, WRITE, granted=False),
    )
    text = lock_report.tree(look("provisioned", rows))
    assert "deadlock: pid 1 -> pid 2 -> pid 1" in text
    assert "see above" in text
    assert text.count("SELECT pg_terminate_backend(2);") == 1


def test_hostile_text_moves_no_cursor() -> None:
    rows = views(
        lock(1, WRITE, txn_owner="a\x1b[2Jb"),
        lock(2, WRITE, granted=False),
        running=[(2, 60, "SELECT '\x1b]0;x\x07'")],
    )
    assert "\x1b" not in lock_report.tree(look("provisioned", rows))


def test_the_own_session_is_left_out() -> None:
    rows = [
        {**row, "user_name": "u", "database": "d", "schema": "s", "table": "t", "shared": False}
        for row in (lock(1, SHARE), lock(9, SHARE), lock(2, ALONE, granted=False))
    ]
    assert situation(NOW, rows, own=9).roots == [1]


def test_what_cannot_be_asked_is_noted_and_the_locks_stay() -> None:
    source = duck.memory("provisioned", NOW, views(lock(1, WRITE), lock(2, WRITE, granted=False)))
    source._connection.execute("DROP TABLE stv_recents")
    found = Look(source)
    assert found().roots == [1]
    [note] = found.notes
    assert note.startswith("running-statements could not be asked: stv_recents")


def test_nobody_waits() -> None:
    found = look("provisioned", views(lock(1, WRITE)))
    assert lock_report.tree(found) == ""
    assert lock_report.summary(found) == "nobody waits for a lock (1 open transaction)"
    assert lock_report.table(found).rows == []


REGULAR = {"usename": "duckdb", "usesysid": 9, "usesuper": False}


def test_a_regular_user_does_not_see_the_transactions_of_others() -> None:
    rows = {**views(lock(2, ALONE, granted=False)), "pg_user": [REGULAR]}
    found = Look(duck.memory("provisioned", NOW, rows))
    now = found()
    assert found.partial
    assert found.notes == [
        'user "duckdb" sees only its own transactions: '
        'GRANT ROLE sys:monitor TO "duckdb" shows all',
        "who blocks pid 2 cannot be seen by this user",
    ]
    assert lock_report.summary(now) == "1 session blocked; who blocks 1 of them cannot be seen"
    found()
    assert len(found.notes) == 2


@pytest.mark.parametrize(
    "rows",
    [
        {"pg_user": [{**REGULAR, "usesuper": True}]},
        {
            "pg_user": [REGULAR],
            "svv_user_info": [{"user_id": 9, "syslog_access": "UNRESTRICTED"}],
        },
        {"pg_user": [REGULAR], "svv_user_grants": [{"user_id": 9, "role_name": "sys:monitor"}]},
    ],
)
def test_who_sees_all_hears_nothing_of_it(rows: Any) -> None:
    found = Look(duck.memory("provisioned", NOW, {**views(lock(1, WRITE)), **rows}))
    found()
    assert not found.partial
    assert found.notes == []


def test_where_it_is_not_said_who_asks_nobody_waiting_proves_nothing() -> None:
    source = duck.memory("provisioned", NOW, {**views(lock(1, WRITE)), "pg_user": []})
    source._connection.execute("DELETE FROM pg_user")
    found = Look(source)
    found()
    assert found.partial
    source._connection.execute("DROP TABLE svv_user_info")
    found = Look(source)
    found()
    assert found.partial
    assert found.notes[0].startswith("could not tell whether all transactions are seen: ")


def test_some_blockers_are_seen_and_some_are_not() -> None:
    rows = views(
        lock(1, WRITE), lock(2, ALONE, granted=False), lock(3, ALONE, False, relation=100_002)
    )
    assert lock_report.summary(look("provisioned", rows)) == (
        "2 sessions blocked by 1 session; who blocks 1 of them cannot be seen"
    )
