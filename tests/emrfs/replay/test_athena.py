"""Replay through Athena: the query, and its rows as groups. Athena itself is botocore's Stubber;
that the same SQL gives the same groups is proved with Spark (`test_sql.py`).
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from opskit.emrfs.regions.atoms import Atom, Atoms
from opskit.emrfs.replay import athena
from opskit.emrfs.replay.groups import Group
from opskit.emrfs.replay.ranges import Ranges
from opskit.errors import UsageError
from tests.emrfs.replay.logs import arn

RANGES = Ranges.of([])


@pytest.mark.parametrize("name", ["access", "s3logs.access", "My_DB.t1", "my-db.access"])
def test_names_of_tables_are_quoted(name: str) -> None:
    text = athena.query(athena.Table(name, "accesslog"), RANGES)
    assert "FROM " + ".".join(f'"{part}"' for part in name.split(".")) in text


@pytest.mark.parametrize(
    "name", ["", ".", "a.", "a.b.c", 'a"b', '"a"."b"', "a b", "a;b", "a.b WHERE 1=1", "é"]
)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="is no table"):
        athena.query(athena.Table(name, "accesslog"), RANGES)


@pytest.mark.parametrize(
    "where", ["year = '2026' AND month IN ('10', '11')", "day LIKE '2%' OR hour BETWEEN 1 AND 2"]
)
def test_partitions_are_narrowed_where_the_table_is_read(where: str) -> None:
    text = athena.query(athena.Table("d.t", "cloudtrail", where), RANGES)
    assert f'FROM "d"."t" WHERE {where})' in text


@pytest.mark.parametrize(
    "where",
    [
        *("year = '2026", "year =", "1 = 1) UNION SELECT 1", "a; DROP TABLE t", "a = 1 LIMIT 5"),
        *("WHERE a = 1", "(", "a = 1 GROUP BY b"),
    ],
)
def test_what_is_no_condition_is_refused(where: str) -> None:
    with pytest.raises(UsageError, match="is no condition"):
        athena.query(athena.Table("d.t", "accesslog", where), RANGES)


def test_a_query_that_is_too_long_is_refused_before_it_is_sent() -> None:
    many = frozenset(Atom(f"lake/folder/{n:05}/{'x' * 100}/") for n in range(1200))
    ranges = Ranges.of([Atoms(many, frozenset(), (), exact=True)])
    with pytest.raises(UsageError, match="Athena takes 262,144"):
        athena.query(athena.Table("d.t", "accesslog"), ranges)


@pytest.fixture
def stub() -> Iterator[Stubber]:
    client = boto3.client(
        "athena",
        region_name="eu-west-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
    )
    with Stubber(client) as made:
        yield made
        made.assert_no_pending_responses()


NAMES = (
    *("damaged", "file", "who", "operation", "status", "code", "region", "listed", "marks", "slot"),
    *("requests", "first_time", "last_time", "witness"),
)
FIRST, LAST = "2026-11-19 01:02:11.000", "2026-11-19 04:05:06.789"
ROWS: list[tuple[str | None, ...]] = [
    ("0", None, arn("r"), "GetObject", "200", "-", "3", "0", "01", "0", "7", FIRST, LAST, "b/é"),
    ("0", None, arn("r"), "GetObject", "200", "-", None, "0", "", "0", "2", FIRST, None, None),
    ("0", None, None, None, None, None, None, "0", "", "0", "50", None, None, None),
    ("1", "s3://l/a", None, None, None, None, None, "0", "", "0", "4", None, None, None),
]


def test_rows_become_groups(stub: Stubber) -> None:
    stub.add_response(
        "start_query_execution", {"QueryExecutionId": "q"}, {"QueryString": ANY, "WorkGroup": "w"}
    )
    done = {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}
    stub.add_response("get_query_execution", done, {"QueryExecutionId": "q"})
    cells: list[Any] = [
        {"Data": [{} if text is None else {"VarCharValue": text} for text in row]}
        for row in (NAMES, *ROWS)
    ]
    stub.add_response(
        "get_query_results", {"ResultSet": {"Rows": cells}}, {"QueryExecutionId": "q"}
    )
    tally = athena.read(stub.client, athena.Table("d.t", "accesslog"), RANGES, (), workgroup="w")
    first, last = datetime(2026, 11, 19, 1, 2, 11), datetime(2026, 11, 19, 4, 5, 6)
    asked = (arn("r"), "GetObject", "200", "-")
    assert list(tally.groups.values()) == [
        Group(*asked, 3, 0, "01", 0, 7, first, last, "b/é"),
        Group(*asked, None, 0, "", 0, 2, first, None, None),
    ]
    assert (tally.accesses, tally.others, tally.damaged) == (9, 50, {"s3://l/a": 4})
