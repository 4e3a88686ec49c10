"""RSH080 on: who waits for whom, open transactions, conflicts over the window."""

from datetime import timedelta
from typing import Any

import pytest

from opskit.findings import Severity
from tests.redshift.rules.views import Rows, ago, findings

ENGINES = ["provisioned", "serverless"]
SHARE, WRITE, ALONE = "AccessShareLock", "ShareRowExclusiveLock", "AccessExclusiveLock"
CATALOG = {
    "pg_namespace": [{"oid": 10, "nspname": "sales"}],
    "pg_class": [
        {"oid": 100_001, "relname": 'or"ders', "relnamespace": 10, "relisshared": False},
        {"oid": 100_002, "relname": "items", "relnamespace": 10, "relisshared": False},
        {"oid": 1259, "relname": "pg_class", "relnamespace": 11, "relisshared": False},
    ],
}


def lock(pid: int, mode: str, granted: bool = True, **changes: Any) -> dict[str, Any]:
    """A lock on "sales"."or""ders" of a transaction that began an hour less a minute ago."""
    return {
        "pid": pid,
        "xid": pid * 10,
        "txn_owner": f"user{pid}",
        "txn_db": "dev",
        "txn_start": ago(minutes=59),
        "lock_mode": mode,
        "lockable_object_type": "relation",
        "relation": 100_001,
        "granted": granted,
        **changes,
    }


def views(*locks: dict[str, Any], running: Any = (), last: Any = ()) -> Rows:
    """Views of either engine: `running` are (pid, seconds ago, text), `last` likewise."""
    return {
        **CATALOG,
        "svv_transactions": locks,
        "stv_recents": [
            {"pid": pid, "status": "Running", "starttime": ago(seconds=s), "query": text}
            for pid, s, text in running
        ],
        "sys_query_history": [
            *(
                {
                    "session_id": pid,
                    "transaction_id": pid * 10,
                    "status": "running",
                    "start_time": ago(seconds=s),
                    "query_text": text,
                }
                for pid, s, text in running
            ),
            *(
                {
                    "session_id": pid,
                    "transaction_id": pid * 10,
                    "query_id": pid,
                    "status": "success",
                    "start_time": ago(seconds=s + 1),
                    "end_time": ago(seconds=s),
                    "query_text": text,
                }
                for pid, s, text in last
            ),
        ],
    }


def found(code: str, rows: Rows, engine: str, **limits: Any) -> Any:
    """The findings; provisioned has no running statements in SYS_QUERY_HISTORY to look at."""
    own = {view: some for view, some in rows.items() if engine != "serverless" or view[:3] != "stv"}
    return findings(code, own, engine=engine, **limits)  # type: ignore[arg-type]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_blocker_is_named_with_the_statement_that_ends_it(engine: str) -> None:
    rows = views(
        lock(1, WRITE),
        lock(2, ALONE, granted=False),
        lock(3, SHARE, granted=False),
        running=[(2, 300, "ALTER TABLE"), (3, 240, "SELECT 1")],
        last=[(1, 600, "INSERT INTO orders")],
    )
    [one] = found("RSH080", rows, engine)
    assert one.severity is Severity.ERROR
    assert one.data["sql"] == ["SELECT pg_terminate_backend(1);"]
    assert one.data["cost"]["seconds"] == 540.0
    assert one.data["waiting"] == [2, 3]
    assert one.object == "pid 1"
    assert "is idle for 10 min" in one.message
    assert "pid 2 (user2) for 5 min" in one.message
    assert '"sales"."or""ders"' in one.observed


@pytest.mark.parametrize("engine", ENGINES)
def test_a_reader_is_no_blocker_of_a_writer(engine: str) -> None:
    """AWS's own query names every holder of any lock; a SELECT keeps no INSERT waiting."""
    rows = views(
        lock(1, SHARE),
        lock(4, WRITE),
        lock(2, WRITE, granted=False),
        running=[(2, 300, "INSERT"), (1, 900, "SELECT"), (4, 500, "COPY")],
    )
    [one] = found("RSH080", rows, engine)
    assert one.object == "pid 4"
    assert one.data["sql"] == ["SELECT pg_terminate_backend(4);"]
    assert "CANCEL 4;" in one.fix


@pytest.mark.parametrize("engine", ENGINES)
def test_who_waits_in_the_queue_is_behind_the_reader_at_its_head(engine: str) -> None:
    """SELECT holds, ALTER TABLE waits for it, SELECTs wait behind: the first SELECT is the root."""
    rows = views(
        lock(1, SHARE),
        lock(2, ALONE, granted=False),
        lock(3, SHARE, granted=False),
        running=[(2, 300, "ALTER"), (3, 200, "SELECT")],
    )
    [one] = found("RSH080", rows, engine)
    assert one.object == "pid 1"
    assert one.data["waiting"] == [2, 3]


def test_a_wait_that_several_hold_up_is_told_and_its_cost_split() -> None:
    rows = views(
        lock(1, SHARE), lock(5, SHARE), lock(2, ALONE, granted=False), running=[(2, 300, "DROP")]
    )
    first, second = found("RSH080", rows, "provisioned")
    assert {first.object, second.object} == {"pid 1", "pid 5"}
    assert first.data["cost"]["seconds"] == second.data["cost"]["seconds"] == 150.0
    assert "1 more keep pid 2 waiting" in first.fix


def test_a_wait_of_a_statement_that_is_not_visible_is_at_most_the_transaction() -> None:
    [one] = found("RSH080", views(lock(1, WRITE), lock(2, WRITE, granted=False)), "provisioned")
    assert "for at most 59 min" in one.message
    assert one.data["cost"]["seconds"] is None


def test_redshift_itself_cannot_be_ended() -> None:
    rows = views(
        lock(1, ALONE, txn_owner="rdsdb"),
        lock(2, WRITE, granted=False),
        running=[(2, 300, "COPY")],
    )
    [one] = found("RSH080", rows, "provisioned")
    assert one.data["sql"] == []
    assert "process of Redshift itself" in one.fix


def test_a_blocker_that_cannot_be_seen_is_not_made_up() -> None:
    rows = views(
        lock(1, WRITE, relation=100_002),
        lock(2, WRITE, granted=False),
        running=[(2, 300, "COPY")],
    )
    [one] = found("RSH080", rows, "provisioned")
    assert one.object == "pid 2"
    assert "cannot be seen" in one.message
    assert one.data["sql"] == []


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            views(lock(1, WRITE), lock(2, WRITE, granted=False), running=[(2, 60, "x")]),
            id="at the threshold",
        ),
        pytest.param(views(lock(1, WRITE), lock(2, SHARE), running=[(2, 900, "x")]), id="no wait"),
        pytest.param(
            views(
                lock(1, ALONE, relation=1259),
                lock(2, ALONE, granted=False, relation=1259, txn_db="other"),
                running=[(2, 10, "x")],
            ),
            id="catalogs of two databases",
        ),
    ],
)
def test_nobody_waits_for_long(rows: Rows) -> None:
    assert not found("RSH080", rows, "provisioned")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_deadlock_proposes_the_youngest(engine: str) -> None:
    rows = views(
        lock(1, WRITE),
        lock(1, WRITE, granted=False, relation=100_002),
        lock(2, WRITE, relation=100_002, txn_start=ago(minutes=5)),
        lock(2, WRITE, granted=False, txn_start=ago(minutes=5)),
        running=[(1, 100, "UPDATE a"), (2, 50, "UPDATE b")],
    )
    [one] = found("RSH081", rows, engine)
    assert one.message == "deadlock: pid 1 (user1) waits for pid 2 (user2) waits for pid 1 (user1)"
    assert one.data["sql"] == ["SELECT pg_terminate_backend(2);"]
    assert one.data["cost"]["seconds"] == 150.0
    assert not found("RSH080", rows, engine)


def test_a_queue_is_no_deadlock() -> None:
    rows = views(lock(1, WRITE), lock(2, WRITE, granted=False), lock(3, WRITE, granted=False))
    assert not found("RSH081", rows, "provisioned")


@pytest.mark.parametrize("engine", ENGINES)
def test_an_idle_transaction_is_ended(engine: str) -> None:
    rows = views(lock(1, WRITE), last=[(1, 601, "INSERT INTO t")])
    [one] = found("RSH082", rows, engine)
    assert one.data["sql"] == ["SELECT pg_terminate_backend(1);"]
    assert "for 10 min" in one.message
    assert "INSERT INTO t" in one.observed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(views(lock(1, WRITE), last=[(1, 600, "x")]), id="at the threshold"),
        pytest.param(views(lock(1, WRITE), running=[(1, 2000, "COPY")]), id="it runs"),
        pytest.param(
            views(lock(1, SHARE, relation=1259), last=[(1, 2000, "x")]), id="catalogs only"
        ),
        pytest.param(
            views(lock(1, WRITE, txn_owner="rdsdb"), last=[(1, 2000, "x")]), id="Redshift's own"
        ),
        pytest.param(views(lock(1, WRITE, granted=False), last=[(1, 2000, "x")]), id="it waits"),
    ],
)
def test_no_idle_transaction(rows: Rows, engine: str) -> None:
    assert not found("RSH082", rows, engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_statement_that_began_before_the_window_runs_all_the_same(engine: str) -> None:
    rows = views(lock(1, WRITE), running=[(1, 7200, "COPY")])
    assert not found("RSH082", rows, engine, window=timedelta(hours=1))


def test_idle_is_not_said_where_what_runs_cannot_be_seen() -> None:
    from opskit.redshift import duck
    from opskit.redshift.check import check
    from tests.redshift.rules.views import NOW

    source = duck.memory("provisioned", NOW, views(lock(1, WRITE)))
    source._connection.execute("DROP TABLE stv_recents")
    report = check(source, select=["RSH08"])
    assert {f.rule for f in report.findings} == {"RSH001"}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_long_transaction_is_told_unless_it_is_idle(engine: str) -> None:
    old = lock(1, WRITE, txn_start=ago(seconds=3601))
    [one] = found("RSH083", views(old, running=[(1, 3000, "COPY")]), engine)
    assert "open for 60 min" in one.message
    assert one.data["sql"] == []
    assert not found("RSH083", views(old, last=[(1, 2000, "x")]), engine)
    at = lock(1, WRITE, txn_start=ago(seconds=3600))
    assert not found("RSH083", views(at, running=[(1, 3000, "COPY")]), engine)


def conflict_rows(count: int, **changes: Any) -> Rows:
    rows = [
        {
            "xact_id": n,
            "process_id": n,
            "xact_start_ts": ago(minutes=30),
            "abort_time": ago(minutes=29),
            "table_id": 100_001,
            **changes,
        }
        for n in range(count)
    ]
    return {**CATALOG, "stl_tr_conflict": rows}


def failed_rows(count: int, message: str) -> Rows:
    rows = [
        {
            "transaction_id": n,
            "start_time": ago(minutes=30),
            "end_time": ago(minutes=29),
            "elapsed_time": 60_000_000,
            "error_message": message,
        }
        for n in range(count)
    ]
    return {**CATALOG, "sys_query_history": rows}


VIOLATION = "1023: Serializable isolation violation on table - 100001, transactions forming the "


def test_conflicts_are_counted_by_table() -> None:
    [one] = findings("RSH084", conflict_rows(6))
    assert one.object == '"sales"."or""ders"'
    assert one.data["cost"]["seconds"] == 360.0
    [two] = findings("RSH084", failed_rows(6, VIOLATION), engine="serverless")
    assert two.object == one.object
    assert two.data["cost"] == one.data["cost"]


def test_conflicts_whose_table_is_not_known() -> None:
    [one] = findings("RSH084", conflict_rows(6, table_id=7))
    assert one.object == "table 7"
    text = "Serializable isolation violation on table in Redshift"
    [two] = findings("RSH084", failed_rows(6, text), engine="serverless")
    assert two.object == "table None"


def test_few_conflicts_are_no_finding() -> None:
    assert not findings("RSH084", conflict_rows(5))
    assert not findings("RSH084", conflict_rows(6, abort_time=ago(days=2)))
    assert not findings("RSH084", failed_rows(5, VIOLATION), engine="serverless")
    assert not findings("RSH084", failed_rows(6, "out of disk"), engine="serverless")


@pytest.mark.parametrize("engine", ENGINES)
def test_waits_of_one_text_are_summed(engine: Any) -> None:
    def rows(each: int) -> Rows:
        return {
            "sys_query_history": [
                {
                    "query_id": n,
                    "username": "etl",
                    "generic_query_hash": "h",
                    "query_text": f"INSERT INTO t VALUES ({n})",
                    "start_time": ago(hours=1),
                    "lock_wait_time": each * 1_000_000,
                }
                for n in range(3)
            ]
        }

    [one] = findings("RSH085", rows(201), engine=engine)
    assert one.data["cost"]["seconds"] == 603.0
    assert one.message.startswith("3 queries of etl waited 10 min for locks: INSERT INTO t")
    assert not findings("RSH085", rows(200), engine=engine)
