"""RSH066 on: rules on the alerts of the optimizer."""

from datetime import timedelta
from typing import Any

import pytest

from opskit.redshift.catalog import Engine
from tests.redshift.rules.logs import ORDERS, SECOND, Row, answer, ran, survives, sys_ran, together
from tests.redshift.rules.test_tables import table
from tests.redshift.rules.views import ago, findings

ENGINES: tuple[Engine, ...] = ("provisioned", "serverless")
EVENTS = {
    "nested loop": "Nested Loop Join in the query plan - joins",
    "selective filter": "Very selective query filter:ratio=rows(1)/rows_pre_user_filter(100)",
    "deleted rows": "Scanned a large number of deleted rows",
    "distribution": "Distributed a large number of rows across the network:9 rows",
    "broadcast": "Broadcasted a large number of rows across the network:9 rows",
    "serial distribution": "DS_DIST_ALL_INNER for Hash Join in the query plan",
    "statistics": "Missing query planner statistics",
}
#: The step of each alert: its view on provisioned clusters, its name on serverless.
STEPS = {
    "nested loop": ("stl_nestloop", "nestloop"),
    "distribution": ("stl_dist", "distribute"),
    "broadcast": ("stl_bcast", "broadcast"),
}
TEXT = "select * from sales.orders o join sales.lines l on o.id > l.id"


def alerted(
    engine: Engine,
    kind: str,
    *,
    query: int = 1,
    seconds: float = 90,
    rows: int = 1_000,
    of: int = 100_000,
    table: bool = True,
) -> dict[str, list[Row]]:
    """A query that raised an alert on two slices, in a segment that scans sales.orders."""
    if engine == "serverless":
        return _alerted_serverless(kind, query, seconds, rows, of, table)
    at = ago(minutes=59)
    span = {"starttime": at, "endtime": at + timedelta(seconds=seconds)}
    place = {"query": query, "userid": 100, "segment": 2, **span}
    scan = {"type": 2, "tbl": 100, "rows": rows // 2, "rows_pre_user_filter": of // 2}
    found: dict[str, list[Row]] = {
        "stl_query": [ran(query, TEXT, seconds=200)],
        "stl_alert_event_log": [
            {**place, "slice": n, "event": EVENTS[kind], "event_time": at} for n in (0, 1)
        ],
    }
    if kind in STEPS:
        found[STEPS[kind][0]] = [{**place, "slice": n, "rows": rows // 2} for n in (0, 1)]
    if table:
        scans = [{**place, **scan, "slice": n, "rows_pre_filter": of} for n in (0, 1)]
        found["stl_scan"] = scans
    return found


def _alerted_serverless(
    kind: str, query: int, seconds: float, rows: int, of: int, table: bool
) -> dict[str, list[Row]]:
    """The same in SYS_QUERY_DETAIL, whose segment says it all again."""
    base: Row = {
        "query_id": query,
        "user_id": 100,
        "child_query_sequence": 1,
        "stream_id": 0,
        "segment_id": 2,
        "start_time": ago(minutes=59),
        "duration": int(seconds * SECOND),
    }
    scan = {"step_id": 0, "step_name": "scan", "input_rows": of, "output_rows": rows}
    details = [{**base, **scan, "table_name": "dev.sales.orders" if table else "dev..volt"}]
    details[0]["alert"] = EVENTS[kind]
    details.append({**base, "step_id": -1, "alert": EVENTS[kind], "output_rows": rows})
    if kind in STEPS:
        details.append({**base, "step_id": 1, "step_name": STEPS[kind][1], "output_rows": rows})
    return {"sys_query_history": [sys_ran(query, TEXT, seconds=200)], "sys_query_detail": details}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", [kind for kind in EVENTS if kind != "statistics"])
def test_a_query_is_one_query_however_many_alerts_it_raised(engine: Engine, kind: str) -> None:
    [row] = answer("query-alerts", together(ORDERS, alerted(engine, kind)), engine)
    assert row["kind"] == kind
    assert row["queries"] == 1
    assert row["time_us"] == 90 * SECOND
    assert row["elapsed_us"] == 200 * SECOND
    assert row["database"] == "dev"
    assert row["text"] == TEXT
    if kind == "nested loop":
        assert (row["schema"], row["table"]) == (None, None)
        assert row["hash"]
    else:
        assert (row["schema"], row["table"], row["hash"]) == ("sales", "orders", None)


@pytest.mark.parametrize("engine", ENGINES)
def test_missing_statistics_are_no_alert_of_these(engine: Engine) -> None:
    assert not answer("query-alerts", together(ORDERS, alerted(engine, "statistics")), engine)


CASES: list[tuple[str, str, dict[str, Any], str, list[str]]] = [
    ("RSH066", "nested loop", {}, "a nested loop join: " + TEXT, []),
    (
        "RSH067",
        "selective filter",
        {},
        'scans of "sales"."orders" keep 1 % of their rows',
        ['ALTER TABLE "sales"."orders" ALTER SORTKEY AUTO;'],
    ),
    (
        "RSH068",
        "distribution",
        {"rows": 2_000_000},
        'rows of "sales"."orders" are distributed to other nodes',
        ['ALTER TABLE "sales"."orders" ALTER DISTSTYLE AUTO;'],
    ),
    (
        "RSH068",
        "broadcast",
        {"rows": 2_000_000},
        'rows of "sales"."orders" are broadcast to other nodes',
        ['ALTER TABLE "sales"."orders" ALTER DISTSTYLE AUTO;'],
    ),
    (
        "RSH069",
        "deleted rows",
        {},
        'scans of "sales"."orders" pass over many deleted rows',
        ['VACUUM DELETE ONLY "sales"."orders";'],
    ),
    ("RSH070", "serial distribution", {}, "a join runs on one slice: " + TEXT, []),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("code", "kind", "changes", "message", "sql"), CASES)
def test_an_alert_has_its_statement(
    engine: Engine, code: str, kind: str, changes: dict[str, Any], message: str, sql: list[str]
) -> None:
    made = table(estimated_visible_rows=900_000)
    rows = together(ORDERS, made, alerted(engine, kind, **changes))
    [found] = findings(code, rows, engine=engine)
    assert found.message == message
    assert found.data["sql"] == sql
    assert found.data["cost"]["seconds"] == 90
    assert "1 query" in found.observed
    survives(code, rows, engine)
    short = together(ORDERS, alerted(engine, kind, seconds=59, **changes))
    assert not findings(code, short, engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_alerts_of_one_table_are_one_finding(engine: Engine) -> None:
    parts = [alerted(engine, "selective filter", query=n, rows=n * 1000) for n in (1, 2, 3)]
    [found] = findings("RSH067", together(ORDERS, table(), *parts), engine=engine)
    assert "3 queries in database dev, 4 min, 6,000 of 300,000 rows; last 3" in found.observed
    assert found.data["cost"]["seconds"] == 270
    assert found.data["undo"] == (
        'ALTER TABLE "sales"."orders" ALTER COMPOUND SORTKEY ("ordered_at");'
    )


@pytest.mark.parametrize("engine", ENGINES)
def test_filters_and_movements_stay_quiet_at_the_threshold(engine: Engine) -> None:
    kept = alerted(engine, "selective filter", rows=5_000)
    assert not findings("RSH067", together(ORDERS, kept), engine=engine)
    moved = alerted(engine, "distribution", rows=1_000_000)
    assert not findings("RSH068", together(ORDERS, moved), engine=engine)


@pytest.mark.parametrize("engine", ENGINES)
def test_without_a_table_there_is_advice_and_no_statement(engine: Engine) -> None:
    rows = together(ORDERS, alerted(engine, "distribution", rows=2_000_000, table=False))
    [found] = findings("RSH068", rows, engine=engine)
    assert found.object == "query 1"
    assert found.data["sql"] == []
    assert found.data["reversible"] is None
    assert "DISTKEY" in found.fix


def test_deleted_rows_are_those_before_and_not_after_the_first_filter() -> None:
    [found] = findings("RSH069", together(ORDERS, alerted("provisioned", "deleted rows")))
    assert "100,000 of 200,000 rows" in found.observed


def test_a_table_of_another_database_is_not_named() -> None:
    [found] = findings("RSH069", alerted("provisioned", "deleted rows"))
    assert found.object == "query 1"
    assert found.data["sql"] == []


ADVICE: list[tuple[str, str, dict[str, Any], str]] = [
    ("RSH067", "selective filter", {"sortkey1": "AUTO(SORTKEY)"}, "chooses its sort key already"),
    ("RSH067", "selective filter", {"sortkey1": "AUTO(SORTKEY(a))"}, "chooses its sort key"),
    ("RSH067", "selective filter", {"sortkey1": "INTERLEAVED"}, "interleaved"),
    ("RSH067", "selective filter", {"schema": "other"}, "does not list the table"),
    ("RSH068", "distribution", {"diststyle": "AUTO(EVEN)"}, "chooses its distribution already"),
    ("RSH068", "distribution", {"sortkey1": "INTERLEAVED"}, "interleaved"),
    ("RSH068", "distribution", {"diststyle": None}, "ALTER DISTKEY column"),
    ("RSH068", "broadcast", {"table": "other"}, "does not list the table"),
    ("RSH069", "deleted rows", {"table": "other"}, "does not list the table"),
]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("code", "kind", "changes", "advice"), ADVICE)
def test_a_statement_that_would_do_nothing_or_be_refused_is_not_given(
    engine: Engine, code: str, kind: str, changes: dict[str, Any], advice: str
) -> None:
    many = 2_000_000 if code == "RSH068" else 1_000
    rows = together(ORDERS, table(**changes), alerted(engine, kind, rows=many))
    [found] = findings(code, rows, engine=engine)
    assert found.data["sql"] == []
    assert found.data["reversible"] is None
    assert found.data["undo"] == ""
    assert advice in found.fix


@pytest.mark.parametrize("code", ["RSH067", "RSH069"])
def test_on_serverless_a_table_of_another_database_is_not_altered(code: str) -> None:
    kind = "selective filter" if code == "RSH067" else "deleted rows"
    rows = together(table(database="prod"), alerted("serverless", kind))
    [found] = findings(code, rows, engine="serverless")
    assert found.data["sql"] == []
    assert "see database dev" in found.fix


def test_on_a_cluster_the_query_may_have_run_in_another_database() -> None:
    rows = together(ORDERS, table(database="prod"), alerted("provisioned", "selective filter"))
    [found] = findings("RSH067", rows)
    assert found.data["sql"] == ['ALTER TABLE "sales"."orders" ALTER SORTKEY AUTO;']


@pytest.mark.parametrize("engine", ENGINES)
def test_a_materialized_view_that_is_scanned_is_altered_by_its_own_name(engine: Engine) -> None:
    stored = "mv_tbl__daily__0"
    rows = together(ORDERS, table(table=stored), alerted(engine, "distribution", rows=2_000_000))
    rows["pg_class"] = [row | {"relname": stored} for row in rows["pg_class"]]
    for step in rows.get("sys_query_detail", []):
        step["table_name"] = f"dev.sales.{stored}"
    [found] = findings("RSH068", rows, engine=engine)
    view = 'ALTER MATERIALIZED VIEW "sales"."daily" ALTER'
    assert found.data["sql"] == [f"{view} DISTSTYLE AUTO;"]
    assert found.data["undo"] == f'{view} DISTSTYLE KEY DISTKEY "order_id";'


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("visible", "sql"),
    [
        (900_000, 'VACUUM DELETE ONLY "sales"."orders";'),
        (960_000, 'VACUUM DELETE ONLY "sales"."orders" TO 100 PERCENT;'),
        (None, 'VACUUM DELETE ONLY "sales"."orders" TO 100 PERCENT;'),
    ],
)
def test_a_vacuum_that_would_do_nothing_is_told_to_do_all(
    engine: Engine, visible: int | None, sql: str
) -> None:
    made = table(estimated_visible_rows=visible)
    rows = together(ORDERS, made, alerted(engine, "deleted rows"))
    [found] = findings("RSH069", rows, engine=engine)
    assert found.data["sql"] == [sql]
    assert "undo" not in found.told
