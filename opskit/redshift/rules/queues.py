"""Rules on queues: the wait of queries, the slots of WLM, concurrency scaling, ended queries."""

import re
from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import duration, excerpt, number, seconds, share
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.wording import at, many, some
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse

DG = "https://docs.aws.amazon.com/redshift/latest/dg/"
ETL_GUIDE = (
    "https://aws.amazon.com/blogs/big-data/"
    "top-8-best-practices-for-high-performance-etl-processing-using-amazon-redshift/"
)
_CONFIG = "change wlm_json_configuration of the cluster's parameter group"
_LOADS = re.compile(r"(?<![a-z])(etl|elt|load|ingest|copy)")
#: Fewer COPYs say nothing of what a queue is for.
_COPIES = 10


@RULES.rule(
    RedshiftRule(
        "RSH055",
        Severity.WARNING,
        title="queries that wait in a queue",
        why="They are ready to run, and have neither slot nor memory.",
        fix="spread the load over the day, let the queue scale, or give the cluster more nodes",
        reference=DG + "r_STL_WLM_QUERY.html",
        group=Group.QUEUES,
        reads=("queue-wait",),
        thresholds=("queue-share", "queue-floor"),
    )
)
def queue_wait(warehouse: Warehouse) -> Iterator[Finding]:
    """Microseconds of all hours are summed before they are compared."""
    limit, floor = warehouse.limit("queue-share"), warehouse.limit("queue-floor")
    queues: dict[str, list[Row]] = {}
    for row in warehouse.rows("queue-wait"):
        queues.setdefault(row["queue"] or "", []).append(row)
    for queue, rows in queues.items():
        wait = sum(seconds(row["queue_us"]) for row in rows)
        percent = share(wait, sum(seconds(row["elapsed_us"]) for row in rows))
        if percent <= limit or wait < floor:
            continue
        worst = max(rows, key=lambda row: number(row["queue_us"]))
        longest = max(seconds(row["longest_queue_us"]) for row in rows)
        yield finding(
            f"queries spent {percent:.0f} % of their time waiting in queue {queue}",
            object=queue,
            observed=f"{duration(wait)} of wait, the longest {duration(longest)}; most from "
            f"{at(worst['hour'])} on, {duration(seconds(worst['queue_us']))} of "
            f"{some(worst['queries'], 'query')}",
            expected=f"at most {limit:g} %",
            seconds=wait,
            advice=_less_wait(warehouse),
        )


def _less_wait(warehouse: Warehouse) -> str:
    if warehouse.engine == "serverless":
        return "raise the workgroup's base or maximum capacity, or spread the load over the day"
    return (
        "set the queue's concurrency_scaling to auto and turn on short query acceleration, use "
        "automatic WLM, or spread the load over the day"
    )


def manual(warehouse: Warehouse) -> list[Row]:
    """The queues of users with slots of their own; automatic WLM has none that are set."""
    rows = warehouse.rows("wlm-config")
    return [row for row in rows if row["mode"] == "manual" and row["slots"] is not None]


@RULES.rule(
    RedshiftRule(
        "RSH056",
        Severity.WARNING,
        title="too many query slots",
        why="The memory of a queue is divided by its slots: with many, each query has little, and "
        "spills to disk.",
        fix="lower query_concurrency of the queues, or use automatic WLM",
        reference=ETL_GUIDE,
        group=Group.QUEUES,
        reads=("wlm-config",),
        thresholds=("slots", "slots-hard"),
    )
)
def too_many_slots(warehouse: Warehouse) -> Iterator[Finding]:
    """Slots of the manual queues; those of the superuser and of short queries do not count."""
    limit, hard = warehouse.limit("slots"), warehouse.limit("slots-hard")
    queues = manual(warehouse)
    slots = sum(number(row["slots"]) for row in queues)
    if slots <= limit:
        return
    most = f"; {hard:g} are the most that Redshift allows" if slots >= hard else ""
    yield finding(
        f"the WLM queues have {slots:.0f} slots{most}",
        object="WLM",
        observed=", ".join(f"{row['queue']} {row['slots']}" for row in queues),
        expected=f"{limit:g} or fewer in all",
        advice=f"{_CONFIG}: lower query_concurrency of the queues, or set auto_wlm to true",
    )


def loads(queue: Row) -> bool:
    """Whether a queue is there to load: by its name, its conditions, or half of its queries."""
    words = f"{queue['queue']} {queue['conditions']}".lower()
    copies = number(queue["copies"])
    mostly = copies >= _COPIES and 2 * copies >= number(queue["queries"])
    return mostly or bool(_LOADS.search(words))


@RULES.rule(
    RedshiftRule(
        "RSH057",
        Severity.WARNING,
        title="a queue that loads with many slots",
        why="What loads commits, and commits are made one at a time: more slots only move the wait "
        "from this queue to the commit queue.",
        fix="give the queue 5 slots or fewer",
        reference=ETL_GUIDE,
        group=Group.QUEUES,
        reads=("wlm-config",),
        thresholds=("etl-slots",),
    )
)
def etl_slots(warehouse: Warehouse) -> Iterator[Finding]:
    limit = warehouse.limit("etl-slots")
    for queue in manual(warehouse):
        if number(queue["slots"]) <= limit or not loads(queue):
            continue
        yield finding(
            f"queue {queue['queue']} loads, with {queue['slots']} slots",
            object=str(queue["queue"]),
            observed=f"{queue['slots']} slots, {some(queue['copies'], 'COPY')} of "
            f"{some(queue['queries'], 'query')}",
            expected=f"{limit:g} or fewer",
            advice=f"{_CONFIG}: query_concurrency of this queue to {limit:g}; a load that needs "
            "more memory takes it with SET wlm_query_slot_count",
        )


@RULES.rule(
    RedshiftRule(
        "RSH058",
        Severity.WARNING,
        title="much concurrency scaling",
        why="A cluster earns an hour of it a day; what is beyond is charged by the second.",
        fix="see which queue scales and why; set a usage limit",
        reference=DG + "concurrency-scaling.html",
        group=Group.QUEUES,
        reads=("concurrency-scaling",),
        thresholds=("scaling",),
    )
)
def concurrency_scaling(warehouse: Warehouse) -> Iterator[Finding]:
    limit = warehouse.limit("scaling")
    every = warehouse.rows("concurrency-scaling")
    rows = [row for row in every if number(row["seconds"]) > limit]
    if not rows:
        return
    worst = max(rows, key=lambda row: number(row["seconds"]))
    total = sum(number(row["seconds"]) for row in every)
    yield finding(
        f"concurrency scaling ran {duration(number(worst['seconds']))} in an hour",
        object="concurrency scaling",
        observed=f"{duration(number(worst['seconds']))} from {at(worst['hour'])} on; "
        f"{len(rows)} hours above {limit:g} s; {duration(total)} in all",
        expected=f"at most {limit:g} s an hour",
        seconds=total,
        advice="see which queue scales: concurrency_scaling is auto there; a usage limit on it "
        "(aws redshift create-usage-limit) stops the cost",
    )


@RULES.rule(
    RedshiftRule(
        "RSH059",
        Severity.WARNING,
        title="queries that a monitoring rule ended",
        why="What they had done is lost, and most are run again.",
        fix="mend the query, or raise the limit of the rule",
        reference=DG + "cm-c-wlm-query-monitoring-rules.html",
        group=Group.QUEUES,
        reads=("wlm-rule-actions",),
    )
)
def ended_by_rules(warehouse: Warehouse) -> Iterator[Finding]:
    """Aborted only: a rule that logs or hops does no harm by itself."""
    for row in warehouse.rows("wlm-rule-actions"):
        if row["action"] != "abort" or not row["queries"]:
            continue
        plural = "query" if row["queries"] == 1 else "queries"
        rule = "a timeout" if row["rule"] == "timeout" else f"rule {row['rule']}"
        yield finding(
            f"{rule} ended {many(row['queries'])} {plural} in queue {row['queue']}",
            object=str(row["rule"]),
            observed=f"last query {row['last_query_id']}: {excerpt(row['text'])}",
            expected="none",
            seconds=None if row["exec_us"] is None else seconds(row["exec_us"]),
            advice="mend the query first; raise the limit of the rule where the query is right",
        )


@RULES.rule(
    RedshiftRule(
        "RSH060",
        Severity.INFO,
        title="a queue without queries",
        why="A manual queue keeps its memory for itself while the others spill to disk.",
        fix="remove the queue, or lower its memory",
        reference=DG + "cm-c-defining-query-queues.html",
        group=Group.QUEUES,
        reads=("wlm-config",),
    )
)
def idle_queue(warehouse: Warehouse) -> Iterator[Finding]:
    """Quiet where no queue has queries: then the log is empty, or not to be seen."""
    queues = manual(warehouse)
    if not any(number(queue["queries"]) for queue in queues):
        return
    for queue in queues:
        if number(queue["queries"]) or str(queue["queue"] or "").lower().startswith("default"):
            continue
        memory = number(queue["slots"]) * number(queue["memory"])
        yield finding(
            f"no query ran in queue {queue['queue']} in {warehouse.hours:.0f} hours",
            object=str(queue["queue"]),
            observed=f"{queue['slots']} slots, {memory:,.0f} MB of memory a node",
            expected="queries, or less memory",
            advice=f"{_CONFIG}: lower memory_percent_to_use of this queue, or remove it",
        )
