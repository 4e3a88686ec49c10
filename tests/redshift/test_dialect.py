"""Redshift's SQL in DuckDB: each difference that was measured, run for real."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from opskit.clients import duck
from opskit.errors import InputError
from opskit.redshift.dialect import to_duckdb
from opskit.redshift.duck import prepare

NOW = datetime(2026, 11, 20, 4, 5, 6)
VALUES = "(SELECT 3 AS n, 'b' AS t UNION ALL SELECT 1, 'a') AS v"

CASES: list[tuple[str, Any]] = [
    ("SELECT 5 / 2", [(2,)]),
    ("SELECT 'a' + t FROM (SELECT 'b' AS t) AS v", [("ab",)]),
    ("SELECT ('a' || t) + 'c' FROM (SELECT 'b' AS t) AS v", [("abc",)]),
    ("SELECT 1 + n FROM (SELECT 2 AS n) AS v", [(3,)]),
    ("SELECT GETDATE(), SYSDATE", [(NOW, NOW)]),
    ("SELECT CURRENT_DATE", [(date(2026, 11, 20),)]),
    ("SELECT TRUNC(GETDATE()), TRUNC(2.7)", [(date(2026, 11, 20), Decimal(2))]),
    ("SELECT TRUNC(starttime) FROM (SELECT GETDATE() AS starttime) AS v", [(date(2026, 11, 20),)]),
    ("SELECT 'abcd'::char(2), 'abcd'::varchar(3), 'abcd'::text", [("ab", "abc", "abcd")]),
    ("SELECT REGEXP_REPLACE('aXbX', 'X', '-')", [("a-b-",)]),
    ("SELECT DATEDIFF(hour, '2026-01-01 00:59'::timestamp, '2026-01-01 01:01'::timestamp)", [(1,)]),
    (
        "SELECT DATEDIFF(us, '2026-01-01'::timestamp, '2026-01-01 00:00:01.5'::timestamp)",
        [(1500000,)],
    ),
    (f"SELECT LISTAGG(t, ',') WITHIN GROUP (ORDER BY n) FROM {VALUES}", [("a,b",)]),
    (f"SELECT n, RATIO_TO_REPORT(n) OVER () FROM {VALUES} ORDER BY n", [(1, 0.25), (3, 0.75)]),
    ("SELECT NVL(NULL, 1), NVL2(NULL, 1, 2), DECODE(2, 1, 'a', 'b')", [(1, 2, "b")]),
    ("SELECT BTRIM(' a '), SPLIT_PART('a.b', '.', 2), LEN('abc')", [("a", "b", 3)]),
    (f"SELECT n FROM {VALUES} QUALIFY ROW_NUMBER() OVER (ORDER BY n) = 1", [(1,)]),
    ("SELECT DATEADD(hour, -2, GETDATE())", [(datetime(2026, 11, 20, 2, 5, 6),)]),
    ("SELECT TIMESTAMP 'epoch' + 5 * INTERVAL '1 second'", [(datetime(1970, 1, 1, 0, 0, 5),)]),
    ("SELECT n FROM (SELECT NULL AS n UNION ALL SELECT 1) AS v ORDER BY n DESC", [(None,), (1,)]),
    ("SELECT 'it''s', 'a\\\\b'", [("it's", "a\\b")]),
    ("SELECT CAST(1.25 AS numeric(10, 1))", [(Decimal("1.3"),)]),
    ("SELECT FORMAT_ENCODING(2)", [("2",)]),
    ("SELECT TOP 1 n FROM (SELECT 1 AS n) AS v", [(1,)]),
]


@pytest.mark.parametrize(("sql", "rows"), CASES, ids=[sql for sql, _ in CASES])
def test_redshift_sql_means_the_same_in_duckdb(sql: str, rows: Any) -> None:
    connection = duck.connect()
    prepare(connection, NOW)
    assert connection.execute(to_duckdb(sql)).fetchall() == rows


def test_schemas_of_the_system_are_left_out() -> None:
    assert "pg_catalog" not in to_duckdb("SELECT * FROM pg_catalog.pg_class")


def test_what_cannot_be_parsed_is_bad_input() -> None:
    with pytest.raises(InputError, match="syntax error"):
        to_duckdb("SELECT FROM WHERE (")
