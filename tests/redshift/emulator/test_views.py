"""What a scenario says stands in every view that describes it, and the same each time."""

import json
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from typing import Any

import pytest

from opskit.redshift.catalog import Engine, views
from opskit.redshift.emulator import scenario
from opskit.redshift.emulator.database import Database
from opskit.redshift.emulator.system_views import WHOLE, selects, there
from tests.redshift.emulator.servers import NOW, USERS, ask, driver, psql, serving

EXAMPLE = files("opskit.examples").joinpath("redshift", "scenario.yaml").read_text("utf-8")
TABLE = """
tables:
  - {name: s.t, owner: etl, rows: 1001, deleted: 9, size_mb: 7, stats_off: 12.5, unsorted: 25,
     distkey: a, sortkey: [b], primary_key: [a], skew: 3, comment: words,
     columns: [{name: a, type: bigint}, {name: b, type: "numeric(12,2)", encode: raw},
               {name: c, type: varchar(64), default: "'x'", comment: third}]}
"""


@pytest.fixture(scope="module")
def example() -> Iterator[Database]:
    database = Database(scenario.parse(EXAMPLE))
    yield database
    database.close()


def rows(text: str, sql: str, head: str = NOW + USERS) -> list[list[Any]]:
    with serving(text, head) as server, driver(server) as connection:
        return ask(connection, sql)


def dump(text: str) -> str:
    """All rows of all views, as text."""
    database = Database(scenario.parse(text))
    found = {}
    for view, _ in there(database.engine):
        if view not in ("stv_blocklist", "svv_diskusage"):
            found[view] = database.execute(f'SELECT * FROM {WHOLE}."{view}" ORDER BY ALL')
    database.close()
    return json.dumps(found, default=str)


def test_every_view_that_is_made_has_columns_of_the_catalog() -> None:
    """The database refuses a column that the catalog lacks; here: every view is in it."""
    assert set(selects()) <= set(views())
    for engine in ("provisioned", "serverless"):
        Database(scenario.parse(f"engine: {engine}\n")).close()


def test_the_same_scenario_gives_the_same_rows() -> None:
    assert dump(EXAMPLE) == dump(EXAMPLE)


def test_numbers_of_tables_agree(example: Database) -> None:
    """Whoever joins the views by the number of a table finds each of them."""
    [(classes,)] = example.execute(
        f"SELECT list(oid ORDER BY oid) FROM {WHOLE}.pg_class WHERE relkind = 'r'"
    )
    assert len(classes) == 5
    for view, column in (
        ("svv_table_info", "table_id"),
        ("stv_tbl_perm", "id"),
        ("stv_blocklist", "tbl"),
        ("pg_attribute", "attrelid"),
    ):
        [(found,)] = example.execute(
            f"SELECT list(DISTINCT {column} ORDER BY {column}) FROM {WHOLE}.{view}"
        )
        assert found == classes, view
    for view, column in (
        ("stl_scan", "tbl"),
        ("stl_insert", "tbl"),
        ("svv_transactions", "relation"),
        ("pg_constraint", "conrelid"),
        ("stl_load_errors", "tbl"),
        ("stl_analyze", "table_id"),
    ):
        [(found,)] = example.execute(
            f"SELECT list(DISTINCT {column}) FROM {WHOLE}.{view} WHERE {column} IS NOT NULL"
        )
        assert found, view
        assert set(found) <= set(classes), view


def test_numbers_of_queries_users_and_transactions_agree(example: Database) -> None:
    for view, column in (
        ("stl_wlm_query", "query"),
        ("stl_scan", "query"),
        ("stl_s3client", "query"),
        ("stl_alert_event_log", "query"),
        ("svl_qlog", "query"),
        ("stl_querytext", "query"),
        ("sys_load_history", "query_id"),
        ("sys_query_detail", "query_id"),
    ):
        [(count, missing)] = example.execute(
            f"SELECT COUNT(*), COUNT(*) FILTER (WHERE {column} NOT IN "
            f"(SELECT query_id FROM {WHOLE}.sys_query_history)) FROM {WHOLE}.{view}"
        )
        assert count, view
        assert not missing, view
    [(users,)] = example.execute(
        f"SELECT COUNT(*) FROM {WHOLE}.stl_query WHERE userid NOT IN "
        f"(SELECT usesysid FROM {WHOLE}.pg_user)"
    )
    assert users == 0


def test_every_slice_counts(example: Database) -> None:
    [(rows_, slices)] = example.execute(
        f"SELECT SUM(rows), COUNT(*) FROM {WHOLE}.stv_tbl_perm AS p JOIN {WHOLE}.pg_class AS c "
        "ON c.oid = p.id WHERE c.relname = 'orders'"
    )
    assert (rows_, slices) == (4_580_000_000, 8)
    [(copies,)] = example.execute(
        f"SELECT SUM(rows) FROM {WHOLE}.stv_tbl_perm AS p JOIN {WHOLE}.pg_class AS c "
        "ON c.oid = p.id WHERE c.relname = 'customers'"
    )
    assert copies == 2 * 38_000_000  # a table with distribution ALL, on each node once


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_table(engine: Engine) -> None:
    head = f"engine: {engine}\n" + NOW + USERS
    with serving(TABLE, head) as server, driver(server) as connection:
        sql = (
            'SELECT "schema", "table", diststyle, sortkey1, sortkey_num, size, tbl_rows, '
            "estimated_visible_rows, unsorted, stats_off, skew_rows, max_varchar, encoded "
            "FROM svv_table_info"
        )
        [found] = ask(connection, sql)
        assert found[:8] == ["s", "t", "KEY(a)", "b", 1, 7, 1010, 1001]
        assert [float(value) for value in found[8:11]] == [25, 12.5, 3]
        assert found[11:] == [64, "Y"]
        columns = ask(
            connection,
            "SELECT attname, FORMAT_TYPE(atttypid, atttypmod), attnotnull, attisdistkey, "
            "attsortkeyord, TRIM(FORMAT_ENCODING(attencodingtype::integer)) "
            "FROM pg_attribute ORDER BY attnum",
        )
        assert columns == [
            ["a", "bigint", True, True, 0, "az64"],
            ["b", "numeric(12,2)", False, False, 1, "none"],
            ["c", "character varying(64)", False, False, 0, "az64"],
        ]
        assert ask(connection, "SELECT adnum, adsrc FROM pg_attrdef") == [[3, "'x'"]]
        described = ask(connection, "SELECT objsubid, description FROM pg_description ORDER BY 1")
        assert described == [[0, "words"], [3, "third"]]
        assert ask(connection, "SELECT relname, reldiststyle FROM pg_class") == [["t", 1]]


def test_the_column_of_a_table_without_columns_may_be_a_key() -> None:
    text = "tables: [{name: t, rows: 1, sortkey: [id], primary_key: [id]}]\n"
    with serving(text) as server, driver(server) as connection:
        found = ask(connection, "SELECT sortkey1, sortkey_num, tbl_rows FROM svv_table_info")
        assert found == [["id", 1, 1]]
        found = ask(connection, "SELECT attname, attsortkeyord, attnotnull FROM pg_attribute")
        assert found == [["id", 1, True]]
        assert ask(connection, "SELECT conname, conkey FROM pg_constraint") == [["t_pkey", [1]]]


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_query(engine: Engine) -> None:
    text = (
        TABLE
        + """
queries:
  - {text: "SELECT 'a' FROM s.t WHERE x = {n}", user: ana, at: -1h, every: 1m, count: 4, took: 30s,
     queued: 10s, label: nightly, spill_mb: 5, rows: 7, result_mb: 2, alerts: [selective filter],
     scans: [{table: s.t, kept: 11}], fails: 50, error: broken, compile: 2s, planning: 1s}
"""
    )
    head = f"engine: {engine}\n" + NOW + USERS
    with serving(text, head) as server, driver(server) as connection:
        history = ask(
            connection,
            "SELECT query_text, username, status, elapsed_time, queue_time, execution_time, "
            "compile_time, planning_time, returned_rows, query_label, error_message "
            "FROM sys_query_history ORDER BY start_time",
        )
        assert [row[0][-1] for row in history] == ["1", "2", "3", "4"]
        assert sorted(row[2] for row in history) == ["failed", "failed", "success", "success"]
        good = next(row for row in history if row[2] == "success")
        times = [43_000_000, 10_000_000, 30_000_000, 2_000_000, 1_000_000]
        assert good[3:] == [*times, 7, "nightly", ""]
        bad = next(row for row in history if row[2] == "failed")
        assert bad[8:] == [0, "nightly", "broken"]
        hashes = ask(
            connection,
            "SELECT COUNT(DISTINCT generic_query_hash), "
            "COUNT(DISTINCT user_query_hash) FROM sys_query_history",
        )
        assert hashes == [[1, 4]]
        detail = ask(
            connection,
            "SELECT DISTINCT step_name, table_name, input_rows, output_rows "
            "FROM sys_query_detail WHERE step_name = 'scan'",
        )
        assert detail == [["scan", "dev.s.t", 1001, 11]]
        if engine == "serverless":
            return
        logged = ask(
            connection,
            "SELECT querytxt, aborted, starttime, endtime, label FROM stl_query ORDER BY starttime",
        )
        assert [row[0] for row in logged] == [row[0] for row in history]
        assert sum(row[1] for row in logged) == 2
        assert logged[0][2:4] == [datetime(2026, 11, 20, 3, 0, 0), datetime(2026, 11, 20, 3, 0, 43)]
        scanned = ask(
            connection,
            "SELECT SUM(rows), SUM(rows_pre_user_filter), "
            "SUM(rows_pre_filter), COUNT(*) FROM stl_scan WHERE type = 2",
        )
        assert scanned == [[44, 4004, 4040, 16]]
        [[event]] = ask(connection, "SELECT DISTINCT event FROM stl_alert_event_log")
        assert event.startswith("Very selective query filter:ratio=rows(11)/rows_pre_user_filter(")
        assert ask(
            connection, "SELECT SUM(total_queue_time), MAX(service_class) FROM stl_wlm_query"
        ) == [[40_000_000, 100]]
        assert ask(connection, "SELECT SUM(blocks_to_disk) FROM stl_query_metrics") == [[20]]
        assert ask(connection, "SELECT SUM(rows) FROM stl_return") == [[14]]
        assert ask(connection, "SELECT COUNT(*) FROM svl_compile") == [[4]]


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_load(engine: Engine) -> None:
    text = (
        TABLE
        + """
loads:
  - {table: s.t, user: etl, at: -10m, files: 3, file_mb: 1.5, took: 20s, rows: 90, format: json,
     compression: gzip, errors: [{column: c, reason: too long, rows: 2, value: v}]}
"""
    )
    head = f"engine: {engine}\n" + NOW + USERS
    with serving(text, head) as server, driver(server) as connection:
        [found] = ask(
            connection,
            "SELECT table_name, file_format, loaded_rows, loaded_bytes, "
            "source_file_count, duration, error_count, status FROM sys_load_history",
        )
        assert found == ["t", "json", 90, 4_718_592, 3, 20_000_000, 2, "completed"]
        files_ = ask(connection, "SELECT file_name, bytes_scanned FROM sys_load_detail ORDER BY 1")
        assert files_[0] == ["s3://example-lake/incoming/part-00000.json.gz", 1_572_864]
        assert len(files_) == 3
        errors = ask(connection, "SELECT column_name, error_message FROM sys_load_error_detail")
        assert errors == [["c", "too long"]] * 2
        [[text_]] = ask(connection, "SELECT query_text FROM sys_query_history")
        assert text_.startswith("COPY s.t FROM 's3://example-lake/incoming/' IAM_ROLE default ")
        commits = ask(connection, "SELECT status FROM sys_transaction_history")
        assert commits == [["committed"]]
        if engine == "serverless":
            return
        begun = (datetime(2026, 11, 20, 3, 50) - datetime(2000, 1, 1)).total_seconds() * 1_000_000
        gets = ask(
            connection,
            'SELECT http_method, bucket, "key", transfer_size, start_time '
            "FROM stl_s3client ORDER BY 3",
        )
        key = "incoming/part-00000.json.gz"
        assert gets[0] == ["GET", "example-lake", key, 1_572_864, int(begun)]
        assert ask(connection, "SELECT COUNT(*) FROM stl_load_commits") == [[3]]
        assert ask(connection, "SELECT SUM(rows) FROM stl_insert") == [[90]]


def test_files_that_are_split() -> None:
    text = TABLE + "loads: [{table: s.t, user: etl, at: -1h, files: 2, file_mb: 300}]\n"
    sql = (
        'SELECT "key", COUNT(*), SUM(transfer_size), MAX(is_partial), MAX(start_offset) '
        "FROM stl_s3client GROUP BY 1 ORDER BY 1"
    )
    found = rows(text, sql)
    assert [row[1:] for row in found] == [[3, 314_572_800, 1, 209_715_200]] * 2


def test_commits() -> None:
    text = "commits: [{at: -1h, wait: 5s, work: 2s, ahead: 3}]\n"
    sql = (
        "SELECT node, queuelen, startwork - startqueue < INTERVAL '1 day', "
        "DATEDIFF(us, startwork, endtime) FROM stl_commit_stats ORDER BY node"
    )
    assert rows(text, sql) == [
        [-1, 3, True, 2_000_000],
        [0, 0, False, 2_000_000],  # followers do not know when the wait began
        [1, 0, False, 2_000_000],
    ]


def test_what_would_end_later_runs_now() -> None:
    text = """
queries:
  - {text: SELECT 1, user: ana, at: -10m, took: 30m}
  - {text: SELECT 2, user: ana, at: -5m, queued: 1h}
  - {text: SELECT 3, user: ana, at: -1m, running: true}
  - {text: SELECT 4, user: ana, at: -8d}
  - {text: SELECT 5, user: ana, at: 2026-11-21}
"""
    with serving(text) as server, driver(server) as connection:
        sql = "SELECT query_text, status, elapsed_time, end_time FROM sys_query_history ORDER BY 1"
        assert ask(connection, sql) == [
            ["SELECT 1", "running", 600_000_000, None],
            ["SELECT 2", "queued", 300_000_000, None],
            ["SELECT 3", "running", 60_000_000, None],
        ]
        assert ask(connection, "SELECT COUNT(*) FROM stl_query") == [[0]]
        assert ask(connection, "SELECT COUNT(*) FROM stv_inflight") == [[3]]
        sql = "SELECT state FROM stv_wlm_query_state ORDER BY wlm_start_time"
        assert ask(connection, sql) == [["Running"], ["QueuedWaiting"], ["Running"]]


def test_the_clock_runs_where_no_time_is_given() -> None:
    with (
        serving(
            "queries: [{text: SELECT 1, user: ana, at: -1m, running: true}]\n", USERS
        ) as server,
        driver(server) as connection,
    ):
        sql = "SELECT elapsed_time, GETDATE() FROM sys_query_history"
        [[first, then]] = ask(connection, sql)
        [[second, later]] = ask(connection, sql)
    assert 60_000_000 <= first < second
    assert then < later
    assert abs(then - datetime.utcnow()).total_seconds() < 60


def test_rows_as_they_are_written_out() -> None:
    text = """
views:
  stl_tr_conflict: [{xact_id: 7, abort_time: -5m, table_id: 1}, {xact_id: 8}]
  stl_s3client: [{query: 1, start_time: -1s, http_method: GET}]
  stv_slices: [{node: 9, slice: 99, type: D}]
"""
    with serving(text) as server, driver(server) as connection:
        sql = "SELECT xact_id, abort_time FROM stl_tr_conflict ORDER BY 1"
        assert ask(connection, sql) == [[7, datetime(2026, 11, 20, 3, 55)], [8, None]]
        [[start]] = ask(connection, "SELECT start_time FROM stl_s3client")
        assert start == int(
            (datetime(2026, 11, 20, 3, 59, 59) - datetime(2000, 1, 1)).total_seconds() * 1_000_000
        )
        assert ask(connection, "SELECT COUNT(*) FROM stv_slices") == [[5]]


HOSTILE = ['a"b', "a.b", "a'b", "é ü", "x; DROP TABLE y --", "\\", "select", "A", "{n}", "%s"]


def test_names_that_could_do_harm() -> None:
    tables = [
        {"name": '"s.p"."' + name.replace('"', '""') + '"', "size_mb": 1, "rows": 1}
        for name in HOSTILE
    ]
    queries = [
        {"text": "SELECT 1", "user": "u'; --", "at": "-1h", "scans": [{"table": t["name"]}]}
        for t in tables
    ]
    users = {"u'; --": {"superuser": True}, 'q"': {}}
    text = json.dumps({"tables": tables, "queries": queries, "users": users})
    with serving(text, "") as server, driver(server, user="u'; --") as connection:
        found = ask(connection, 'SELECT "table" FROM svv_table_info')
        assert sorted(row[0] for row in found) == sorted(HOSTILE)
        scanned = ask(connection, "SELECT DISTINCT perm_table_name FROM stl_scan")
        assert sorted(row[0] for row in scanned) == sorted(HOSTILE)
        assert ask(connection, "SELECT current_user") == [["u'; --"]]
        ask(connection, 'VACUUM "s.p"."a""b"')
        with driver(server, user='q"') as other:
            assert ask(other, "SELECT COUNT(*) FROM stl_query") == [[0]]
        done = psql(server, 'ANALYZE "s.p"."x; DROP TABLE y --"', user="u'; --")
        assert done.stdout == "ANALYZE\n"


def test_privileges() -> None:
    text = (
        TABLE
        + """
groups: [g]
roles: {r: {}}
grants:
  - {privileges: [USAGE, CREATE], schema: s, to: public}
  - {privileges: [SELECT], table: s.t, to: group g}
  - {privileges: [ALL], table: s.t, to: user ana, admin: true}
  - {privileges: [SELECT], table: s.t, column: a, to: role r}
  - {privileges: [TEMP], database: dev, to: user ana}
"""
    )
    with serving(text) as server, driver(server) as connection:
        sql = "SELECT namespace_name, privilege_type, identity_type FROM svv_schema_privileges"
        assert ask(connection, sql + " ORDER BY 2") == [
            ["s", "CREATE", "public"],
            ["s", "USAGE", "public"],
        ]
        sql = "SELECT identity_name, COUNT(*), MAX(admin_option::int) FROM svv_relation_privileges"
        assert ask(connection, sql + " GROUP BY 1 ORDER BY 1") == [["ana", 7, 1], ["g", 1, 0]]
        sql = "SELECT column_name, identity_name FROM svv_column_privileges"
        assert ask(connection, sql) == [["a", "r"]]
        sql = "SELECT database_name, privilege_type FROM svv_database_privileges"
        assert ask(connection, sql) == [["dev", "TEMP"]]
        [[space, acl]] = ask(
            connection, "SELECT nspname, nspacl FROM pg_namespace WHERE nspacl IS NOT NULL"
        )
        assert (space, acl) == ("s", "{ops=UC/ops,=UC/ops}")
        [[acl]] = ask(connection, "SELECT relacl FROM pg_class")
        assert acl == '{etl=rawdRxt/etl,"group g=r/etl",ana=r*a*w*d*R*x*t*/etl}'
