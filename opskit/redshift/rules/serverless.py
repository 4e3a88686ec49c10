"""Rules on serverless workgroups: what was charged, and what of it was computed."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import listed, number, share
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.warehouse import Warehouse

USAGE = "https://docs.aws.amazon.com/redshift/latest/dg/SYS_SERVERLESS_USAGE.html"
BILLING = "https://docs.aws.amazon.com/redshift/latest/mgmt/serverless-billing.html"

#: RPU-hours; what is charged below this is not worth a finding on how it was used.
LEAST = 1.0


def _charged(warehouse: Warehouse) -> float:
    """RPU-hours charged in the window, known after transactions have ended."""
    return (
        sum(number(hour["charged_seconds"]) for hour in warehouse.rows("serverless-usage")) / 3600
    )


@RULES.rule(
    RedshiftRule(
        "RSH106",
        Severity.INFO,
        title="RPU-hours charged",
        why="A serverless workgroup costs what it is charged in RPU-hours.",
        fix="set a usage limit (maximum RPU-hours), or a lower base or maximum capacity",
        reference=USAGE,
        group=Group.SERVERLESS,
        reads=("serverless-usage",),
        thresholds=("rpu-hours",),
    )
)
def charged(warehouse: Warehouse) -> Iterator[Finding]:
    limit, total = warehouse.limit("rpu-hours"), _charged(warehouse)
    if total <= limit:
        return
    hours = sorted(
        (h for h in warehouse.rows("serverless-usage") if h["hour"]),
        key=lambda h: (-number(h["charged_seconds"]), h["hour"]),
    )
    dearest = (
        f"{h['hour']:%m-%d %H}h {number(h['charged_seconds']) / 3600:.1f}" for h in hours[:3]
    )
    yield finding(
        f"{total:,.0f} RPU-hours were charged in {warehouse.hours:.0f} h",
        object="workgroup",
        observed=f"{total:,.1f} RPU-hours; dearest: {listed(dearest)}",
        expected=f"at most {limit:g} RPU-hours",
        advice="set a usage limit (maximum RPU-hours a day) for the workgroup, and see in RSH107 "
        "how much of it was computed",
        rpu_hours=round(total, 3),
    )


@RULES.rule(
    RedshiftRule(
        "RSH107",
        Severity.WARNING,
        title="charged far beyond what was computed",
        why="Each burst of work is charged with 60 seconds at least, and an open transaction for "
        "as long as it is open: health checks and small queries now and then cost minutes.",
        fix="bundle small queries, slow down the health checks of pools, end transactions",
        reference=BILLING,
        group=Group.SERVERLESS,
        reads=("serverless-usage",),
        thresholds=("idle-charge",),
    )
)
def idle(warehouse: Warehouse) -> Iterator[Finding]:
    """Over the whole window: minute by minute the two figures do not belong together."""
    limit, total = warehouse.limit("idle-charge"), _charged(warehouse)
    hours = warehouse.rows("serverless-usage")
    computed_us = sum(number(hour["compute_us"]) for hour in hours)
    charged_us = 1e6 * sum(number(hour["charged_seconds"]) for hour in hours)
    computed, beyond = computed_us / 1e6 / 3600, share(charged_us - computed_us, charged_us)
    if total < LEAST or beyond <= limit:
        return
    busy = sum(number(hour["busy_minutes"]) for hour in hours)
    yield finding(
        f"{beyond:.0f} % of the RPU-hours charged were not computed",
        object="workgroup",
        observed=f"{total:,.1f} RPU-hours charged, {computed:,.1f} computed, "
        f"in {busy:,.0f} minutes",
        expected=f"at most {limit:g} % beyond",
        advice="bundle small queries, make pools check their connections less often, and look "
        "for open transactions ('opskit redshift check locks')",
        rpu_hours=round(total - computed, 3),
    )
