"""RSH002, RSH003 and RSH090 on: who may do and see what."""

from datetime import timedelta
from typing import Any

import pytest

from opskit.findings import Finding, Severity
from opskit.redshift import check, duck
from tests.redshift.rules.views import NOW, ago, findings

#: How DuckDB calls the user that asks.
ME = "duckdb"


def asking(
    *roles: str, superuser: bool = False, access: str = "RESTRICTED", inner: str = ""
) -> dict[str, list[dict[str, Any]]]:
    return {
        "pg_user": [
            {"usename": ME, "usesysid": 101, "usesuper": superuser},
            {"usename": "admin", "usesysid": 100, "usesuper": True},
        ],
        "svv_user_info": [
            {"user_name": ME, "user_id": 101, "superuser": superuser, "syslog_access": access}
        ],
        "svv_user_grants": [{"user_id": 101, "user_name": ME, "role_name": r} for r in roles],
        "svv_role_grants": [{"role_name": r, "granted_role_name": inner} for r in roles],
    }


def sight(code: str, rows: dict[str, Any], engine: Any = "provisioned") -> list[Finding]:
    """What RSH002 says beside a rule that alone was asked for."""
    report = check.check(duck.memory(engine, NOW, rows), select=[code])
    return [finding for finding in report.findings if finding.rule == "RSH002"]


@pytest.mark.parametrize("code", ["RSH055", "RSH080", "RSH090"])
@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_user_that_sees_a_part_is_not_told_that_all_is_well(engine: Any, code: str) -> None:
    [found] = sight(code, asking(), engine)
    assert found.severity is Severity.UNKNOWN
    assert found.data["sql"] == [
        'GRANT ROLE sys:monitor TO "duckdb";',
        'ALTER USER "duckdb" SYSLOG ACCESS UNRESTRICTED;',
    ]
    assert 'ALTER USER "duckdb" SYSLOG ACCESS RESTRICTED;' in found.data["undo"]
    assert sight(code, asking("analyst"), engine)
    assert not sight(code, asking("sys:monitor"), engine)


def test_open_logs_do_not_open_the_metadata() -> None:
    assert not sight("RSH055", asking(access="UNRESTRICTED"))
    [found] = sight("RSH090", asking(access="UNRESTRICTED"))
    assert found.data["views"] == ["svv_schema_privileges"]
    assert found.data["sql"] == ['GRANT ROLE sys:monitor TO "duckdb";']


def test_views_that_are_refused_or_show_all_are_no_part() -> None:
    assert not sight("RSH020", asking())


def test_who_asks_has_to_be_known() -> None:
    [found] = sight("RSH055", {"pg_user": [{"usename": "somebody else", "usesuper": True}]})
    assert found.severity is Severity.UNKNOWN


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(asking(superuser=True), id="superuser"),
        pytest.param(asking("sys:monitor"), id="sys:monitor"),
        pytest.param(asking("analyst", "sys:operator"), id="a role that includes it"),
        pytest.param(asking("ops", inner="sys:monitor"), id="a role that was granted it"),
    ],
)
def test_users_that_see_all_rows(rows: dict[str, Any]) -> None:
    assert not findings("RSH002", rows)


def queries(engine: str, *hours: float) -> dict[str, list[dict[str, Any]]]:
    """Queries so many hours ago."""
    if engine == "provisioned":
        return {"stl_query": [{"query": n, "starttime": ago(hours=h)} for n, h in enumerate(hours)]}
    starts = [{"query_id": n, "start_time": ago(hours=h)} for n, h in enumerate(hours)]
    return {"sys_query_history": starts}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_logs_that_begin_inside_the_window(engine: Any) -> None:
    [found] = findings("RSH003", queries(engine, 6, 3), engine=engine)
    assert found.severity is Severity.UNKNOWN
    assert found.message == "the logs begin at 2026-11-19 22:00: they cover 6.0 h of 24 h"
    assert found.observed == "2026-11-19 22:00 to 2026-11-20 01:00, 2 queries"


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_logs_that_reach_back(engine: Any) -> None:
    assert not findings("RSH003", queries(engine, 30, 6), engine=engine), "nothing ran in between"
    assert not findings("RSH003", queries(engine, 23.5), engine=engine)


def test_queries_of_scaling_clusters_are_said_to_be_unseen() -> None:
    rows = queries("provisioned", 30, 6, 3)
    assert not findings("RSH004", rows)
    for row in rows["stl_query"]:
        row["concurrency_scaling_status"] = 1
    [found] = findings("RSH004", rows)
    assert found.severity is Severity.INFO
    assert found.message.startswith("2 of 2 queries ran on concurrency scaling clusters")
    assert not findings("RSH004", queries("serverless", 6), engine="serverless")


def test_a_window_beyond_the_retention_is_told() -> None:
    rows = queries("provisioned", *range(1, 7 * 24, 6))
    assert findings("RSH003", rows, window=timedelta(days=14))
    assert not findings("RSH003", rows, window=timedelta(days=6))


def test_a_session_that_was_opened_before_the_window_is_open_all_the_same() -> None:
    rows = sessions("serverless", 301)
    for row in rows["sys_session_history"]:
        row["start_time"] = ago(days=4)
    assert findings("RSH092", rows, engine="serverless")


def grant(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    row = {
        "namespace_name": "public",
        "privilege_type": "CREATE",
        "identity_id": 0,
        "identity_name": "public",
        "identity_type": "public",
        "privilege_scope": "SCHEMA",
    }
    return {"svv_schema_privileges": [row | changes]}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_schema_in_which_everybody_may_create(engine: Any) -> None:
    [found] = findings("RSH090", grant(), engine=engine)
    assert found.data["sql"] == ['REVOKE CREATE ON SCHEMA "public" FROM PUBLIC;']
    assert found.data["undo"] == 'GRANT CREATE ON SCHEMA "public" TO PUBLIC;'


@pytest.mark.parametrize(
    "changes",
    [
        {"privilege_type": "USAGE"},
        {"identity_type": "role"},
        {"identity_type": "user", "identity_name": "public"},
        {"namespace_name": "pg_temp_3"},
        {"privilege_scope": "TABLES"},
    ],
)
def test_other_grants(changes: dict[str, Any]) -> None:
    assert not findings("RSH090", grant(**changes))


def work(
    engine: str, own: int, others: int, *, label: str = "default", superuser: bool = True
) -> dict[str, list[dict[str, Any]]]:
    users = [(100, own), (101, others), (1, 50)]
    runs = [user for user, count in users for _ in range(count)]
    users_ = [
        {"usename": "admin", "usesysid": 100, "usesuper": superuser},
        {"usename": "etl", "usesysid": 101, "usesuper": False},
        {"usename": "rdsdb", "usesysid": 1, "usesuper": True},
    ]
    if engine == "provisioned":
        return {
            "pg_user": users_,
            "stl_query": [{"userid": u, "label": label, "starttime": ago(hours=1)} for u in runs],
        }
    return {
        "pg_user": users_,
        "sys_query_history": [
            {"user_id": u, "query_label": label, "start_time": ago(hours=1)} for u in runs
        ],
    }


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_superuser_that_does_everyday_work(engine: Any) -> None:
    few: Any = {"engine": engine, "superuser_floor": 10}
    [found] = findings("RSH091", work(engine, 10, 30), **few)
    assert found.object == '"admin"', "and not rdsdb, which is Redshift's own"
    assert found.observed == "10 of 40 queries"
    assert found.data["sql"] == [], "taking the right away would stop the work"
    assert not findings("RSH091", work(engine, 9, 1), **few)
    assert not findings("RSH091", work(engine, 10, 40), **few)
    assert not findings("RSH091", work(engine, 20, 1, label="opskit"), **few)
    assert not findings("RSH091", work(engine, 20, 1, superuser=False), **few)


def sessions(
    engine: str, count: int, *, user: str = "app", timeout: int = 0
) -> dict[str, list[dict[str, Any]]]:
    """Sessions of one user; every second one has the process ID of another."""
    if engine == "provisioned":
        return {
            "stv_sessions": [
                {
                    "process": n // 2,
                    "user_name": user,
                    "starttime": ago(hours=n % 20),
                    "timeout_sec": timeout,
                }
                for n in range(count)
            ]
        }
    return {
        "pg_user": [{"usename": user, "usesysid": 101}],
        "sys_session_history": [
            {
                "session_id": n // 2,
                "user_id": "101",
                "status": "active" if n < count else "closed",
                "start_time": ago(hours=n % 20),
                "session_timeout": timeout,
            }
            for n in range(count + 100)
        ],
    }


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_sessions_that_nobody_closes(engine: Any) -> None:
    [found] = findings("RSH092", sessions(engine, 301), engine=engine)
    assert found.message == 'user "app" has 301 open sessions'
    assert found.data["sql"] == ['ALTER USER "app" SESSION TIMEOUT 3600;']
    assert found.data["undo"] == 'ALTER USER "app" RESET SESSION TIMEOUT;'
    assert not findings("RSH092", sessions(engine, 300), engine=engine)


def test_the_timeout_that_a_user_has() -> None:
    [found] = findings("RSH092", sessions("provisioned", 301, timeout=86_400))
    assert found.data["undo"] == 'ALTER USER "app" SESSION TIMEOUT 86400;'
    [found] = findings("RSH092", sessions("provisioned", 301, timeout=600))
    assert found.data["sql"] == [], "it has a shorter one already"


def test_iam_users_have_another_name_than_the_view_shows() -> None:
    [found] = findings("RSH092", sessions("provisioned", 301, user="IAMA:app:etl"))
    assert found.data["sql"] == []
    assert not findings("RSH092", sessions("provisioned", 301, user="rdsdb"))


def datashare(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    row = {
        "share_name": "sales",
        "source_database": "dev",
        "share_type": "OUTBOUND",
        "is_publicaccessible": True,
    }
    return {"svv_datashares": [row | changes]}


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_datashare_for_clusters_that_are_publicly_accessible(engine: Any) -> None:
    [found] = findings("RSH093", datashare(), engine=engine)
    assert found.data["sql"] == ['ALTER DATASHARE "sales" SET PUBLICACCESSIBLE FALSE;']
    assert found.data["undo"] == 'ALTER DATASHARE "sales" SET PUBLICACCESSIBLE TRUE;'
    assert "database dev" in found.fix


@pytest.mark.parametrize(
    "changes", [{"is_publicaccessible": False}, {"share_type": "INBOUND"}, {"managed_by": "ADX"}]
)
def test_other_datashares(changes: dict[str, Any]) -> None:
    assert not findings("RSH093", datashare(**changes))
