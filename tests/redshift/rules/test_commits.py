"""RSH050 on: rules on commits."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from opskit.redshift.catalog import Engine
from tests.redshift.rules.logs import SECOND, Row, answer, survives
from tests.redshift.rules.views import ago, findings


def commit(xid: int, *, wait: float = 0, work: float = 0.1, ahead: int = 0, **more: Any) -> Row:
    """A row of STL_COMMIT_STATS: the leader's, unless `node` says otherwise."""
    started = more.pop("started", ago(minutes=30))
    return {
        "xid": xid,
        "node": -1,
        "startqueue": started - timedelta(seconds=wait),
        "startwork": started,
        "endtime": started + timedelta(seconds=work),
        "queuelen": ahead,
        **more,
    }


def follower(xid: int, node: int, **more: Any) -> Row:
    """The row of another node: its time of queueing is of the year 2000, as documented."""
    return commit(xid, node=node, ahead=99, startqueue=datetime(2000, 1, 1), **more)


def committed(xid: int, start: float, end: float, **more: Any) -> Row:
    """A row of SYS_TRANSACTION_HISTORY: seconds after 3:30."""
    base = ago(minutes=30)
    return {
        "transaction_id": xid,
        "status": "committed",
        "transaction_start_time": base,
        "commit_start_time": base + timedelta(seconds=start),
        "commit_end_time": base + timedelta(seconds=end),
        **more,
    }


def stats(engine: Engine, rows: list[Row]) -> list[Row]:
    """The answer to commit-stats."""
    view = "stl_commit_stats" if engine == "provisioned" else "sys_transaction_history"
    return answer("commit-stats", {view: rows}, engine)


def test_the_rows_of_other_nodes_are_nonsense_and_passed_over() -> None:
    rows = [commit(1, wait=2, work=1), follower(1, 0, work=50), follower(1, 1, work=50)]
    [row] = stats("provisioned", rows)
    assert row == {
        "hour": datetime(2026, 11, 20, 3),
        "commits": 1,
        "wait_us": 2 * SECOND,
        "work_us": SECOND,
        "longest_queue": 0,
        "longest_wait_us": 2 * SECOND,
        "slowest_us": SECOND,
        "slowest_xid": 1,
    }
    for code in ("RSH050", "RSH051", "RSH052"):
        assert not findings(code, {"stl_commit_stats": rows})


def test_the_queue_of_serverless_is_what_overlaps() -> None:
    """Two are under way when the third begins; the fourth begins as the first three end."""
    rows = [
        committed(1, 0, 10),
        committed(2, 5, 10),
        committed(3, 6, 10),
        committed(4, 10, 11),
        committed(5, 0, 9, status="rolledback", commit_start_time=datetime(2000, 1, 1)),
        committed(6, 0, 99, status="rolledback"),
    ]
    [row] = stats("serverless", rows)
    assert row["commits"] == 4
    assert row["wait_us"] is None
    assert row["longest_queue"] == 2
    assert (row["slowest_us"], row["slowest_xid"]) == (10 * SECOND, 1)


def test_short_waits_are_summed_before_they_are_compared() -> None:
    """A hundred waits of 0.7 s are 70 s; in whole seconds each they would be none."""
    rows = {"stl_commit_stats": [commit(n, wait=0.7) for n in range(100)]}
    [found] = findings("RSH050", rows)
    assert found.message == "commits waited 70 s for other commits"
    assert found.data["cost"]["seconds"] == 70
    assert "100 commits, the longest wait 0.7 s" in found.observed
    assert "BEGIN and COMMIT" in found.fix
    survives("RSH050", rows)
    assert not findings("RSH050", rows, commit_wait=70)


def test_a_long_commit_queue() -> None:
    rows = {"stl_commit_stats": [commit(1, ahead=6), commit(2, ahead=12)]}
    [found] = findings("RSH051", rows)
    assert found.message == "12 transactions were ahead of one in the commit queue"
    survives("RSH051", rows)
    assert not findings("RSH051", {"stl_commit_stats": [commit(1, ahead=5)]})


def test_many_commits_at_once_on_serverless() -> None:
    rows = {"sys_transaction_history": [committed(n, n, 60) for n in range(7)]}
    [found] = findings("RSH051", rows, engine="serverless")
    assert found.message == "6 other commits were under way when one began"
    assert not findings("RSH050", rows, engine="serverless")
    survives("RSH051", rows, "serverless")


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_slow_commit_is_named(engine: Engine) -> None:
    rows: dict[str, list[Row]] = {
        "stl_commit_stats": [commit(7, work=45), commit(8, work=30)],
    }
    if engine == "serverless":
        rows = {"sys_transaction_history": [committed(7, 0, 45), committed(8, 0, 30)]}
    [found] = findings("RSH052", rows, engine=engine)
    assert found.message == "a commit took 45 s"
    assert found.object == "transaction 7"
    assert found.data["cost"]["seconds"] == 45
    assert "= 7;" in found.fix
    survives("RSH052", rows, engine)
    assert not findings("RSH052", rows, engine=engine, commit_time=45)
