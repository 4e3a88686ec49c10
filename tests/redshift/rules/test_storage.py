"""RSH010 to RSH012 and RSH015: rules on disk and quotas."""

from typing import Any

import pytest

from opskit.findings import Severity
from tests.redshift.rules.test_tables import table
from tests.redshift.rules.views import ago, findings

TB = 1024 * 1000  # MB; of which percents are whole


def nodes(*used: int, capacity: int = TB) -> dict[str, list[dict[str, Any]]]:
    """Nodes with so many MB in use of 1,000 GB each."""
    rows = [{"node": n, "used": mb, "capacity": capacity} for n, mb in enumerate(used)]
    return {"stv_node_storage_capacity": rows}


@pytest.mark.parametrize(
    ("percent", "severity"), [(71, Severity.WARNING), (90, Severity.ERROR), (100, Severity.ERROR)]
)
def test_a_full_cluster(percent: int, severity: Severity) -> None:
    [found] = findings("RSH010", nodes(TB * percent // 100, TB * percent // 100))
    assert found.severity is severity
    assert found.message == f"{percent} % of the cluster's disk is in use"
    assert found.data["cost"]["gigabytes"] == pytest.approx(20 * (percent - 70))


def test_the_cluster_is_the_sum_of_its_nodes() -> None:
    assert not findings("RSH010", nodes(TB * 69 // 100, TB * 70 // 100))
    assert findings("RSH010", nodes(TB, TB * 50 // 100))


def test_serverless_storage_has_no_capacity_and_is_never_summed() -> None:
    """data_storage is an average: two minutes of 1 TB are not 2 TB."""
    usage = [{"start_time": ago(minutes=n), "data_storage": TB} for n in (1, 2)]
    views = {"sys_serverless_usage": usage}
    for code in ("RSH010", "RSH011", "RSH012"):
        assert not findings(code, views | table(), engine="serverless")


def test_free_disk_is_measured_by_the_largest_table() -> None:
    rows = nodes(TB - 20 * 1024) | table()
    [found] = findings("RSH011", rows)
    assert found.object == '"sales"."orders"'
    assert found.observed == "20.0 GB free"
    assert found.expected == "2.5 times the largest table: 25.0 GB"
    assert found.data["cost"]["gigabytes"] == 5.0
    assert not findings("RSH011", nodes(TB - 25 * 1024) | table())
    assert not findings("RSH011", nodes(TB))
    assert not findings("RSH011", table())


def test_on_ra3_each_node_has_the_quota_of_the_cluster() -> None:
    """As AWS documents STV_NODE_STORAGE_CAPACITY: the rows are not to be summed."""
    quota = 128 * TB
    [found] = findings("RSH010", nodes(*[30 * TB] * 4, capacity=quota))
    assert found.severity is Severity.ERROR
    assert found.message == "94 % of the cluster's disk is in use"
    assert not findings("RSH010", nodes(*[20 * TB] * 4, capacity=quota))
    assert not findings("RSH010", nodes(*[60 * TB] * 4, capacity=quota)), "more than one quota"


def test_one_node_fuller_than_the_cluster() -> None:
    [found] = findings("RSH012", nodes(TB * 91 // 100, TB * 20 // 100))
    assert found.severity is Severity.ERROR
    assert found.object == "node 0"
    assert not findings("RSH012", nodes(TB * 71 // 100, TB * 71 // 100)), "RSH010's"
    assert not findings("RSH012", nodes(TB * 60 // 100, TB * 10 // 100)), "uneven, but room"


def quota(used: int, violations: int = 0, schema: str = "sales") -> dict[str, Any]:
    state = {"database_name": "dev", "schema_name": schema, "quota": 2048, "disk_usage": used}
    aborted = {
        "schema_name": "sales",
        "schema_id": 7,
        "quota": 2048,
        "disk_usage": 3000,
        "record_time": ago(hours=1),
    }
    return {
        "svv_redshift_schema_quota": [state],
        "sys_schema_quota_violations": [aborted] * violations,
    }


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_schema_at_its_quota(engine: Any) -> None:
    [found] = findings("RSH015", quota(1900), engine=engine)
    assert found.severity is Severity.WARNING
    assert found.data["sql"] == ['ALTER SCHEMA "sales" QUOTA 2534 MB;']
    assert found.data["undo"] == 'ALTER SCHEMA "sales" QUOTA 2048 MB;'
    [found] = findings("RSH015", quota(2048), engine=engine)
    assert found.severity is Severity.ERROR
    assert not findings("RSH015", quota(1800), engine=engine)


def test_transactions_aborted_for_a_quota_are_told_once() -> None:
    [found] = findings("RSH015", quota(2048, violations=3))
    assert found.message == (
        'schema "sales" of database "dev" is at 146 % of its quota, 3 transactions aborted'
    )
    [found] = findings("RSH015", quota(100, violations=2))
    assert found.severity is Severity.ERROR
    assert found.data["sql"] == ['ALTER SCHEMA "sales" QUOTA 4001 MB;']
    assert found.data["undo"] == 'ALTER SCHEMA "sales" QUOTA 2048 MB;'
    old = quota(100) | {
        "sys_schema_quota_violations": [
            {"schema_name": "sales", "quota": 1, "disk_usage": 2, "record_time": ago(days=2)}
        ]
    }
    assert not findings("RSH015", old)


def violated(quota: int, used: int, *states: tuple[str, int, int]) -> dict[str, Any]:
    """A transaction aborted for that quota, and (database, quota, use) of the schema now."""
    aborted = {"schema_name": "sales", "quota": quota, "disk_usage": used}
    return {
        "sys_schema_quota_violations": [aborted | {"record_time": ago(hours=1)}],
        "svv_redshift_schema_quota": [
            {"database_name": d, "schema_name": "sales", "quota": q, "disk_usage": u}
            for d, q, u in states
        ],
    }


def test_a_quota_that_has_been_raised_since_is_never_lowered() -> None:
    assert not findings("RSH015", violated(100, 120, ("dev", 9000, 500)))
    [found] = findings("RSH015", violated(100, 120, ("dev", 9000, 8500)))
    assert found.data["sql"] == ['ALTER SCHEMA "sales" QUOTA 11334 MB;']
    assert "aborted" not in found.message


def test_a_quota_that_has_been_lowered_since_is_raised_from_what_it_is() -> None:
    [found] = findings("RSH015", violated(2000, 2100, ("dev", 1500, 100)))
    assert found.severity is Severity.ERROR
    assert found.data["sql"] == ['ALTER SCHEMA "sales" QUOTA 2801 MB;']
    assert found.data["undo"] == 'ALTER SCHEMA "sales" QUOTA 1500 MB;'


def test_a_quota_that_is_gone_has_no_statement() -> None:
    [found] = findings("RSH015", violated(100, 120))
    assert found.severity is Severity.INFO
    assert found.data["sql"] == []
    assert found.message == (
        '1 transactions were aborted for a quota of schema "sales", which has none now'
    )


def test_a_violation_counts_once_where_two_databases_have_the_schema() -> None:
    [found] = findings("RSH015", violated(2000, 2100, ("dev", 2000, 100), ("prod", 9000, 100)))
    assert 'of database "dev"' in found.message
    [found] = findings("RSH015", violated(2000, 2100, ("dev", 2000, 100), ("prod", 2000, 150)))
    assert 'of database "prod"' in found.message
