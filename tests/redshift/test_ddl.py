"""DDL from the catalog: as text, and run by a real PostgreSQL with hostile names."""

import re
from typing import Any

import pytest

from opskit.errors import UsageError
from opskit.redshift import duck
from opskit.redshift.ddl.look import Ddl, look
from tests.redshift.postgres import Server, postgres
from tests.redshift.rules.views import NOW

INT, TEXT, MONEY = (23, -1), (1043, 68), (1700, (12 << 16 | 2) + 4)
CLASS, OTHER_CLASS = 1259, 1255


def column(table: int, number: int, name: str, kind: Any = INT, **more: Any) -> dict[str, Any]:
    return {
        "attrelid": table,
        "attnum": number,
        "attname": name,
        "atttypid": kind[0],
        "atttypmod": kind[1],
        "attnotnull": False,
        "attisdropped": False,
        "attencodingtype": 0,
        "attisdistkey": False,
        "attsortkeyord": 0,
        **more,
    }


def table(oid: int, name: str, schema: int = 10, **more: Any) -> dict[str, Any]:
    return {
        "oid": oid,
        "relname": name,
        "relnamespace": schema,
        "relkind": "r",
        "reldiststyle": 0,
        "relowner": 101,
        **more,
    }


def key(oid: int, on: int, name: str, kind: str, columns: Any, **more: Any) -> dict[str, Any]:
    return {
        "oid": oid,
        "conrelid": on,
        "conname": name,
        "contype": kind,
        "conkey": columns,
        "connamespace": 10,
        **more,
    }


BASE: dict[str, Any] = {
    "pg_namespace": [
        {"oid": 10, "nspname": "sales", "nspowner": 101},
        {"oid": 11, "nspname": "other", "nspowner": 999},
    ],
    "pg_user": [{"usename": "etl", "usesysid": 101}],
    "pg_class": [
        table(1000, "orders", reldiststyle=1),
        table(1001, "items"),
        table(1002, "orders", schema=11),
    ],
    "pg_attribute": [
        column(
            1000,
            1,
            "id",
            (20, -1),
            attnotnull=True,
            attisdistkey=True,
            attsortkeyord=2,
        ),
        column(1000, 2, "........pg.dropped.2........", attisdropped=True),
        column(1000, 3, "at", (1114, -1), attsortkeyord=1),
        column(1000, 4, "state", TEXT),
        column(1000, 5, "price", MONEY),
        column(1001, 1, "order_id", (20, -1)),
        column(1002, 1, "id", (20, -1)),
        column(1000, -2, "oid"),
    ],
    "pg_attrdef": [
        {"adrelid": 1000, "adnum": 1, "adsrc": "\"identity\"(1000, 0, '1,1'::text)"},
        {"adrelid": 1000, "adnum": 4, "adsrc": "'new'::character varying"},
    ],
    "pg_constraint": [
        key(2000, 1000, "orders_pkey", "p", "{1}"),
        key(2001, 1000, "orders_at", "u", "{3,1}"),
        key(2002, 1001, "items_order", "f", "{1}", confrelid=1002, confkey="[1]"),
    ],
    "pg_description": [
        {"objoid": 1000, "classoid": CLASS, "objsubid": 0, "description": "what's sold \\ and"},
        {"objoid": 1000, "classoid": CLASS, "objsubid": 4, "description": "a 'state'"},
        {"objoid": 1002, "classoid": CLASS, "objsubid": 0, "description": "of another schema"},
        {"objoid": 1001, "classoid": OTHER_CLASS, "objsubid": 0, "description": "of a function"},
    ],
}


def ddl(what: str, engine: Any = "provisioned", *, owners: bool = True, **rows: Any) -> Ddl:
    return look(duck.memory(engine, NOW, {**BASE, **rows}), what, owners=owners)


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_schema_is_written_whole(engine: str) -> None:
    found = ddl("sales", engine)
    assert (
        found.sql
        == """\
CREATE SCHEMA IF NOT EXISTS "sales" AUTHORIZATION "etl";
CREATE TABLE "sales"."orders" (
  "id" bigint IDENTITY(1, 1) ENCODE RAW NOT NULL,
  "at" timestamp without time zone ENCODE RAW,
  "state" character varying(64) DEFAULT 'new'::character varying ENCODE RAW,
  "price" numeric(12,2) ENCODE RAW,
  CONSTRAINT "orders_pkey" PRIMARY KEY ("id"),
  CONSTRAINT "orders_at" UNIQUE ("at", "id")
)
DISTSTYLE KEY DISTKEY ("id")
COMPOUND SORTKEY ("at", "id");
COMMENT ON TABLE "sales"."orders" IS 'what''s sold \\\\ and';
COMMENT ON COLUMN "sales"."orders"."state" IS 'a ''state''';
ALTER TABLE "sales"."orders" OWNER TO "etl";
CREATE TABLE "sales"."items" (
  "order_id" bigint ENCODE RAW
)
DISTSTYLE EVEN;
ALTER TABLE "sales"."items" OWNER TO "etl";
ALTER TABLE "sales"."items" ADD CONSTRAINT "items_order" \
FOREIGN KEY ("order_id") REFERENCES "other"."orders" ("id");
"""
    )
    assert not found.missing
    assert not found.notes


def test_one_table_only_and_no_owners() -> None:
    found = ddl('sales."items"', owners=False)
    assert found.sql.startswith('CREATE TABLE "sales"."items" (')
    assert "OWNER" not in found.sql
    assert found.sql.count("CREATE") == 1
    assert "FOREIGN KEY" in found.sql


def test_what_redshift_chose_is_left_to_it() -> None:
    info = [
        {
            "schema": "sales",
            "table": "orders",
            "table_id": 1000,
            "encoded": "Y, AUTO(ENCODE)",
            "sortkey1": "AUTO(SORTKEY(at))",
            "diststyle": "AUTO(KEY(id))",
        }
    ]
    classes = [table(1000, "orders", reldiststyle=9)]
    sql = ddl("sales.orders", svv_table_info=info, pg_class=classes).sql
    assert ")\nDISTSTYLE AUTO\nSORTKEY AUTO\nENCODE AUTO;\n" in sql
    assert "DISTKEY" not in sql
    assert "ENCODE RAW" not in sql


def test_other_keys_and_identities() -> None:
    attributes = [
        column(1000, 1, "a", attsortkeyord=-1),
        column(1000, 2, "b", attsortkeyord=-2),
        column(1000, 3, "c"),
    ]
    defaults = [
        {"adrelid": 1000, "adnum": 1, "adsrc": "\"default_identity\"(1000, 0, '-5,10'::text)"},
        {"adrelid": 1000, "adnum": 2, "adsrc": "default_identity(1000, 1, ('7,2'::text))"},
        {"adrelid": 1000, "adnum": 3, "adsrc": '"identity"(current, base, seed)'},
    ]
    found = ddl(
        "sales.orders",
        pg_attribute=attributes,
        pg_attrdef=defaults,
        pg_class=[table(1000, "orders", reldiststyle=8)],
        pg_constraint=[],
    )
    assert '"a" integer GENERATED BY DEFAULT AS IDENTITY(-5, 10) ENCODE RAW' in found.sql
    assert '"b" integer GENERATED BY DEFAULT AS IDENTITY(7, 2) ENCODE RAW' in found.sql
    assert '"c" integer ENCODE RAW' in found.sql
    assert 'DISTSTYLE ALL\nINTERLEAVED SORTKEY ("a", "b")' in found.sql
    [left] = found.missing
    assert left.startswith('the identity of "sales"."orders"."c" is left out')


def test_what_is_not_known_is_left_out_and_said() -> None:
    found = ddl(
        "sales.orders",
        pg_attribute=[column(1000, 1, "a", attencodingtype=77)],
        pg_class=[table(1000, "orders", reldiststyle=5)],
        pg_attrdef=[],
        pg_constraint=[],
    )
    assert found.sql.startswith('CREATE TABLE "sales"."orders" (\n  "a" integer\n);\n')
    assert len(found.missing) == 2


VIEWS: dict[str, Any] = {
    "pg_class": [
        table(1000, "base"),
        table(1003, "young", relkind="v"),
        table(1002, "late", relkind="v"),
        table(1001, "mv", relkind="v"),
        table(1004, "mv_tbl__mv__0"),
        table(1005, "mv_tbl__mine__0"),
    ],
    "pg_views": [
        {"schemaname": "sales", "viewname": "young", "definition": "SELECT 1 AS created;"},
        {
            "schemaname": "sales",
            "viewname": "late",
            "definition": "create view sales.late as select 1 with no schema binding;",
        },
        {
            "schemaname": "sales",
            "viewname": "mv",
            "definition": "create materialized view sales.mv as select 1;",
        },
    ],
    "pg_attribute": [],
    "pg_attrdef": [],
    "pg_constraint": [],
    "pg_description": [],
}


def test_views_come_in_the_order_of_their_making_and_stored_rows_of_views_do_not() -> None:
    sql = ddl("sales", owners=False, **VIEWS).sql
    order = ["base", "mv_tbl__mine__0", "view sales.mv as", "view sales.late as", '"young" AS']
    places = [sql.index(text) for text in order]
    assert places == sorted(places)
    assert "create materialized view sales.mv as select 1;\n" in sql
    assert 'CREATE VIEW "sales"."young" AS\nSELECT 1 AS created;\n' in sql
    assert "mv_tbl__mv__0" not in sql


def test_a_view_without_a_definition_is_missing() -> None:
    assert ddl("sales.young", **{**VIEWS, "pg_views": []}).missing == [
        'the definition of view "sales"."young" cannot be seen'
    ]


def test_without_svv_table_info_it_says_what_it_guesses() -> None:
    source = duck.memory("provisioned", NOW, BASE)
    source._connection.execute("DROP TABLE svv_table_info")
    found = look(source, "sales")
    assert "ENCODE RAW" in found.sql
    assert len(found.notes) == 1
    assert not found.missing


@pytest.mark.parametrize(
    ("what", "message", "hint"),
    [
        ("sale", "no schema is called 'sale'", "did you mean sales?"),
        (
            "sales.order",
            "no table or view in schema sales is called 'order'",
            "did you mean orders?",
        ),
        ('"SALES"', "no schema is called 'SALES'", "names are compared as SQL does"),
        ("a.b.c", "more than SCHEMA.TABLE: 'a.b.c'", "put names with dots in double quotes"),
        ("", "not a name: ''", ""),
    ],
)
def test_names_that_are_none(what: str, message: str, hint: str) -> None:
    with pytest.raises(UsageError) as error:
        ddl(what)
    assert error.value.message == message
    assert hint in error.value.hint


def test_names_are_found_as_sql_finds_them() -> None:
    assert ddl("SALES.Items").objects == 1


HOSTILE = (
    'quo"te',
    "do.t",
    "sp ace",
    "Ünïcode 表",
    "'; DROP TABLE x; --",
    '"); DROP TABLE x; --',
    "Capital",
    "back\\slash",
    "select",
    "new\nline",
    ":since",
    "$$",
)


def hostile(schema: int) -> dict[str, list[dict[str, Any]]]:
    """Tables with all hostile names in one schema; the first has columns with all of them."""
    first = 100_000 + 100 * schema
    tables = [table(first + n, name, schema, relowner=0) for n, name in enumerate(HOSTILE)]
    keys = []
    for n, one in enumerate(tables):
        other = {"confrelid": tables[n - 1]["oid"], "confkey": "{1}"}
        keys.append(key(first + n, one["oid"], f"p{n}{one['relname']}", "p", "{1}"))
        keys.append(key(first + 50 + n, one["oid"], f"f{n}{one['relname']}", "f", "{2}", **other))
    return {
        "pg_namespace": [{"oid": schema, "nspname": HOSTILE[schema], "nspowner": 0}],
        "pg_class": tables,
        "pg_attribute": [
            column(one["oid"], place, name, TEXT, attnotnull=place == 1)
            for one in tables
            for place, name in enumerate(HOSTILE[: 2 if one is not tables[0] else None], 1)
        ],
        "pg_attrdef": [{"adrelid": first, "adnum": 3, "adsrc": "'it''s'::character varying"}],
        "pg_constraint": keys,
        "pg_description": [
            {"objoid": first, "classoid": CLASS, "objsubid": n, "description": text}
            for n, text in enumerate(HOSTILE)
        ],
    }


def test_postgresql_runs_it_with_hostile_names_and_has_them_after() -> None:
    """As far as PostgreSQL knows the words: distribution, sort keys and encodings are taken out."""
    parts = [hostile(n) for n in range(len(HOSTILE))]
    rows = {view: [row for part in parts for row in part[view]] for view in parts[0]}
    source = duck.memory("provisioned", NOW, rows)
    with postgres() as server:
        for schema in HOSTILE:
            _run(server, look(source, '"' + schema.replace('"', '""') + '"').sql)
            assert _names(server, schema) == sorted(HOSTILE)
        count = "SELECT count(*) FROM information_schema.columns WHERE column_name = "
        assert server.psql(f"{count}'$$'").strip() == "12"
        for n, text in enumerate(HOSTILE):
            stored = server.psql(
                "SELECT DISTINCT description FROM pg_description"
                f" WHERE classoid = 1259 AND objsubid = {n} AND objoid >= 16384"
            )
            assert stored == f"{text}\n"


def _run(server: Server, sql: str) -> None:
    """As Redshift reads it: a backslash in a text is an escape."""
    assert sql.startswith("SET enable_case_sensitive_identifier TO true;\n")
    plain = sql.split("\n", 1)[1]
    plain = re.sub(r" ENCODE RAW(?=,?\n| NOT NULL)", "", plain)
    plain = re.sub(r"\)\nDISTSTYLE EVEN;", ");", plain)
    settings = "SET standard_conforming_strings = off; SET escape_string_warning = off;\n"
    server.psql(settings + plain)


def _names(server: Server, schema: str) -> list[str]:
    quoted = schema.replace("'", "''")
    printed = server.psql(
        "SELECT encode(convert_to(relname, 'UTF8'), 'hex') FROM pg_class c"
        " JOIN pg_namespace n ON n.oid = relnamespace"
        f" WHERE relkind = 'r' AND nspname = '{quoted}'"
    )
    return sorted(bytes.fromhex(line).decode() for line in printed.splitlines())
