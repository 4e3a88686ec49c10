"""RSH040 on: rules on the files that COPY reads."""

from collections.abc import Sequence
from typing import Any

import pytest

from opskit.redshift.catalog import Engine
from tests.redshift.rules.logs import (
    GB,
    MB,
    ORDERS,
    SECOND,
    Row,
    answer,
    ran,
    survives,
    sys_ran,
    together,
)
from tests.redshift.rules.views import ago, findings

GZIP = "copy sales.orders from 's3://lake/in/' iam_role default gzip csv"
CSV = "copy sales.orders from 's3://lake/in/' iam_role default csv"
JSON = "copy sales.orders from 's3://lake/in/' iam_role default format json 'auto'"
PARQUET = "copy sales.orders from 's3://lake/in/' iam_role default format as parquet"
SLICES = {"stv_slices": [{"node": n // 2, "slice": n, "type": "D"} for n in range(4)]}


def get(query: int, key: str, size: float, **more: Any) -> Row:
    """A row of STL_S3CLIENT: one GET; its times count microseconds from 2000 on."""
    return {
        "query": query,
        "userid": 100,
        "slice": 0,
        "recordtime": ago(minutes=59),
        "http_method": "GET",
        "bucket": "lake",
        "key": key,
        "transfer_size": int(size),
        "transfer_time": 1,
        "start_time": 848_000_000 * SECOND,
        "end_time": 848_000_010 * SECOND,
        "is_partial": 0,
        "start_offset": 0,
        **more,
    }


def load(
    text: str, sizes: Sequence[float], *, query: int = 1, seconds: float = 100
) -> dict[str, Any]:
    """A COPY of files of these sizes into sales.orders, on four slices."""
    return together(
        SLICES,
        ORDERS,
        {
            "stl_query": [ran(query, text, seconds=seconds)],
            "stl_insert": [{"query": query, "userid": 100, "tbl": 100, "starttime": ago(hours=1)}],
            "stl_s3client": [get(query, f"in/{n}", size) for n, size in enumerate(sizes)],
        },
    )


def sys_load(text: str, sizes: Sequence[float], **more: Any) -> dict[str, Any]:
    """The same on serverless."""
    run = sys_ran(1, text, seconds=100)
    history = {
        "query_id": 1,
        "user_id": 100,
        "table_name": "orders",
        "start_time": run["start_time"],
        "duration": 100 * SECOND,
        "data_source": "s3://lake/in/",
        "file_count_scanned": len(sizes),
        "file_bytes_scanned": int(sum(sizes)),
        **more,
    }
    details = [
        {"query_id": 1, "file_name": f"s3://lake/in/{n}", "bytes_scanned": int(size)}
        for n, size in enumerate(sizes)
    ]
    return {
        "sys_query_history": [run],
        "sys_load_history": [history],
        "sys_load_detail": [{**detail, "start_time": ago(minutes=59)} for detail in details],
    }


def test_a_hundred_files_of_nine_tenths_of_a_megabyte_are_not_nothing() -> None:
    """Megabytes of each file as integers, as the popular script sums them, are 0."""
    rows = load(GZIP, [0.9 * MB] * 100)
    [found] = findings("RSH040", rows)
    assert found.object == "sales.orders"
    assert found.message == "COPY into sales.orders reads 100 files of 922 KB on average"
    assert "90 MB" in found.observed
    assert found.data["cost"]["seconds"] == 100
    survives("RSH040", rows)


def test_many_small_files_on_serverless() -> None:
    [found] = findings("RSH040", sys_load(GZIP, [0.5 * MB] * 200), engine="serverless")
    assert found.message == "COPY into sales.orders reads 200 files of 512 KB on average"


@pytest.mark.parametrize(
    "sizes", [pytest.param([0.1 * MB] * 99, id="few"), pytest.param([MB] * 100, id="of 1 MB")]
)
def test_small_files_stay_quiet(sizes: list[float]) -> None:
    assert not findings("RSH040", load(GZIP, sizes))


def test_parts_of_a_split_file_are_one_file() -> None:
    parts = [get(1, "in/big", 64 * MB, is_partial=1, start_offset=n * 64 * MB) for n in range(200)]
    rows = {**load(CSV, []), "stl_s3client": parts}
    [row] = answer("copy-performance", rows)
    assert (row["files"], row["split_files"]) == (1, 1)
    assert row["bytes"] == row["largest_bytes"] == 200 * 64 * MB
    assert not findings("RSH042", rows)


def test_neither_listings_nor_manifests_are_files() -> None:
    """The log has them as GETs; what was loaded is in STL_LOAD_COMMITS."""
    rows = load(GZIP, [200 * MB] * 3)
    rows["stl_s3client"].append(get(1, "prefix=in/;marker=", 99))
    [row] = answer("copy-performance", rows)
    assert (row["files"], row["bytes"]) == (3, 600 * MB)
    rows["stl_s3client"].append(get(1, "in/manifest", 400))
    rows["stl_load_commits"] = [
        {"query": 1, "filename": f"s3://lake/in/{n}", "curtime": ago(minutes=59)} for n in range(3)
    ]
    [found] = findings("RSH041", rows)
    assert found.observed == "3 files, 600 MB, in query 1"


def test_too_few_files_leave_slices_without_work() -> None:
    rows = load(GZIP, [GB])
    [found] = findings("RSH041", rows)
    assert found.message == "COPY into sales.orders reads 1 gzip csv file with 4 slices"
    assert found.data["cost"]["seconds"] == 75  # three of four slices had nothing to do
    assert "4 files or a multiple" in found.fix
    survives("RSH041", rows)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        pytest.param(CSV, [GB], id="CSV is split"),
        pytest.param(PARQUET, [GB], id="Parquet is split"),
        pytest.param(CSV + " bzip2", [GB], id="CSV in bzip2 is split"),
        pytest.param(GZIP, [GB / 4] * 4, id="a file a slice"),
        pytest.param(GZIP, [50 * MB], id="small"),
    ],
)
def test_too_few_files_stay_quiet(text: str, sizes: list[float]) -> None:
    assert not findings("RSH041", load(text, sizes))


def test_json_is_not_split() -> None:
    assert findings("RSH041", load(JSON, [GB]))


def test_the_slices_of_serverless_are_not_told() -> None:
    assert not findings("RSH041", sys_load(GZIP, [GB]), engine="serverless")


@pytest.mark.parametrize(("engine", "lost"), [("provisioned", 75.0), ("serverless", None)])
def test_a_file_too_large_for_one_slice(engine: Engine, lost: float | None) -> None:
    rows = (load if engine == "provisioned" else sys_load)(GZIP, [1.5 * GB])
    [found] = findings("RSH042", rows, engine=engine)
    assert found.message == "COPY into sales.orders reads a gzip csv file of 1.5 GB"
    assert found.data["cost"]["seconds"] == lost
    survives("RSH042", rows, engine)


def test_a_large_file_stays_quiet_where_it_is_split_or_at_the_threshold() -> None:
    assert not findings("RSH042", load(GZIP, [1000 * MB]))
    assert not findings("RSH042", load(CSV, [5 * GB]))
    assert not findings("RSH042", load("copy a from 's3://l/p.gz.parquet' parquet", [5 * GB]))


def test_uneven_files_cost_what_the_largest_takes_longer() -> None:
    rows = load(GZIP, [900 * MB] + [20 * MB] * 5)
    [found] = findings("RSH043", rows)
    assert "5.4 times the average" in found.message
    assert found.data["cost"]["seconds"] == pytest.approx(100 * (1 - 250 / 900), abs=0.01)
    survives("RSH043", rows)


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        pytest.param(GZIP, [80 * MB] + [20 * MB] * 99, id="less than a slice reads anyway"),
        pytest.param(GZIP, [200 * MB] * 5, id="even"),
        pytest.param(CSV, [900 * MB] + [20 * MB] * 5, id="split"),
        pytest.param(GZIP, [1100 * MB] + [20 * MB] * 5, id="too large: another rule"),
    ],
)
def test_uneven_files_stay_quiet(text: str, sizes: list[float]) -> None:
    assert not findings("RSH043", load(text, sizes))


def test_what_copy_does_to_analyze_is_no_copy() -> None:
    rows = load("COPY ANALYZE orders", [2 * GB])
    assert not answer("copy-performance", rows)
    assert not answer("copies-by-table", rows)


def test_copies_of_one_table_are_one_finding_with_the_slowest() -> None:
    rows = together(
        load(GZIP, [2 * GB], query=1, seconds=60),
        {
            **load(GZIP, [3 * GB], query=2, seconds=90),
            "stv_slices": [],
            **{view: [] for view in ORDERS},
        },
    )
    [found] = findings("RSH042", rows)
    assert found.observed == "3.0 GB in one file, in 2 COPYs, query 2 slowest"
