"""Scenarios: what is wrong with one is said with its line."""

from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pytest

from opskit import schemas
from opskit.errors import InputError
from opskit.redshift.emulator import moments, scenario

NOW = datetime(2026, 11, 20, 4)


@pytest.mark.parametrize("name", ["scenario.yaml", "scenario-serverless.yaml"])
def test_the_examples_are_good(name: str) -> None:
    text = files("opskit.examples").joinpath("redshift", name).read_text("utf-8")
    assert scenario.parse(text, name).now == "2026-11-20T03:10:00"


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        (
            "views: {stl_qery: []}",
            "1:19",
            "no system view is called 'stl_qery'; did you mean stl_query?",
        ),
        ("views:\n  stl_query:\n    - {querry: 1}", "3:16", "did you mean query?"),
        (
            "views: {stl_query: [{query: one}]}",
            "1:29",
            "query: expected a whole number, found 'one'",
        ),
        ("views: {stl_query: [{starttime: soon}]}", "1:33", "expected a time as in -15m"),
        ("engine: serverless\nviews: {stl_query: []}", "2:9", "serverless has no stl_query"),
        ("queries:\n- {text: x, user: nobody}", "2:19", "no user is called 'nobody'"),
        (
            "users: {a: {}}\nqueries: [{text: x, user: a, queue: q}]",
            "2:37",
            "no queue is called 'q'",
        ),
        (
            "tables: [{name: a.b}]\nadvisor: [{table: a.c, type: sortkey, ddl: x}]",
            "2:19",
            """no table is called '"a"."c"'; did you mean "a"."b"?""",
        ),
        ("tables: [{name: a.b.c}]", "1:17", "is not schema.table"),
        ("tables: [{name: a}, {name: public.a}]", "1:28", "is there twice"),
        ("tables: [{name: a, sortkey: [x]}]", "1:30", "no column of the table is called 'x'"),
        ("tables: [{name: a, columns: [{name: b, type: strange}]}]", "1:46", "no type: 'strange'"),
        (
            "tables: [{name: a, columns: [{name: b, type: int, references: a.a.c}]}]",
            "1:63",
            "no column is called",
        ),
        ("queries: [{text: x, user: opskit, at: yesterday}]", "1:39", "at"),
        ("queries: [{text: x, user: opskit, at: 2026-02-30}]", "1:39", "no time"),
        ("queries: [{text: x, user: opskit, took: 90}]", "1:41", "took"),
        ("now: -2h", "1:6", "is a time in UTC"),
        ("sessions: [{user: opskit, pid: 5}, {user: opskit, pid: 5}]", "1:56", "two sessions"),
        (
            "tables: [{name: a}]\nsessions: [{user: opskit, holds: [{table: a}]}]",
            "2:12",
            "locks are held in a transaction",
        ),
        ("grants: [{privileges: [SELECT], to: public}]", "1:10", "one of table, schema"),
        ("grants: [{privileges: [SELECT], to: user x, schema: public}]", "1:37", "no user"),
        ("faults: [{match: '(', kind: slow}]", "1:18", "no regular expression"),
        ("faults: [{match: a, kind: quick}]", "1:27", "quick"),
        ("tabels: []", "1:1", "did you mean `tables`?"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, where: str, words: str) -> None:
    with pytest.raises(InputError) as error:
        scenario.parse(text, "s.yaml")
    assert error.value.where == f"s.yaml:{where}"
    assert words in error.value.message
    assert error.value.exit_code == 2


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    path.write_text('{"now": "2026-01-01"}')
    assert scenario.load(path).clock() == datetime(2026, 1, 1)
    with pytest.raises(InputError):
        scenario.load(tmp_path / "none.yaml")


def test_the_schema_describes_every_key() -> None:
    def described(part: object) -> None:
        if isinstance(part, dict):
            for name, spec in part.get("properties", {}).items():
                assert "description" in spec, name
            for value in part.values():
                described(value)

    described(schemas.schema("redshift-scenario"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("now", NOW),
        ("-90m", datetime(2026, 11, 20, 2, 30)),
        ("-1.5h", datetime(2026, 11, 20, 2, 30)),
        ("2026-01-02", datetime(2026, 1, 2)),
        ("2026-01-02T03:04:05.5", datetime(2026, 1, 2, 3, 4, 5, 500_000)),
        ("2026-01-02 03:04Z", datetime(2026, 1, 2, 3, 4)),
    ],
)
def test_moments(text: str, found: datetime) -> None:
    assert moments.moment(text, NOW) == found
