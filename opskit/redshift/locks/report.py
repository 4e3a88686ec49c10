"""The locks of one moment as a tree for people, and as rows for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from opskit.output import Table, fitted
from opskit.output.text import count, one_line
from opskit.redshift.locks.situation import Blocker, Session, Situation, ends

SCHEMA = "opskit.redshift.locks/1"
COLUMNS = (
    "pid",
    "user",
    "database",
    "blocked_by",
    "waits_for",
    "table",
    "waits_seconds",
    "state",
    "text",
)
_MOST = 100


def duration(seconds: float | None) -> str:
    """Seconds as people say them: `45 s`, `12 min`, `3.5 h`."""
    from opskit.redshift.rules.figures import duration as said

    return "a time that is not known" if seconds is None else said(seconds)


def state(session: Session, now: Situation) -> str:
    """What a session does: `runs for 3 min: UPDATE ...`, or since when it does nothing."""
    if session.running:
        seconds = now.seconds(session.running.at)
        return f"runs for {duration(seconds)}: {_short(session.running.text)}"
    if session.last:
        idle = duration(now.seconds(session.last.at))
        return f"idle for {idle}, after: {_short(session.last.text)}"
    return f"runs nothing that can be seen, in a transaction of {_age(session, now)}"


def _age(session: Session, now: Situation) -> str:
    return duration(now.seconds(session.started))


def _short(text: str) -> str:
    line = one_line(" ".join(text.split()))
    return line if len(line) <= _MOST else f"{line[: _MOST - 3]}..."


def who(session: Session) -> str:
    """`pid 101 (ana, database dev)`."""
    return one_line(f"pid {session.pid} ({session.user}, database {session.database})")


def tree(now: Situation) -> str:
    """Who blocks at the left, who waits below, and the statements that end it."""
    shown: set[int] = set()
    lines: list[str] = []
    for pid in now.roots:
        lines += _branch(now, pid, None, 0, shown)
    # whoever hangs on no root: in a cycle, or behind somebody who cannot be seen
    for pid in sorted(set(now.waits) - shown, key=lambda pid: (bool(now.waits[pid]), pid)):
        if pid not in shown:
            lines += _branch(now, pid, None, 0, shown)
    lines += _deadlocks(now)
    lines = [_fitted(line) for line in lines]
    lines += _remedies(now)
    return "".join(f"{line}\n" for line in lines)


def _fitted(line: str) -> str:
    """A line as a terminal shows it best; what goes on stands deeper than who waits below."""
    return fitted(line, indent=" " * (len(line) - len(line.lstrip()) + 4))


def _branch(
    now: Situation, pid: int, why: Blocker | None, depth: int, shown: set[int]
) -> Iterator[str]:
    session, indent = now.sessions[pid], "  " * depth
    if pid in shown:
        yield f"{indent}{who(session)}: see above"
        return
    shown.add(pid)
    yield f"{indent}{who(session)}: {_line(session, why, now)}"
    for waiter in _waiters(now, pid):
        reason = next(b for b in now.waits[waiter] if b.pid == pid)
        yield from _branch(now, waiter, reason, depth + 1, shown)


def _waiters(now: Situation, pid: int) -> list[int]:
    return sorted(w for w, found in now.waits.items() if any(b.pid == pid for b in found))


def _line(session: Session, why: Blocker | None, now: Situation) -> str:
    wanted = session.wants
    if wanted is None:
        held = ", ".join(_held(session, now)) or "locks"
        return f"holds {held}; {state(session, now)}"
    waited = duration(now.seconds(session.since))
    least = "" if session.running else "at most "
    place = " behind it in the queue" if why and why.queued else ""
    target = one_line(wanted.table) or "another transaction"
    blind = "" if now.waits[session.pid] else ", held by nobody that can be seen"
    text = f": {_short(session.running.text)}" if session.running else ""
    return f"waits {least}{waited}{place} for {wanted.mode} on {target}{blind}{text}"


def _held(session: Session, now: Situation) -> list[str]:
    """The locks that others wait for."""
    wanted = {lock.key for pid in _waiters(now, session.pid) if (lock := now.sessions[pid].wants)}
    held = [
        f"{lock.mode} on {one_line(lock.table)}"
        for lock in session.locks
        if lock.granted and lock.key in wanted
    ]
    return list(dict.fromkeys(held))


def _deadlocks(now: Situation) -> Iterator[str]:
    for cycle in now.cycles:
        ring = " -> ".join(f"pid {pid}" for pid in [*cycle, cycle[0]])
        yield f"deadlock: {ring}; Redshift ends one of them by itself"


def _remedies(now: Situation) -> Iterator[str]:
    targets = [*now.roots, *(max(cycle) for cycle in now.cycles)]
    if not targets:
        return
    yield ""
    yield fitted("To end it (what a session has not committed is rolled back):")
    for pid in targets:
        session = now.sessions[pid]
        if session.internal:
            yield f"  -- {who(session)} is Redshift's own and cannot be ended: wait for it"
        for index, statement in enumerate(ends(session)):
            yield f"  {statement}{'  -- if it still holds its locks' if index else ''}"


def summary(now: Situation, partial: bool = False) -> str:
    """One line for stderr; `partial` where others may wait unseen."""
    if not now.waits:
        who = "nobody that can be seen" if partial else "nobody"
        return f"{who} waits for a lock ({count(len(now.sessions), 'open transaction')})"
    blocked = f"{count(len(now.waits), 'session')} blocked"
    blind = len(now.blind)
    if not blind:
        return f"{blocked} by {count(len(now.roots), 'session')}"
    by = f" by {count(len(now.roots), 'session')}" if now.roots else ""
    return f"{blocked}{by}; who blocks {blind} of them cannot be seen"


def table(now: Situation, notes: Sequence[str] = ()) -> Table:
    """A row for each session that blocks or waits, blockers first."""
    roots = now.roots
    pids = [*roots, *sorted(now.waits)]
    return Table(
        SCHEMA,
        list(COLUMNS),
        [_row(now, pid) for pid in pids],
        key="sessions",
        extra={
            "at": now.now,
            "open_transactions": len(now.sessions),
            "blocked": len(now.waits),
            "roots": roots,
            "deadlocks": now.cycles,
            "notes": list(notes),
        },
    )


def _row(now: Situation, pid: int) -> dict[str, Any]:
    session = now.sessions[pid]
    wanted = session.wants
    running = session.running
    found = now.waits.get(pid, ())
    return {
        "pid": pid,
        "xid": session.xid,
        "user": session.user,
        "database": session.database,
        "transaction_started": session.started,
        "blocked_by": [b.pid for b in found],
        "queued_behind": [b.pid for b in found if b.queued],
        "roots": now.roots_of(pid) if wanted else [],
        "waits_for": wanted.mode if wanted else None,
        "table": wanted.table if wanted else ", ".join(_tables(session, now)),
        "waits_seconds": now.seconds(session.since) if wanted else None,
        "waits_exactly": bool(running) if wanted else None,
        "state": "waiting" if wanted else "running" if running else "idle",
        "text": running.text if running else session.last.text if session.last else "",
        "idle_seconds": now.seconds(session.last.at) if session.last and not running else None,
        "holds": _held(session, now),
        "ends": ends(session) if pid in now.roots else [],
    }


def _tables(session: Session, now: Situation) -> list[str]:
    keys = {lock.key for w in _waiters(now, session.pid) if (lock := now.sessions[w].wants)}
    return list(dict.fromkeys(lock.table for lock in session.locks if lock.key in keys))
