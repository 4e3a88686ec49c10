"""RSH064 on: rules on queries."""

from datetime import timedelta
from typing import Any

import pytest

from opskit.redshift.catalog import Engine
from tests.redshift.rules.logs import (
    GB,
    ORDERS,
    SECOND,
    Row,
    answer,
    ran,
    survives,
    sys_ran,
    together,
)
from tests.redshift.rules.views import ago, findings

ENGINES: tuple[Engine, ...] = ("provisioned", "serverless")
SLOW = "select * from sales.orders where day = '2026-11-{}'"


def runs(engine: Engine, *made: Row) -> dict[str, list[Row]]:
    return {"stl_query" if engine == "provisioned" else "sys_query_history": list(made)}


def run(engine: Engine, query: int, text: str, **more: Any) -> Row:
    return (ran if engine == "provisioned" else sys_ran)(query, text, **more)


def alert(query: int, slice_: int = 0) -> Row:
    return {"query": query, "userid": 100, "slice": slice_, "event_time": ago(minutes=50)} | {
        "event": "Nested Loop Join in the query plan"
    }


def step(query: int, level: int, **more: Any) -> Row:
    """A row of SYS_QUERY_DETAIL at a level: 0 is the query, 3 a step."""
    places = [0 if level > n else -1 for n in range(3)]
    names = ("stream_id", "segment_id", "step_id")
    at = ago(minutes=50)
    row = {"query_id": query, "user_id": 100, "child_query_sequence": 1, "start_time": at}
    return {**row, **dict(zip(names, places, strict=True)), **more}


def test_a_run_with_three_alerts_is_one_run() -> None:
    """The popular script joins the alerts, and counts the run and its time three times."""
    text = SLOW.format(1)
    alerts = [alert(1, slice_) for slice_ in range(3)]
    metrics = [
        {"query": 1, "segment": segment, "step_type": kind, "blocks_to_disk": 5}
        for segment, kind in ((-1, -1), (0, -1), (0, 3))
    ]
    rows = {
        "stl_query": [ran(1, text, seconds=100), ran(2, text, seconds=50)],
        "stl_alert_event_log": alerts,
        "stl_query_metrics": [{**row, "starttime": ago(minutes=50)} for row in metrics],
        "stl_wlm_query": [
            {"query": 1, "total_queue_time": 40 * SECOND, "total_exec_time": 60 * SECOND}
            | {"service_class_start_time": ago(minutes=50)}
        ],
    }
    [row] = answer("top-queries", rows)
    assert (row["runs"], row["users"], row["alerts"]) == (2, 1, 1)
    assert row["elapsed_us"] == 150 * SECOND
    assert row["exec_us"] == 110 * SECOND
    assert row["queue_us"] == 40 * SECOND
    assert row["spilled_mb"] == 5
    assert row["last_query_id"] == 2


def test_levels_of_the_detail_are_not_counted_again() -> None:
    """SYS_QUERY_DETAIL has the same blocks at the levels of step, segment, stream and query."""
    details = [
        step(1, level, spilled_block_local_disk=3, spilled_block_remote_disk=4, alert="Nested Loop")
        for level in range(4)
    ]
    rows = {"sys_query_history": [sys_ran(1, "select 1")], "sys_query_detail": details}
    [row] = answer("top-queries", rows, "serverless")
    assert (row["spilled_mb"], row["alerts"], row["runs"]) == (7, 1, 1)
    [row] = answer("spilled-queries", rows, "serverless")
    assert row["spilled_mb"] == 7


def test_values_do_not_make_other_texts() -> None:
    for engine in ENGINES:
        made = [run(engine, n, SLOW.format(n)) for n in range(3)]
        [row] = answer("top-queries", runs(engine, *made), engine)
        assert row["runs"] == 3
        assert len(answer("top-queries", runs(engine, *made, run(engine, 9, "x")), engine)) == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_one_text_takes_most_of_the_time(engine: Engine) -> None:
    made = [run(engine, n, SLOW.format(n), seconds=300) for n in range(3)]
    rows = runs(engine, *made, run(engine, 9, "select 1", seconds=100))
    [found] = findings("RSH064", rows, engine=engine)
    assert found.message.startswith("one text takes 90 % of all execution time: select * from")
    assert found.object == "query 2"
    assert found.data["cost"]["seconds"] == 900
    survives("RSH064", rows, engine)
    assert not findings("RSH064", rows, engine=engine, top_share=90)
    assert not findings("RSH064", rows, engine=engine, top_floor=901)


def spilled(engine: Engine, megabytes: int, service_class: int = 6) -> dict[str, list[Row]]:
    text = runs(engine, run(engine, 1, "select 1"))
    if engine == "serverless":
        return together(
            text, {"sys_query_detail": [step(1, 3, spilled_block_local_disk=megabytes)]}
        )
    row = {"query": 1, "segment": -1, "step_type": -1, "blocks_to_disk": megabytes}
    metrics = {**row, "service_class": service_class, "starttime": ago(minutes=59)}
    return together(text, {"stl_query_metrics": [metrics]})


@pytest.mark.parametrize("engine", ENGINES)
def test_spills_cost_what_they_write(engine: Engine) -> None:
    rows = spilled(engine, 20 * 1024)
    [found] = findings("RSH065", rows, engine=engine)
    assert found.message == "one text wrote 20.0 GB to disk: select 1"
    assert found.data["cost"]["gigabytes"] == 20
    survives("RSH065", rows, engine)
    assert not findings("RSH065", spilled(engine, 10 * 1024), engine=engine)


def test_more_memory_is_had_otherwise_in_each_kind_of_queue() -> None:
    [manual] = findings("RSH065", spilled("provisioned", 20 * 1024))
    [automatic] = findings("RSH065", spilled("provisioned", 20 * 1024, 100))
    [serverless] = findings("RSH065", spilled("serverless", 20 * 1024), engine="serverless")
    assert "wlm_query_slot_count" in manual.fix
    assert "priority" in automatic.fix
    assert "base capacity" in serverless.fix


def running(engine: Engine, seconds: float, waited: float = 0) -> dict[str, list[Row]]:
    started, queue = ago(seconds=seconds), int(waited * SECOND)
    if engine == "serverless":
        row = sys_ran(1, "select 1", status="running", queue_time=queue) | {"start_time": started}
        return {"sys_query_history": [row]}
    flight = {"query": 1, "userid": 100, "pid": 4711, "starttime": started, "text": "select 1"}
    return {
        **ORDERS,
        "stv_inflight": [{**flight, "slice": slice_} for slice_ in (0, 1)],
        "stv_wlm_query_state": [{"query": 1, "state": "Running", "queue_time": queue}],
    }


@pytest.mark.parametrize(("engine", "pid"), [("provisioned", 4711), ("serverless", 4000)])
def test_a_query_that_runs_too_long_is_cancelled_by_its_process(engine: Engine, pid: int) -> None:
    """Also one that began before the window."""
    rows = running(engine, 30 * 3600)
    [found] = findings("RSH071", rows, engine=engine)
    assert found.data["sql"] == [f"CANCEL {pid};"]
    assert f"pg_terminate_backend({pid})" in found.fix
    assert found.data["reversible"] is False
    assert found.data["cost"]["seconds"] == 30 * 3600
    assert "user etl" in found.observed
    survives("RSH071", rows, engine)
    assert not findings("RSH071", running(engine, 3600), engine=engine)
    assert not findings("RSH071", running(engine, 5000, waited=1500), engine=engine)


def compiled(engine: Engine, seconds: float) -> dict[str, list[Row]]:
    """A query of 1000 s whose two segments compile side by side."""
    if engine == "serverless":
        made = sys_ran(1, "select 1", seconds=1000, compile_time=int(seconds * SECOND))
        return {"sys_query_history": [made]}
    at = ago(minutes=59)
    row = {"query": 1, "userid": 100, "compile": 1, "starttime": at}
    segments = [{**row, "segment": n, "endtime": at + timedelta(seconds=seconds)} for n in (0, 1)]
    reused = {**row, "segment": 2, "compile": 0, "endtime": at + timedelta(seconds=900)}
    return {"stl_query": [ran(1, "select 1", seconds=1000)], "svl_compile": [*segments, reused]}


@pytest.mark.parametrize("engine", ENGINES)
def test_compiling_counts_as_queries_wait_for_it(engine: Engine) -> None:
    rows = compiled(engine, 400)
    [found] = findings("RSH072", rows, engine=engine)
    assert found.message == "compiling takes 40 % of the time of queries"
    assert found.data["cost"]["seconds"] == 400
    survives("RSH072", rows, engine)
    assert not findings("RSH072", compiled(engine, 299), engine=engine)
    assert not findings("RSH072", rows, engine=engine, compile_share=40)


@pytest.mark.parametrize("engine", ENGINES)
def test_failing_queries_are_told_by_user_and_reason(engine: Engine) -> None:
    bad = {"aborted": 1} if engine == "provisioned" else {"status": "failed"}
    said = {} if engine == "provisioned" else {"error_message": "relation 12 does not exist"}
    made = [run(engine, n, "select 1", seconds=2, **bad, **said) for n in range(20)]
    rows = together(ORDERS, runs(engine, *made, *(run(engine, 50 + n, "x") for n in range(20))))
    [found] = findings("RSH073", rows, engine=engine)
    assert found.message == "50 % of the queries failed or were cancelled"
    assert "20 of etl" in found.observed
    assert ("relation N does not exist" in found.observed) is (engine == "serverless")
    assert found.data["cost"]["seconds"] == 40
    survives("RSH073", rows, engine)
    assert not findings("RSH073", rows, engine=engine, failures_floor=21)
    assert not findings("RSH073", rows, engine=engine, failures=50)


def returned(engine: Engine, size: float) -> dict[str, list[Row]]:
    """A result of four slices, of which the leader's step after them returns a half."""
    if engine == "serverless":
        return runs(engine, sys_ran(1, "select 1", returned_bytes=int(size), returned_rows=8))
    at = ago(minutes=59)
    slices = [
        {"query": 1, "slice": n, "segment": 3, "rows": 2, "bytes": int(size / 4)} for n in range(4)
    ]
    leader = {"query": 1, "slice": 12811, "segment": 4, "rows": 4, "bytes": int(size / 2)}
    rows = [{**row, "starttime": at} for row in (*slices, leader)]
    return together(runs(engine, ran(1, "select 1")), {"stl_return": rows})


@pytest.mark.parametrize("engine", ENGINES)
def test_large_results_are_unloaded(engine: Engine) -> None:
    rows = returned(engine, 2 * GB)
    [found] = findings("RSH074", rows, engine=engine)
    assert found.message == "a query returned 2.0 GB: select 1"
    assert found.observed == "2.0 GB and 8 rows in 1 run"
    assert found.data["cost"]["gigabytes"] == 2
    assert "UNLOAD" in found.fix
    survives("RSH074", rows, engine)
    assert not findings("RSH074", returned(engine, GB), engine=engine)
