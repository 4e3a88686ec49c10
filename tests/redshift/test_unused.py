"""`unused`: verdicts only where the logs reach, and a plan that can be run."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot.tokens import TokenType

from opskit.errors import UsageError
from opskit.redshift import capture, duck
from opskit.redshift.catalog import Engine
from opskit.redshift.unused import look as unused
from opskit.redshift.unused.plan import Archive, external, plan
from tests.redshift.warehouses import NOW

DAY = timedelta(days=1)
OLD = {"schema": "s", "table": "old", "table_id": 7, "size": 2048, "tbl_rows": 5}


def warehouse(
    days: int = 0, *, superuser: bool = True, engine: Engine = "provisioned", **more: Any
) -> Any:
    """Two tables, one of them scanned a moment ago; logs of seven days."""
    now = NOW + days * DAY
    used = {**OLD, "table": "used", "table_id": 8}
    new = {**OLD, "table": "new", "table_id": 9, "create_time": now - timedelta(hours=1)}
    rows: dict[str, Any] = {
        "svv_table_info": [OLD, used, new],
        "pg_user": [{"usename": "duckdb", "usesysid": 1, "usesuper": superuser}],
    }
    began = now - 7 * DAY
    if engine == "provisioned":
        rows["stl_query"] = [{"query": 1, "starttime": began, "endtime": began, "querytxt": "x"}]
        rows["stl_scan"] = [
            {"userid": 100, "type": 2, "tbl": 8, "query": 1, "starttime": now, "endtime": now}
        ]
    else:
        rows["sys_query_history"] = [
            {"query_id": 1, "start_time": began, "end_time": began, "query_text": "x"}
        ]
        rows["sys_query_detail"] = [
            {"user_id": 100, "step_name": "scan", "table_id": 8, "query_id": 1, "start_time": now}
        ]
    return duck.memory(engine, now, rows | more)


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_live_logs_cover_their_days(engine: Engine) -> None:
    source = warehouse(engine=engine)
    found = unused.unused(source, 7)
    assert [row["table"] for row in found.tables] == ["old"]
    assert found.known
    month = unused.unused(source, 30)
    assert not month.known
    assert month.why == "unknown: 7 of 30 days covered"
    [row] = unused.listed(month).rows
    assert row["verdict"] == month.why
    assert row["gb"] == 2.0
    own = unused.unused(warehouse(superuser=False, engine=engine), 7)
    assert own.why == "unknown: the logs show own queries only"


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_a_capture_covers_what_it_has_read(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    for days in (0, 6, 12, 18, 24):
        capture.take(warehouse(days, engine=engine), path)
    with capture.open_capture(path) as source:
        assert unused.unused(source, 30).known
        assert unused.unused(source, 31).known
        assert unused.unused(source, 32).why == "unknown: 31 of 32 days covered"
        [row] = unused.listed(unused.unused(source, 30)).rows
        assert (row["table"], row["verdict"]) == ("old", "unused")
    with capture.open_capture(path, NOW) as source:
        assert not unused.unused(source, 30).known
    capture.take(warehouse(40, engine=engine), path)  # nine days that nobody saw
    with capture.open_capture(path) as source:
        assert unused.unused(source, 30).why == "unknown: 7 of 30 days covered"


def test_a_capture_covers_what_all_of_its_logs_cover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STL_SCAN has the main cluster only: without SYS_QUERY_DETAIL scans of others are missing."""
    path = tmp_path / "c.duckdb"
    capture.take(warehouse(), path)
    since: dict[str, Any] = {"stl_scan": NOW - 40 * DAY, "sys_query_detail": NOW - 10 * DAY}
    with capture.open_capture(path) as source:
        monkeypatch.setattr(type(source), "covered", lambda self, view: since[view])
        assert unused.unused(source, 10).known
        assert unused.unused(source, 30).why == "unknown: 10 of 30 days covered"
        since["sys_query_detail"] = None
        assert unused.unused(source, 30).covered == 0


@pytest.mark.parametrize("engine", ["provisioned", "serverless"])
def test_of_shared_tables_nothing_is_known_and_none_is_archived(engine: Engine) -> None:
    share = {"share_type": "OUTBOUND", "object_type": "table", "object_name": "s.old"}
    found = unused.unused(warehouse(engine=engine, svv_datashare_objects=[share]), 7)
    assert found.known
    assert not found.tables
    [row] = unused.listed(found).rows
    assert row["table"] == "old"
    assert row["verdict"] == "unknown: shared with others, whose scans are not in these logs"


ROW = {"schema": "s", "table": "old", "size_mb": 2048}
COLUMNS = [
    {"column": "id", "type": "bigint"},
    {"column": 'a"b', "type": "character varying(20)"},
    {"column": "at", "type": "timestamp with time zone"},
    {"column": "n", "type": "numeric(18,2)"},
    {"column": "doc", "type": "super"},
]

PLAN = """\
-- 1 of 2: "s"."old", 2.0 GB
UNLOAD ('SELECT "id", "a""b", "at" AT TIME ZONE ''UTC'' AS "at", "n", JSON_SERIALIZE("doc") AS \
"doc" FROM "s"."old"')
TO 's3://b/x/s/old/' IAM_ROLE default FORMAT PARQUET;
-- undo: delete the files; UNLOAD refuses a folder that has some already
CREATE EXTERNAL TABLE "archive"."s_old" (
  "id" bigint,
  "a""b" varchar(20),
  "at" timestamp,
  "n" numeric(18,2),
  "doc" varchar(65535)
) STORED AS PARQUET LOCATION 's3://b/x/s/old/';
-- undo: DROP TABLE "archive"."s_old";
-- the counts; then a statement that fails (division by zero) where they differ
SELECT (SELECT COUNT(*) FROM "s"."old") AS here, (SELECT COUNT(*) FROM "archive"."s_old") AS there;
SELECT 1 / CASE WHEN (SELECT COUNT(*) FROM "s"."old") = (SELECT COUNT(*) FROM "archive"."s_old") \
THEN 1 ELSE 0 END AS same;
-- not reversible; it fails where a view needs the table, and that view is a use of it
DROP TABLE "s"."old";

-- 2 of 2: "s"."map", 2.0 GB
-- left out: Parquet cannot keep shape (geometry)
"""


def test_the_plan() -> None:
    shapes = [{"column": "shape", "type": "geometry"}]
    tables = [(ROW, COLUMNS), ({**ROW, "table": "map"}, shapes)]
    text = plan(tables, Archive("s3://b/x/", "archive", "default"))
    assert text.endswith(PLAN)
    assert text.startswith("-- Read it before you run it")


def test_names_break_out_of_nothing() -> None:
    odd = {**ROW, "schema": "a/b", "table": "x\n'; DROP TABLE y; --"}
    text = plan([(odd, COLUMNS[:1])], Archive("s3://b/", "archive", "arn:aws:iam::1:role/r"))
    assert "IAM_ROLE 'arn:aws:iam::1:role/r'" in text
    assert "'s3://b/a%2Fb/x%0A%27%3B%20DROP%20TABLE%20y%3B%20--/'" in text
    kinds = [token.token_type for token in sqlglot.tokenize(text, read="redshift")]
    assert kinds.count(TokenType.SEMICOLON) == 5
    assert kinds.count(TokenType.DROP) == 1
    empty = plan([(ROW, [])], Archive("s3://b/", "archive", "default"))
    assert "left out: its columns are not known" in empty
    assert "DROP TABLE" not in empty.splitlines()[-1]


@pytest.mark.parametrize(
    ("kind", "there"),
    [
        ("integer", ("integer", "{}")),
        ("character(3)", ("character(3)", "{}")),
        ("timestamp without time zone", ("timestamp", "{}")),
        ("time without time zone", ("varchar(32)", "CAST({} AS varchar(32))")),
        ("text", ("varchar(256)", "{}")),
        ("hllsketch", None),
        ("geography", None),
        ("interval day to second", None),
        ("", None),
    ],
)
def test_types(kind: str, there: tuple[str, str] | None) -> None:
    assert external(kind) == there


def test_places() -> None:
    assert unused.place("s3://b") == "s3://b/"
    assert unused.place("s3://b/x") == "s3://b/x/"
    assert unused.place("s3://b/x/") == "s3://b/x/"
    for bad in ("b/x", "s3://", "s3:///x", "s3://b/it's"):
        with pytest.raises(UsageError):
            unused.place(bad)
