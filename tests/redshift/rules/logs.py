"""Rows of the logs of queries, for the tests of the rules that read them."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from opskit.redshift import check, duck, thresholds
from opskit.redshift.catalog import Engine
from opskit.redshift.queries import Library
from opskit.redshift.rules import RULES
from opskit.redshift.rules.registry import RedshiftRule
from tests.redshift.rules.views import NOW, Rows, ago

Row = dict[str, Any]
SECOND = 1_000_000
MB = 1024 * 1024
GB = 1024 * MB

#: The table sales.orders, number 100, as the catalog has it.
ORDERS: dict[str, list[Row]] = {
    "pg_class": [{"oid": 100, "relname": "orders", "relnamespace": 7}],
    "pg_namespace": [{"oid": 7, "nspname": "sales"}],
    "pg_user": [{"usesysid": 100, "usename": "etl"}, {"usesysid": 101, "usename": "ann"}],
}


def ran(query: int, text: str, *, seconds: float = 10, minutes: float = 60, **more: Any) -> Row:
    """A row of STL_QUERY: what ran, for how long, and how long ago it began."""
    started = ago(minutes=minutes)
    return {
        "query": query,
        "userid": 100,
        "xid": query,
        "pid": 4000,
        "database": "dev",
        "querytxt": text,
        "starttime": started,
        "endtime": started + timedelta(seconds=seconds),
        "aborted": 0,
        **more,
    }


def sys_ran(query: int, text: str, *, seconds: float = 10, minutes: float = 60, **more: Any) -> Row:
    """A row of SYS_QUERY_HISTORY, as on serverless: its service class is -1."""
    started = ago(minutes=minutes)
    return {
        "query_id": query,
        "user_id": 100,
        "username": "etl",
        "session_id": 4000,
        "database_name": "dev",
        "query_text": text,
        "generic_query_hash": text.split("=")[0],
        "query_type": text.split()[0].upper(),
        "status": "success",
        "start_time": started,
        "end_time": started + timedelta(seconds=seconds),
        "elapsed_time": int(seconds * SECOND),
        "queue_time": 0,
        "execution_time": int(seconds * SECOND),
        "service_class_id": -1,
        "service_class_name": "",
        **more,
    }


def together(*parts: Mapping[str, Iterable[Row]]) -> dict[str, list[Row]]:
    """The rows of several parts, view by view."""
    found: dict[str, list[Row]] = {}
    for part in parts:
        for view, rows in part.items():
            found.setdefault(view, []).extend(rows)
    return found


def survives(code: str, rows: Rows, engine: Engine = "provisioned", **limits: float) -> None:
    """A rule meets NULL in each column of what it reads, in turn, and does not raise."""
    [rule] = [rule for rule in RULES.rules if rule.code == code]
    assert isinstance(rule, RedshiftRule)
    given = thresholds.parse({name.replace("_", "-"): str(n) for name, n in limits.items()})
    warehouse = check.look(duck.memory(engine, NOW, rows), rule.reads, limits=given)
    for name, answer in warehouse.answers.items():
        assert answer.error is None
        assert answer.rows
        for column in answer.rows[0]:
            holed = replace(answer, rows=[{**row, column: None} for row in answer.rows])
            answers = {**warehouse.answers, name: holed}
            check.judge(replace(warehouse, answers=answers), [rule])


def answer(query: str, rows: Rows, engine: Engine = "provisioned") -> list[Row]:
    """The rows that a query answers, over the last day."""
    session = duck.memory(engine, NOW, rows).connect()
    return session.run(Library().find(query, engine).bound(ago(days=1), NOW)).records()
