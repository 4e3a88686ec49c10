"""How fast a large capture is checked, against its SQL alone, and the memory that takes."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from opskit.clients import duck
from opskit.redshift import check, dialect
from opskit.redshift.capture import open_capture, wanted
from opskit.redshift.catalog import views
from opskit.redshift.duck import prepare
from opskit.redshift.history import merging, store
from opskit.redshift.queries import Library
from opskit.redshift.rules import RULES
from opskit.redshift.sqltext import name
from tests.bench.measure import Ratio, ratio

NOW = datetime(2026, 11, 20, 4)
QUERIES, TABLES = 1_000_000, 10_000
MEMORY = 1_000_000_000
#: Columns that a generator states; the others come from the row's number by their type.
_STATED = {
    "userid": "100 + n % 40",
    "starttime": "since + TO_MICROSECONDS(n * 86400000000 // count)",
    "endtime": "since + TO_MICROSECONDS(n * 86400000000 // count + 1000000 + n * 7919 % 90000000)",
    "service_class": "6 + n % 4",
    "service_class_name": "'queue ' || n % 4",
    "total_queue_time": "n * 31 % 5000000",
    "total_exec_time": "1000000 + n * 7919 % 90000000",
    "aborted": "CASE WHEN n % 200 = 0 THEN 1 ELSE 0 END",
    "querytxt": "'select a from sales.orders where id = ''' || n || ''' and kind = ' || n % 5000",
    "query": "n",
    "table_id": "n",
    "oid": "n",
    "attrelid": "n",
    "relnamespace": "n % 50",
    "tbl": "n % 10000",
    "table": "'table_' || n",
    "schema": "'schema_' || n % 50",
    "relname": "'table_' || n",
    "type": "2",
    "segment": "-1",
    "step_type": "-1",
    "size": "n * 37 % 20000",
    "xid": "n",
}
_LARGE = {
    "stl_query": QUERIES,
    "stl_wlm_query": QUERIES,
    "stl_query_metrics": QUERIES,
    "stl_commit_stats": QUERIES // 4,
    "stl_scan": QUERIES,
    "stl_insert": QUERIES // 10,
    "stl_return": QUERIES // 2,
    "stl_alert_event_log": QUERIES // 20,
    "stl_s3client": QUERIES // 10,
    "svl_compile": QUERIES // 10,
    "svv_table_info": TABLES,
    "pg_class": TABLES,
    "pg_class_info": TABLES,
    "pg_namespace": 50,
    "pg_attribute": TABLES * 10,
    "pg_user": 40,
}


def _rows(view: str) -> str:
    """The rows of a view as a SELECT; none where it is not a large one."""
    definition, count = views()[view], _LARGE.get(view, 0)
    cells = []
    for column, kind in definition.columns.items():
        text = _STATED.get(column)
        stored = merging.stored_type(kind)
        if text is None and column == definition.time:
            text = _STATED["starttime"]
        if text is None:
            text = "since" if "timestamp" in stored else "n % 2 = 0" if stored == "boolean" else ""
        cells.append(f"CAST({text or 'n % 97'} AS {stored}) AS {name(column)}")
    since = f"TIMESTAMP '{NOW - timedelta(days=1)}' AS since"
    return (
        f"SELECT {', '.join(cells)} FROM "
        f"(SELECT range AS n, {count} AS count, {since} FROM range({count}))"
    )


def make(path: Path, plain: Path) -> None:
    """A capture of a day, and the same rows in a file without a history."""
    names = wanted("provisioned", Library().all())
    connection = duck.connect(plain)
    for view in names:
        duck.execute(connection, f"CREATE TABLE {name(view)} AS {_rows(view)}")
    connection.close()
    with store.writing(path) as connection:
        store.begin(connection, "provisioned", "bench", "ops", NOW)
        duck.execute(connection, f"INSERT INTO meta.snapshots VALUES (1, '{NOW}', NULL, 604800)")
        for view in names:
            more = f"TIMESTAMP '{NOW}' AS _from, {merging.FOREVER} AS _to"
            counted = ", n AS _n" if view == "stv_blocklist" else ""
            duck.execute(
                connection,
                f"CREATE TABLE views.{name(view)} AS "
                f"SELECT *{counted.replace('n AS', '1 AS')}, {more} FROM ({_rows(view)})",
            )
            columns = list(views()[view].columns) if not counted else ["tbl"]
            duck.execute(
                connection,
                "INSERT INTO meta.coverage VALUES (1, ?, ?, ?, 'read', NULL, NULL, NULL, ?, 0)",
                [view, NOW - timedelta(days=7), NOW, columns],
            )


def attached(plain: Path) -> Any:
    """A connection that sees the tables of the plain file as the system views."""
    connection = duck.connect()
    duck.execute(connection, f"ATTACH {store.quoted(plain)} AS plain (READ_ONLY)")
    tables = duck.execute(connection, "SELECT table_name FROM DUCKDB_TABLES()")[1]
    for (table,) in tables:
        duck.execute(connection, f"CREATE VIEW {name(table)} AS SELECT * FROM plain.{name(table)}")
    prepare(connection, NOW)
    return connection


def statements() -> list[str]:
    """The SQL of the whole check, in DuckDB's words."""
    reads = dict.fromkeys(query for rule in RULES.chosen() for query in rule.reads)
    library = Library()
    return [
        dialect.to_duckdb(library.find(n, "provisioned").bound(NOW - check.WINDOW, NOW))
        for n in reads
        if library.has(n, "provisioned")
    ]


def ratios() -> Iterator[Ratio]:
    with TemporaryDirectory() as temporary:
        path, plain = Path(temporary, "c.duckdb"), Path(temporary, "plain.duckdb")
        make(path, plain)
        texts = statements()

        def bare() -> None:
            connection = attached(plain)
            for text in texts:
                connection.execute(text).fetchall()
            connection.close()

        def checked() -> None:
            dialect.to_duckdb.cache_clear()
            with open_capture(path) as source:
                report = check.check(source)
            unknown = [f.message for f in report.findings if f.level == "unknown"]
            assert len(report.findings) > 10, unknown

        what = f"check of {QUERIES:,} queries, {TABLES:,} tables"
        yield ratio(what, checked, "its SQL bare in DuckDB", bare, 2.0, 2)
        yield Ratio("its peak memory, in GB", peak(path) / 1e9, "1 GB", MEMORY / 1e9, 1.0)


def peak(path: Path) -> int:
    """The most memory that the command has, in bytes."""
    code = (
        "import resource, sys; from opskit import cli; cli.run(sys.argv[1:]); "
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, file=sys.stderr)"
    )
    command = [
        sys.executable,
        "-c",
        code,
        "redshift",
        "check",
        "--capture",
        str(path),
        "-o",
        "json",
    ]
    run = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(run.stderr.splitlines()[-1])
