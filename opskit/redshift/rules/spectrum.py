"""Rules on external tables in S3: partitions, scanned bytes and their price, small files."""

from collections.abc import Iterator

from opskit.findings import Finding, Severity
from opskit.redshift.rules.figures import number, seconds, share, size
from opskit.redshift.rules.registry import RULES, Group, RedshiftRule, finding
from opskit.redshift.source import Row
from opskit.redshift.warehouse import Warehouse

BEST_PRACTICES = (
    "https://docs.aws.amazon.com/redshift/latest/dg/c-spectrum-external-performance.html"
)
CHARGES = "https://repost.aws/knowledge-center/redshift-spectrum-query-charges"

_GB = 1024**3
_MB = 1024**2
#: MB in a TB, as the price is quoted; with decimal units the cost would be a tenth more.
_MB_A_TB = 1024**2


def _scans(warehouse: Warehouse) -> Iterator[Row]:
    return (scan for scan in warehouse.rows("external-scans") if scan["table"])


def _read(scan: Row) -> float:
    """GB read in S3."""
    return number(scan["scanned_bytes"]) / _GB


@RULES.rule(
    RedshiftRule(
        "RSH100",
        Severity.WARNING,
        title="partitions that queries do not leave out",
        why="Every partition that a filter does not exclude is listed and read.",
        fix="filter on the partition columns, or partition by what queries filter on",
        reference=BEST_PRACTICES,
        group=Group.SPECTRUM,
        reads=("external-scans",),
        thresholds=("pruned", "table-floor"),
    )
)
def not_pruned(warehouse: Warehouse) -> Iterator[Finding]:
    """A table with few partitions cannot leave that share out, and is passed over.

    Reading one of 20 leaves out 95 %: with fewer the threshold is out of reach.
    """
    limit = warehouse.limit("pruned")
    for scan in _scans(warehouse):
        total, read = number(scan["total_partitions"]), number(scan["qualified_partitions"])
        scans = max(number(scan["scans"]), 1.0)
        within_reach = share(total - scans, total) >= limit
        pruned = share(total - read, total)
        if not within_reach or pruned >= limit or _read(scan) < warehouse.limit("table-floor"):
            continue
        yield finding(
            f"queries on {scan['table']} leave out {pruned:.0f} % of its partitions",
            object=scan["table"],
            observed=f"{read:,.0f} of {total:,.0f} partitions read in {scans:,.0f} scans",
            expected=f"{limit:g} % left out",
            seconds=seconds(scan["elapsed_us"]),
            gigabytes=_read(scan),
            advice="filter on the partition columns themselves, not on expressions of them; "
            "else partition by the columns that the queries filter on",
        )


@RULES.rule(
    RedshiftRule(
        "RSH101",
        Severity.WARNING,
        title="the price of scanned data",
        why="Spectrum bills each query by the bytes that it reads in S3, 10 MB at least.",
        fix="store it as Parquet or ORC, partitioned, or load what is asked often",
        reference=CHARGES,
        group=Group.SPECTRUM,
        reads=("external-scans",),
        thresholds=("spectrum-price", "spectrum-cost"),
    )
)
def price(warehouse: Warehouse) -> Iterator[Finding]:
    """On clusters only: serverless workgroups pay for their time, and nothing for scans.

    Each query is rounded up to the next MB, 10 at least; what was aborted is not billed.
    """
    per_tb, limit = warehouse.limit("spectrum-price"), warehouse.limit("spectrum-cost")
    for scan in _scans(warehouse):
        cost = number(scan["billed_mb"]) / _MB_A_TB * per_tb
        if cost <= limit:
            continue
        yield finding(
            f"scans of {scan['table']} cost about {cost:,.2f} USD in {warehouse.hours:.0f} h",
            object=scan["table"],
            observed=f"{size(_read(scan))} read by {number(scan['queries']):,.0f} queries, "
            f"{scan['file_format'] or 'unknown format'}",
            expected=f"at most {limit:g} USD, at {per_tb:g} USD a TB",
            seconds=seconds(scan["elapsed_us"]),
            gigabytes=_read(scan),
            advice="columnar and compressed files are read in part; partitions are left out; "
            "RG nodes read S3 themselves, and are not billed by the TB",
            usd=round(cost, 2),
        )


@RULES.rule(
    RedshiftRule(
        "RSH102",
        Severity.WARNING,
        title="many small files in S3",
        why="Each file costs a request and a start; AWS advises files of 64 MB or more.",
        fix="write fewer, larger files, or compact them",
        reference=BEST_PRACTICES,
        group=Group.SPECTRUM,
        reads=("external-scans",),
        thresholds=("spectrum-file", "spectrum-files"),
    )
)
def small_files(warehouse: Warehouse) -> Iterator[Finding]:
    """By the size of the files, not by what was read: of Parquet only some columns are."""
    limit, least = warehouse.limit("spectrum-file"), warehouse.limit("spectrum-files")
    for scan in _scans(warehouse):
        files, bytes_ = number(scan["files"]), scan["file_bytes"]
        if bytes_ is None or files < least or number(bytes_) <= 0:
            continue
        average = number(bytes_) / files / _MB
        if average >= limit:
            continue
        yield finding(
            f"the files of {scan['table']} have {average:.1f} MB on average",
            object=scan["table"],
            observed=f"{files:,.0f} files read in {number(scan['scans']):,.0f} scans",
            expected=f"{limit:g} MB or more",
            seconds=seconds(scan["elapsed_us"]),
            advice="rewrite them with UNLOAD ... PARQUET MAXFILESIZE 256 MB, or compact them "
            "where they are made",
        )
