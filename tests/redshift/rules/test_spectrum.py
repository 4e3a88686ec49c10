"""RSH100 to RSH102: rules on external tables."""

from typing import Any

import pytest

from tests.redshift.rules.views import ago, findings

GB = 1024**3
MB = 1024**2


def scans(
    count: int = 1,
    *,
    total: int | None = 365,
    read: int | None = 365,
    files: int = 10,
    scanned: int = 10 * GB,
    size: int = 10 * GB,
    aborted: int = 0,
    parts: int = 1,
    days: float = 0.1,
) -> dict[str, list[dict[str, Any]]]:
    """So many queries that scan one table; each partition summary in so many parts."""
    queries = [
        {
            "query": n,
            "segment": 1,
            "starttime": ago(days=days),
            "elapsed": 2_000_000,
            "aborted": aborted,
            "external_table_name": "S3 Scan lake_orders",
            "file_format": "Parquet",
            "s3_scanned_rows": 1000,
            "s3_scanned_bytes": scanned,
            "files": files,
            "total_split_size": size,
        }
        for n in range(count)
    ]
    pruning = [
        {
            "query": n,
            "segment": 1,
            "assignment": "abc"[part],
            "min_starttime": ago(days=days),
            "total_partitions": total,
            "qualified_partitions": read,
        }
        for n in range(count)
        for part in range(parts)
    ]
    return {"svcs_s3query_summary": queries, "svcs_s3partition_summary": pruning}


def serverless(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    detail = {
        "query_id": 1,
        "segment_id": 0,
        "source_type": "S3",
        "start_time": ago(hours=2),
        "duration": 2_000_000,
        "total_partitions": 365,
        "qualified_partitions": 365,
        "scanned_files": 2000,
        "returned_rows": 10,
        "returned_bytes": 10 * GB,
        "file_format": "Text",
        "table_name": "lake.orders",
    }
    return {"sys_external_query_detail": [detail | changes]}


def test_partitions_that_are_not_left_out() -> None:
    [found] = findings("RSH100", scans(2, read=73))
    assert found.message == "queries on S3 Scan lake_orders leave out 80 % of its partitions"
    assert found.observed == "146 of 730 partitions read in 2 scans"
    assert found.data["cost"] == {"seconds": 4.0, "gigabytes": 20.0}
    [found] = findings("RSH100", serverless(), engine="serverless")
    assert found.object == "lake.orders"


def test_a_summary_in_parts_counts_the_partitions_once() -> None:
    [found] = findings("RSH100", scans(read=73, parts=3))
    assert found.observed == "73 of 365 partitions read in 1 scans"


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(scans(total=100, read=5), id="at the threshold"),
        pytest.param(scans(total=19, read=1), id="too few partitions to leave 95 % out"),
        pytest.param(scans(total=None, read=None), id="not partitioned"),
        pytest.param(scans(scanned=MB), id="small"),
        pytest.param(scans(days=2), id="before the window"),
    ],
)
def test_pruning_stays_quiet(rows: dict[str, Any]) -> None:
    assert not findings("RSH100", rows)


def test_20_partitions_can_leave_95_percent_out() -> None:
    assert findings("RSH100", scans(total=20, read=2))


def test_what_is_no_scan_of_s3_is_passed_over() -> None:
    assert not findings("RSH100", serverless(source_type="PG"), engine="serverless")


def test_the_price_of_scanned_data() -> None:
    [found] = findings("RSH101", scans(3, scanned=1024 * GB))
    assert found.message == "scans of S3 Scan lake_orders cost about 15.00 USD in 24 h"
    assert found.data["usd"] == 15.0
    assert found.data["cost"]["gigabytes"] == 3072.0
    assert not findings("RSH101", scans(2, scanned=1024 * GB)), "at the threshold"
    assert not findings("RSH101", scans(3, scanned=1024 * GB, aborted=1)), "not billed"


def test_each_query_is_billed_10_mb_at_least_and_whole_mb() -> None:
    [found] = findings("RSH101", scans(100, scanned=1), spectrum_cost=0, spectrum_price=MB)
    assert found.data["usd"] == 1000.0
    [found] = findings("RSH101", scans(scanned=11 * MB + 1), spectrum_cost=0, spectrum_price=MB)
    assert found.data["usd"] == 12.0


def test_serverless_pays_for_its_time_only() -> None:
    rows = serverless(returned_bytes=900 * 1024 * GB)
    assert not findings("RSH101", rows, engine="serverless")


def test_small_files() -> None:
    [found] = findings("RSH102", scans(files=1000, size=10_000 * MB))
    assert found.message == "the files of S3 Scan lake_orders have 10.0 MB on average"
    assert not findings("RSH102", scans(files=1000, size=64_000 * MB))
    assert not findings("RSH102", scans(files=999, size=999 * MB))


def test_files_are_measured_by_their_size_not_by_what_was_read() -> None:
    assert not findings("RSH102", scans(files=1000, size=128_000 * MB, scanned=MB))


def test_on_serverless_the_size_of_columnar_files_is_not_known() -> None:
    [found] = findings("RSH102", serverless(), engine="serverless")
    assert found.message == "the files of lake.orders have 5.1 MB on average"
    for kind in ("Parquet", "ORC"):
        assert not findings("RSH102", serverless(file_format=kind), engine="serverless")
