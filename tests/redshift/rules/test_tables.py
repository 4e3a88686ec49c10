"""RSH020 to RSH022 and RSH030: rules on what is stored in single tables."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.redshift.rules.views import ago, findings

TABLE: dict[str, Any] = {
    "database": "dev",
    "schema": "sales",
    "table": "orders",
    "table_id": 100,
    "diststyle": "KEY(order_id)",
    "sortkey1": "ordered_at",
    "sortkey_num": 1,
    "encoded": "Y, AUTO(ENCODE)",
    "size": 10_240,
    "tbl_rows": 1_000_000,
    "estimated_visible_rows": 1_000_000,
    "unsorted": 0,
    "stats_off": 0,
    "skew_rows": 1.1,
}


def table(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    """A healthy table of 10 GB, but for the changes."""
    return {"svv_table_info": [{**TABLE, **changes}]}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_unsorted_rows_are_sorted_by_the_exact_statement(engine: Any) -> None:
    [found] = findings("RSH020", table(unsorted=35, table='or"ders'), engine=engine)
    assert found.severity is Severity.WARNING
    assert found.fix == 'VACUUM SORT ONLY "sales"."or""ders";'
    assert found.data["cost"] == {"seconds": None, "gigabytes": 3.5}


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"unsorted": 20}, id="at the threshold"),
        pytest.param({"unsorted": 90, "sortkey1": None}, id="no sort key: means nothing"),
        pytest.param({"unsorted": 90, "sortkey1": "AUTO(SORTKEY)"}, id="no sort key chosen yet"),
        pytest.param({"unsorted": 90, "size": 100}, id="small"),
        pytest.param({"unsorted": None}, id="unknown"),
        pytest.param({"unsorted": 86, "vacuum_sort_benefit": 5}, id="sorting would win little"),
        pytest.param({"unsorted": 86, "vacuum_sort_benefit": 50}, id="for RSH022"),
    ],
)
def test_unsorted_stays_quiet(changes: dict[str, Any]) -> None:
    assert not findings("RSH020", table(**changes))


def test_a_key_that_redshift_chose_is_a_sort_key() -> None:
    assert findings("RSH020", table(unsorted=35, sortkey1="AUTO(SORTKEY(ordered_at))"))


def test_a_vacuum_that_would_pass_the_table_over_is_told_not_to() -> None:
    """VACUUM does nothing to a table of which 95 % are sorted."""
    [found] = findings("RSH020", table(unsorted=4), unsorted=3)
    assert found.fix == 'VACUUM SORT ONLY "sales"."orders" TO 100 PERCENT;'
    [found] = findings("RSH022", table(unsorted=4, vacuum_sort_benefit=12))
    assert found.fix == 'VACUUM SORT ONLY "sales"."orders" TO 100 PERCENT;'
    [found] = findings("RSH021", table(estimated_visible_rows=960_000), deleted=2)
    assert found.fix == 'VACUUM DELETE ONLY "sales"."orders" TO 100 PERCENT;'


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_what_sorting_would_win_is_redshifts_own_estimate(engine: Any) -> None:
    [found] = findings("RSH022", table(unsorted=50, vacuum_sort_benefit=10), engine=engine)
    assert found.fix == 'VACUUM SORT ONLY "sales"."orders";'
    assert found.data["cost"]["gigabytes"] == 5.0
    assert "10 %" in found.message


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"vacuum_sort_benefit": 9.99}, id="below the threshold"),
        pytest.param({"vacuum_sort_benefit": None, "unsorted": 90}, id="unknown: for RSH020"),
        pytest.param({"vacuum_sort_benefit": 60, "size": 1023}, id="small"),
        pytest.param({"vacuum_sort_benefit": 60, "sortkey1": ""}, id="no sort key"),
    ],
)
def test_sort_benefit_stays_quiet(changes: dict[str, Any]) -> None:
    assert not findings("RSH022", table(**changes))


def test_deleted_rows_are_those_that_no_query_sees() -> None:
    [found] = findings("RSH021", table(estimated_visible_rows=600_000))
    assert "40 %" in found.message
    assert found.fix == 'VACUUM DELETE ONLY "sales"."orders";'
    assert found.data["cost"]["gigabytes"] == 4.0
    assert not findings("RSH021", table(estimated_visible_rows=900_000))
    assert not findings("RSH021", table(estimated_visible_rows=None))
    assert not findings("RSH021", table(estimated_visible_rows=1_200_000))


def test_a_vacuum_that_runs_is_told_with_its_estimate() -> None:
    running = {
        "table_name": "salesnew",
        "status": "Vacuum salesnew sort",
        "time_remaining_estimate": "33m 21s",
    }
    [found] = findings("RSH030", {"svv_vacuum_progress": [running]})
    assert found.severity is Severity.INFO
    assert found.object == '"salesnew"'
    assert found.observed == "Vacuum salesnew sort, 33m 21s left"


@pytest.mark.parametrize("status", ["Complete", "Failed", "Skipped", "Skipped(delete only)"])
def test_the_vacuum_that_ran_last_is_not_one_that_runs(status: str) -> None:
    """Where none runs, the view shows the last one."""
    last = {"table_name": "sales", "status": status, "time_remaining_estimate": ""}
    assert not findings("RSH030", {"svv_vacuum_progress": [last]})


def test_a_vacuum_on_serverless_is_one_that_has_not_ended() -> None:
    vacuum = {
        "schema_name": "sales",
        "table_name": "orders",
        "status": "Sort",
        "is_automatic": True,
        "start_time": ago(minutes=10),
    }
    rows = [vacuum, vacuum | {"table_name": "done", "end_time": ago(minutes=1)}]
    [found] = findings("RSH030", {"sys_vacuum_history": rows}, engine="serverless")
    assert found.object == '"sales"."orders"'
    assert found.message == 'VACUUM works on "sales"."orders" by itself now'
    assert found.observed == "Sort, for 10 min so far"
