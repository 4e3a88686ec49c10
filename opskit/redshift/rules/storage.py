"""Rules on disk: how full the cluster and its nodes are, and the quotas of schemas."""

from collections.abc import Iterator, Sequence

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import gigabytes, number, share, size
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.rules.tables import label
from opskit.redshift.source import Row
from opskit.redshift.sqltext import name
from opskit.redshift.thresholds import GUIDE
from opskit.redshift.totals import capacity
from opskit.redshift.warehouse import Warehouse

CAPACITY = "https://docs.aws.amazon.com/redshift/latest/dg/r_STV_NODE_STORAGE_CAPACITY.html"
QUOTA = "https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_SCHEMA.html"
_FREE_IT = (
    "VACUUM DELETE ONLY the tables of RSH021, archive what 'opskit redshift unused' names, "
    "or resize the cluster"
)


def _nodes(warehouse: Warehouse) -> list[Row]:
    """The nodes whose capacity is known; none on serverless, which has no fixed one."""
    return [n for n in warehouse.rows("node-storage") if number(n["capacity_mb"]) > 0]


def _whole(nodes: Sequence[Row]) -> tuple[float, float]:
    """GB in use and GB there are."""
    used = sum(number(node["used_mb"]) for node in nodes)
    return used / 1024, number(capacity(nodes)) / 1024


def _level(warehouse: Warehouse, percent: float) -> Severity | None:
    """How bad it is that so much of a disk is in use; None if it is not."""
    if percent >= warehouse.limit("storage-full"):
        return Severity.ERROR
    return Severity.WARNING if percent > warehouse.limit("storage-used") else None


@RULES.rule(
    RedshiftRule(
        "RSH010",
        Severity.WARNING,
        title="a full cluster",
        why="Queries need free disk for what does not fit into memory; without it they fail with "
        "'disk full', and so do loads and VACUUM.",
        fix=_FREE_IT,
        reference=CAPACITY,
        group=Group.STORAGE,
        reads=("node-storage",),
        thresholds=("storage-used", "storage-full"),
    )
)
def cluster_full(warehouse: Warehouse) -> Iterator[Finding]:
    """Capacity comes from the nodes themselves, never from a list of node types.

    On DC2 it includes what Redshift keeps for itself, so that less is free than it seems; on RA3
    it is managed storage.
    """
    used, there = _whole(nodes := _nodes(warehouse))
    percent = share(used, there)
    if (level := _level(warehouse, percent)) is None:
        return
    limit = warehouse.limit("storage-used")
    found = finding(
        f"{percent:.0f} % of the cluster's disk is in use",
        object="cluster",
        observed=f"{size(used)} of {size(there)} on {len(nodes)} nodes",
        expected=f"at most {limit:g} %",
        gigabytes=used - there * limit / 100,
        advice=_FREE_IT,
    )
    found.severity = level
    yield found


@RULES.rule(
    RedshiftRule(
        "RSH011",
        Severity.WARNING,
        title="too little free disk for the largest table",
        why="A VACUUM, a new sort or distribution key and a deep copy write the table anew before "
        "they free the old one.",
        fix=_FREE_IT,
        reference=GUIDE,
        group=Group.STORAGE,
        reads=("node-storage", "table-info"),
        thresholds=("free-factor",),
    )
)
def little_free(warehouse: Warehouse) -> Iterator[Finding]:
    """The largest table of this database: SVV_TABLE_INFO shows no other one."""
    used, there = _whole(_nodes(warehouse))
    tables = [t for t in warehouse.rows("table-info") if t["schema"] and t["table"]]
    if not there or not tables:
        return
    largest = max(tables, key=lambda t: number(t["size_mb"]))
    needed = warehouse.limit("free-factor") * gigabytes(largest["size_mb"])
    free = there - used
    if free >= needed:
        return
    yield finding(
        f"{size(max(free, 0.0))} are free, and {label(largest)} alone takes "
        f"{size(gigabytes(largest['size_mb']))}",
        object=label(largest),
        observed=f"{size(max(free, 0.0))} free",
        expected=f"{warehouse.limit('free-factor'):g} times the largest table: {size(needed)}",
        gigabytes=needed - free,
        advice=_FREE_IT,
    )


@RULES.rule(
    RedshiftRule(
        "RSH012",
        Severity.WARNING,
        title="one node is fuller than the cluster",
        why="A query fails with 'disk full' as soon as one node is, whatever the others have.",
        fix="mend the tables that are distributed unevenly (RSH023)",
        reference=CAPACITY,
        group=Group.STORAGE,
        reads=("node-storage",),
        thresholds=("storage-used", "storage-full"),
    )
)
def node_full(warehouse: Warehouse) -> Iterator[Finding]:
    """Where the node is worse than the cluster as a whole, which is RSH010's."""
    nodes = _nodes(warehouse)
    percent = share(*_whole(nodes))
    whole = _level(warehouse, percent)
    for node in nodes:
        of_node = share(node["used_mb"], node["capacity_mb"])
        level = _level(warehouse, of_node)
        if level is None or level is whole:
            continue
        found = finding(
            f"node {node['node']} is {of_node:.0f} % full, the cluster {percent:.0f} %",
            object=f"node {node['node']}",
            observed=f"{size(gigabytes(node['used_mb']))} of "
            f"{size(gigabytes(node['capacity_mb']))}",
            expected=f"at most {warehouse.limit('storage-used'):g} %",
            advice="find the table with the most rows on it: the skew of RSH023",
        )
        found.severity = level
        yield found


@RULES.rule(
    RedshiftRule(
        "RSH015",
        Severity.ERROR,
        title="a schema at its quota",
        why="A transaction that brings a schema over its quota is aborted when it commits.",
        fix="free space in the schema, or raise its quota",
        reference=QUOTA,
        group=Group.STORAGE,
        reads=("schema-quota", "schema-quota-violations"),
        thresholds=("storage-full",),
    )
)
def at_quota(warehouse: Warehouse) -> Iterator[Finding]:
    """Quota and use are in MB. Violations name a schema, but not its database.

    A violation counts against the quota of its time: one of a quota that has been raised since is
    passed over, and one of a schema that has no quota now is told, without a statement.
    """
    limit = warehouse.limit("storage-full")
    quotas: dict[str, list[Row]] = {}
    for state in warehouse.rows("schema-quota"):
        if state["schema"]:
            quotas.setdefault(state["schema"], []).append(state)
    aborted = {
        v["schema"]: v
        for v in warehouse.rows("schema-quota-violations")
        if v["schema"] and v["violations"]
    }
    for schema, states in quotas.items():
        violation = aborted.pop(schema, None)
        held = [state for state in states if violation and _holds(state, violation)]
        hit = max(held, key=_percent, default=None)
        for state in states:
            percent, still = _percent(state), violation if state is hit else None
            if percent < limit and still is None:
                continue
            low = percent < limit
            found = _quota(state, still, "no transaction aborted" if low else f"below {limit:g} %")
            found.severity = Severity.ERROR if low or percent >= 100 else Severity.WARNING
            yield found
    for violation in aborted.values():
        if number(violation["quota_mb"]) > 0:
            yield _without_quota(violation)


def _percent(state: Row) -> float:
    return share(state["used_mb"], state["quota_mb"])


def _holds(state: Row, violation: Row) -> bool:
    """Whether the quota is still what transactions were aborted for, or lower."""
    return number(state["quota_mb"]) <= number(violation["quota_mb"])


def _without_quota(violation: Row) -> Finding:
    """Transactions that were aborted for a quota that is not there now."""
    schema = name(violation["schema"])
    found = finding(
        f"{violation['violations']} transactions were aborted for a quota of schema {schema}, "
        "which has none now",
        object=schema,
        observed=f"a quota of {size(gigabytes(violation['quota_mb']))} then, none now",
        expected="no transaction aborted",
        advice="nothing, where the quota was lifted or the schema dropped; without USAGE on a "
        "schema its quota is not seen",
    )
    found.severity = Severity.INFO
    return found


def _quota(state: Row, aborted: Row | None, expected: str) -> Finding:
    """A schema at its quota; what raises it leaves a quarter free."""
    schema, quota = name(state["schema"]), int(number(state["quota_mb"]))
    used = max(number(state["used_mb"]), number(aborted["used_mb"]) if aborted else 0.0)
    times = f", {aborted['violations']} transactions aborted" if aborted else ""
    where = f" of database {name(state['database'])}" if state.get("database") else ""
    return finding(
        f"schema {schema}{where} is at {share(used, quota):.0f} % of its quota{times}",
        object=schema,
        observed=f"{size(used / 1024)} of {size(quota / 1024)}{times}",
        expected=expected,
        gigabytes=max(used - quota, 0.0) / 1024,
        sql=f"ALTER SCHEMA {schema} QUOTA {max(int(used * 4 / 3), quota) + 1} MB;",
        reversible=True,
        undo=f"ALTER SCHEMA {schema} QUOTA {quota} MB;",
        advice="or free space in it",
    )
