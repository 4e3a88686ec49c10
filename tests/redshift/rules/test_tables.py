"""RSH020 on: rules on single tables."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.redshift.rules.views import findings

TABLE: dict[str, Any] = {
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
        pytest.param({"unsorted": 90, "size": 100}, id="small"),
        pytest.param({"unsorted": None}, id="unknown"),
    ],
)
def test_unsorted_stays_quiet(changes: dict[str, Any]) -> None:
    assert not findings("RSH020", table(**changes))


def test_deleted_rows_are_those_that_no_query_sees() -> None:
    [found] = findings("RSH021", table(estimated_visible_rows=600_000))
    assert "40 %" in found.message
    assert found.fix == 'VACUUM DELETE ONLY "sales"."orders";'
    assert not findings("RSH021", table(estimated_visible_rows=900_000))
    assert not findings("RSH021", table(estimated_visible_rows=None))
