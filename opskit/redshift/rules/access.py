"""Rules on who may do and see what, those on the check's own sight first."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from opskit.findings import Finding, Severity
from opskit.redshift.catalog import views
from opskit.redshift.rules.figures import duration, listed, number, share
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

VISIBILITY = "https://docs.aws.amazon.com/redshift/latest/dg/cm_chap_system-tables.html"
SUPERUSERS = "https://docs.aws.amazon.com/redshift/latest/dg/r_superusers.html"
SESSIONS = "https://docs.aws.amazon.com/redshift/latest/dg/r_STV_SESSIONS.html"
PRIVILEGES = "https://docs.aws.amazon.com/redshift/latest/dg/r_SVV_SCHEMA_PRIVILEGES.html"
DATASHARE = "https://docs.aws.amazon.com/redshift/latest/dg/r_ALTER_DATASHARE.html"

#: The rule that runs whatever was selected: who sees a part must not be told that all is well.
SEES_ALL = "RSH002"
LOGS_REACH = "RSH003"
#: A first query that comes so much later than the window is no gap in the logs.
SLACK = timedelta(hours=1)
#: Seconds: the timeout that RSH092 proposes.
TIMEOUT = 3600


@RULES.rule(
    RedshiftRule(
        SEES_ALL,
        Severity.UNKNOWN,
        title="a user that sees only a part",
        why="A regular user sees only its own queries, loads and sessions, and of some views of "
        "metadata only what it has rights on. There is no error: a check that finds nothing has "
        "seen next to nothing.",
        fix="GRANT ROLE sys:monitor, or at least ALTER USER ... SYSLOG ACCESS UNRESTRICTED",
        reference=VISIBILITY,
        group=Group.ACCESS,
        reads=("whoami",),
    )
)
def own_rows_only(warehouse: Warehouse) -> Iterator[Finding]:
    """Of the views that were read: those that show a regular user only a part.

    SYSLOG ACCESS UNRESTRICTED opens the logs, and not the metadata (SVV views that AWS documents
    as showing what one has access to).
    """
    users = [user for user in warehouse.rows("whoami") if user["user_name"]]
    if not users:
        yield finding(
            "could not tell who asks, and so not what that user sees",
            object="query whoami",
            observed="no row for the asking user",
            advice="check as a user of the database, and not through a role without one",
        )
    for user in users:
        access = (user["syslog_access"] or "").upper()
        if user["superuser"] or user["monitor"]:
            continue
        logs, metadata = _partial(warehouse)
        hidden = metadata if access == "UNRESTRICTED" else [*logs, *metadata]
        if hidden:
            yield _sees_a_part(user["user_name"], access, hidden)


def _partial(warehouse: Warehouse) -> tuple[list[str], list[str]]:
    """The logs and the views of metadata that were read and show a regular user only a part."""
    asked = {view for a in warehouse.answers.values() for view in a.query.header.views}
    asked -= set(warehouse.answers["whoami"].query.header.views)
    own = sorted(view for view in asked if view in views() and views()[view].visible_to == "own")
    metadata = [view for view in own if view.startswith("svv_") and view != "svv_transactions"]
    return [view for view in own if view not in metadata], metadata


def _sees_a_part(user: str, access: str, hidden: Sequence[str]) -> Finding:
    who = name(user)
    logs = f"ALTER USER {who} SYSLOG ACCESS UNRESTRICTED;"
    return finding(
        f"user {who} sees only its own part of {len(hidden)} of the views that were read",
        object=who,
        observed=f"{listed(hidden, 4)}; syslog access {access.lower() or 'unknown'}, no superuser, "
        "no sys:monitor",
        expected="a superuser, or role sys:monitor",
        sql=[f"GRANT ROLE sys:monitor TO {who};", *([] if access == "UNRESTRICTED" else [logs])],
        reversible=True,
        undo=f"REVOKE ROLE sys:monitor FROM {who}; ALTER USER {who} SYSLOG ACCESS RESTRICTED;",
        advice="a superuser has to run it; the texts of the queries of others can be read then",
        views=list(hidden),
    )


@RULES.rule(
    RedshiftRule(
        LOGS_REACH,
        Severity.UNKNOWN,
        title="the logs do not reach back over the window",
        why="Redshift keeps its logs for seven days, less where disk is short: what happened "
        "before is in no figure, and sums are those of a shorter time.",
        fix="take a shorter --window, or keep the logs with 'opskit redshift capture'",
        reference=VISIBILITY,
        group=Group.ACCESS,
        reads=("log-range",),
    )
)
def short_logs(warehouse: Warehouse) -> Iterator[Finding]:
    """A log that begins inside the window, with nothing before it.

    With an older query in the log nothing ran in between, and the window is covered.
    """
    for log in warehouse.rows("log-range"):
        oldest = log["oldest"]
        if oldest is None or log["older"] or oldest - warehouse.since <= SLACK:
            continue
        covered = duration((warehouse.now - oldest).total_seconds())
        yield finding(
            f"the logs begin at {oldest:%Y-%m-%d %H:%M}: they cover {covered} of "
            f"{warehouse.hours:.0f} h",
            object=log["log"],
            observed=f"{oldest:%Y-%m-%d %H:%M} to {log['newest']:%Y-%m-%d %H:%M}, "
            f"{log['entries']:,} queries",
            expected=f"from {warehouse.since:%Y-%m-%d %H:%M} on",
            advice="the figures are those of the shorter time, unless nothing ran before; "
            "'opskit redshift capture' keeps what the logs forget",
        )


@RULES.rule(
    RedshiftRule(
        "RSH090",
        Severity.INFO,
        title="a schema in which everybody may create tables",
        why="Any user can put tables, views and functions there, which others may then use "
        "without knowing.",
        fix="REVOKE CREATE ON SCHEMA ... FROM PUBLIC",
        reference=PRIVILEGES,
        group=Group.ACCESS,
        reads=("public-schemas",),
    )
)
def open_schemas(warehouse: Warehouse) -> Iterator[Finding]:
    """Explicit grants to PUBLIC in the current database; the schema public has one from birth."""
    for row in warehouse.rows("public-schemas"):
        if not row["schema"]:
            continue
        schema = name(row["schema"])
        yield finding(
            f"everybody may create tables in schema {schema}",
            object=schema,
            observed="CREATE granted to PUBLIC",
            expected="CREATE for those who need it",
            sql=f"REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC;",
            reversible=True,
            undo=f"GRANT CREATE ON SCHEMA {schema} TO PUBLIC;",
            advice="grant CREATE to those who create tables there first",
        )


@RULES.rule(
    RedshiftRule(
        "RSH091",
        Severity.INFO,
        title="everyday queries of a superuser",
        why="A superuser passes every check of permissions, and a mistake has no bounds; AWS "
        "advises to do most work without.",
        fix="do the work with a user that has the roles it needs",
        reference=SUPERUSERS,
        group=Group.ACCESS,
        reads=("superusers",),
        thresholds=("superuser-share", "superuser-floor"),
    )
)
def busy_superusers(warehouse: Warehouse) -> Iterator[Finding]:
    """No statement: to take the right away before the work has moved would stop it."""
    limit, floor = warehouse.limit("superuser-share"), warehouse.limit("superuser-floor")
    for user in warehouse.rows("superusers"):
        queries = number(user["queries"])
        percent = share(queries, user["all_queries"])
        if not user["user_name"] or queries < floor or percent <= limit:
            continue
        who = name(user["user_name"])
        yield finding(
            f"superuser {who} ran {percent:.0f} % of all queries",
            object=who,
            observed=f"{queries:,.0f} of {number(user['all_queries']):,.0f} queries",
            expected=f"at most {limit:g} %",
            advice="let the work run as a user with roles; then, unless it is the admin user, "
            f"ALTER USER {who} NOCREATEUSER (taken back by CREATEUSER)",
        )


@RULES.rule(
    RedshiftRule(
        "RSH092",
        Severity.WARNING,
        title="many open sessions of one user",
        why="Sessions that nobody closes use up the connections, and hold locks and snapshots "
        "where a transaction is open.",
        fix="close connections in the client, or give the user a session timeout",
        reference=SESSIONS,
        group=Group.ACCESS,
        reads=("sessions-by-user",),
        thresholds=("sessions",),
    )
)
def session_leaks(warehouse: Warehouse) -> Iterator[Finding]:
    """Counted by session: process IDs are used again. IAM users are shown with a prefix."""
    limit = warehouse.limit("sessions")
    for user in warehouse.rows("sessions-by-user"):
        sessions = number(user["sessions"])
        if not user["user_name"] or sessions <= limit:
            continue
        who, before = name(user["user_name"]), int(number(user["timeout_sec"]))
        by_iam = ":" in user["user_name"]
        back = f"SESSION TIMEOUT {before}" if before else "RESET SESSION TIMEOUT"
        helps = not by_iam and not 0 < before <= TIMEOUT
        yield finding(
            f"user {who} has {sessions:.0f} open sessions",
            object=who,
            observed=f"{sessions:.0f} sessions, the oldest since {user['oldest']:%Y-%m-%d %H:%M}"
            if user["oldest"]
            else f"{sessions:.0f} sessions",
            expected=f"at most {limit:g}",
            sql=f"ALTER USER {who} SESSION TIMEOUT {TIMEOUT};" if helps else [],
            reversible=True if helps else None,
            undo=f"ALTER USER {who} {back};" if helps else "",
            advice="it holds for new sessions; close those that are open in the client"
            if helps
            else "close connections in the client",
        )


@RULES.rule(
    RedshiftRule(
        "RSH093",
        Severity.WARNING,
        title="a datashare for publicly accessible clusters",
        why="A consumer may read it on a cluster that can be reached from the internet.",
        fix="ALTER DATASHARE ... SET PUBLICACCESSIBLE FALSE",
        reference=DATASHARE,
        group=Group.ACCESS,
        reads=("datashares",),
    )
)
def public_datashares(warehouse: Warehouse) -> Iterator[Finding]:
    """Outbound ones; those that AWS Data Exchange sells are to be public, AWS says."""
    for share_ in warehouse.rows("datashares"):
        if not share_["name"] or not share_["public"] or share_["managed_by"]:
            continue
        who = name(share_["name"])
        yield finding(
            f"datashare {who} may be used on publicly accessible clusters",
            object=who,
            observed="PUBLICACCESSIBLE is true",
            expected="PUBLICACCESSIBLE false",
            sql=f"ALTER DATASHARE {who} SET PUBLICACCESSIBLE FALSE;",
            reversible=True,
            undo=f"ALTER DATASHARE {who} SET PUBLICACCESSIBLE TRUE;",
            advice=f"in database {share_['database'] or 'that it shares from'}; consumers on such "
            "clusters lose it",
        )
