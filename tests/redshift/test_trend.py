"""Trends: what changed is found, what is noise is not."""

import math
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from opskit.errors import InputError, UsageError
from opskit.output import Table
from opskit.redshift import capture, duck
from opskit.redshift.catalog import Engine
from opskit.redshift.source import QueryError, Reason
from opskit.redshift.trend import look as trend
from opskit.redshift.trend import statistics
from tests.redshift.test_capture import Refusing
from tests.redshift.warehouses import NOW

DAY = timedelta(days=1)


def series(dice: random.Random, blocks: int, recent: int, factor: float = 1.0) -> statistics.Series:
    """Blocks of a text with a scatter of its own, from 5 % to a factor of three."""
    scatter, middle = dice.choice([0.05, 0.1, 0.3, 0.6, 1.0]), dice.uniform(10, 20)
    values = [math.exp(dice.gauss(middle, scatter)) for _ in range(blocks + recent)]
    return statistics.Series(values[recent:], [value * factor for value in values[:recent]])


@pytest.mark.parametrize(("blocks", "recent"), [(24, 4), (29, 1), (6, 1)])
def test_noise_is_no_change(blocks: int, recent: int) -> None:
    """100 captures with 400 texts each: not one of 40,000 is called slower or faster."""
    for seed in range(100):
        dice = random.Random(seed)
        found = statistics.changes({str(n): series(dice, blocks, recent) for n in range(400)})
        assert {change.verdict for change in found.values()} == {"steady"}, seed


@pytest.mark.parametrize("seed", range(20))
def test_a_query_that_takes_three_times_as_long_is_found(seed: int) -> None:
    dice = random.Random(seed)
    given = {str(n): series(dice, 24, 4) for n in range(400)}
    steady = [math.exp(dice.gauss(14, 0.2)) for _ in range(28)]
    given["slow"] = statistics.Series(steady[4:], [3 * value for value in steady[:4]])
    given["fast"] = statistics.Series(steady[4:], [value / 3 for value in steady[:4]])
    found = statistics.changes(given)
    assert found["slow"].verdict == "slower"
    assert found["slow"].ratio == pytest.approx(3, rel=0.4)
    assert found["fast"].verdict == "faster"
    assert sum(change.verdict != "steady" for change in found.values()) == 2


def test_a_nightly_job_of_a_week_is_found_where_it_is_steady() -> None:
    before = [60.0, 63.0, 61.0, 58.0, 60.5, 62.0]
    [change] = statistics.changes({"job": statistics.Series(before, [180.0])}).values()
    assert change.verdict == "slower"
    assert change.before == 60.75
    assert change.deviation == 1.0
    assert change.z == pytest.approx((180 - 60.75) / 1.4826)


@pytest.mark.parametrize(
    ("before", "recent", "verdict"),
    [
        ([1.0] * 5, [1.49], "steady"),  # below half as much again
        ([1.0] * 5, [1.51], "slower"),
        ([1.0] * 4, [9.0], "too few"),
        ([1.0] * 9, [], "too few"),
        ([1.0] * 30 + [3.1], [3.0], "steady"),  # as bad as that it was before
        ([3.0] * 5, [2.0], "faster"),
    ],
)
def test_what_counts_as_a_change(before: list[float], recent: list[float], verdict: str) -> None:
    [change] = statistics.changes({"a": statistics.Series(before, recent)}).values()
    assert change.verdict == verdict


@pytest.mark.parametrize(
    ("t", "freedom", "p"),
    [  # scipy.stats.t.sf; the last in closed form
        (0.0, 5, 0.5),
        (2.0, 5, 0.05096973941492917),
        (10.0, 5, 8.547378787148353e-05),
        (2.5, 23, 0.009997061000123083),
        (12.0, 2, (1 - 12 / math.sqrt(12**2 + 2)) / 2),
    ],
)
def test_students_tail(t: float, freedom: float, p: float) -> None:
    assert statistics.tail(t, freedom) == pytest.approx(p, rel=1e-6)
    assert statistics.tail(-t, freedom) == statistics.tail(t, freedom)


def test_holm() -> None:
    found = statistics.holm({"a": 0.01, "b": 0.04, "c": 0.03, "d": 0.005})
    assert found == pytest.approx({"a": 0.03, "b": 0.06, "c": 0.06, "d": 0.02})


def test_slope() -> None:
    assert statistics.slope([(0, 1), (1, 3), (2, 5)]) == pytest.approx(2)
    assert statistics.slope([(1, 1)]) is None
    assert statistics.slope([(1, 1), (1, 2)]) is None


def provisioned(runs: Iterable[tuple[datetime, float, str]]) -> dict[str, list[dict[str, Any]]]:
    """Runs in STL, each with 100 s in a queue."""
    queries, waits = [], []
    for number, (start, seconds, text) in enumerate(runs, start=1):
        end = start + timedelta(seconds=seconds + 100)
        queries.append(
            {
                "userid": 100,
                "query": number,
                "querytxt": text,
                "starttime": start,
                "endtime": end,
                "aborted": 0,
            }
        )
        waits.append(
            {
                "userid": 100,
                "query": number,
                "total_queue_time": 100_000_000,
                "service_class_start_time": start,
                "service_class_end_time": end,
                "service_class": 6,
                "total_exec_time": int(seconds * 1e6),
                "queue_start_time": start,
            }
        )
    return {"stl_query": queries, "stl_wlm_query": waits}


def serverless(runs: Iterable[tuple[datetime, float, str]]) -> dict[str, list[dict[str, Any]]]:
    return {
        "sys_query_history": [
            {
                "user_id": 100,
                "query_id": number,
                "query_text": text,
                "start_time": start,
                "end_time": start + timedelta(seconds=seconds),
                "status": "success",
                "execution_time": int(seconds * 1e6),
                "queue_time": 100_000_000,
                "elapsed_time": int(seconds * 1e6) + 100_000_000,
                "generic_query_hash": text,
            }
            for number, (start, seconds, text) in enumerate(runs, start=1)
        ]
    }


def week(seed: int) -> Iterable[tuple[datetime, float, str]]:
    """Runs of seven days: one text takes three times as long on the last, one ran once."""
    dice = random.Random(seed)
    for hours in range(3, 168, 5):
        start = NOW - timedelta(hours=hours)
        slow = 3 if hours < 24 else 1
        yield start, 20 * math.exp(dice.gauss(0, 0.15)) * slow, "select slow"
        yield start, 20 * math.exp(dice.gauss(0, 0.15)), "select steady"
        yield start, 0.001 * slow, "select tiny"
    yield NOW - timedelta(hours=2), 900, "select once"


@pytest.mark.parametrize(
    ("engine", "rows"), [("provisioned", provisioned), ("serverless", serverless)]
)
def test_queries_of_a_capture(engine: Engine, rows: Any, tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(duck.memory(engine, NOW, rows(week(1))), path)
    with capture.open_capture(path) as source:
        table = trend.trend(source, "query")
        [row] = table.rows
        assert (row["text"], row["verdict"]) == ("select slow", "slower")
        assert row["ratio"] == pytest.approx(3, rel=0.3)
        assert row["recent_runs"] == 5
        assert row["extra_seconds"] == pytest.approx(200, rel=0.3)
        assert table.extra["tested"] == 2
        assert table.extra["too_few"] == 2
        assert table.extra["block_hours"] == 6
        assert trend.worse(table)
        assert "2 of 4 texts tested" in trend.summary(table, "query")
        early = trend.trend(source, "query", NOW - timedelta(hours=30))
        assert early.extra["tested"] == 0
        assert not trend.worse(early)
        with pytest.raises(InputError, match="nothing from"):
            trend.trend(source, "query", NOW)


def sized(day: int, **sizes: int) -> duck.DuckSource:
    tables = [
        {"schema": "s", "table": name, "table_id": number, "size": size, "tbl_rows": size * 10}
        for number, (name, size) in enumerate(sizes.items())
    ]
    disk = [{"node": 0, "used": 40_960 + sum(sizes.values()), "capacity": 102_400}]
    rows = {"svv_table_info": tables, "stv_node_storage_capacity": disk}
    return duck.memory("provisioned", NOW + day * DAY, rows)


def test_tables_that_grow_and_the_disk_that_they_fill(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    for day in range(4):
        sizes = {"still": 1024, "fast": 1024 + 2048 * day, "gone": 5000}
        if day == 3:
            del sizes["gone"]
        capture.take(sized(day, **sizes), path)
    with capture.open_capture(path) as source:
        table = trend.trend(source, "table")
        rows = {row["table"]: row for row in table.rows}
        assert rows["fast"]["gb_per_day"] == 2.0
        assert rows["fast"]["gb"] == 7.0
        assert rows["fast"]["rows_per_day"] == 20_480
        assert rows["still"]["gb_per_day"] == 0.0
        assert next(iter(table.rows))["table"] == "fast"
        disk: Any = table.extra["disk"]
        assert disk["gb_per_day"] == 2.0
        assert disk["full_in_days"] == 26.0  # 100 GB, 48 in use
        assert disk["full_at"] == NOW + 3 * DAY + 26 * DAY
        assert "the disk is full in 26 days" in trend.summary(table, "table")
    with capture.open_capture(path, NOW) as source:
        rows = {row["table"]: row for row in trend.trend(source, "table").rows}
        assert rows["fast"]["gb_per_day"] is None


def test_queues_and_loads_by_day(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    runs = [(NOW - n * DAY, 300.0, "copy t from 's3://b/k' iam_role 'x'") for n in (1, 1, 2)]
    rows = provisioned(runs)
    rows["stl_s3client"] = [
        {
            "userid": 100,
            "query": n,
            "recordtime": NOW - DAY,
            "http_method": "GET",
            "bucket": "b",
            "key": "k",
            "transfer_size": 400 * 2**20,
        }
        for n in (1, 2)
    ]
    capture.take(duck.memory("provisioned", NOW, rows), path)
    with capture.open_capture(path) as source:
        waits = trend.trend(source, "queue").rows
        assert [(r["day"], r["queries"], r["queue_seconds"], r["share"]) for r in waits] == [
            ("2026-11-18", 1, 100.0, 25.0),
            ("2026-11-19", 2, 200.0, 25.0),
        ]
        found = trend.trend(source, "load").rows
        assert [(r["day"], r["copies"], r["mb_per_second"]) for r in found] == [
            ("2026-11-18", 1, None),
            ("2026-11-19", 2, 1.0),
        ]


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
@pytest.mark.parametrize("subject", ["query", "table", "load", "queue"])
def test_nothing_is_no_trend(engine: Engine, subject: trend.Subject, tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(duck.memory(engine, NOW, {"svv_table_info": [{}]}), path)
    with capture.open_capture(path) as source:
        table: Table = trend.trend(source, subject)
        assert list(table.rows) == []
        assert trend.summary(table, subject)


def test_a_time_or_a_length_of_time() -> None:
    assert trend.moment("14d", NOW) == NOW - 14 * DAY
    assert trend.moment("2026-11-01", NOW) == datetime(2026, 11, 1)
    with pytest.raises(UsageError):
        trend.moment("soon", NOW)


def test_sizes_that_were_not_captured_are_an_error_with_the_grant(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    denied = QueryError("permission denied", Reason.PERMISSION, relation="svv_table_info")
    live = duck.memory("provisioned", NOW, {})
    capture.take(Refusing(live, lambda sql: denied if "svv_table_info" in sql else None), path)
    with capture.open_capture(path) as source, pytest.raises(QueryError) as error:
        trend.trend(source, "table")
    assert error.value.message == "svv_table_info was not captured: permission denied"
    grant = 'GRANT SELECT ON svv_table_info TO "ops"'
    assert error.value.hint == f"as a superuser {grant}, then capture again"
    assert error.value.exit_code == 3
