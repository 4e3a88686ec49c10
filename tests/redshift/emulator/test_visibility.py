"""Who sees what: superusers all, others their own rows, and nothing of some views."""

from pathlib import Path
from typing import Any

import pytest

from opskit.clients import duck
from opskit.redshift.catalog import views
from opskit.redshift.emulator import scenario
from opskit.redshift.emulator.database import Database
from tests.redshift.emulator.servers import NOW, ask, driver, psql, refused, serving

USERS = """
users:
  ops: {superuser: true}
  ana: {groups: [g], roles: [r]}
  bob: {syslog_access: UNRESTRICTED}
  mon: {roles: ["sys:monitor"]}
roles: {r: {}, other: {}}
groups: [h]
"""
TEXT = """
tables: [{name: s.t, rows: 1}]
queries:
  - {text: SELECT 1, user: ana, at: -1h, scans: [{table: s.t}], compile: 1s}
  - {text: SELECT 2, user: ops, at: -1h, scans: [{table: s.t}], compile: 1s}
loads: [{table: s.t, user: ops, at: -1h}]
spectrum: [{table: e.t, user: ops, at: -1h, partitions: 3}]
sessions:
  - {user: ana, pid: 11, transaction: -1h}
  - {user: ops, pid: 12, transaction: -1h}
grants:
  - {privileges: [SELECT], table: svv_table_info, to: user ana}
  - {privileges: [SELECT], table: STV_TBL_PERM, to: group g}
  - {privileges: [SELECT], table: stl_commit_stats, to: role other}
  - {privileges: [USAGE], schema: s, to: group h}
  - {privileges: [USAGE], schema: s, to: group g}
  - {privileges: [CREATE], schema: s, to: public}
"""


@pytest.fixture(scope="module")
def server() -> Any:
    with serving(TEXT, NOW + USERS) as found:
        yield found


@pytest.mark.parametrize(("user", "queries"), [("ops", 4), ("ana", 1), ("bob", 4), ("mon", 4)])
def test_queries_of_others(server: Any, user: str, queries: int) -> None:
    with driver(server, user=user) as connection:
        for view in ("stl_query", "sys_query_history", "stl_wlm_query", "svl_qlog"):
            assert ask(connection, f"SELECT COUNT(*) FROM {view}") == [[queries]], view
        seen = ask(connection, "SELECT COUNT(*) > 0 FROM svcs_s3partition_summary")
        assert seen == [[queries > 1]]


@pytest.mark.parametrize(("user", "pids"), [("ops", [11, 12]), ("ana", [11]), ("bob", [])])
def test_transactions_of_others(server: Any, user: str, pids: list[int]) -> None:
    with driver(server, user=user) as connection:
        found = ask(connection, "SELECT pid FROM svv_transactions ORDER BY 1")
        assert [row[0] for row in found] == pids


@pytest.mark.parametrize("view", [v for v, d in views().items() if d.visible_to == "superuser"])
def test_views_for_superusers(server: Any, view: str) -> None:
    there = "provisioned" in views()[view].engines
    open_to = ["ops", "mon", *(["ana"] if view in ("svv_table_info", "stv_tbl_perm") else [])]
    for user in ("ops", "ana", "bob", "mon"):
        with driver(server, user=user) as connection:
            if there and user in open_to:
                ask(connection, f"SELECT COUNT(*) FROM {view}")
            elif there:
                said = ("42501", f"permission denied for relation {view}")
                assert refused(connection, f"SELECT COUNT(*) FROM {view}") == said
            else:
                assert refused(connection, f"SELECT * FROM {view}")[0] == "42P01"


def test_privileges_of_others(server: Any) -> None:
    sql = "SELECT identity_name FROM svv_schema_privileges ORDER BY 1"
    with driver(server, user="ana") as connection:
        assert ask(connection, sql) == [["g"], ["public"]]
    with driver(server) as connection:
        assert ask(connection, sql) == [["g"], ["h"], ["public"]]


def test_a_name_in_a_query_hides_a_view(server: Any) -> None:
    with driver(server, user="bob") as connection:
        sql = "WITH stl_vacuum AS (SELECT 5 AS a) SELECT a FROM stl_vacuum"
        assert ask(connection, sql) == [[5]]
        for asked in ("pg_catalog.stl_vacuum", "(SELECT * FROM STL_VACUUM)"):
            assert refused(connection, f"SELECT * FROM {asked} AS x")[0] == "42501"
        hidden = "SELECT 1 WHERE EXISTS (SELECT 1 FROM stl_vacuum)"
        assert refused(connection, hidden)[0] == "42501"


def test_a_serverless_workgroup_denies_the_views_of_clusters() -> None:
    text = "engine: serverless\nqueries: [{text: SELECT 1, user: ops, at: -1h}]\nusage: [{}]\n"
    with serving(text, NOW + USERS) as server, driver(server) as connection:
        for view in ("stl_query", "stv_slices", "svl_qlog", "svcs_compile", "svv_diskusage"):
            said = ("42501", f"permission denied for relation {view}")
            assert refused(connection, f"SELECT * FROM {view}") == said
        assert ask(connection, "SELECT COUNT(*) FROM sys_query_history") == [[1]]
        sql = (
            "SELECT COUNT(*), SUM(charged_seconds), MAX(compute_capacity) FROM sys_serverless_usage"
        )
        assert ask(connection, sql) == [[1440, 1440 * 480, 8.0]]
        assert ask(connection, "SELECT compute_type FROM sys_query_history") == [["serverless"]]


# The machine's files


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT content FROM read_text('{file}')",
        "SELECT * FROM read_csv('{file}')",
        "SELECT * FROM '{file}'",
        'SELECT * FROM "{file}"',
        "SELECT 1 FROM pg_class, read_text('{file}')",
        "SELECT (SELECT content FROM read_text('{file}'))",
        "SET enable_external_access = true",
    ],
)
def test_clients_read_no_file(server: Any, tmp_path: Path, sql: str) -> None:
    file = tmp_path / "secret.csv"
    file.write_text("a secret\n")
    with driver(server) as connection:
        state, words = refused(connection, sql.format(file=file))
    assert state in ("0A000", "42P01", "42704")
    assert "a secret" not in words


def test_clients_write_no_file(server: Any, tmp_path: Path) -> None:
    file = tmp_path / "made"
    for sql in ("COPY (SELECT 1) TO '{file}'", "ATTACH '{file}'", "EXPORT DATABASE '{file}'"):
        psql(server, sql.format(file=file))
    assert list(tmp_path.iterdir()) == []


def test_the_database_itself_reaches_no_file(tmp_path: Path) -> None:
    """Whatever SQL may come through: DuckDB refuses, and cannot be told otherwise."""
    file = tmp_path / "secret.csv"
    file.write_text("a secret\n")
    database = Database(scenario.parse(NOW + USERS))
    try:
        cursor = database.cursor(database.accounts["ops"], 1, "dev")
        for sql in (
            f"SELECT content FROM read_text('{file}')",
            f"SELECT * FROM read_csv('{file}')",
            f"COPY (SELECT 1) TO '{tmp_path / 'made'}'",
            f"ATTACH '{tmp_path / 'made'}'",
            "SET enable_external_access = true",
        ):
            with pytest.raises(duck.DuckError):
                duck.execute(cursor, sql)
    finally:
        database.close()
    assert list(tmp_path.iterdir()) == [file]
