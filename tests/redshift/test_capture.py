"""Captures: the same answers as live, whatever happens between."""

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest

from opskit.clients import duck as client
from opskit.errors import InputError, OpskitError, UnknownError
from opskit.findings import Report
from opskit.output import Format, render_report
from opskit.redshift import capture, check, duck
from opskit.redshift.catalog import Engine, views
from opskit.redshift.history import failures, reading, rounds, selection, store
from opskit.redshift.history.told import described, incomplete
from opskit.redshift.queries import Library, Query
from opskit.redshift.source import QueryError, Reason, Result, Session, Source
from tests.redshift.warehouses import NOW, Made

ENGINES = get_args(Engine)
DAY = timedelta(days=1)


QUERIES = Library().all()


def answers(source: Source, queries: Iterable[Query] = QUERIES) -> dict[str, Any]:
    """The rows of every bundled query, or the error."""
    now, session, found = source.now(), source.connect(), {}
    for query in queries:
        if query.header.engine in (source.engine, "any"):
            try:
                rows = session.run(query.bound(now - DAY, now)).rows
                found[query.header.id] = sorted(map(repr, rows))
            except QueryError as error:
                found[query.header.id] = (error.message, error.reason, error.relation)
    return found


def findings(source: Source) -> str:
    report: Report = check.check(source)
    return render_report(report, Format.JSON)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_answers_as_live_at_any_time(engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    made = Made(engine, 1, capture.wanted(engine, QUERIES))
    live: list[tuple[Any, dict[str, Any], str]] = []
    for hours in (0.0, 0.5, 30.0):
        if hours:
            made.later(hours)
        source = made.source()
        live.append((made.now, answers(source), findings(source)))
        capture.take(source, path)
    for at, rows, said in live:
        with capture.open_capture(path, at) as offline:
            assert offline.now() == at
            there = answers(offline)
            assert {k: v for k, v in there.items() if v != rows[k]} == {}
            assert findings(offline) == said
    assert json.loads(live[0][2])["findings"]
    assert any(rows for rows in live[0][1].values())


class Refusing:
    """A warehouse that answers some statements with an error, and may have another user."""

    workers = 1

    def __init__(
        self, source: Source, refuse: Callable[[str], QueryError | None], user: str = "ops"
    ) -> None:
        self.engine, self.name, self.now = source.engine, source.name, source.now
        self._source, self._refuse, self._user = source, refuse, user
        self.sessions = 0
        self.asked: list[str] = []

    def connect(self) -> Session:
        self.sessions += 1
        return self

    def run(self, sql: str) -> Result:
        self.asked.append(sql)
        if sql == "SELECT CURRENT_USER":
            return Result(["current_user"], [[self._user]])
        if error := self._refuse(sql):
            raise error
        return self._source.connect().run(sql)

    def cancel(self) -> None: ...

    def close(self) -> None: ...


def source(rows: Mapping[str, list[dict[str, Any]]], now: datetime = NOW) -> duck.DuckSource:
    return duck.memory("provisioned", now, rows)


def query(number: int, ago: timedelta, **more: Any) -> dict[str, Any]:
    """A query that took a minute."""
    start = NOW - ago
    return {"query": number, "starttime": start, "endtime": start + timedelta(minutes=1), **more}


def ask(path: Path, sql: str, at: datetime | None = None) -> list[Any]:
    with capture.open_capture(path, at) as offline:
        return [list(row) for row in offline.connect().run(sql).rows]


#: Who asks: the stand-in's own words, and those of DuckDB behind it.
ASKING = ("ops", "duckdb")


def test_an_error_is_the_one_that_live_had(tmp_path: Path) -> None:
    denied = QueryError(
        "permission denied for relation stl_query", Reason.PERMISSION, relation="stl_query"
    )
    gone = QueryError('relation "svv_mv_info" does not exist', Reason.MISSING)

    def refuse(sql: str) -> QueryError | None:
        if "svv_mv_info" in sql:
            return gone
        return denied if re.search(r"\bstl_query\b", sql) else None

    asks = [{"usename": who, "usesysid": n, "usesuper": True} for n, who in enumerate(ASKING, 1)]
    live = Refusing(source({"svv_table_info": [{"table": "t"}], "pg_user": asks}), refuse)
    path = tmp_path / "c.duckdb"
    taken = capture.take(live, path)
    assert {reading.view for reading in taken.failed} == {
        *("stl_query", "svv_mv_info"),
        "stl_explain",  # which is read through stl_query
    }
    assert incomplete(taken)
    told = {row["view"]: row for row in described(taken, path).rows}
    assert told["stl_query"]["reason"] == denied.message
    assert told["svv_table_info"]["rows"] == 1
    with capture.open_capture(path) as offline:
        session = offline.connect()
        assert session.run("SELECT CURRENT_USER").rows == [["ops"]]
        for sql, error in (
            ("SELECT 1 FROM svv_table_info JOIN stl_query ON TRUE", denied),
            ("SELECT 1 FROM STL_Query", denied),
            ("SELECT 1 FROM stl_query, svv_mv_info", gone),
        ):
            with pytest.raises(QueryError) as raised:
                session.run(sql)
            found = (raised.value.message, raised.value.reason, raised.value.relation)
            assert found == (error.message, error.reason, error.relation)
        assert session.run("WITH stl_query AS (SELECT 1 AS a) SELECT a FROM stl_query").rows
        assert session.run("SELECT 'stl_query'").rows
        with pytest.raises(QueryError, match="stl_aggr is not in this capture") as raised:
            session.run("SELECT 1 FROM stl_aggr")
        assert raised.value.reason is Reason.MISSING
        with pytest.raises(QueryError, match='column "nope" does not exist') as raised:
            session.run("SELECT nope FROM svv_table_info")
        assert raised.value.reason is Reason.MISSING
        assert findings(offline) == findings(live)


def test_a_view_that_is_readable_later_is_there_later(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    rows = {"stl_query": [query(1, timedelta(hours=2))]}
    slow = QueryError("canceled on user's request", Reason.TIMEOUT, relation="stl_query")
    capture.take(Refusing(source(rows), lambda sql: slow if "querytxt" in sql else None), path)
    later = NOW + timedelta(hours=3)
    capture.take(Refusing(source(rows, later), lambda sql: None), path)
    assert ask(path, "SELECT query FROM stl_query") == [[1]]
    with pytest.raises(QueryError, match="canceled on user's request") as raised:
        ask(path, "SELECT query FROM stl_query", NOW)
    assert raised.value.reason is Reason.TIMEOUT
    with capture.open_capture(path) as offline:
        assert offline.covered("stl_query") == NOW - timedelta(hours=2)


def test_a_log_that_is_slow_to_read_is_read_for_a_day(tmp_path: Path) -> None:
    rows = {"stl_wlm_query": [], "stl_query": [query(1, timedelta(days=6))]}
    for days in (5, 0.5):
        begun = NOW - timedelta(days=days)
        rows["stl_wlm_query"].append(
            {"query": 1, "service_class_start_time": begun, "service_class_end_time": begun}
        )
    text = f"{NOW - timedelta(days=7, hours=1):%Y-%m-%d %H}"
    slow = QueryError("timeout", Reason.TIMEOUT)
    live = Refusing(source(rows), lambda sql: slow if "slot_count" in sql and text in sql else None)
    path = tmp_path / "c.duckdb"
    taken = capture.take(live, path)
    assert not taken.failed
    assert ask(path, "SELECT COUNT(*) FROM stl_wlm_query") == [[1]]
    with capture.open_capture(path) as offline:
        assert offline.covered("stl_wlm_query") == NOW - timedelta(days=1)
        assert offline.covered("stl_query") == NOW - timedelta(days=6)


def test_a_column_that_the_server_lacks_is_left_out(tmp_path: Path) -> None:
    gone = QueryError('column "insert_pristine" does not exist', Reason.MISSING)
    rows = {"stl_query": [query(1, timedelta(hours=2))]}
    live = Refusing(source(rows), lambda sql: gone if "insert_pristine" in sql else None)
    wide = live._source.connect().run("SELECT * FROM stl_query").columns

    def run(sql: str) -> Result:
        if sql == "SELECT * FROM stl_query LIMIT 0":
            return Result([c for c in wide if c != "insert_pristine"], [])
        return Refusing.run(live, sql)

    live.run = run  # type: ignore[method-assign]
    path = tmp_path / "c.duckdb"
    capture.take(live, path)
    assert ask(path, "SELECT query FROM stl_query") == [[1]]
    with pytest.raises(QueryError, match="insert_pristine"):
        ask(path, "SELECT insert_pristine FROM stl_query")
    capture.take(Refusing(source(rows, NOW + timedelta(hours=1)), lambda sql: None), path)
    assert ask(path, "SELECT query, insert_pristine FROM stl_query") == [[1, None]]
    with pytest.raises(QueryError, match="insert_pristine"):
        ask(path, "SELECT insert_pristine FROM stl_query", NOW)


def test_a_lost_connection_is_opened_again_and_twice_is_an_error(tmp_path: Path) -> None:
    lost = QueryError("server closed the connection", Reason.LOST)
    once = [lost]
    path = tmp_path / "c.duckdb"
    live = Refusing(source({}), lambda sql: once.pop() if "stl_wlm" in sql and once else None)
    capture.take(live, path)
    assert live.sessions == 2
    before = path.read_bytes()
    with pytest.raises(UnknownError, match="closed the connection"):
        capture.take(Refusing(source({}, NOW + timedelta(hours=1)), lambda sql: lost), path)
    assert path.read_bytes() == before


def test_a_key_that_is_there_twice_loses_nothing(tmp_path: Path) -> None:
    path, one = tmp_path / "c.duckdb", timedelta(minutes=10)
    rows = [query(1, one, userid=7), query(1, one, userid=7), query(1, one, userid=8)]
    capture.take(source({"stl_query": rows}), path)
    later = NOW + timedelta(minutes=30)
    capture.take(source({"stl_query": [*rows, query(1, one, userid=9)]}, later), path)
    users = "SELECT userid FROM stl_query ORDER BY 1"
    assert ask(path, users, NOW) == [[7], [7], [8]]
    assert ask(path, users) == [[7], [7], [8], [9]]
    capture.take(source({"stl_query": rows[1:]}, later + one), path)  # one was an error
    assert ask(path, users) == [[7], [8]]


def test_what_ends_after_a_snapshot_and_what_the_log_forgets(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    running = {"query": 2, "starttime": NOW - timedelta(hours=9), "endtime": None}
    old = query(1, timedelta(days=3))
    capture.take(source({"stl_query": [old, running]}), path)
    later = NOW + timedelta(hours=5)
    ended = {**running, "endtime": NOW + timedelta(hours=4)}
    capture.take(source({"stl_query": [ended]}, later), path)
    sql = "SELECT query, endtime FROM stl_query ORDER BY 1"
    assert ask(path, sql, NOW) == [[1, old["endtime"]], [2, None]]
    assert ask(path, sql) == [[1, old["endtime"]], [2, ended["endtime"]]]


def test_what_ran_and_is_nowhere_runs_no_more(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    running = {"query": 2, "starttime": NOW - timedelta(hours=9), "endtime": None}
    capture.take(source({"stl_query": [running]}), path)
    capture.take(source({}, NOW + timedelta(hours=1)), path)
    assert ask(path, "SELECT query FROM stl_query") == []
    assert ask(path, "SELECT query FROM stl_query", NOW) == [[2]]


def test_a_state_that_stays_is_kept_once(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    tables = [{"table": "a", "size": 1}, {"table": "b", "size": None}]
    for hours in range(3):
        capture.take(source({"svv_table_info": tables}, NOW + timedelta(hours=hours)), path)
    capture.take(source({"svv_table_info": tables[1:]}, NOW + timedelta(hours=3)), path)
    with store.reading(path) as connection:
        kept = client.execute(connection, 'SELECT COUNT(*) FROM capture."views".svv_table_info')
    assert kept[1] == [(2,)]
    names = 'SELECT "table" FROM svv_table_info ORDER BY 1'
    assert ask(path, names, NOW + timedelta(hours=2)) == [["a"], ["b"]]
    assert ask(path, names) == [["b"]]


def test_blocks_are_counted_and_come_back_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    blocks = [{"tbl": 5}] * 3 + [{"tbl": None}] + [{"tbl": 6}]
    capture.take(source({"stv_blocklist": blocks}), path)
    sql = "SELECT tbl, COUNT(*) FROM stv_blocklist GROUP BY 1 ORDER BY 1"
    assert ask(path, sql) == [[5, 3], [6, 1], [None, 1]]


@pytest.mark.parametrize("cells", [40, 4_000])
def test_a_large_log_is_read_in_parts(
    cells: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "CELLS", cells)
    monkeypatch.setattr(reading, "FEWEST", 5)
    rows = [query(n or None, timedelta(hours=n % 50), userid=n) for n in range(60)]
    path = tmp_path / "c.duckdb"
    live = Refusing(source({"stl_query": rows}), lambda sql: None)
    capture.take(live, path)
    assert ask(path, "SELECT COUNT(*), SUM(userid) FROM stl_query") == [[60, sum(range(60))]]
    assert any("MOD(" in sql for sql in live.asked) == (cells == 40)


def test_texts_keep_what_counts(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    odd = "a\tb\x00c\u2028\U0001f600\\N\"',\n"
    rows = {
        "stl_query": [query(1, timedelta(hours=1), querytxt=f"{odd}  ", label="")],
        "stl_utilitytext": [
            {"xid": 1, "sequence": 0, "text": "a  ", "starttime": NOW, "endtime": NOW}
        ],
    }
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "texts.sql").write_text(
        "-- id: texts\n-- title: t\n-- engine: provisioned\n-- views: [stl_utilitytext]\n"
        "-- privilege: p\n-- columns: {text: t}\n-- reference: r\nSELECT text FROM stl_utilitytext"
    )
    capture.take(source(rows), path, library=Library([folder]))
    assert ask(path, "SELECT querytxt, label, database FROM stl_query") == [[odd, "", None]]
    assert ask(path, "SELECT text FROM stl_utilitytext") == [["a  "]]


def test_a_value_that_fits_nowhere_leaves_out_its_view_alone(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"

    class Wrong(Refusing):
        def run(self, sql: str) -> Result:
            if "stl_wlm_query" in sql:
                return Result(["a"] * 18, [["x"] * 18])
            return super().run(sql)

    rows = {"stl_query": [query(1, timedelta(hours=1))]}
    taken = capture.take(Wrong(source(rows), lambda sql: None), path)
    assert [reading.view for reading in taken.failed] == ["stl_wlm_query"]
    assert ask(path, "SELECT query FROM stl_query") == [[1]]
    with pytest.raises(QueryError, match="rows of stl_wlm_query cannot be kept"):
        ask(path, "SELECT 1 FROM stl_wlm_query")


def test_gaps_are_known(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({"stl_query": [query(1, timedelta(days=3))]}), path)
    later = NOW + timedelta(days=20)
    taken = capture.take(source({"stl_query": [query(2, timedelta(days=-14))]}, later), path)
    assert taken.gap == (NOW, NOW + timedelta(days=14))
    assert "nothing is known from" in rounds.line(taken)
    with capture.open_capture(path) as offline:
        assert offline.covered("stl_query") == NOW + timedelta(days=14)
        assert ask(path, "SELECT query FROM stl_query ORDER BY 1") == [[1], [2]]
    with capture.open_capture(path, NOW) as offline:
        assert offline.covered("stl_query") == NOW - timedelta(days=3)
        assert offline.covered("stl_aggr") is None


def test_the_same_moment_twice_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({}), path)
    before = path.read_bytes()
    for now in (NOW, NOW - timedelta(days=1)):
        with pytest.raises(UnknownError, match="has a snapshot of 2026-11-20 04:00:00 already"):
            capture.take(source({}, now), path)
    assert path.read_bytes() == before


def test_the_file_is_for_its_owner_and_nothing_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    for hours in range(2):
        capture.take(source({}, NOW + timedelta(hours=hours)), path)
    assert [file.name for file in tmp_path.iterdir()] == ["c.duckdb"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_time_before_the_first_snapshot_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({}), path)
    with (
        pytest.raises(InputError, match="begins at 2026-11-20 04:00:00"),
        capture.open_capture(path, NOW - timedelta(seconds=1)),
    ):
        pass


def test_files_that_are_no_captures(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({}), path)
    whole = path.read_bytes()
    other = tmp_path / "other.duckdb"
    connection = client.connect(other)
    client.execute(connection, "CREATE TABLE a (b INTEGER)")
    connection.close()
    cases: dict[str, tuple[bytes | None, str]] = {
        "none": (None, "no such file"),
        "text": (b"hello" * 999, "is no capture"),
        "empty": (b"", "is no capture"),
        "y.json": (b"{}", "is no capture"),
        "y.csv": (b"a,b\n1,2\n", "is no capture"),
        "y.parquet": (b"PAR1", "is no capture"),
        "database": (other.read_bytes(), "is no capture"),
        "short": (whole[: len(whole) // 2], "damaged or cut short"),
        "stub": (whole[:5000], "damaged or cut short"),
        "ends early": (whole[: len(whole) * 3 // 4], "damaged or cut short"),
    }
    for name, (data, message) in cases.items():
        broken = tmp_path / name
        if data is not None:
            broken.write_bytes(data)
        with pytest.raises(InputError, match=message) as raised, capture.open_capture(broken):
            pass
        assert "not there" not in raised.value.hint  # a check reads: it can make none
        if data is not None:
            with pytest.raises(InputError, match=message):
                capture.take(source({}, NOW + timedelta(hours=1)), broken)
            assert broken.read_bytes() == data
    with pytest.raises(InputError, match="is no file"), capture.open_capture(tmp_path):
        pass
    with pytest.raises(InputError, match="no such folder"):
        capture.take(source({}), tmp_path / "no" / "c.duckdb")


@pytest.mark.parametrize("name", ["c.json", "c.csv", "c.parquet", "c"])
def test_a_capture_may_be_called_as_it_likes(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    for hours in (0, 1):
        capture.take(source({}, NOW + timedelta(hours=hours)), path)
    with capture.open_capture(path) as held:
        assert len(held.contents.snapshots) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [("format = 2", "of format 2"), ("engine = 'x'", "no engine")],
)
def test_a_capture_of_another_format(change: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({}), path)
    with store.writing(path) as connection:
        client.execute(connection, f"UPDATE meta.capture SET {change}")
    with pytest.raises(InputError, match=message), capture.open_capture(path):
        pass


def test_another_warehouse_has_no_place_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({}), path)
    for other in (
        duck.memory("serverless", NOW + timedelta(hours=1), {}),
        duck.DuckSource(client.connect(), "provisioned", NOW + timedelta(hours=1), "other"),
    ):
        with pytest.raises(InputError, match="is a capture of memory"):
            capture.take(other, path)


HOLD = """
import sys, time
from opskit.clients import duck
connection = duck.connect(sys.argv[1], read_only=sys.argv[2] == "r")
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("mode", ["r", "w"])
def test_a_file_that_another_process_has(
    mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({}), path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, path, mode], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        try:
            with (
                pytest.raises(UnknownError, match="another process has the file open"),
                store.writing(path, patience=0),
            ):
                pass
            if mode == "r":
                assert ask(path, "SELECT COUNT(*) FROM stl_query") == [[0]]
            else:
                with (
                    pytest.raises(UnknownError, match="another process has the file open") as e,
                    store.reading(path, patience=0),
                ):
                    pass
                assert "try again" in e.value.hint
        finally:
            holder.kill()


KILLED = """
import os, signal, sys
from datetime import timedelta
from pathlib import Path
from opskit.clients import duck as client
from opskit.redshift import capture, duck
sys.path.insert(0, {root!r})
from tests.redshift.warehouses import NOW

row = {{"starttime": NOW, "endtime": NOW, "querytxt": "x" * 50}}
rows = [{{"query": n, **row}} for n in range(99)]
live = duck.memory("provisioned", NOW + timedelta(hours=int(sys.argv[3])), {{"stl_query": rows}})
execute, left = client.execute, int(sys.argv[2])

def counted(*values):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return execute(*values)

client.execute = counted
capture.take(live, Path(sys.argv[1]))
print("done", execute and left, flush=True)
"""
NEVER = 1_000_000


def killed(path: Path, statement: int, hours: int) -> subprocess.Popen[str]:
    """A capture that kills itself at one of its statements."""
    code = KILLED.format(root=str(Path(__file__).parents[2]))
    command = [sys.executable, "-c", code, str(path), str(statement), str(hours)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True)


def test_killed_at_any_moment_the_file_has_whole_snapshots(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    done, statements = 0, 0
    for number, share in enumerate((0.0, 0.6, 0.99, 1.0, 0.1, 0.5, 0.8, 1.0), start=1):
        at = int(statements * share) or 90 if share < 1 else NEVER
        run = killed(path, at, number)
        out, error = run.communicate(timeout=100)
        assert run.returncode == (0 if share == 1 else -signal.SIGKILL), error
        if share == 1:
            done += 1
            statements = NEVER - int(out.split()[1])
        assert path.exists() == bool(done)
        if done:
            with capture.open_capture(path) as offline:
                held = offline.contents.snapshots
            assert len(held) == done
            for snapshot in held:
                sql = "SELECT COUNT(*), COUNT(DISTINCT query) FROM stl_query"
                assert ask(path, sql, snapshot.at) == [[99, 99]]
    assert [file.name for file in tmp_path.iterdir()] == ["c.duckdb"]


def test_two_at_once_leave_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    runs = [killed(path, NEVER, hours) for hours in (1, 2)]
    out = []
    for run in runs:
        said, error = run.communicate(timeout=100)
        out.append(said + error)
    with capture.open_capture(path) as offline:
        held = offline.contents.snapshots
    assert held
    for snapshot in held:
        assert ask(path, "SELECT COUNT(*) FROM stl_query", snapshot.at) == [[99]]
    assert sum("done" in text for text in out) == len(held), out


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({"stl_query": [query(1, timedelta(hours=1))]}), path)
    full = client.DuckError('Could not write file "c.duckdb": No space left on device', "full")

    def fill() -> None:
        with store.writing(path) as connection:
            client.execute(connection, "DELETE FROM views.stl_query")
            raise full

    error = failures.explained(full, path)
    assert isinstance(error, UnknownError)
    assert "no room" in error.message
    with pytest.raises(UnknownError, match="no room"):
        fill()
    assert ask(path, "SELECT query FROM stl_query") == [[1]]


def test_rounds_go_on_where_one_fails() -> None:
    said: list[str] = []
    slept: list[float] = []
    clock = iter([0.0, 130.0, 400.0, 3600.0 * 9])
    taken = capture.Taken(1, NOW, [], None)
    answers: list[capture.Taken | OpskitError] = [taken, UnknownError("no route"), taken]

    def once() -> capture.Taken:
        answer = answers.pop(0)
        if isinstance(answer, OpskitError):
            raise answer
        return answer

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if not answers:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rounds.repeat(
            once,
            timedelta(hours=1),
            said=said.append,
            failed=lambda text: said.append(f"! {text}"),
            clock=lambda: next(clock),
            sleep=sleep,
        )
    assert slept == [3470.0, 3200.0, 3600.0]
    assert [line[:12] for line in said] == ["snapshot 1 o", "! no snapsho", "snapshot 1 o"]
    with pytest.raises(UnknownError):
        rounds.repeat(
            lambda: (_ for _ in ()).throw(UnknownError("x")),
            timedelta(hours=1),
            said=said.append,
            failed=said.append,
        )


@pytest.mark.parametrize("engine", ENGINES)
def test_what_a_capture_leaves_out_no_query_of_opskit_looks_at(engine: Engine) -> None:
    """Rows of large logs that `NARROWED` drops, and columns that `COUNTED` drops."""
    short = selection.NARROWED.keys() | selection.COUNTED.keys()
    some = [query for query in QUERIES if short & set(query.header.views)]
    made = Made(engine, 7, capture.wanted(engine, some), count=30)
    before = answers(made.source(), some)
    dropped = 0
    for view, narrow in selection.NARROWED.items():
        if view in made.rows:
            live = made.source()._connection
            columns, rows = client.execute(live, f"SELECT * FROM {view} WHERE {narrow}")
            dropped += len(made.rows[view]) - len(rows)
            made.rows[view] = [dict(zip(columns, row, strict=True)) for row in rows]
    for view, kept in selection.COUNTED.items():
        for row in made.rows.get(view, []):
            row.update(dict.fromkeys(set(row) - set(kept)))
    assert dropped > 10
    after = answers(made.source(), some)
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}


def test_every_log_has_a_way_to_be_read_in_time() -> None:
    for view, definition in views().items():
        if definition.kind == "log":
            assert selection.predicate(definition, NOW) != "TRUE", view


def test_a_number_that_a_star_leaves_out_is_kept(tmp_path: Path) -> None:
    """Catalog tables have `oid`, which SELECT * does not show."""
    gone = QueryError('column "relexternid" does not exist', Reason.MISSING)

    class Older(Refusing):
        def run(self, sql: str) -> Result:
            if sql == "SELECT * FROM pg_class LIMIT 0":
                return Result(["relname"], [])
            return super().run(sql)

    live = Older(
        source({"pg_class": [{"oid": 7, "relname": "t"}]}),
        lambda sql: gone if "relexternid" in sql else None,
    )
    path = tmp_path / "c.duckdb"
    capture.take(live, path)
    assert ask(path, "SELECT oid, relname FROM pg_class") == [[7, "t"]]


def test_no_bar_on_stdout_and_nothing_in_the_working_folder(tmp_path: Path) -> None:
    path = tmp_path / "c.duckdb"
    capture.take(source({}), path)
    with capture.open_capture(path) as offline:
        [[bar, folder]] = (
            offline.connect()
            .run("SELECT current_setting('enable_progress_bar'), current_setting('temp_directory')")
            .rows
        )
    assert bar is False
    assert Path(str(folder)).is_absolute()


LIMITED = """
import resource, signal, sys
from datetime import timedelta
from pathlib import Path
from opskit.errors import OpskitError
from opskit.redshift.capture import take
from tests.redshift.warehouses import Made
made = Made("serverless", 3, sys.argv[3].split(","), count=4000)
if sys.argv[1] == "later":
    made.later(hours=2)
source = made.source()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), resource.RLIM_INFINITY))
try:
    take(source, Path(sys.argv[2]))
except OpskitError as error:
    sys.exit(int(error.exit_code))
"""


def _limited(when: str, path: Path, size: int) -> int:
    names = "sys_query_history,sys_load_history,svv_table_info"
    command = [sys.executable, "-c", LIMITED, when, str(path), names, str(size)]
    return subprocess.run(command, cwd=Path(__file__).parents[2], timeout=120).returncode


def test_a_file_that_may_not_grow_further_loses_nothing(tmp_path: Path) -> None:
    """A real limit of the system (RLIMIT_FSIZE), met at any point of the writing."""
    path = tmp_path / "c.duckdb"
    statuses = [_limited("first", path, 200_000 * 4**n) for n in range(6)]
    assert statuses[0] == 3
    assert statuses[-1] != 70
    path.unlink(missing_ok=True)
    assert _limited("first", path, 1 << 40) == 0
    before = _rows(path)
    assert before > 1000
    size = path.stat().st_size
    for limit in (size // 2, size + 4096, size + 300_000, size + 1_000_000):
        status = _limited("later", path, limit)
        assert status in (0, 3)
        assert _rows(path) >= before
    assert _limited("later", path, 1 << 40) in (0, 3)  # 3 where one of them got through
    assert _rows(path) > before


def _rows(path: Path) -> int:
    """Rows of the newest snapshot; InputError where the file cannot be read."""
    with capture.open_capture(path) as offline:
        [[count]] = offline.connect().run("SELECT COUNT(*) FROM sys_query_history").rows
    return int(count)
