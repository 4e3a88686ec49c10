"""A warehouse with enough trouble for a page: real SQL over views that hold these rows."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from opskit.findings import Report
from opskit.redshift import check, duck, metrics, report
from opskit.redshift.catalog import Engine
from opskit.redshift.rules import RULES
from opskit.redshift.rules.registry import RedshiftRule
from opskit.redshift.source import QueryError, Reason
from opskit.redshift.warehouse import Answer, Warehouse

NOW = datetime(2026, 11, 20, 4, 30, 0)
HOSTILE = '<script>alert("1")</script>\u202e&\'x'
Rows = Mapping[str, list[dict[str, Any]]]
Seen = tuple[Warehouse, Report, list[RedshiftRule]]


def _table(number: int, schema: str, name: str, size: int, **more: Any) -> dict[str, Any]:
    return {
        "schema": schema,
        "table": name,
        "table_id": number,
        "diststyle": "KEY(id)",
        "sortkey1": "at",
        "sortkey_num": 1,
        "encoded": "Y, AUTO(ENCODE)",
        "max_varchar": 256,
        "size": size,
        "pct_used": 1.0,
        "tbl_rows": size * 20_000,
        "estimated_visible_rows": size * 20_000,
        "unsorted": 2.5,
        "stats_off": 3,
        "skew_rows": 1.1,
        **more,
    }


def _hours() -> Iterator[tuple[int, datetime]]:
    return ((n, NOW.replace(minute=10) - timedelta(hours=n)) for n in range(24))


def provisioned(tables: int = 24) -> Rows:
    """Views of a provisioned cluster: a busy night, with two queues, loads and commits."""
    names = [f"facts_{n:02}" for n in range(tables - 2)]
    table_info = [
        _table(100, "sales", "orders", 912_384, unsorted=41.5, stats_off=34),
        _table(101, "sales", HOSTILE, 40_960, unsorted=63),
        *(_table(200 + n, "mart", name, 9_000 - 100 * n) for n, name in enumerate(names)),
    ]
    return {
        "svv_table_info": table_info,
        "stv_node_storage_capacity": [
            {"node": n, "used": 600_000 + n, "capacity": 1_000_000} for n in range(2)
        ],
        "stl_wlm_query": [row for n, at in _hours() for row in _wlm(n, at)],
        "stl_commit_stats": [row for n, at in _hours() for row in _commits(n, at)],
        "stl_query": [row for n, at in _hours() for row in _queries(n, at)],
        "stl_s3client": [row for n, at in _hours() if n % 3 == 0 for row in _gets(n, at)],
    }


def _weight(hour: int) -> int:
    """How busy it was: most in the night, an hour or more ago."""
    return max(0, 12 - abs(hour - 3) * 2) + 1


def _wlm(hour: int, at: datetime) -> list[dict[str, Any]]:
    queues = {6: "etl", 7: "dashboards", 8: "Default queue"}
    return [
        {
            "userid": 100,
            "query": hour * 100 + number,
            "service_class": number,
            "service_class_name": name,
            "queue_start_time": at,
            "service_class_start_time": at,
            "total_queue_time": 45_000_000 * _weight(hour) // (number - 5),
            "total_exec_time": 90_000_000 * _weight(hour),
        }
        for number, name in queues.items()
    ]


def _commits(hour: int, at: datetime) -> list[dict[str, Any]]:
    wait, work = timedelta(seconds=3 * _weight(hour)), timedelta(seconds=4)
    return [
        {
            "xid": 5000 + hour * 10 + n,
            "node": -1,
            "startqueue": at,
            "startwork": at + wait,
            "endtime": at + wait + work,
            "queuelen": n,
        }
        for n in range(_weight(hour))
    ]


def _queries(hour: int, at: datetime) -> list[dict[str, Any]]:
    texts = {
        6: "COPY sales.orders FROM 's3://bucket/orders/' FORMAT AS PARQUET",
        7: f"SELECT region, SUM(amount) FROM sales.orders -- {HOSTILE}",
        8: "SELECT COUNT(*) FROM mart.facts_00 WHERE at > '2026-11-01' AND " + "x = 1 AND " * 12,
    }
    return [
        {
            "userid": 100,
            "query": hour * 100 + number,
            "xid": 5000 + hour * 10,
            "database": "dev",
            "querytxt": text,
            "starttime": at,
            "endtime": at + timedelta(seconds=90 * _weight(hour)),
            "aborted": 0,
        }
        for number, text in texts.items()
    ]


def _gets(hour: int, at: datetime) -> list[dict[str, Any]]:
    return [
        {
            "userid": 100,
            "query": hour * 100 + 6,
            "recordtime": at,
            "http_method": "GET",
            "bucket": "bucket",
            "key": f"orders/{part}.parquet",
            "transfer_size": 700_000_000 * _weight(hour),
            "is_partial": 0,
        }
        for part in range(4)
    ]


def look(
    rows: Rows, *, engine: Engine = "provisioned", refused: tuple[str, ...] = (), **window: float
) -> Seen:
    """The answers, the findings and the rules; `refused` are queries without permission."""
    rules = RULES.chosen()
    reads = [*(q for rule in rules for q in rule.reads), *metrics.READS, *report.READS]
    span = timedelta(**window) if window else check.WINDOW
    seen = check.look(duck.memory(engine, NOW, rows), reads, window=span)
    answers = dict(seen.answers)
    for query in refused:
        error = QueryError("permission denied for relation <b>", Reason.PERMISSION, relation="x")
        answers[query] = Answer(answers[query].query, error=error)
    seen.answers = answers
    return seen, check.judge(seen, rules), rules
