"""Rules on who waits for a lock now, and for whom."""

from collections.abc import Iterator, Sequence

from opskit.findings import Finding, Severity
from opskit.redshift.locks.situation import QUERIES, Session, Situation, ends, situation
from opskit.redshift.rules.figures import duration, excerpt, listed
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.source import Row
from opskit.redshift.warehouse import CouldNotLookError, Warehouse

LOCKS = "https://repost.aws/knowledge-center/prevent-locks-blocking-queries-redshift"
UNDO = "nothing gives back what the session had not committed: it has to run again"


def now(warehouse: Warehouse) -> Situation:
    """Who waits for whom; what sessions run is left out where it could not be seen."""
    return situation(
        warehouse.now,
        warehouse.rows(QUERIES[0]),
        _rows(warehouse, QUERIES[1]),
        _rows(warehouse, QUERIES[2]),
    )


def _rows(warehouse: Warehouse, query: str) -> Sequence[Row]:
    try:
        return warehouse.rows(query)
    except CouldNotLookError:
        return ()


def who(session: Session) -> str:
    return f"pid {session.pid} ({session.user})"


@RULES.rule(
    RedshiftRule(
        "RSH080",
        Severity.ERROR,
        title="a session that keeps others waiting",
        why="Who waits for a lock does nothing until the holder commits, and whoever comes after "
        "waits behind; a forgotten transaction stops a load for hours.",
        fix="let the transaction end, or end its session",
        reference=LOCKS,
        group=Group.LOCKS,
        reads=QUERIES,
        thresholds=("lock-wait",),
    )
)
def blocked(warehouse: Warehouse) -> Iterator[Finding]:
    """One finding a session that blocks and does not wait itself, for all who wait behind it.

    AWS's query names everybody who holds any lock on the table; here it is those whose lock
    excludes the one that is waited for. A wait counts from the start of the statement that waits,
    or of its transaction where that is not visible. Costs are split where several must end.
    """
    seen = now(warehouse)
    limit = warehouse.limit("lock-wait")
    for pid in seen.roots:
        behind = [seen.sessions[waiter] for waiter in sorted(seen.behind(pid))]
        waits = {s.pid: seen.seconds(s.since) or 0.0 for s in behind}
        longest = max(behind, key=lambda s: (waits[s.pid], -s.pid))
        if waits[longest.pid] <= limit:
            continue
        yield _blocking(seen, seen.sessions[pid], behind, longest, limit)
    yield from _by_nobody(seen, limit)


def _blocking(
    seen: Situation, root: Session, behind: Sequence[Session], longest: Session, limit: float
) -> Finding:
    waits = {s.pid: seen.seconds(s.since) or 0.0 for s in behind}
    most = "" if longest.running else "at most "
    wanted = longest.wants
    others = len(seen.roots_of(longest.pid)) - 1
    statements = ends(root)[-1:]
    return finding(
        f"{who(root)} {activity(seen, root)} and keeps {len(behind)} waiting, "
        f"{who(longest)} for {most}{duration(waits[longest.pid])}",
        object=f"pid {root.pid}",
        observed=f"{listed(who(s) for s in behind)}; {wanted.mode if wanted else ''} on "
        f"{wanted.table if wanted else ''}",
        expected=f"at most {limit:g} s",
        seconds=_cost(seen, behind),
        sql=statements,
        reversible=False if statements else None,
        undo=UNDO if statements else "",
        advice=_advice(root, longest, others),
        blocker=root.pid,
        waiting=[s.pid for s in behind],
    )


def _known(seen: Situation, waiter: Session) -> float | None:
    """Seconds that a session waits; None where only the age of its transaction is known."""
    return seen.seconds(waiter.since) if waiter.running else None


def _cost(seen: Situation, behind: Sequence[Session]) -> float | None:
    """Seconds that sessions wait, each split among all who must end for it to go on."""
    waits = [
        wait / max(len(seen.roots_of(s.pid)), 1)
        for s in behind
        if (wait := _known(seen, s)) is not None
    ]
    return sum(waits) if waits else None


def _by_nobody(seen: Situation, limit: float) -> Iterator[Finding]:
    """Waits for somebody whose locks this user cannot see, or for a transaction."""
    for pid, blockers in seen.waits.items():
        session = seen.sessions[pid]
        waited = seen.seconds(session.since)
        if blockers or session.wants is None or waited is None or waited <= limit:
            continue
        most = "" if session.running else "at most "
        target = session.wants.table or "another transaction"
        yield finding(
            f"{who(session)} waits for {most}{duration(waited)} for {target}, "
            "and who keeps it waiting cannot be seen",
            object=f"pid {pid}",
            observed=f"{session.wants.mode} on {target}",
            expected=f"at most {limit:g} s",
            seconds=_known(seen, session),
            advice="ask as a superuser: others see their own transactions only",
            waiting=[pid],
        )


def activity(seen: Situation, session: Session) -> str:
    if session.running:
        return f"runs {excerpt(session.running.text, 40)!r}"
    if session.last:
        return f"is idle for {duration(seen.seconds(session.last.at) or 0.0)} in its transaction"
    return "holds its locks"


def _advice(root: Session, longest: Session, others: int) -> str:
    if root.internal:
        return "it is a process of Redshift itself, which nobody can end: wait for it"
    more = f"{others} more keep pid {longest.pid} waiting" if others else ""
    mild = f"CANCEL {root.pid}; may do, if it is in no transaction block" if root.running else ""
    return "; ".join(part for part in (mild, more) if part)


@RULES.rule(
    RedshiftRule(
        "RSH081",
        Severity.ERROR,
        title="a deadlock",
        why="Sessions wait for each other's locks: none of them goes on until one is ended. "
        "Redshift ends one by itself, and its work is lost.",
        fix="end one of them, and let all transactions lock tables in one order",
        reference=LOCKS,
        group=Group.LOCKS,
        reads=QUERIES,
    )
)
def deadlock(warehouse: Warehouse) -> Iterator[Finding]:
    """Cycles of granted locks. The youngest transaction has the least to lose, and is proposed."""
    seen = now(warehouse)
    for cycle in seen.cycles:
        sessions = [seen.sessions[pid] for pid in cycle]
        youngest = max(sessions, key=lambda s: (-(seen.seconds(s.started) or 0.0), s.pid))
        statements = ends(youngest)[-1:]
        yield finding(
            "deadlock: " + " waits for ".join(who(s) for s in [*sessions, sessions[0]]),
            object=" ".join(f"pid {pid}" for pid in cycle),
            observed="; ".join(
                f"pid {s.pid}: {s.wants.mode} on {s.wants.table}" for s in sessions if s.wants
            ),
            seconds=sum(seen.seconds(s.since) or 0.0 for s in sessions),
            sql=statements,
            reversible=False if statements else None,
            undo=UNDO if statements else "",
            advice="lock the tables at the start of each transaction, in one order",
            pids=cycle,
        )
