"""What ends a session of the scenario, or its statement, and what that does to its locks."""

from datetime import datetime

from opskit.redshift.emulator.database import Account, Database
from opskit.redshift.emulator.refusals import SqlError
from opskit.redshift.locks.modes import conflict

_ERROR = "Query cancelled on user's request"


def owner_of(database: Database, pid: int) -> str | None:
    """Whose session of the scenario that is; None where there is no such session."""
    found = database.execute("SELECT username FROM made.open_sessions WHERE pid = ?", [pid])
    return found[0][0] if found else None


def allowed(account: Account, owner: str) -> None:
    if not account.superuser and account.name != owner:
        raise SqlError("42501", "must be superuser to signal other server processes")


def cancel(database: Database, pid: int) -> None:
    """End what a session runs. An idle one has nothing to cancel, and keeps its locks."""
    with database.lock:
        running = database.execute("SELECT 1 FROM made.runs WHERE pid = ? AND going", [pid])
        if not running:
            return
        _stop(database, pid)
        # An error ends the transaction, and with it its locks.
        database.execute("DELETE FROM made.locks WHERE pid = ?", [pid])
        database.execute(
            "UPDATE made.sessions SET xid = NULL, txn_start = NULL WHERE pid = ?", [pid]
        )
        let_pass(database)


def terminate(database: Database, pid: int) -> None:
    """End a session: its statement, its transaction, its locks."""
    with database.lock:
        _stop(database, pid)
        database.execute("DELETE FROM made.locks WHERE pid = ?", [pid])
        database.execute("DELETE FROM made.sessions WHERE pid = ?", [pid])
        let_pass(database)


def _stop(database: Database, pid: int) -> None:
    now = database.now()
    database.execute(
        "UPDATE made.runs SET going = FALSE, waiting = FALSE, status = 'canceled', error = ?, "
        "end_time = greatest(start_time, ?), "
        "elapsed_us = greatest(epoch_us(?) - epoch_us(start_time), 0) "
        "WHERE pid = ? AND going",
        [_ERROR, now, now, pid],
    )


def let_pass(database: Database) -> None:
    """Grant what nobody keeps waiting any more, in the order in which it was asked for."""
    rows = database.execute(
        "SELECT l.pid, l.relation, l.mode, l.granted, "
        "(SELECT MAX(start_time) FROM made.runs AS r WHERE r.pid = l.pid AND r.going) "
        "FROM made.locks AS l"
    )
    held = [(pid, relation, mode) for pid, relation, mode, granted, _ in rows if granted]
    waiting = [row for row in rows if not row[3]]
    for pid, relation, mode, _, _ in sorted(waiting, key=lambda r: (r[4] or datetime.max, r[0])):
        blocked = any(
            other != pid and on == relation and conflict(has, mode) for other, on, has in held
        )
        # Who still waits is ahead of those that come after, as a holder is.
        held.append((pid, relation, mode))
        if not blocked:
            database.execute(
                "UPDATE made.locks SET granted = TRUE WHERE pid = ? AND relation = ? AND mode = ?",
                [pid, relation, mode],
            )
