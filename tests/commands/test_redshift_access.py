"""`opskit redshift access`, as a shell and a script see it, from a capture."""

import json
from pathlib import Path

import pytest

from opskit import cli
from opskit.redshift import capture, duck
from opskit.redshift.emulator import scenario, serve
from tests.redshift.rules.views import NOW
from tests.redshift.test_access import SCHEMAS, USERS, role, select, usage

ROWS = {
    "pg_user": USERS,
    "pg_namespace": SCHEMAS,
    "pg_group": [{"groname": "etl", "grosysid": 300, "grolist": "{101,102}"}],
    "svv_roles": [{"role_id": 200, "role_name": "analyst", "role_owner": "root"}],
    "svv_user_grants": [role("analyst", user=101)],
    "svv_schema_privileges": [usage("sales", "role", 200)],
    "svv_relation_privileges": [
        select("sales", "a", "group", 300),
        select("closed", "b", "user", 101, admin_option=True),
    ],
}

NIGHT = """
users: {ops: {superuser: true}, ana: {}, etl: {}}
tables: [{name: s.t}]
grants: [{privileges: [SELECT], table: s.t, to: user etl}]
"""


@pytest.fixture
def taken(tmp_path: Path) -> str:
    path = tmp_path / "prod.duckdb"
    capture.take(duck.memory("provisioned", NOW, ROWS), path)
    return str(path)


@pytest.fixture(autouse=True)
def password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSKIT_REDSHIFT_PASSWORD", "any")


def run(*args: str) -> int:
    return cli.run(["redshift", "access", *args])


def test_rights_and_their_ways(taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ana", "--capture", taken, "-o", "csv") == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == [
        "object_type,object,privilege,path,grantable,usable,note",
        'role,"""analyst""",MEMBER,direct,false,true,',
        'group,"""etl""",MEMBER,direct,false,true,',
        'schema,"""hr""",ALL,owner,true,true,',
        'schema,"""sales""",USAGE,"role ""analyst""",false,true,',
        'table,"""closed"".""b""",SELECT,direct,true,false,"no use: no USAGE on schema ""closed"""',
        'table,"""sales"".""a""",SELECT,"group ""etl""",false,true,',
    ]
    assert err == "1 of 6 rights are of no use\n"


def test_json_for_scripts(taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("ANA", "--capture", taken, "--schema", "sales", "-o", "json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["schema"] == "opskit.redshift.access/1"
    assert document["identity"] == {"type": "user", "id": 101, "name": "ana"}
    assert [row["object"] for row in document["rights"]] == ['"sales"', '"sales"."a"']


def test_an_unknown_user_is_bad_input(taken: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("anna", "--capture", taken) == 2
    err = capsys.readouterr().err
    assert "no user, role or group is called 'anna'" in err
    assert "did you mean ana?" in err


def test_a_regular_user_could_not_tell(capsys: pytest.CaptureFixture[str]) -> None:
    with serve(scenario.parse(NIGHT)) as server:
        target = ["--target", f"redshift://ana@127.0.0.1:{server.port}/dev?sslmode=disable"]
        assert run("etl", *target, "-o", "json") == 3
        out, err = capsys.readouterr()
        assert json.loads(out)["notes"][0].startswith('user "ana" sees only grants')
        assert "GRANT ROLE sys:monitor" in err
        assert run("ana", *target) == 0
        assert "asks about itself" in capsys.readouterr().err
        assert run("public", *target) == 2
