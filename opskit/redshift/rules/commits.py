"""Rules on commits: of a whole cluster one is made at a time, and the others queue."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import duration, number, seconds
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.wording import at, many
from opskit.redshift.warehouse import Warehouse

COMMIT_STATS = "https://docs.aws.amazon.com/redshift/latest/dg/r_STL_COMMIT_STATS.html"
_FEWER = (
    "commit once a job: put its steps between BEGIN and COMMIT, and let a queue of its own, of "
    "5 slots or fewer, run what loads"
)


@RULES.rule(
    RedshiftRule(
        "RSH050",
        Severity.WARNING,
        title="waits in the commit queue",
        why="Statements that write take several times as long while they wait for others to "
        "commit.",
        fix=_FEWER,
        reference=COMMIT_STATS,
        group=Group.COMMITS,
        reads=("commit-stats",),
        thresholds=("commit-wait",),
    )
)
def commit_waits(warehouse: Warehouse) -> Iterator[Finding]:
    """The leader's rows only: on other nodes the time of queueing is none. Serverless logs no
    wait.
    """
    limit = warehouse.limit("commit-wait")
    rows = [row for row in warehouse.rows("commit-stats") if row["wait_us"] is not None]
    wait = sum(seconds(row["wait_us"]) for row in rows)
    if wait <= limit:
        return
    worst = max(rows, key=lambda row: number(row["wait_us"]))
    commits = sum(number(row["commits"]) for row in rows)
    longest = max(seconds(row["longest_wait_us"]) for row in rows)
    yield finding(
        f"commits waited {duration(wait)} for other commits",
        object="commit queue",
        observed=f"{commits:,.0f} commits, the longest wait {duration(longest)}; most from "
        f"{at(worst['hour'])} on, {duration(seconds(worst['wait_us']))}",
        expected=f"at most {limit:g} s in {warehouse.hours:.0f} hours",
        seconds=wait,
        advice=_FEWER,
    )


@RULES.rule(
    RedshiftRule(
        "RSH051",
        Severity.WARNING,
        title="a long commit queue",
        why="Every transaction behind waits for all that are ahead of it.",
        fix=_FEWER,
        reference=COMMIT_STATS,
        group=Group.COMMITS,
        reads=("commit-stats",),
        thresholds=("commit-queue",),
    )
)
def long_commit_queue(warehouse: Warehouse) -> Iterator[Finding]:
    """On serverless the length is that of commits which overlap: no queue is logged there."""
    limit = warehouse.limit("commit-queue")
    rows = [r for r in warehouse.rows("commit-stats") if number(r["longest_queue"]) > limit]
    if not rows:
        return
    worst = max(rows, key=lambda row: number(row["longest_queue"]))
    what = "transactions were ahead of one in the commit queue"
    if warehouse.engine == "serverless":
        what = "other commits were under way when one began"
    yield finding(
        f"{many(worst['longest_queue'])} {what}",
        object="commit queue",
        observed=f"{many(worst['longest_queue'])}, from {at(worst['hour'])} on; "
        f"{len(rows)} hours above {limit:g}",
        expected=f"at most {limit:g}",
        advice=_FEWER,
    )


@RULES.rule(
    RedshiftRule(
        "RSH052",
        Severity.WARNING,
        title="slow commits",
        why="While one commit writes its blocks, all others wait.",
        fix="replace updates of many rows by a new table and ALTER TABLE APPEND",
        reference=COMMIT_STATS,
        group=Group.COMMITS,
        reads=("commit-stats",),
        thresholds=("commit-time",),
    )
)
def slow_commits(warehouse: Warehouse) -> Iterator[Finding]:
    """The slowest commit of an hour, without its wait."""
    limit = warehouse.limit("commit-time")
    rows = [r for r in warehouse.rows("commit-stats") if seconds(r["slowest_us"]) > limit]
    if not rows:
        return
    worst = max(rows, key=lambda row: number(row["slowest_us"]))
    statement = "SELECT querytxt FROM stl_query WHERE xid"
    if warehouse.engine == "serverless":
        statement = "SELECT query_text FROM sys_query_history WHERE transaction_id"
    yield finding(
        f"a commit took {duration(seconds(worst['slowest_us']))}",
        object=f"transaction {worst['slowest_xid']}",
        observed=f"transaction {worst['slowest_xid']}, after {at(worst['hour'])}; "
        f"{len(rows)} hours with one above {limit:g} s",
        expected=f"at most {limit:g} s",
        seconds=sum(seconds(row["slowest_us"]) for row in rows),
        advice=f"see what it wrote: {statement} = {worst['slowest_xid']}; replace updates of many "
        "rows by a new table and ALTER TABLE APPEND",
    )
