"""Who sees what: superusers all, others their own rows, and nothing of some views."""

from typing import Any

import pytest

from opskit.redshift.catalog import views
from tests.redshift.emulator.servers import NOW, ask, driver, refused, serving

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
