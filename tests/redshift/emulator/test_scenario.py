"""Scenarios: what is wrong with one is said with its line."""

import json
import os
import subprocess
import sys
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
        (
            "queries: [{text: x, user: opskit, at: yesterday}]",
            "1:39",
            "expected a time in UTC as in",
        ),
        ("queries: [{text: x, user: opskit, at: 2026-02-30}]", "1:39", "no time"),
        ("queries: [{text: x, user: opskit, took: 90}]", "1:41", "took"),
        ("now: -2h", "1:6", "is a time in UTC"),
        ("now: yesterday", "1:6", "as in 2026-11-20T03:10:00, or left out for a clock that runs"),
        ("now: 20261120", "1:6", "as in 2026-11-20T03:10:00"),
        ("queries: [{text: x, user: opskit, at: 5}]", "1:39", "how long before now as in -15m"),
        ("queries: [{text: x, user: opskit, at: [now, soon]}]", "1:45", "found 'soon'"),
        ("queries: [{text: x, user: opskit, at: -9999999d}]", "1:39", "before the year 1"),
        ("sessions: [{user: opskit, transaction: soon}]", "1:40", "2026-11-20T03:10:00"),
        ("tables: [{name: a, last_analyze: 2026-02-31}]", "1:34", "no time"),
        ("tables: [{name: a, last_vacuum: often}]", "1:33", "as in -15m"),
        ("queries:\n- {text: x, user: opskit, every: 0s}", "2:34", "more than nothing"),
        ("commits: [{every: 0.0001ms}]", "1:19", "more than nothing, as in 40s"),
        (
            "queries:\n- {text: x, user: opskit, every: 1ms}",
            "2:34",
            "queries[0] happens 86,400,001 times, which makes 86,400,001 events; "
            "a scenario has at most 2,000,000",
        ),
        (
            "queries: [{text: x, user: opskit, count: 1500000}]\ncommits: [{}, {count: 500000}]",
            "2:23",
            "commits[1] happens 500,000 times, which makes 2,000,001 events",
        ),
        ("refreshes: []\ncommits: [{every: 90000d, count: 9000}]", "2:19", "past the year 9999"),
        ("now: 2026-01-01\nusage: [{since: 1900-01-01}]", "2:17", "usage[0] happens"),
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


@pytest.mark.parametrize(
    "text",
    [
        "now: null\nqueries: [{text: x, user: opskit, at: ~}]",
        "queries: [{text: x, user: opskit, at: [-5m, now, 2026-01-01]}]",
        "queries: [{text: x, user: opskit, at: now}]\ntables: [{name: a, last_vacuum: -2d}]",
        "queries: [{text: x, user: opskit, count: 1500000}]\ncommits: [{count: 500000}]",
        "users: {at: {password: 2026-99-99}}",
        "tables: [{name: a, sortkey: [id], distkey: id, primary_key: [id]}]",
        "tables: [{name: a}, {name: b, columns: [{name: x, type: int, references: public.a.id}]}]",
    ],
)
def test_what_is_good(text: str) -> None:
    scenario.parse(text, "s.yaml")


def test_the_schema_leaves_memory_whole() -> None:
    """msgspec 0.22 frees twice where a union has a list and a text with a pattern."""
    program = """
import gc, json, msgspec
from opskit.redshift.emulator.scenario import Scenario
from opskit.schemas import schema
print(json.dumps(schema("redshift-scenario")))
msgspec.convert({"queries": [{"text": "x", "user": "opskit", "at": ["now"]}]}, Scenario)
for _ in range(5):
    gc.collect()
"""
    # Freed memory is overwritten, so that what is read after it was freed shows.
    env = {**os.environ, "PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": "165"}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    at = json.loads(done.stdout)["$defs"]["Query"]["properties"]["at"]["anyOf"]
    assert [part["type"] for part in at] == ["string", "array", "null"]
    assert at[0]["pattern"] == at[1]["items"]["pattern"] == moments.MOMENT


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
