"""Who blocks whom: the locks of one moment, who waits for them, and behind whom.

The blocker of a wait is found by the conflict of lock modes (`lock_modes`): who holds a lock on
the same table in a mode that excludes the one that is waited for, and who waits ahead for such a
mode. A reader that waits behind an ALTER TABLE that itself waits for another reader is blocked by
the ALTER TABLE: PostgreSQL's queue, which Redshift has, lets nobody overtake.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from opskit.redshift.locks.cycles import cycles
from opskit.redshift.locks.modes import conflict
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name

QUERIES = ("transaction-locks", "running-statements", "last-statements")
#: Redshift's own processes run as this user; nobody can end them.
INTERNAL = "rdsdb"
# Tables of users have numbers from here on, unique in the whole cluster; below are catalogs,
# which every database has under the same numbers.
_FIRST_TABLE = 100_000


@dataclass(frozen=True, slots=True)
class Lock:
    """One lock that a session holds or waits for; `key` is the same for the same object."""

    mode: str
    granted: bool
    table: str
    key: tuple[Any, ...]
    catalog: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """What a session runs, or ran last: `at` is when it began, or ended."""

    at: datetime
    text: str


@dataclass(slots=True)
class Session:
    """A session with an open transaction, which began at `started`."""

    pid: int
    xid: int | None
    user: str
    database: str
    started: datetime | None
    locks: list[Lock] = field(default_factory=list)
    running: Statement | None = None
    last: Statement | None = None

    @property
    def internal(self) -> bool:
        return self.user == INTERNAL

    @property
    def wants(self) -> Lock | None:
        """The lock that it waits for."""
        return next((lock for lock in self.locks if not lock.granted), None)

    @property
    def since(self) -> datetime | None:
        """Since when it waits, at the earliest: when its statement began, else the transaction.

        No view says when a lock was asked for.
        """
        return self.running.at if self.running else self.started

    @property
    def holds(self) -> list[str]:
        """The tables of users that it has locks on."""
        tables = (lock.table for lock in self.locks if lock.granted and not lock.catalog)
        return list(dict.fromkeys(table for table in tables if table))


@dataclass(frozen=True, slots=True)
class Blocker:
    """Why a session waits: another holds a lock in `mode`, or is `queued` for it ahead."""

    pid: int
    mode: str
    queued: bool


@dataclass(frozen=True, slots=True)
class Situation:
    """All sessions with open transactions by pid, and for each that waits its blockers."""

    now: datetime
    sessions: Mapping[int, Session]
    waits: Mapping[int, Sequence[Blocker]]

    @property
    def roots(self) -> list[int]:
        """Who blocks and does not wait, those that most sessions wait for first."""
        found = {b.pid for blockers in self.waits.values() for b in blockers} - set(self.waits)
        return sorted(found, key=lambda pid: (-len(self.behind(pid)), pid))

    @property
    def blind(self) -> list[int]:
        """Who waits for a lock that nobody holds who can be seen."""
        return sorted(pid for pid, blockers in self.waits.items() if not blockers)

    @property
    def cycles(self) -> list[list[int]]:
        """Deadlocks: sessions that wait for each other's granted locks, each from the least pid.

        Those that are queued only do not count: the server can let them pass.
        """
        hard = {pid: [b.pid for b in found if not b.queued] for pid, found in self.waits.items()}
        return sorted(cycles(hard))

    def behind(self, pid: int) -> set[int]:
        """Who waits for a session, directly or behind others."""
        found: set[int] = set()
        todo = [pid]
        while todo:
            ahead = todo.pop()
            direct = {
                waiter
                for waiter, blockers in self.waits.items()
                if waiter not in found and any(b.pid == ahead for b in blockers)
            }
            found |= direct
            todo += direct
        return found - {pid}

    def roots_of(self, pid: int) -> list[int]:
        """Which of the roots a waiting session waits for in the end."""
        return [root for root in self.roots if pid in self.behind(root)]

    def seconds(self, moment: datetime | None) -> float | None:
        """From a moment to now, at least 0."""
        return None if moment is None else max((self.now - moment).total_seconds(), 0.0)


def situation(
    now: datetime,
    locks: Iterable[Row],
    running: Iterable[Row] = (),
    last: Iterable[Row] = (),
    own: int | None = None,
) -> Situation:
    """The situation that rows of the `QUERIES` show, without the session `own`."""
    sessions = _sessions(row for row in locks if row["pid"] is not None and row["pid"] != own)
    for row in sorted((row for row in running if row["started"]), key=lambda r: r["started"]):
        if session := sessions.get(row["pid"]):
            session.running = Statement(row["started"], row["text"] or "")
    for row in last:
        session = sessions.get(row["pid"])
        if session and row["ended"] and row["xid"] == session.xid:
            session.last = Statement(row["ended"], row["text"] or "")
    waits = {pid: _blockers(session, sessions) for pid, session in sessions.items()}
    return Situation(
        now, sessions, {pid: found for pid, found in waits.items() if found is not None}
    )


def _sessions(rows: Iterable[Row]) -> dict[int, Session]:
    found: dict[int, Session] = {}
    for row in rows:
        pid = int(row["pid"])
        session = found.setdefault(
            pid,
            Session(
                pid, row["xid"], row["user_name"] or "", row["database"] or "", row["txn_start"]
            ),
        )
        session.locks.append(_lock(row))
    return found


def _lock(row: Row) -> Lock:
    relation = row["relation"]
    granted = row["granted"] is not False
    if relation is None:
        # Which transaction is waited for is not shown, so a wait for one has a key of its own.
        return Lock(row["lock_mode"] or "", granted, "", ("transaction", row["pid"]))
    catalog = relation < _FIRST_TABLE
    place = row["database"] if catalog and not row["shared"] else None
    label = (
        name(row["schema"], row["table"])
        if row["schema"] and row["table"]
        else f"table {relation} of database {row['database']}"
    )
    return Lock(row["lock_mode"] or "", granted, label, (place, relation), catalog=catalog)


def _blockers(waiter: Session, sessions: Mapping[int, Session]) -> list[Blocker] | None:
    """Who blocks a session, holders before those in the queue; None where it does not wait."""
    wanted = waiter.wants
    if wanted is None:
        return None
    same = [
        (other, lock)
        for other in sessions.values()
        for lock in other.locks
        if other.pid != waiter.pid and lock.key == wanted.key and conflict(lock.mode, wanted.mode)
    ]
    holders = [Blocker(other.pid, lock.mode, False) for other, lock in same if lock.granted]
    queue = [(other, lock) for other, lock in same if not lock.granted]
    ahead = [(other, lock) for other, lock in queue if _place(other) < _place(waiter)]
    if not holders and not ahead:
        # The order is a guess; one that a holder keeps waiting is ahead for certain.
        kept = [(other, lock) for other, lock in queue if _is_kept(other, lock, sessions)]
        ahead = sorted(kept, key=lambda pair: _place(pair[0]))[:1]
    return _unique([*holders, *(Blocker(other.pid, lock.mode, True) for other, lock in ahead)])


def _is_kept(waiter: Session, wanted: Lock, sessions: Mapping[int, Session]) -> bool:
    """Whether somebody holds what a session waits for."""
    return any(
        lock.granted and lock.key == wanted.key and conflict(lock.mode, wanted.mode)
        for other in sessions.values()
        if other.pid != waiter.pid
        for lock in other.locks
    )


def _place(session: Session) -> tuple[datetime, int, int]:
    """The place in a queue, as far as it can be known: who began to run its statement first."""
    return (session.since or datetime.max, session.xid or 0, session.pid)


def _unique(blockers: Iterable[Blocker]) -> list[Blocker]:
    """One for each session: its strongest reason, a held lock before a place in the queue."""
    found: dict[int, Blocker] = {}
    for blocker in blockers:
        found.setdefault(blocker.pid, blocker)
    return sorted(found.values(), key=lambda b: (b.queued, b.pid))


def ends(session: Session) -> list[str]:
    """The statements that free what a session holds, mildest first; none for Redshift's own."""
    if session.internal:
        return []
    terminate = f"SELECT pg_terminate_backend({session.pid});"
    return [f"CANCEL {session.pid};", terminate] if session.running else [terminate]
