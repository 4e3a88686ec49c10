"""Rules on open transactions, and on conflicts and waits over the window."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.locks.situation import QUERIES, Session, Situation
from opskit.redshift.rules.figures import duration, excerpt, listed, number, seconds
from opskit.redshift.rules.locks import LOCKS, UNDO, activity, now, who
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.wording import some
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

ISOLATION = (
    "https://docs.aws.amazon.com/redshift/latest/dg/"
    "c_serial_isolation-serializable-isolation-troubleshooting.html"
)
HISTORY = "https://docs.aws.amazon.com/redshift/latest/dg/SYS_QUERY_HISTORY.html"


@RULES.rule(
    RedshiftRule(
        "RSH082",
        Severity.WARNING,
        title="an open transaction that does nothing and holds locks",
        why="It keeps DDL out of the tables that it has read, and VACUUM from removing rows that "
        "it could still see; the next ALTER TABLE stops everybody.",
        fix="let the client commit, or end its session; set a session timeout for its user",
        reference=LOCKS,
        group=Group.LOCKS,
        reads=QUERIES,
        thresholds=("idle-open",),
    )
)
def idle_in_transaction(warehouse: Warehouse) -> Iterator[Finding]:
    """Quiet where what runs cannot be seen: a session that runs would look idle."""
    for query in QUERIES[1:]:
        warehouse.rows(query)
    seen = now(warehouse)
    limit = warehouse.limit("idle-open")
    for session in seen.sessions.values():
        idle = _idle(seen, session)
        if idle is None or idle <= limit or not session.holds:
            continue
        most = "" if session.last else "at most "
        yield finding(
            f"{who(session)} holds locks and does nothing, for {most}{duration(idle)}",
            object=f"pid {session.pid}",
            observed=f"locks on {listed(session.holds)}; last: "
            f"{excerpt(session.last.text) if session.last else 'not known'}",
            expected=f"at most {limit:g} s",
            sql=f"SELECT pg_terminate_backend({session.pid});",
            reversible=False,
            undo=UNDO,
            pid=session.pid,
        )


def _idle(seen: Situation, session: Session) -> float | None:
    """Seconds since its last statement, or its start; None where it runs, waits or is internal."""
    if session.running or session.wants or session.internal:
        return None
    return seen.seconds(session.last.at if session.last else session.started)


@RULES.rule(
    RedshiftRule(
        "RSH083",
        Severity.WARNING,
        title="a transaction that is open for long",
        why="Its locks stay until it ends, and no VACUUM removes the rows that were deleted since "
        "it began.",
        fix="commit in smaller steps, or let it end",
        reference="https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_TRANSACTIONS.html",
        group=Group.LOCKS,
        reads=QUERIES,
        thresholds=("transaction", "idle-open"),
    )
)
def long_transaction(warehouse: Warehouse) -> Iterator[Finding]:
    """Quiet where RSH082 speaks: there the session does nothing."""
    seen = now(warehouse)
    limit = warehouse.limit("transaction")
    for session in seen.sessions.values():
        age = seen.seconds(session.started)
        idle = _idle(seen, session)
        spoken = idle is not None and idle > warehouse.limit("idle-open") and session.holds
        if session.internal or spoken or age is None or age <= limit:
            continue
        yield finding(
            f"the transaction of {who(session)} is open for {duration(age)}",
            object=f"pid {session.pid}",
            observed=f"it {activity(seen, session)}; since {session.started:%Y-%m-%d %H:%M:%S}",
            expected=f"at most {limit:g} s",
            advice="what it has done is lost if it is ended: "
            f"SELECT pg_terminate_backend({session.pid}); rolls it back",
            pid=session.pid,
        )


@RULES.rule(
    RedshiftRule(
        "RSH084",
        Severity.WARNING,
        title="transactions ended for serializable isolation",
        why="Two transactions read what the other writes: Redshift ends one with error 1023, and "
        "its work has to run again.",
        fix="isolate by snapshot, or lock the table at the start of the transactions",
        reference=ISOLATION,
        group=Group.LOCKS,
        reads=("serializable-conflicts",),
        thresholds=("conflicts",),
    )
)
def conflicts(warehouse: Warehouse) -> Iterator[Finding]:
    """On serverless from the message of error 1023, which names the table by its number."""
    limit = warehouse.limit("conflicts")
    for row in warehouse.rows("serializable-conflicts"):
        count = number(row["transactions"])
        if count <= limit:
            continue
        known = bool(row["schema"] and row["table"])
        label = name(row["schema"], row["table"]) if known else f"table {row['table_id']}"
        yield finding(
            f"{count:.0f} transactions on {label} were ended for serializable isolation",
            object=label,
            observed=f"{count:.0f} transactions, the last at {row['last_time']}",
            expected=f"at most {limit:g}",
            seconds=seconds(row["lost_us"]),
            advice=f"BEGIN; LOCK {label}; at the start of what writes it serializes them"
            if known
            else "lock the table at the start of what writes it",
        )


@RULES.rule(
    RedshiftRule(
        "RSH085",
        Severity.WARNING,
        title="much time spent waiting for locks",
        why="The query stood still before it ran: another transaction wrote the same table.",
        fix="shorten the transactions that write the table, or run them at other times",
        reference=HISTORY,
        group=Group.LOCKS,
        reads=("lock-waits",),
        thresholds=("lock-waits",),
    )
)
def lock_waits(warehouse: Warehouse) -> Iterator[Finding]:
    """By user and text without its literals, over the window."""
    limit = warehouse.limit("lock-waits")
    for row in warehouse.rows("lock-waits"):
        waited = seconds(row["waited_us"])
        if waited <= limit:
            continue
        yield finding(
            f"{some(row['queries'], 'query')} of {row['user_name']} waited {duration(waited)} for "
            f"locks: {excerpt(row['sample'])}",
            object=f"query {row['last_query']}",
            observed=f"{duration(waited)}, the longest {duration(seconds(row['longest_us']))}",
            expected=f"at most {limit:g} s",
            seconds=waited,
            advice="'opskit redshift locks --watch' shows who holds the lock while it lasts",
        )
