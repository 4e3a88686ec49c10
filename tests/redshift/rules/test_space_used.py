"""The query space-used, which no rule reads: rows, blocks and the copies of ALL tables."""

from typing import Any

import pytest

from opskit.redshift import duck
from opskit.redshift.queries import Library
from opskit.redshift.source import Row
from tests.redshift.rules.test_tables import table
from tests.redshift.rules.views import NOW


def ask(engine: Any, views: dict[str, list[dict[str, Any]]]) -> list[Row]:
    query = Library().find("space-used", engine)
    return duck.memory(engine, NOW, views).connect().run(query.bound(NOW, NOW)).records()


def stored(style: int, sort: int = 1) -> dict[str, list[dict[str, Any]]]:
    """A table with 1,000 rows on each of two slices, 100 of them unsorted, in 6 blocks."""
    return {
        "stv_tbl_perm": [
            {"slice": s, "id": 7, "dist_style": style, "rows": 1000, "sorted_rows": 900}
            for s in (0, 1)
        ],
        "stv_blocklist": [{"slice": s, "tbl": 7, "blocknum": n} for s in (0, 1) for n in range(3)],
        "pg_class": [{"oid": 7, "relname": "t", "relnamespace": 2, "relowner": 100}],
        "pg_namespace": [{"oid": 2, "nspname": "s"}],
        "pg_attribute": [
            {"attrelid": 7, "attnum": 1, "attsortkeyord": sort},
            {"attrelid": 7, "attnum": -2, "attsortkeyord": 9},
        ],
    }


@pytest.mark.parametrize(
    ("style", "rows", "unsorted"),
    [
        (0, 2000, 200),
        (1, 2000, 200),
        (11, 2000, 200),
        (8, 1000, 100),
        (9, 1000, 100),
        (10, 1000, 100),
    ],
    ids=["EVEN", "KEY", "AUTO(EVEN)", "ALL", "AUTO", "AUTO(ALL)"],
)
def test_an_all_table_counts_once_and_its_blocks_as_often_as_they_are_there(
    style: int, rows: int, unsorted: int
) -> None:
    assert ask("provisioned", stored(style)) == [
        {
            "schema": "s",
            "table": "t",
            "table_id": 7,
            "size_mb": 6,
            "tbl_rows": rows,
            "unsorted_rows": unsorted,
            "sortkeys": 1,
        }
    ]


def test_unsorted_means_nothing_without_a_sort_key() -> None:
    [row] = ask("provisioned", stored(0, sort=0))
    assert row["unsorted_rows"] is None
    [row] = ask("provisioned", stored(0, sort=-2))
    assert (row["unsorted_rows"], row["sortkeys"]) == (200, 2), "interleaved keys are negative"


def test_serverless_gives_the_same_columns() -> None:
    [row] = ask("serverless", table(unsorted=12.5))
    assert list(row) == list(ask("provisioned", stored(0))[0])
    assert (row["unsorted_rows"], row["size_mb"]) == (125_000, 10_240)
    [row] = ask("serverless", table(unsorted=12.5, sortkey_num=0))
    assert row["unsorted_rows"] is None
