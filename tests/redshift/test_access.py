"""What somebody may do, and which grant gives it: real SQL over catalogs in DuckDB."""

from typing import Any

import pytest

from opskit.errors import UnknownError, UsageError
from opskit.redshift import duck
from opskit.redshift.access.look import Access, look
from opskit.redshift.names import known, numbers, parts
from tests.redshift.rules.views import NOW

USERS = [
    {"usename": "ana", "usesysid": 101, "usesuper": False, "usecreatedb": False},
    {"usename": "Ana", "usesysid": 102, "usesuper": False, "usecreatedb": False},
    {"usename": "root", "usesysid": 100, "usesuper": True, "usecreatedb": True},
    {"usename": 'o"dd.name', "usesysid": 103, "usesuper": False, "usecreatedb": False},
    {"usename": "IAMR:etl", "usesysid": 104, "usesuper": False, "usecreatedb": False},
    # who asks, in DuckDB
    {"usename": "duckdb", "usesysid": 105, "usesuper": True, "usecreatedb": True},
]
REGULAR = [{**user, "usesuper": user["usename"] == "root"} for user in USERS]
ROLES = {"analyst": 200, "reader": 201, "loader": 202, "sys:superuser": 203}
SCHEMAS = [
    {"oid": 10, "nspname": "sales", "nspowner": 100},
    {"oid": 11, "nspname": "hr", "nspowner": 101},
    {"oid": 12, "nspname": "pg_catalog", "nspowner": 1},
]


def grant(kind: str, number: int, **what: Any) -> dict[str, Any]:
    return {
        "identity_type": kind,
        "identity_id": number,
        "identity_name": "-",
        "admin_option": False,
        **what,
    }


def usage(schema: str, kind: str = "public", number: int = 0, **what: Any) -> dict[str, Any]:
    return grant(
        kind,
        number,
        **{
            "namespace_name": schema,
            "privilege_type": "USAGE",
            "privilege_scope": "SCHEMA",
            **what,
        },
    )


def select(schema: str, table: str, kind: str, number: int, **what: Any) -> dict[str, Any]:
    return grant(
        kind,
        number,
        namespace_name=schema,
        relation_name=table,
        privilege_type="SELECT",
        **what,
    )


def asked(who: str, *args: Any, engine: Any = "provisioned", **rows: Any) -> Access:
    given = {
        "pg_user": USERS,
        "svv_roles": [
            {"role_id": n, "role_name": name, "role_owner": "root"} for name, n in ROLES.items()
        ],
        "pg_namespace": SCHEMAS,
        **rows,
    }
    return look(duck.memory(engine, NOW, given), who, *args)


def rights(who: str, *args: Any, **rows: Any) -> list[tuple[Any, ...]]:
    columns = ("object_type", "object", "privilege", "path", "usable")
    return [tuple(row[c] for c in columns) for row in asked(who, *args, **rows).table.rows]


def role(name: str, to: str = "", user: int = 0, admin: bool = False) -> dict[str, Any]:
    if to:
        return {
            "role_id": ROLES[to],
            "role_name": to,
            "granted_role_id": ROLES[name],
            "granted_role_name": name,
        }
    return {
        "user_id": user,
        "user_name": "-",
        "role_id": ROLES[name],
        "role_name": name,
        "admin_option": admin,
    }


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_every_way_is_told(engine: str) -> None:
    found = rights(
        "ana",
        engine=engine,
        pg_group=[{"groname": "etl", "grosysid": 300, "grolist": "{100,101}"}],
        svv_user_grants=[role("analyst", user=101)],
        svv_role_grants=[role("reader", to="analyst")],
        svv_schema_privileges=[usage("sales")],
        svv_relation_privileges=[
            select("sales", "a", "user", 101),
            select("sales", "b", "group", 300),
            select("sales", "c", "role", 201),
            select("sales", "d", "public", 0),
            select("sales", "e", "user", 102),
            select("sales", "f", "role", 202),
            select("sales", "g", "user", 200),
        ],
        pg_class=[
            {
                "oid": 1000,
                "relname": "own",
                "relnamespace": 10,
                "relowner": 101,
                "relkind": "r",
            }
        ],
    )
    assert found == [
        ("role", '"analyst"', "MEMBER", "direct", True),
        ("role", '"reader"', "MEMBER", 'role "analyst"', True),
        ("group", '"etl"', "MEMBER", "direct", True),
        ("schema", '"hr"', "ALL", "owner", True),
        ("schema", '"sales"', "USAGE", "PUBLIC", True),
        ("table", '"sales"."a"', "SELECT", "direct", True),
        ("table", '"sales"."b"', "SELECT", 'group "etl"', True),
        ("table", '"sales"."c"', "SELECT", 'role "analyst" > role "reader"', True),
        ("table", '"sales"."d"', "SELECT", "PUBLIC", True),
        ("table", '"sales"."own"', "ALL", "owner", True),
    ]


def test_a_right_without_usage_is_no_use() -> None:
    row = asked("ana", svv_relation_privileges=[select("sales", "a", "user", 101)]).table.rows[-1]
    assert row["usable"] is False
    assert row["note"] == 'no use: no USAGE on schema "sales"'


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param({"svv_schema_privileges": [usage("sales", "user", 101)]}, id="usage"),
        pytest.param(
            {
                "svv_database_privileges": [
                    grant(
                        "user",
                        101,
                        database_name="dev",
                        privilege_type="USAGE",
                        privilege_scope="SCHEMAS",
                    )
                ]
            },
            id="on all schemas",
        ),
        pytest.param({"pg_namespace": [{**SCHEMAS[0], "nspowner": 101}]}, id="owner"),
    ],
)
def test_usage_comes_in_several_ways(rows: Any) -> None:
    found = rights("ana", svv_relation_privileges=[select("sales", "a", "user", 101)], **rows)
    assert ("table", '"sales"."a"', "SELECT", "direct", True) in found


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param([usage("sales", "user", 102)], id="of another"),
        pytest.param([usage("hr", "user", 101)], id="of another schema"),
        pytest.param([usage("sales", "user", 101, privilege_type="CREATE")], id="create"),
        pytest.param(
            [usage("sales", "user", 101, privilege_scope="FUNCTIONS")], id="on functions in it"
        ),
    ],
)
def test_what_is_no_usage(rows: Any) -> None:
    found = rights(
        "ana",
        svv_relation_privileges=[select("sales", "a", "user", 101)],
        svv_schema_privileges=rows,
    )
    assert ("table", '"sales"."a"', "SELECT", "direct", False) in found


def test_a_superuser_needs_no_grant() -> None:
    assert ("everything", "", "ALL", "superuser", True) in rights("root")
    by_role = rights(
        "ana",
        svv_user_grants=[role("sys:superuser", user=101)],
        svv_relation_privileges=[select("sales", "a", "user", 101)],
    )
    assert by_role[0] == ("everything", "", "ALL", 'role "sys:superuser"', True)
    assert ("table", '"sales"."a"', "SELECT", "direct", True) in by_role


def test_a_cycle_of_roles_ends() -> None:
    found = rights(
        "ana",
        svv_user_grants=[role("analyst", user=101)],
        svv_role_grants=[
            role("reader", to="analyst"),
            role("loader", to="reader"),
            role("analyst", to="loader"),
            role("analyst", to="analyst"),
        ],
        svv_schema_privileges=[usage("sales", "role", 202)],
    )
    way = 'role "analyst" > role "reader" > role "loader"'
    assert ("schema", '"sales"', "USAGE", way, True) in found
    assert [row[1] for row in found if row[2] == "MEMBER"] == ['"analyst"', '"loader"', '"reader"']


def test_two_ways_are_both_told() -> None:
    rows = asked(
        "ana",
        svv_user_grants=[role("analyst", user=101), role("reader", user=101, admin=True)],
        svv_role_grants=[role("reader", to="analyst")],
        svv_schema_privileges=[usage("sales", "role", 201)],
    ).table.rows
    [row] = [row for row in rows if row["object"] == '"sales"']
    assert row["path"] == 'role "reader" (and 1 more ways)'
    assert row["paths"] == ['role "reader"', 'role "analyst" > role "reader"']
    assert {r["object"]: r["grantable"] for r in rows if r["privilege"] == "MEMBER"} == {
        '"analyst"': False,
        '"reader"': True,
    }


def test_a_role_has_no_rights_of_public_but_their_usage_counts() -> None:
    found = rights(
        "reader",
        svv_schema_privileges=[usage("sales")],
        svv_relation_privileges=[
            select("sales", "a", "role", 201),
            select("sales", "b", "public", 0),
        ],
    )
    assert found == [("table", '"sales"."a"', "SELECT", "direct", True)]


def test_other_kinds_of_grants() -> None:
    found = rights(
        "ana",
        svv_user_grants=[role("analyst", user=101)],
        svv_system_privileges=[
            {
                "system_privilege": "CREATE USER",
                "identity_type": "role",
                "identity_id": 200,
                "identity_name": "analyst",
            }
        ],
        svv_database_privileges=[
            grant(
                "public",
                0,
                database_name="dev",
                privilege_type="TEMP",
                privilege_scope="DATABASE",
            )
        ],
        svv_schema_privileges=[
            usage("hr", "user", 101, privilege_scope="TABLES", privilege_type="SELECT")
        ],
        svv_function_privileges=[
            grant(
                "user",
                101,
                namespace_name="hr",
                function_name="f",
                argument_types="integer, text",
                privilege_type="EXECUTE",
            )
        ],
        svv_column_privileges=[
            {
                "namespace_name": "hr",
                "relation_name": "t",
                "column_name": "c",
                "privilege_type": "SELECT",
                "identity_type": "user",
                "identity_id": 101,
                "identity_name": "ana",
            }
        ],
    )
    assert [row[:3] for row in found if row[2] != "MEMBER"] == [
        ("system", "", "CREATE USER"),
        ("database", '"dev"', "TEMP"),
        ("schema", '"hr"', "ALL"),
        ("column", '"hr"."t"."c"', "SELECT"),
        ("function", '"hr"."f"(integer, text)', "EXECUTE"),
        ("tables in schema", '"hr"', "SELECT"),
    ]


def test_one_schema_only() -> None:
    rows: Any = {
        "svv_schema_privileges": [usage("sales"), usage("hr")],
        "svv_relation_privileges": [select("sales", "a", "user", 101)],
    }
    found = rights("ana", None, "SALES", **rows)
    assert {row[1] for row in found} == {'"sales"', '"sales"."a"'}
    with pytest.raises(UsageError, match="no schema is called 'sale'") as error:
        rights("ana", None, "sale", **rows)
    assert error.value.hint == "did you mean sales?"


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("ana", 101),
        ("Ana", 102),
        ("ANA", 101),
        ('"Ana"', 102),
        ('"o""dd.name"', 103),
        ("IAMR:etl", 104),
        ("sys:superuser", 203),
    ],
)
def test_names_are_found_as_sql_finds_them(typed: str, number: int) -> None:
    assert asked(typed).table.extra["identity"]["id"] == number


def test_an_unknown_name_is_an_error_with_the_closest() -> None:
    with pytest.raises(UsageError, match="no user, role or group is called 'anna'") as error:
        asked("anna")
    assert error.value.hint == "did you mean ana?"
    with pytest.raises(UsageError, match="no role is called 'ana'"):
        asked("ana", "role")
    with pytest.raises(UsageError, match="no user, role or group is called 'ANA'"):
        asked('"ANA"')


def test_what_cannot_be_seen_is_noted() -> None:
    source = duck.memory("provisioned", NOW, {"pg_user": USERS})
    source._connection.execute("DROP TABLE svv_column_privileges")
    found = look(source, "ana")
    [note] = found.notes
    assert note.startswith("column-privileges could not be asked")
    assert found.partial


def test_a_regular_user_sees_a_part_of_the_grants_of_others() -> None:
    found = asked("ana", pg_user=REGULAR)
    assert found.partial
    [note] = found.notes
    assert note.startswith('user "duckdb" sees only grants to those that it has access to')
    assert note.endswith('GRANT ROLE sys:monitor TO "duckdb" shows all')
    assert found.table.extra["notes"] == [note]


def test_a_regular_user_is_certain_of_what_it_sees_of_itself() -> None:
    found = asked("duckdb", pg_user=REGULAR)
    assert not found.partial
    [note] = found.notes
    assert "asks about itself: the grants shown are certain" in note
    assert asked("duckdb", "user", pg_user=USERS).notes == []


def test_who_has_access_system_table_sees_all() -> None:
    granted = grant("role", ROLES["reader"], system_privilege="ACCESS SYSTEM TABLE")
    roles = [role("reader", to="analyst"), role("analyst", user=105)]
    given = {
        "pg_user": REGULAR,
        "svv_user_grants": [r for r in roles if "user_id" in r],
        "svv_role_grants": [r for r in roles if "user_id" not in r],
    }
    assert asked("ana", **given, svv_system_privileges=[granted]).notes == []
    other = {**granted, "system_privilege": "VACUUM"}
    assert asked("ana", **given, svv_system_privileges=[other]).partial
    elsewhere = {**granted, "identity_id": ROLES["loader"]}
    assert asked("ana", **given, svv_system_privileges=[elsewhere]).partial


def test_sys_monitor_by_way_of_three_roles_sees_all() -> None:
    given = {
        "pg_user": REGULAR,
        "svv_user_grants": [role("analyst", user=105)],
        "svv_role_grants": [
            role("loader", to="analyst"),
            role("reader", to="loader"),
            {
                **role("reader", to="reader"),
                "granted_role_id": 9,
                "granted_role_name": "sys:monitor",
            },
        ],
    }
    assert asked("ana", **given).notes == []


def test_a_role_that_the_asker_does_not_see_may_be_there() -> None:
    with pytest.raises(
        UnknownError, match="'auditor' that user \"duckdb\" sees; roles may be hidden"
    ) as e:
        asked("auditor", pg_user=REGULAR)
    assert 'GRANT ROLE sys:monitor TO "duckdb" shows all' in e.value.hint
    with pytest.raises(UsageError, match="no user is called 'auditor'"):
        asked("auditor", "user", pg_user=REGULAR)


@pytest.mark.parametrize("users", [USERS, REGULAR])
def test_public_is_nobody_of_its_own(users: Any) -> None:
    with pytest.raises(UsageError, match=r"PUBLIC is .*within each user's rights") as error:
        asked("Public", pg_user=users)
    assert error.value.hint.startswith("give a user")


def test_where_it_is_not_said_who_asks_nothing_is_certain() -> None:
    users = [user for user in USERS if user["usename"] != "duckdb"]
    found = asked("ana", pg_user=users)
    assert found.partial
    assert found.notes == ["could not tell who asks: grants may be missing that it cannot see"]


def test_arrays_arrive_as_lists_and_as_text() -> None:
    assert numbers([100, None, 101]) == numbers("{100,101}") == numbers("[100, 101]") == [100, 101]
    assert numbers(None) == []


def test_parts_of_names() -> None:
    assert parts('"a.b"."c""d".E') == [("a.b", True), ('c"d', True), ("E", False)]
    for wrong in ("", ".", "a.", ".a", 'a"b', '"a', '""', 'a."'):
        with pytest.raises(UsageError, match="not a name"):
            parts(wrong)
    assert known("A", False, ["a"], "table") == "a"
