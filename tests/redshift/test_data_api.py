"""The Data API as a transport. moto answers every statement with one fixed result, so a client
in Python stands for it here: it has the operations, the shapes and the paging that boto3 documents,
over DuckDB with the system views. It cannot show what AWS itself refuses, nor its timing.
"""

import threading
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from botocore.exceptions import ClientError

from opskit.errors import UnknownError, UsageError
from opskit.redshift import check, duck
from opskit.redshift.data_api import DataApiSource
from opskit.redshift.source import QueryError, Reason
from opskit.redshift.target import Target
from tests.redshift.rules.test_tables import table
from tests.redshift.rules.views import NOW

TARGET = Target(database="dev", cluster="prod", user="ops", data_api=True)


class Client:
    """`execute_statement` and the rest, two rows a page."""

    def __init__(self, rows: dict[str, Any] | None = None) -> None:
        rows = rows or {"stv_slices": [{"slice": 0}]}
        self.session = duck.memory("provisioned", NOW, rows).connect()
        self.lock = threading.Lock()
        self.sent: list[dict[str, Any]] = []
        self.cancelled: list[str] = []
        self.errors: dict[str, str] = {}
        self.hangs = ""

    def execute_statement(self, **arguments: Any) -> dict[str, Any]:
        with self.lock:
            self.sent.append(arguments)
            return {"Id": str(len(self.sent) - 1)}

    def describe_statement(self, Id: str) -> dict[str, Any]:  # noqa: N803
        sql = self.sent[int(Id)]["Sql"]
        if Id in self.cancelled:
            return {"Status": "ABORTED"}
        if self.hangs and self.hangs in sql:
            return {"Status": "STARTED"}
        for part, error in self.errors.items():
            if part in sql:
                return {"Status": "FAILED", "Error": error}
        return {"Status": "FINISHED", "HasResultSet": True}

    def get_statement_result(self, Id: str, NextToken: str = "0") -> dict[str, Any]:  # noqa: N803
        with self.lock:
            result = self.session.run(self.sent[int(Id)]["Sql"])
        start = int(NextToken)
        rows = [[field(value) for value in row] for row in result.rows]
        kinds = [kind(value) for value in (result.rows[0] if result.rows else result.columns)]
        page = {
            "ColumnMetadata": [
                {"name": c, "label": c, "typeName": k}
                for c, k in zip(result.columns, kinds, strict=True)
            ],
            "Records": rows[start : start + 2],
        }
        return page | ({"NextToken": str(start + 2)} if start + 2 < len(rows) else {})

    def cancel_statement(self, Id: str) -> dict[str, Any]:  # noqa: N803
        self.cancelled.append(Id)
        return {"Status": True}


def field(value: Any) -> dict[str, Any]:
    match value:
        case None:
            return {"isNull": True}
        case bool():
            return {"booleanValue": value}
        case int():
            return {"longValue": value}
        case float():
            return {"doubleValue": value}
    return {"stringValue": str(value)}


def kind(value: Any) -> str:
    names = {bool: "bool", int: "int8", float: "float8", datetime: "timestamp", Decimal: "numeric"}
    return names.get(type(value), "varchar")


def source(client: Client, seconds: int = 5) -> DataApiSource:
    return DataApiSource(TARGET, seconds=seconds, client=client)


def test_a_check_says_the_same_as_over_another_transport() -> None:
    rows = {**table(unsorted=40), "stv_slices": [{"slice": 0}]}
    rows["svv_table_info"] += [{**rows["svv_table_info"][0], "table": f"t{n}"} for n in range(5)]
    over_api = check.check(source(Client(rows)), select=["RSH020"])
    here = check.check(duck.memory("provisioned", NOW, rows), select=["RSH020"])
    assert len(here.findings) == 6
    assert over_api == here


def test_the_place_and_the_login_are_sent() -> None:
    client = Client()
    source(client)
    assert client.sent[0] == {
        "Sql": "SELECT COUNT(*) FROM stv_slices",
        "Database": "dev",
        "ClusterIdentifier": "prod",
        "DbUser": "ops",
        "StatementName": "opskit",
    }


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("ERROR: permission denied for relation svv_table_info", Reason.PERMISSION),
        ('ERROR: relation "svv_table_info" does not exist', Reason.MISSING),
        ("ERROR: Query (9) cancelled on user's request", Reason.CANCELLED),
        ("Query result size exceeds the maximum of 500 MB", Reason.TOO_LARGE),
        ("ERROR: syntax error", Reason.SQL),
        ("Redshift cluster is being resized, in read-only mode", Reason.UNAVAILABLE),
    ],
)
def test_failures_are_told_apart(error: str, reason: Reason) -> None:
    client = Client()
    session = source(client).connect()
    client.errors = {"svv_table_info": error}
    with pytest.raises(QueryError) as raised:
        session.run("SELECT * FROM svv_table_info")
    assert raised.value.reason is reason


def test_what_takes_too_long_is_cancelled() -> None:
    client = Client()
    session = source(client, seconds=0).connect()
    client.hangs = "pg_class"
    with pytest.raises(QueryError) as raised:
        session.run("SELECT COUNT(*) FROM pg_class")
    assert raised.value.reason is Reason.TIMEOUT
    assert client.cancelled == [str(len(client.sent) - 1)]


def test_what_aws_refuses_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> dict[str, Any]:
        answer: Any = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
        raise ClientError(answer, "ExecuteStatement")

    client = Client()
    made: Callable[..., Any] = refuse
    monkeypatch.setattr(client, "execute_statement", made)
    with pytest.raises(UnknownError) as raised:
        source(client)
    assert "redshift-data:ExecuteStatement" in raised.value.hint


def test_a_target_without_cluster_or_workgroup_is_refused() -> None:
    with pytest.raises(UsageError, match="a cluster or a workgroup"):
        DataApiSource(Target(host="h", database="d", data_api=True), seconds=1, client=Client())
