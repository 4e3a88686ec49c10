"""RSH055 on: rules on queues."""

from datetime import timedelta
from typing import Any

import pytest

from opskit.findings import Severity
from opskit.redshift.catalog import Engine
from tests.redshift.rules.logs import SECOND, Row, answer, ran, survives, sys_ran
from tests.redshift.rules.views import ago, findings


def waited(query: int, *, wait: float = 0.6, work: float = 4, queue: int = 6, **more: Any) -> Row:
    """A row of STL_WLM_QUERY."""
    return {
        "userid": 100,
        "query": query,
        "service_class": queue,
        "service_class_name": f"queue {queue}",
        "service_class_start_time": ago(minutes=30),
        "queue_start_time": ago(minutes=30),
        "total_queue_time": int(wait * SECOND),
        "total_exec_time": int(work * SECOND),
        **more,
    }


def test_short_waits_are_summed_before_they_are_compared() -> None:
    """Two hundred waits of 0.6 s are two minutes; in whole seconds each they would be none."""
    rows = {"stl_wlm_query": [waited(n) for n in range(200)]}
    [found] = findings("RSH055", rows)
    assert found.message == "queries spent 13 % of their time waiting in queue queue 6"
    assert found.object == "queue 6"
    assert found.data["cost"]["seconds"] == 120
    assert "longest 0.6 s" in found.observed
    survives("RSH055", rows)


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"work": 200, "wait": 10}, id="under 5 %"),
        pytest.param({"wait": 2}, id="below the floor"),
        pytest.param({"wait": 50, "queue": 5}, id="the queue of the superuser"),
        pytest.param({"wait": 50, "userid": 1}, id="the system's own"),
        pytest.param({"wait": 50, "service_class_start_time": ago(days=2)}, id="long ago"),
    ],
)
def test_queue_wait_stays_quiet(changes: dict[str, Any]) -> None:
    assert not findings("RSH055", {"stl_wlm_query": [waited(n, **changes) for n in range(20)]})


def test_serverless_has_no_service_classes() -> None:
    """The column is -1 for every query there: that is no reason to leave them out."""
    waits = {"queue_time": 9 * SECOND, "elapsed_time": 20 * SECOND}
    rows = {"sys_query_history": [sys_ran(n, "select 1", **waits) for n in range(10)]}
    [found] = findings("RSH055", rows, engine="serverless")
    assert found.message == "queries spent 45 % of their time waiting in queue serverless"
    assert found.data["cost"]["seconds"] == 90
    assert "capacity" in found.fix
    survives("RSH055", rows, "serverless")


def queue(number: int, name: str, slots: int, memory: int = 100) -> Row:
    """A row of STV_WLM_SERVICE_CLASS_CONFIG."""
    return {
        "service_class": number,
        "name": name,
        "num_query_tasks": slots,
        "query_working_mem": memory,
        "max_execution_time": 0,
    }


def config(*queues: Row, runs: int = 0, text: str = "select 1") -> dict[str, list[Row]]:
    """The queues of a cluster beside those of the system, and so many queries in the first."""
    system = [queue(5, "superuser", 1), queue(14, "Short query queue", 6), queue(15, "idle", 9)]
    number = queues[0]["service_class"]
    return {
        "stv_wlm_service_class_config": [*system, *queues],
        "stv_wlm_classification_config": [
            {"action_service_class": number, "condition": f"(query group: g{n})"} for n in (2, 1)
        ],
        "stv_wlm_qmr_config": [
            {"service_class": number, "rule_name": "long", "action": "abort", "metric_name": m}
            for m in ("query_execution_time", "scan_row_count")
        ],
        "stl_wlm_query": [waited(n, queue=number) for n in range(runs)],
        "stl_query": [ran(n, text, minutes=30) for n in range(runs)],
    }


def test_too_many_slots() -> None:
    rows = config(queue(6, "reports", 12), queue(7, "Default queue", 4))
    [found] = findings("RSH056", rows)
    assert found.message == "the WLM queues have 16 slots"
    assert found.observed == "reports 12, Default queue 4"
    survives("RSH056", rows)
    assert not findings("RSH056", config(queue(6, "reports", 11), queue(7, "Default queue", 4)))


def test_as_many_slots_as_there_may_be() -> None:
    [found] = findings("RSH056", config(queue(6, "reports", 50)))
    assert "50 are the most that Redshift allows" in found.message


def test_automatic_queues_have_no_slots() -> None:
    rows = config(*(queue(n, f"queue {n}", -1, -1) for n in range(100, 104)))
    for code in ("RSH056", "RSH057", "RSH060"):
        assert not findings(code, rows, slots=0, etl_slots=0)


@pytest.mark.parametrize(
    ("name", "runs", "text"),
    [("etl", 0, ""), ("night loads", 0, ""), ("q1", 10, "copy t from 's3://lake/in/'")],
)
def test_a_queue_that_loads_has_few_slots(name: str, runs: int, text: str) -> None:
    rows = config(queue(6, name, 8), runs=runs, text=text)
    [found] = findings("RSH057", rows)
    assert found.object == name
    assert "8 slots" in found.message
    assert "query_concurrency of this queue to 5" in found.fix
    survives("RSH057", rows)


@pytest.mark.parametrize(
    ("name", "slots", "text"),
    [("etl", 5, "copy t"), ("delta reports", 8, "select 1"), ("downloads", 8, "select 1")],
)
def test_other_queues_may_have_more_slots(name: str, slots: int, text: str) -> None:
    assert not findings("RSH057", config(queue(6, name, slots), runs=10, text=text))


def scaled(seconds: int, hour: int) -> Row:
    at = ago(hours=hour)
    return {
        "start_time": at,
        "end_time": at + timedelta(seconds=seconds),
        "queries": 3,
        "usage_in_seconds": seconds,
    }


def test_concurrency_scaling_is_summed_by_the_hour() -> None:
    rows = {"svcs_concurrency_scaling_usage": [scaled(400, 2), scaled(400, 2), scaled(300, 5)]}
    [found] = findings("RSH058", rows)
    assert found.message == "concurrency scaling ran 13 min in an hour"
    assert found.data["cost"]["seconds"] == 1100
    survives("RSH058", rows)
    assert not findings("RSH058", {"svcs_concurrency_scaling_usage": [scaled(600, 2)]})


def acted(query: int, action: str, rule: str = "long") -> Row:
    return {
        "userid": 100,
        "query": query,
        "service_class": 6,
        "service_class_name": "reports",
        "rule": rule,
        "action": action,
        "recordtime": ago(minutes=10),
    }


def test_queries_that_a_rule_ended_count_once() -> None:
    rows = {
        "stl_wlm_rule_action": [acted(1, "abort"), acted(1, "abort"), acted(2, "log", "wide")],
        "stl_wlm_query": [waited(1, work=90)],
        "stl_query": [ran(1, "select * from sales.orders"), ran(2, "select 2")],
    }
    [found] = findings("RSH059", rows)
    assert found.message == "rule long ended 1 query in queue reports"
    assert "select * from sales.orders" in found.observed
    assert found.data["cost"]["seconds"] == 90
    survives("RSH059", rows)


def test_queries_that_a_rule_ended_on_serverless() -> None:
    said = 'Query ({}) cancelled by WLM abort action of Query Monitoring Rule "long"'
    ended: dict[str, Any] = {"status": "canceled", "seconds": 30}
    rows = {
        "sys_query_history": [
            sys_ran(1, "select 1", error_message=said.format(1), **ended),
            sys_ran(2, "select 2", error_message=said.format(2), **ended),
            sys_ran(3, "select 3", error_message="column does not exist", **ended),
        ]
    }
    [found] = findings("RSH059", rows, engine="serverless")
    assert found.message == "rule long ended 2 queries in queue serverless"
    assert found.data["cost"]["seconds"] == 60
    survives("RSH059", rows, "serverless")


def test_a_queue_that_nothing_runs_in() -> None:
    queues = (queue(6, "reports", 5), queue(7, "old", 4, 500), queue(8, "Default queue", 5))
    rows = config(*queues, runs=3)
    [found] = findings("RSH060", rows)
    assert found.severity is Severity.INFO
    assert found.object == "old"
    assert "2,000 MB of memory a node" in found.observed
    survives("RSH060", rows)
    assert not findings("RSH060", config(*queues))  # no queries at all: the log is not to be seen


def test_a_queue_is_told_with_its_conditions_and_rules() -> None:
    """A rule of two predicates has two rows, and is one rule."""
    short, row = sorted(
        answer("wlm-config", config(queue(6, "reports", 5), runs=2)), key=lambda row: row["queries"]
    )
    assert short["mode"] == "short"
    assert row["conditions"] == "(query group: g1); (query group: g2)"
    assert row["rules"] == "long=abort"
    assert (row["queue"], row["mode"], row["slots"], row["queries"]) == ("reports", "manual", 5, 2)


@pytest.mark.parametrize("engine", ["serverless"])
def test_serverless_has_no_wlm(engine: Engine) -> None:
    for code in ("RSH056", "RSH057", "RSH058", "RSH060"):
        assert not findings(code, {}, engine=engine)
