"""RSH044 on: rules on what is loaded into tables."""

from typing import Any

import pytest

from opskit.findings import Severity
from opskit.redshift.catalog import Engine
from tests.redshift.rules.logs import ORDERS, SECOND, Row, ran, survives, sys_ran, together
from tests.redshift.rules.views import ago, findings

COPY = "copy sales.orders from 's3://lake/in/{}' iam_role default csv"
ENGINES: tuple[Engine, ...] = ("provisioned", "serverless")


def refused(engine: Engine, reason: str, column: str = "note", line: int = 7) -> dict[str, Any]:
    """A row that COPY refused for sales.orders."""
    at = ago(minutes=30)
    if engine == "serverless":
        row: Row = {
            "query_id": 9,
            "table_id": 100,
            "start_time": at,
            "file_name": "s3://lake/in/1",
            "line_number": line,
            "column_name": column,
            "error_message": reason,
        }
        return {"sys_load_error_detail": [row]}
    row = {
        "query": 9,
        "tbl": 100,
        "starttime": at,
        "filename": "s3://lake/in/1",
        "line_number": line,
        "colname": column,
        "err_reason": reason,
        "raw_field_value": "the secret",
    }
    return {"stl_load_errors": [row]}


@pytest.mark.parametrize("engine", ENGINES)
def test_refused_rows_have_reason_place_and_remedy(engine: Engine) -> None:
    rows = together(
        ORDERS,
        refused(engine, "String length exceeds DDL length"),
        refused(engine, "String length exceeds DDL length", line=8),
        refused(engine, "Delimiter not found", column=""),
    )
    [found] = findings("RSH044", rows, engine=engine)
    assert found.severity is Severity.ERROR
    assert found.message == 'COPY refused 3 rows for "sales"."orders"'
    assert "String length exceeds DDL length in note, Delimiter not found" in found.observed
    assert "as in s3://lake/in/1:7" in found.observed
    assert "TRUNCATECOLUMNS" in found.fix
    assert "FILLRECORD" in found.fix
    assert "secret" not in f"{found}"
    survives("RSH044", rows, engine)


def test_refused_rows_of_another_database_or_day() -> None:
    [found] = findings("RSH044", refused("provisioned", "Invalid digit"))
    assert found.object == "a table that is not in this database"
    old = refused("provisioned", "Invalid digit")
    old["stl_load_errors"][0]["starttime"] = ago(days=2)
    assert not findings("RSH044", old)


def copies(engine: Engine, count: int) -> dict[str, Any]:
    """So many COPYs into sales.orders from 3:00 on, 2 seconds each."""
    made = ran if engine == "provisioned" else sys_ran
    runs = [made(n, COPY.format(n), seconds=2, minutes=59) for n in range(count)]
    if engine == "provisioned":
        return {"stl_query": runs}
    loads = [
        {
            "query_id": run["query_id"],
            "user_id": 100,
            "table_name": "orders",
            "start_time": run["start_time"],
            "duration": 2 * SECOND,
        }
        for run in runs
    ]
    return {"sys_query_history": runs, "sys_load_history": loads}


@pytest.mark.parametrize("engine", ENGINES)
def test_too_many_copies_into_one_table(engine: Engine) -> None:
    rows = copies(engine, 11)
    [found] = findings("RSH045", rows, engine=engine, copies=10)
    assert found.message == "11 COPYs into sales.orders in an hour"
    assert "11 from 2026-11-20 03:00 on" in found.observed
    assert found.data["cost"]["seconds"] == 22
    assert not findings("RSH045", rows, engine=engine, copies=11)
    survives("RSH045", rows, engine, copies=10)


COMMENTED = ['/* {"app": "dbt"} */ {}', "-- nightly\n{}", "/**/ /* a * b **/\n  {}"]


@pytest.mark.parametrize("comment", COMMENTED)
def test_statements_that_begin_with_a_comment_count(comment: str) -> None:
    rows = copies("provisioned", 11)
    for row in rows["stl_query"]:
        row["querytxt"] = comment.replace("{}", row["querytxt"])
    [found] = findings("RSH045", rows, copies=10)
    assert found.message == "11 COPYs into sales.orders in an hour"
    rows = together(ORDERS, inserts("provisioned", 15))
    for row in rows["stl_query"]:
        row["querytxt"] = comment.replace("{}", row["querytxt"])
    assert findings("RSH046", rows, inserts=10)


def inserts(engine: Engine, count: int, size: int = 1, *, first: int = 0) -> dict[str, Any]:
    """So many INSERTs of so many rows into sales.orders; STL_INSERT has a row a slice."""
    text = "insert into sales.orders values (1)"
    made = ran if engine == "provisioned" else sys_ran
    runs = [made(first + n, text, seconds=1, minutes=59) for n in range(count)]
    numbers = range(first, first + count)
    if engine == "provisioned":
        steps = [
            {"query": n, "userid": 100, "tbl": 100, "slice": s, "rows": size * (s == 0)}
            for n in numbers
            for s in (0, 1)
        ]
        return {
            "stl_query": runs,
            "stl_insert": [{**step, "starttime": ago(minutes=59)} for step in steps],
        }
    levels = [
        {"query_id": n, "user_id": 100, "segment_id": 0, "step_id": step, "step_name": "insert"}
        | {"table_name": "dev.sales.orders", "output_rows": size, "start_time": ago(minutes=59)}
        for n in numbers
        for step in (-1, 2)
    ]
    return {"sys_query_history": runs, "sys_query_detail": levels}


@pytest.mark.parametrize("engine", ENGINES)
def test_inserts_of_few_rows_are_counted_beside_large_ones(engine: Engine) -> None:
    """One INSERT of a million rows does not make the others large on average."""
    rows = together(ORDERS, inserts(engine, 15), inserts(engine, 1, 1_000_000, first=900))
    [found] = findings("RSH046", rows, engine=engine, inserts=10)
    assert found.object == '"sales"."orders"'
    assert found.message == '15 INSERTs of few rows into "sales"."orders" in an hour'
    assert "with 15 rows" in found.observed
    assert found.data["cost"]["seconds"] == 15
    survives("RSH046", rows, engine, inserts=10)


def test_inserts_stay_quiet() -> None:
    assert not findings("RSH046", together(ORDERS, inserts("provisioned", 10)), inserts=10)
    assert not findings("RSH046", together(ORDERS, inserts("provisioned", 15, 500)), inserts=10)
    loads = together(ORDERS, inserts("provisioned", 15))
    for row in loads["stl_query"]:  # a COPY has insert steps as well
        row["querytxt"] = COPY
    assert not findings("RSH046", loads, inserts=10)


def analyses(engine: Engine, count: int, mode: str = "ON") -> dict[str, Any]:
    """COPY looked so often at two columns of sales.orders."""
    view, transaction, table, name = (
        ("stl_analyze_compression", "xid", "tbl", "tablename")
        if engine == "provisioned"
        else ("sys_analyze_compression_history", "transaction_id", "table_id", "table_name")
    )
    user = "userid" if engine == "provisioned" else "user_id"
    rows = [
        {transaction: n, table: 100, name: "$orders", user: 100, "mode": mode}
        | {"start_time": ago(hours=n + 1, seconds=column), "col": column}
        for n in range(count)
        for column in (0, 1)
    ]
    return {view: rows}


@pytest.mark.parametrize("engine", ENGINES)
def test_compression_analyzed_by_every_load(engine: Engine) -> None:
    work = {"stl_query": [ran(n, "COPY ANALYZE orders", seconds=30, xid=n) for n in range(5)]}
    rows = together(ORDERS, analyses(engine, 5), work if engine == "provisioned" else {})
    [found] = findings("RSH047", rows, engine=engine)
    assert found.message == 'COPY analyzed the compression of "sales"."orders" 5 times'
    assert "COMPUPDATE OFF" in found.fix
    assert found.data["cost"]["seconds"] == (150 if engine == "provisioned" else None)
    survives("RSH047", rows, engine)


def test_compression_stays_quiet_where_nothing_is_sampled() -> None:
    assert not findings("RSH047", together(ORDERS, analyses("provisioned", 3)))
    assert not findings("RSH047", together(ORDERS, analyses("provisioned", 9, "PRESET")))
    assert not findings("RSH047", together(ORDERS, analyses("provisioned", 9, "ANALYZE ONLY")))
