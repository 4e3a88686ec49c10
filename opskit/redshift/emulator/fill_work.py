"""Statements, loads, commits and sessions of a scenario, as rows of the tables of `made.sql`.

What a scenario counts is counted by DuckDB: a spec of 100,000 runs is one statement here.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from opskit.clients.duck import execute
from opskit.redshift.duck import insert_values
from opskit.redshift.emulator.fill_steps import load_steps, query_steps, spectrum_steps
from opskit.redshift.emulator.moments import Series, microseconds, moment, series
from opskit.redshift.emulator.numbers import Names
from opskit.redshift.emulator.specs import copy_text, kind_of, of_query, queue_of
from opskit.redshift.emulator.system_views import script
from opskit.redshift.emulator.work import Session, Statement, Work

if TYPE_CHECKING:
    from opskit.clients.duck import Connection

_PIDS, _XIDS = 1_073_750_000, 900_000


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
            self._runs(spec, query, query.text, of_query(query))
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
        self._run("drafts.sql", known | given | values)

    def _run(self, file: str, values: Mapping[str, Any]) -> None:
        execute(self._connection, script(file), dict(values))

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
                self._run("commits.sql", values)

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
            self._run("usage.sql", values)

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
