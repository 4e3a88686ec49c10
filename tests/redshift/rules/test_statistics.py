"""RSH035 to RSH037: rules on statistics."""

from typing import Any

import pytest

from opskit.redshift.rules.statistics import names
from tests.redshift.rules.test_tables import TABLE, table
from tests.redshift.rules.views import ago, findings


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
@pytest.mark.parametrize(
    ("stats_off", "percent"), [(20.5, "20.5"), (-35, "35"), (100, "100"), (640, "100")]
)
def test_stale_statistics_are_between_0_and_100(
    stats_off: float, percent: str, engine: Any
) -> None:
    [found] = findings("RSH035", table(stats_off=stats_off), engine=engine)
    assert found.message == f'the statistics of "sales"."orders" are {percent} % off'
    assert found.fix == 'ANALYZE "sales"."orders";'


@pytest.mark.parametrize("changes", [{"stats_off": 20}, {"stats_off": -20}, {"stats_off": None}])
def test_current_statistics(changes: dict[str, Any]) -> None:
    assert not findings("RSH035", table(**changes))
    assert not findings("RSH035", table(stats_off=99, size=10))


def step(hours: float, rows: int, query: int = 1, slice_: int = 0) -> dict[str, Any]:
    """What one slice inserted or deleted in table 100, so many hours ago."""
    return {
        "tbl": 100,
        "query": query,
        "slice": slice_,
        "starttime": ago(hours=hours),
        "rows": rows,
    }


def history(
    deletes: list[dict[str, Any]],
    inserts: list[dict[str, Any]] = [],  # noqa: B006 (not changed)
    analyzed: float | None = None,
    status: str = "Full",
    aborted: int = 0,
    **changes: Any,
) -> dict[str, list[dict[str, Any]]]:
    """A table of 1,000,000 rows whose statistics are called current."""
    queries = sorted({row["query"] for row in (*deletes, *inserts)})
    return table(**changes) | {
        "stl_delete": deletes,
        "stl_insert": inserts,
        "stl_query": [{"query": q, "starttime": ago(hours=9), "aborted": aborted} for q in queries],
        "stl_analyze": []
        if analyzed is None
        else [
            {
                "table_id": 100,
                "status": status,
                "starttime": ago(hours=analyzed),
                "endtime": ago(hours=analyzed),
            }
        ],
    }


def test_deletes_that_stats_off_does_not_show() -> None:
    deletes = [step(2, 100_000, slice_=0), step(2, 50_000, slice_=1)]
    [found] = findings("RSH036", history(deletes, analyzed=3))
    assert found.fix == 'ANALYZE "sales"."orders";'
    assert found.observed == "150,000 of 1,000,000 rows since the ANALYZE of 2026-11-20 01:00"


def test_without_an_analyze_in_the_window_it_counts_from_its_beginning() -> None:
    [found] = findings("RSH036", history([step(2, 150_000)]))
    assert found.observed.endswith("since the window began, no ANALYZE")
    [found] = findings("RSH036", history([step(2, 150_000)], analyzed=1, status="Skipped"))
    assert found.observed.endswith("since the window began, no ANALYZE")


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(history([step(2, 150_000)], analyzed=1), id="analyzed after"),
        pytest.param(history([step(2, 100_000)]), id="at the threshold"),
        pytest.param(history([step(30, 150_000)]), id="before the window"),
        pytest.param(history([step(2, 150_000)], aborted=1), id="aborted"),
        pytest.param(history([step(2, 150_000)], stats_off=30), id="for RSH035"),
        pytest.param(history([step(2, 150_000)], table_id=101), id="another table"),
        pytest.param(history([step(2, 150_000)], size=10), id="small"),
        pytest.param(
            history([step(2, 90_000)], [step(2, 90_000)]), id="an UPDATE deletes and inserts"
        ),
    ],
)
def test_changes_stay_quiet(rows: dict[str, Any]) -> None:
    assert not findings("RSH036", rows)


def test_every_node_changes_its_copy_of_an_all_table() -> None:
    """Two nodes that delete the same 90,000 rows delete 90,000."""
    deletes = [step(2, 90_000, slice_=0), step(2, 90_000, slice_=2)]
    assert not findings("RSH036", history(deletes, diststyle="ALL"))
    assert not findings("RSH036", history(deletes, diststyle="AUTO(ALL)"))
    assert findings("RSH036", history(deletes, diststyle="EVEN"))


def serverless(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    detail = {
        "user_id": 100,
        "query_id": 1,
        "step_name": "delete",
        "table_name": "dev.sales.orders",
        "start_time": ago(hours=2),
        "output_rows": 150_000,
    }
    statement = {"query_id": 1, "start_time": ago(hours=3), "status": "success"}
    return table() | {
        "sys_query_detail": [detail | changes],
        "sys_query_history": [statement],
    }


def test_a_statement_that_failed_on_serverless_changed_nothing() -> None:
    rows = serverless()
    assert findings("RSH036", rows, engine="serverless")
    for status in ("failed", "canceled", "running"):
        rows["sys_query_history"][0]["status"] = status
        assert not findings("RSH036", rows, engine="serverless")
    assert not findings("RSH036", rows | {"sys_query_history": []}, engine="serverless")


@pytest.mark.parametrize("diststyle", ["ALL", "AUTO(ALL)"])
def test_an_all_table_on_serverless_is_not_judged(diststyle: str) -> None:
    """Whether the log counts each node's work there is not known."""
    assert not findings("RSH036", serverless() | table(diststyle=diststyle), engine="serverless")


def test_what_the_system_itself_changes_is_in_no_capture_and_not_counted() -> None:
    assert not findings("RSH036", serverless(user_id=1), engine="serverless")


def test_deletes_on_serverless_are_found_by_number_or_by_name() -> None:
    alike: list[dict[str, Any]] = [{}, {"table_id": 100, "table_name": None}]
    for changes in alike:
        [found] = findings("RSH036", serverless(**changes), engine="serverless")
        assert found.object == '"sales"."orders"'
    for changes in ({"step_name": "scan"}, {"table_name": "other.sales.orders"}):
        assert not findings("RSH036", serverless(**changes), engine="serverless")
    analyzed = {
        "table_id": 100,
        "status": "Full",
        "start_time": ago(hours=1),
        "end_time": ago(hours=1),
    }
    rows = serverless(table_id=100) | {"sys_analyze_history": [analyzed]}
    assert not findings("RSH036", rows, engine="serverless")


PLAN = "----- Tables missing statistics: orders, lines -----"


def plans(plan: str, *queries: int, database: str = "dev") -> dict[str, list[dict[str, Any]]]:
    return {
        "stl_explain": [{"query": q, "nodeid": 1, "plannode": plan} for q in queries],
        "stl_query": [
            {"query": q, "database": database, "starttime": ago(hours=1)} for q in queries
        ],
        "sys_query_explain": [{"query_id": q, "plan_node": plan} for q in queries],
        "sys_query_history": [
            {"query_id": q, "database_name": database, "start_time": ago(hours=1)} for q in queries
        ],
    }


def of(engine: str, rows: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The views of an engine."""
    other = "sys_" if engine == "provisioned" else "stl_"
    return {view: some for view, some in rows.items() if not view.startswith(other)}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_missing_statistics_name_the_table_where_one_bears_the_name(engine: Any) -> None:
    rows = of(engine, plans(PLAN, 7, 9) | table())
    lines, orders = sorted(findings("RSH037", rows, engine=engine), key=lambda f: f.object)[::-1]
    assert orders.object == '"sales"."orders"'
    assert orders.fix == 'ANALYZE "sales"."orders";'
    assert orders.observed == "2 queries in database dev, the last is 9"
    assert lines.object == "lines"
    assert "ANALYZE <schema>.lines" in lines.fix
    assert lines.data["sql"] == []


def test_a_name_that_two_tables_bear_or_one_elsewhere_is_not_guessed() -> None:
    two = [TABLE, TABLE | {"schema": "archive", "table_id": 101}]
    plan = "----- Tables missing statistics: orders -----"
    [found] = findings("RSH037", plans_on(plan) | {"svv_table_info": two})
    assert found.data["sql"] == []
    [found] = findings("RSH037", plans_on(plan, database="other") | table())
    assert found.data["sql"] == []
    old = plans_on(plan)
    old["stl_query"][0]["starttime"] = ago(days=2)
    assert not findings("RSH037", old | table())


def plans_on(plan: str, database: str = "dev") -> dict[str, list[dict[str, Any]]]:
    return of("provisioned", plans(plan, 1, database=database))


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        (PLAN, ["orders", "lines"]),
        ("----- Tables missing statistics: volt_tt_5a, t -----", ["t"]),
        ("----- Update statistics by running the ANALYZE command on these tables -----", []),
        ("----- Tables missing statistics: " + "a" * 360 + ", cut", ["a" * 360]),
        ("XN Seq Scan on orders", []),
    ],
)
def test_names_in_a_plan(plan: str, expected: list[str]) -> None:
    assert names(plan.ljust(400)[:400] if "cut" in plan else plan) == expected
