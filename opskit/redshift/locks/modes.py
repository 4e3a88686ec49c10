"""The modes of table locks, and which of them exclude each other.

The table of conflicts is PostgreSQL's (docs, "Explicit Locking"); a test compares it, pair by
pair, with what PostgreSQL 15 does. Redshift shows the same eight names in SVV_TRANSACTIONS and
uses three of them on tables (AWS, "How do I find and release locks in Amazon Redshift?"):

- AccessExclusiveLock: ALTER TABLE, DROP, TRUNCATE, LOCK. It excludes all others.
- AccessShareLock: SELECT, UNLOAD, and UPDATE and DELETE for what they read. Only
  AccessExclusiveLock excludes it.
- ShareRowExclusiveLock: COPY, INSERT, UPDATE, DELETE. It excludes itself and
  AccessExclusiveLock, and lets reads pass.

An ExclusiveLock on a transactionid is what every open transaction holds on itself.
"""

MODES = (
    "AccessShareLock",
    "RowShareLock",
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)

# Mostly all modes from some place in the list on; ShareLock alone does not exclude itself.
_CONFLICTS: dict[str, frozenset[str]] = {
    "AccessShareLock": frozenset(MODES[7:]),
    "RowShareLock": frozenset(MODES[6:]),
    "RowExclusiveLock": frozenset(MODES[4:]),
    "ShareUpdateExclusiveLock": frozenset(MODES[3:]),
    "ShareLock": frozenset({MODES[2], MODES[3], *MODES[5:]}),
    "ShareRowExclusiveLock": frozenset(MODES[2:]),
    "ExclusiveLock": frozenset(MODES[1:]),
    "AccessExclusiveLock": frozenset(MODES),
}


def conflict(held: str | None, wanted: str | None) -> bool:
    """Whether a lock that is held in one mode keeps another session from having the other.

    False for a mode that is not known: who waits then has no blocker, rather than a wrong one.
    """
    return wanted in _CONFLICTS.get(held or "", ())
