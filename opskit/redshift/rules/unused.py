"""The rule on tables that nobody reads."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import gigabytes, size
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.sqltext import name
from opskit.redshift.warehouse import Warehouse

UNSCANNED = (
    "https://github.com/awslabs/amazon-redshift-utils/blob/master/src/AdminScripts/"
    "unscanned_table_summary.sql"
)


@RULES.rule(
    RedshiftRule(
        "RSH016",
        Severity.INFO,
        title="a table that nothing scans",
        why="It takes disk, and time in every snapshot, VACUUM and ANALYZE, for nobody.",
        fix="'opskit redshift unused --plan s3://BUCKET/PREFIX/' writes the SQL that archives it",
        reference=UNSCANNED,
        group=Group.STORAGE,
        reads=("unscanned-tables", "whoami"),
        thresholds=("unused-days", "table-floor"),
    )
)
def unused_table(warehouse: Warehouse) -> Iterator[Finding]:
    """Only where the window is long enough, the log has every day of it, and all users are seen.

    STL keeps a few days: it takes a capture, and `--window 30d` or longer. Of a table that a
    datashare gives to others nothing is known: their scans are in their own logs.
    """
    days, floor = warehouse.limit("unused-days"), warehouse.limit("table-floor")
    if warehouse.hours < days * 24 or not sees_all(warehouse):
        return
    for table in warehouse.rows("unscanned-tables"):
        large = gigabytes(table["size_mb"])
        young = table["created"] is not None and table["created"] > warehouse.since
        if (table["log_days"] or 0) < days or large < floor or young or table["shared"]:
            continue
        label = name(table["schema"] or "", table["table"] or "")
        written = table["last_insert"]
        yield finding(
            f"no query scanned {label} in {table['log_days']:g} days: {size(large)}",
            object=label,
            observed="no scan" + (f", last written {written:%Y-%m-%d}" if written else ""),
            expected=f"a scan within {days:g} days",
            gigabytes=large,
            advice="a report of the quarter scans it less often; 'opskit redshift unused --plan "
            "s3://BUCKET/PREFIX/' writes the SQL that keeps it as Parquet and drops it",
        )


def sees_all(warehouse: Warehouse) -> bool:
    """Whether the logs show what other users did."""
    return any(
        user["superuser"]
        or user["monitor"]
        or (user["syslog_access"] or "").upper() == "UNRESTRICTED"
        for user in warehouse.rows("whoami")
    )
