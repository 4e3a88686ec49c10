"""Statements, loads, commits and sessions of a scenario, as rows of the tables of `made.sql`.

What a scenario counts is counted by DuckDB: a spec of 100,000 runs is one statement here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from opskit.clients.duck import execute
from opskit.redshift.duck import insert_values
from opskit.redshift.emulator.fill_objects import Names
from opskit.redshift.emulator.fill_steps import load_steps, query_steps, spectrum_steps
from opskit.redshift.emulator.moments import Series, microseconds, moment, series
from opskit.redshift.emulator.work import Load, Query, Session, Spectrum, Statement, Work

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

_PIDS, _XIDS = 1_073_750_000, 900_000
_MB = 1_048_576
#: A row for each run of a spec. $vary is in percent; 7919 spreads the runs over its range.
_DRAFTS = """
INSERT INTO made.drafts
SELECT $spec, n, $userid, $pid, $xid, replace($text, '{n}', CAST(n + 1 AS VARCHAR)), $label,
  $kind, $queue, start_time, queue_us, $plan_us, $compile_us, $lock_us, exec_us,
  going AND start_time + to_microseconds(queue_us) > $now, going,
  CASE WHEN going THEN 'running' WHEN failed THEN $status ELSE 'success' END,
  CASE WHEN failed AND NOT going THEN $error END,
  CASE WHEN failed OR going THEN 0 ELSE $result_rows END,
  CASE WHEN failed OR going THEN 0 ELSE $result_bytes END, $spill_mb, $scaling, $rule
FROM (
  SELECT n, start_time, queue_us, exec_us, (n * 37 + $spec * 11) % 100 < $fails AS failed,
    $running OR start_time + to_microseconds(
      queue_us + exec_us + CAST($plan_us AS BIGINT) + CAST($compile_us AS BIGINT)
      + CAST($lock_us AS BIGINT)
    ) > $now AS going
  FROM (
    SELECT n, CAST($first AS TIMESTAMP) + to_microseconds(CAST((n - $before) * $step AS BIGINT))
        AS start_time,
      CAST($queued AS BIGINT) * share // 1000 AS queue_us,
      CAST($took AS BIGINT) * share // 1000 AS exec_us
    FROM (
      SELECT range AS n, 1000 - CAST($vary * 10 AS BIGINT)
          + (range * 7919 + $spec * 31) % (CAST($vary * 20 AS BIGINT) + 1) AS share
      FROM range(CAST($before AS BIGINT), CAST($before + $count AS BIGINT))
    )
  )
)
"""
_COMMITS = """
INSERT INTO made.commits
SELECT $spec, range, NULL, $userid,
  CAST($first AS TIMESTAMP) + to_microseconds(CAST(range * $step AS BIGINT)), $wait, $work, $ahead,
  $blocks
FROM range(CAST($count AS BIGINT))
"""
_USAGE = """
INSERT INTO made.usage
SELECT CAST($first AS TIMESTAMP) + to_minutes(CAST(range AS INTEGER)), 60 * $rpus * $busy / 100,
  $rpus, $storage_mb, CAST(round(60 * $rpus * greatest($charged, $busy) / 100) AS BIGINT)
FROM range(CAST($minutes AS BIGINT))
"""


class Filler:
    """Fills one database from one scenario, at the time `now`."""

    def __init__(self, connection: "Connection", names: Names, now: datetime) -> None:
        self._connection = connection
        self._names = names
        self._now = now
        self._specs = 0

    def fill(self) -> None:
        scenario = self._names.scenario
        for query in scenario.queries:
            spec = self._spec()
            self._put(query_steps(spec, query, self._names))
            self._runs(spec, query, query.text, _of_query(query))
        for load in scenario.loads:
            spec = self._spec()
            self._put(load_steps(spec, load, self._names))
            self._runs(spec, load, copy_text(load), {})
        for scan in scenario.spectrum:
            spec = self._spec()
            self._put(spectrum_steps(spec, scan))
            text = scan.text or f"SELECT COUNT(*) FROM {scan.table}"
            self._runs(spec, scan, text, {"result_rows": 1, "result_bytes": 8})
        self._commits()
        self._sessions(scenario.sessions)
        self._refreshes()
        self._usage()

    def _spec(self) -> int:
        self._specs += 1
        return self._specs

    def _put(self, tables: Mapping[str, Sequence[Sequence[Any]]]) -> None:
        for table, rows in tables.items():
            insert_values(self._connection, f"made.{table}", rows)

    def _runs(self, spec: int, work: Work, text: str, more: Mapping[str, Any]) -> None:
        before = 0
        for some in series(work, self._now):
            self._draft(
                spec,
                some,
                before,
                text,
                userid=self._names.users[work.user],
                label=work.label,
                queue=queue_of(self._names, work.queue),
                queued=microseconds(work.queued),
                took=microseconds(work.took),
                vary=work.vary,
                **more,
            )
            before += some.times

    def _draft(self, spec: int, some: Series, before: int, text: str, **values: Any) -> None:
        known = {
            "pid": None,
            "xid": None,
            "label": "default",
            "queue": queue_of(self._names, None),
            "plan_us": 0,
            "compile_us": 0,
            "lock_us": 0,
            "queued": 0,
            "took": 0,
            "vary": 0,
            "fails": 0,
            "running": False,
            "status": "failed",
            "error": None,
            "result_rows": 0,
            "result_bytes": 0,
            "spill_mb": 0,
            "scaling": False,
            "rule": None,
        }
        given = {
            "spec": spec,
            "first": some.first,
            "step": some.step,
            "count": some.times,
            "before": before,
            "now": self._now,
            "text": text,
            "kind": kind_of(text),
        }
        self._run(_DRAFTS, known | given | values)

    def _run(self, sql: str, values: Mapping[str, Any]) -> None:
        execute(self._connection, sql, dict(values))

    # Commits, refreshes, usage

    def _commits(self) -> None:
        for commit in self._names.scenario.commits:
            spec = self._spec()
            for some in series(commit, self._now):
                values = {
                    "spec": spec,
                    "userid": self._names.owner_of(commit.user),
                    "first": some.first,
                    "step": some.step,
                    "count": some.times,
                    "wait": microseconds(commit.wait),
                    "work": microseconds(commit.work),
                    "ahead": commit.ahead,
                    "blocks": commit.blocks,
                }
                self._run(_COMMITS, values)

    def _refreshes(self) -> None:
        rows = []
        for refresh in self._names.scenario.refreshes:
            relation = self._names.relation(refresh.view)
            userid = self._names.owner_of(refresh.user)
            took = microseconds(refresh.took)
            for some in series(refresh, self._now):
                for n in range(some.times):
                    start = some.first + timedelta(microseconds=n * some.step)
                    rows.append((relation, userid, start, took, refresh.status))
        self._put({"refreshes": rows})

    def _usage(self) -> None:
        scenario = self._names.scenario
        for usage in scenario.usage:
            first = moment(usage.since, self._now).replace(second=0, microsecond=0)
            span = moment(usage.until, self._now) - first
            values = {
                "first": first,
                "minutes": max(int(span.total_seconds()) // 60, 0),
                "rpus": usage.rpus,
                "busy": usage.busy,
                "charged": usage.charged,
                "storage_mb": sum(table.size_mb for table in scenario.tables),
            }
            self._run(_USAGE, values)

    # Sessions

    def _sessions(self, sessions: Sequence[Session]) -> None:
        taken = {s.pid for s in sessions if s.pid is not None}
        free = (n for n in range(_PIDS, _PIDS + 10_000_000) if n not in taken)
        for number, session in enumerate(sessions):
            for alike in range(session.count):
                pid = session.pid if session.pid is not None else next(free)
                self._session(session, pid, _XIDS + number * 2_000 + alike)

    def _session(self, session: Session, pid: int, xid: int) -> None:
        names, now = self._names, self._now
        began = moment(session.transaction, now) if session.transaction is not None else None
        own = xid if began is not None else None
        userid = names.users[session.user]
        start = moment(session.since, now)
        start = min(start, began) if began is not None else start
        row = (pid, userid, start, session.timeout, own, began)
        locks = [(pid, names.relation(lock.table), lock.mode, True) for lock in session.holds]
        if session.waits is not None:
            locks.append((pid, names.relation(session.waits.table), session.waits.mode, False))
        self._put({"sessions": [row], "locks": locks})
        for statement, going in self._statements(session):
            at = moment(statement.at, now)
            waits = going and session.waits is not None
            waited = (now - at) // timedelta(microseconds=1) if waits else 0
            self._draft(
                self._spec(),
                Series(at, 0, 1),
                0,
                statement.text,
                userid=userid,
                pid=pid,
                xid=own,
                took=microseconds(statement.took) if not going else 0,
                running=going,
                lock_us=max(waited, 0),
            )

    @staticmethod
    def _statements(session: Session) -> Iterator[tuple[Statement, bool]]:
        yield from ((statement, False) for statement in session.did)
        if session.running is not None:
            yield session.running, True


def _of_query(query: Query) -> dict[str, Any]:
    return {
        "plan_us": microseconds(query.planning),
        "compile_us": microseconds(query.compile),
        "lock_us": microseconds(query.lock_wait),
        "fails": query.fails,
        "running": query.running,
        "status": query.status,
        "error": query.error,
        "result_rows": query.rows,
        "result_bytes": round(query.result_mb * _MB),
        "spill_mb": query.spill_mb,
        "scaling": query.concurrency_scaling,
        "rule": query.rule,
    }


def kind_of(text: str) -> str:
    """The word of sys_query_history for what a statement is."""
    words = text.split(None, 1)
    word = words[0].upper() if words else ""
    if word in ("SELECT", "INSERT", "UPDATE", "DELETE", "COPY", "UNLOAD"):
        return word
    if word == "WITH":
        return "SELECT"
    return "DDL" if word in ("CREATE", "ALTER", "DROP", "TRUNCATE") else "UTILITY"


def queue_of(names: Names, queue: str | None) -> int | None:
    """The service class: manual queues from 6 on, automatic ones from 100 on; none on serverless.

    Without queues there is one automatic queue, as on a new cluster.
    """
    if names.scenario.engine == "serverless":
        return None
    if not names.scenario.queues:
        return 100
    number, found = next(
        (n, q) for n, q in enumerate(names.scenario.queues) if queue is None or q.name == queue
    )
    return (100 if found.slots is None else 6) + number


def copy_text(load: Load) -> str:
    """The COPY as somebody would write it."""
    table = load.table
    shape = {
        "csv": "FORMAT AS CSV",
        "text": "DELIMITER '|'",
        "json": "FORMAT AS JSON 'auto'",
        "avro": "FORMAT AS AVRO 'auto'",
        "orc": "FORMAT AS ORC",
        "parquet": "FORMAT AS PARQUET",
    }[load.format]
    packed = f" {load.compression.upper()}" if load.compression else ""
    return f"COPY {table} FROM '{load.prefix}' IAM_ROLE default {shape}{packed}"


__all__ = ["Filler", "Spectrum", "copy_text", "kind_of", "queue_of"]
