"""RSH016: tables that nothing scans."""

from datetime import timedelta
from typing import Any

import pytest

from opskit.redshift.catalog import Engine
from tests.redshift.rules.views import ago, findings

MONTH = timedelta(days=30)
TABLE = {"schema": "s", "table": "old", "table_id": 7, "size": 2048, "create_time": ago(days=90)}
ENGINES: list[Engine] = ["provisioned", "serverless"]


def rows(engine: Engine, scans: Any = (), **more: Any) -> dict[str, list[dict[str, Any]]]:
    """A month of queries, one table, and who looks."""
    days = [ago(days=n, hours=1) for n in range(30)]
    views: dict[str, list[dict[str, Any]]] = {
        "svv_table_info": [TABLE],
        "pg_user": [{"usename": "duckdb", "usesysid": 1, "usesuper": True}],
    }
    if engine == "provisioned":
        views["stl_query"] = [{"query": n, "starttime": at} for n, at in enumerate(days)]
        views["stl_scan"] = list(scans)
        views["sys_query_detail"] = [detail(table_id=99, start_time=ago(days=29, hours=1))]
    else:
        views["sys_query_history"] = [
            {"query_id": n, "start_time": at} for n, at in enumerate(days)
        ]
        views["sys_query_detail"] = [
            {
                "user_id": s["userid"],
                "table_id": s["tbl"],
                "query_id": s["query"],
                "start_time": s["starttime"],
                "step_name": "scan" if s["type"] == 2 else "hash",
            }
            for s in scans
        ]
    return views | more


def detail(**more: Any) -> dict[str, Any]:
    """A step in SYS_QUERY_DETAIL, whose number of the query is none of STL's."""
    step = {"user_id": 100, "table_id": 7, "query_id": 7001, "step_name": "scan"}
    return {**step, "start_time": ago(days=9), "end_time": ago(days=9), **more}


def scan(**more: Any) -> dict[str, Any]:
    return {"userid": 100, "tbl": 7, "query": 1, "type": 2, "starttime": ago(days=9), **more}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    "scans",
    [
        [],
        [scan(tbl=8)],
        [scan(userid=1)],  # the system's own
        [scan(type=3)],  # a temporary table of a join
        [scan(starttime=ago(days=31))],
    ],
)
def test_a_table_that_no_user_scans(engine: Engine, scans: Any) -> None:
    [found] = findings("RSH016", rows(engine, scans), engine=engine, window=MONTH)
    assert found.object == '"s"."old"'
    assert found.message == 'no query scanned "s"."old" in 30 days: 2.0 GB'
    assert found.data["cost"]["gigabytes"] == 2.0


@pytest.mark.parametrize("engine", ENGINES)
def test_a_scan_is_a_use(engine: Engine) -> None:
    assert not findings("RSH016", rows(engine, [scan()]), engine=engine, window=MONTH)


@pytest.mark.parametrize("engine", ENGINES)
def test_what_is_not_known_is_no_finding(engine: Engine) -> None:
    regular = [{"usename": "duckdb", "usesysid": 1, "usesuper": False}]
    assert not findings("RSH016", rows(engine, pg_user=regular), engine=engine, window=MONTH)
    assert not findings("RSH016", rows(engine), engine=engine)  # a day
    log = "stl_query" if engine == "provisioned" else "sys_query_history"
    gap = rows(engine)[log][:12] + rows(engine)[log][13:]
    assert not findings("RSH016", rows(engine, **{log: gap}), engine=engine, window=MONTH)
    for change in (
        {"create_time": ago(days=29)},
        {"size": 1023},
        {"table": "mv_tbl__x__0"},
    ):
        given = rows(engine, svv_table_info=[TABLE | change])
        assert not findings("RSH016", given, engine=engine, window=MONTH)


def test_a_sample_of_analyze_is_no_use() -> None:
    given = rows("provisioned", [scan(query=500)])
    given["stl_query"].append(
        {"query": 500, "starttime": ago(days=9), "querytxt": "padb_fetch_sample: select * from old"}
    )
    assert findings("RSH016", given, window=MONTH)
    for text in ("padb_fetch_sample: select 1", "ANALYZE s.old"):
        given = rows("serverless", [scan(query=500)])
        sample = {"query_id": 500, "start_time": ago(days=9), "query_text": text}
        given["sys_query_history"].append(sample)
        assert findings("RSH016", given, engine="serverless", window=MONTH)
        given = rows("provisioned")
        given["sys_query_detail"].append(detail(query_id=500))
        assert not findings("RSH016", given, window=MONTH)
        assert findings("RSH016", given | {"sys_query_history": [sample]}, window=MONTH)


@pytest.mark.parametrize(
    ("changes", "used"),
    [
        ({}, True),
        ({"query_id": 500}, True),  # a sample in STL, another query in SYS
        ({"user_id": 1}, False),
        ({"table_id": 8}, False),
        ({"step_name": "hash"}, False),
        ({"start_time": ago(days=31)}, False),
    ],
)
def test_a_scan_of_a_concurrency_scaling_cluster_is_a_use(
    changes: dict[str, Any], used: bool
) -> None:
    """STL_SCAN has the main cluster's only."""
    given = rows("provisioned")
    given["stl_query"].append(
        {"query": 500, "starttime": ago(days=9), "querytxt": "padb_fetch_sample: select 1"}
    )
    given["sys_query_detail"].append(detail(**changes))
    assert bool(findings("RSH016", given, window=MONTH)) is not used


def test_sys_query_detail_has_to_reach_as_far_as_stl() -> None:
    """A capture may have STL_SCAN for longer: what other clusters scanned is then not known."""
    given = rows("provisioned")
    given["sys_query_detail"][0]["start_time"] = ago(days=28, hours=1)
    assert not findings("RSH016", given, window=MONTH)
    assert not findings("RSH016", given | {"sys_query_detail": []}, window=MONTH)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("share", "known"),
    [
        ({}, False),
        ({"object_name": '"S"."Old"'}, False),
        ({"share_type": "INBOUND"}, True),
        ({"object_name": "s.other"}, True),
    ],
)
def test_of_a_table_that_others_read_nothing_is_known(
    engine: Engine, share: dict[str, str], known: bool
) -> None:
    given = {"share_type": "OUTBOUND", "object_type": "table", "object_name": "s.old"}
    views = rows(engine, svv_datashare_objects=[given | share])
    assert bool(findings("RSH016", views, engine=engine, window=MONTH)) is known


def test_when_it_was_written_is_said() -> None:
    written = [{"userid": 100, "tbl": 7, "starttime": ago(days=2), "endtime": ago(days=2)}]
    [found] = findings("RSH016", rows("provisioned", stl_insert=written), window=MONTH)
    assert found.observed == "no scan, last written 2026-11-18"
    given = rows("provisioned", stl_insert=written)
    given["sys_query_detail"].append(detail(step_name="insert", end_time=ago(days=1)))
    [found] = findings("RSH016", given, window=MONTH)
    assert found.observed == "no scan, last written 2026-11-19"
    assert not findings("RSH016", rows("provisioned"), window=timedelta(days=60), unused_days=31)
