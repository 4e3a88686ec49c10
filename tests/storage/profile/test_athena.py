"""Inventories through Athena: the query, and its rows as a profile. Athena itself is botocore's
Stubber; that the same SQL gives the same profile is proved with Spark (`test_inventory_spark.py`).
Not proved without Athena: that it accepts the text, and that texts of times are read as here.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Any

import boto3
import pytest
import sqlglot
from botocore.stub import ANY, Stubber
from sqlglot import exp

from opskit.errors import InputError, UnknownError, UsageError
from opskit.storage.profile import athena
from opskit.storage.profile.athena import Table
from opskit.storage.profile.model import Cell

COLUMNS = {
    "bucket": "string",
    "key": "string",
    "version_id": "string",
    "is_latest": "boolean",
    "is_delete_marker": "boolean",
    "size": "bigint",
    "last_modified_date": "timestamp",
    "storage_class": "string",
    "intelligent_tiering_access_tier": "string",
}
NEWEST = Table("s3.inventory", "dt = '2026-11-22-01-00'")
NAMES = (
    *("storage_class", "access_tier", "noncurrent", "marker", "size_edge", "age_edge"),
    *("objects", "bytes"),
)


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


def describe(
    stub: Stubber, columns: dict[str, str] = COLUMNS, partitions: Sequence[str] = ("dt",)
) -> None:
    metadata = {
        "Name": "inventory",
        "Columns": [{"Name": name, "Type": kind} for name, kind in columns.items()],
        "PartitionKeys": [{"Name": name, "Type": "string"} for name in partitions],
    }
    stub.add_response(
        "get_table_metadata",
        {"TableMetadata": metadata},
        {"CatalogName": "AwsDataCatalog", "DatabaseName": "s3", "TableName": "inventory"},
    )


def answered(stub: Stubber, *rows: Sequence[str | None]) -> None:
    stub.add_response(
        "start_query_execution",
        {"QueryExecutionId": "q"},
        {
            "QueryString": ANY,
            "WorkGroup": "w",
            "ResultConfiguration": {"OutputLocation": "s3://results/"},
        },
    )
    done = {"QueryExecution": {"Status": {"State": "SUCCEEDED"}}}
    stub.add_response("get_query_execution", done, {"QueryExecutionId": "q"})
    cells: list[Any] = [
        {"Data": [{} if text is None else {"VarCharValue": text} for text in row]}
        for row in (NAMES, *rows)
    ]
    stub.add_response(
        "get_query_results", {"ResultSet": {"Rows": cells}}, {"QueryExecutionId": "q"}
    )


def test_rows_become_a_profile_and_the_price_is_said_first(stub: Stubber) -> None:
    describe(stub)
    answered(
        stub,
        ("STANDARD", None, "0", "0", "131072", "30", "7", "1000000"),
        ("INTELLIGENT_TIERING", "INFREQUENT", "1", "0", "0", "365", "2", "0"),
        (None, None, "0", "1", "-1", "7", "5", None),
    )
    said: list[str] = []
    found = athena.read(stub.client, NEWEST, workgroup="w", output="s3://results/", say=said.append)
    assert found.stored == (
        Cell("intelligent-tiering-ia", 2, 0, size=0, age=365, noncurrent=True),
        Cell("standard", 7, 1_000_000, size=131072, age=30),
    )
    assert found.taken_on == date(2026, 11, 22)
    assert "5 delete markers" in found.notes[0]
    assert "at 5 US dollars a TB" in said[0]
    assert "Athena: succeeded" in said[1]


def test_objects_without_a_size_are_refused(stub: Stubber) -> None:
    describe(stub)
    answered(stub, ("STANDARD", None, "0", "0", "-1", "30", "7", None))
    with pytest.raises(InputError, match="7 objects have no size"):
        athena.read(stub.client, NEWEST, workgroup="w", output="s3://results/")


def asked(stub: Stubber, table: Table = NEWEST, **described: Any) -> str:
    describe(stub, **described)
    text, _, _ = athena.query(stub.client, table)
    return text


def test_the_text_is_athenas_own(stub: Stubber) -> None:
    text = asked(stub)
    parsed = sqlglot.parse_one(text, read="athena")
    tables = {each.sql() for each in parsed.find_all(exp.Table) if each.db}
    assert tables == {'"s3"."inventory"'}
    assert 'FROM "s3"."inventory" WHERE dt = \'2026-11-22-01-00\')' in text
    assert not list(parsed.find_all(exp.Anonymous))
    assert "_EDGE(" not in text
    assert len(text.encode()) < 262_144
    # a month before the time of the partition
    assert "modified <= CAST('2026-10-23 01:00:00.000000' AS TIMESTAMP)" in text


def test_tables_of_texts_are_read_too(stub: Stubber) -> None:
    text = asked(stub, columns=dict.fromkeys(COLUMNS, "string"))
    assert 'TRY_CAST("size" AS BIGINT) AS size' in text
    assert "LOWER(\"is_latest\") = 'true' AS is_latest" in text
    assert 'FROM_ISO8601_TIMESTAMP("last_modified_date")' in text
    assert '"storage_class" AS storage_class' in text
    text = asked(stub, columns=COLUMNS | {"last_modified_date": "bigint"})
    assert 'FROM_UNIXTIME("last_modified_date" / 1000.0)' in text


def test_columns_that_are_missing_are_null(stub: Stubber) -> None:
    text = asked(stub, columns={"size": "bigint", "key": "string"})
    assert "CAST(NULL AS VARCHAR) AS storage_class" in text
    with pytest.raises(InputError, match="no column size"):
        asked(stub, columns={"key": "string"})


@pytest.mark.parametrize(
    "where",
    [
        *("", "dt > '2026-11-01-00-00'", "dt = '2026-11-01-00-00' OR dt = '2026-11-02-00-00'"),
        *("bucket = 'lake'", "NOT dt = '2026-11-01-00-00'", "dt IN ('a', 'b')"),
    ],
)
def test_one_inventory_is_to_be_chosen(stub: Stubber, where: str) -> None:
    with pytest.raises(UsageError) as refused:
        asked(stub, Table("s3.inventory", where))
    assert "--where \"dt = '2026-" in refused.value.hint


@pytest.mark.parametrize(
    "where", ["dt = '2026-11-22-01-00' AND bucket = 'b'", "bucket LIKE 'b%' AND DT='2026-11-22'"]
)
def test_more_may_be_asked_for(stub: Stubber, where: str) -> None:
    describe(stub, partitions=("dt", "bucket"))
    _, created, _ = athena.query(stub.client, Table("s3.inventory", where))
    assert created.date() == date(2026, 11, 22)


def test_a_table_without_partitions_is_one_inventory_of_today(stub: Stubber) -> None:
    describe(stub, partitions=())
    _, created, _ = athena.query(stub.client, Table("s3.inventory"))
    assert abs((datetime.now(UTC).replace(tzinfo=None) - created).total_seconds()) < 60


@pytest.mark.parametrize("name", ["", "a b", 'a"b', "a.b.c", "a;b"])
def test_what_is_no_name_is_refused(stub: Stubber, name: str) -> None:
    with pytest.raises(UsageError, match="is no table"):
        athena.query(stub.client, Table(name))


def test_what_is_no_condition_is_refused(stub: Stubber) -> None:
    with pytest.raises(UsageError, match="is no condition"):
        athena.query(stub.client, Table("s3.inventory", "1 = 1) UNION SELECT 1"))


def test_a_refusal_says_what_is_needed(stub: Stubber) -> None:
    stub.add_client_error("get_table_metadata", "AccessDeniedException", "not allowed")
    with pytest.raises(UnknownError, match="not allowed") as refused:
        athena.query(stub.client, NEWEST)
    assert "athena:GetTableMetadata" in refused.value.hint
