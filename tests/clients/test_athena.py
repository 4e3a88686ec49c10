"""Queries on Athena, with botocore's Stubber: it proves that what is asked has the form of the API
and that each answer is understood. What Athena would answer, it does not prove.
"""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from opskit.clients import athena
from opskit.errors import UnknownError

QUERY = "q-1"
ASKED = {"QueryExecutionId": QUERY}


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses between two looks, which are not made."""
    found: list[float] = []
    monkeypatch.setattr(athena.time, "sleep", found.append)
    return found


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


def starts(stub: Stubber, **more: Any) -> None:
    stub.add_response(
        "start_query_execution",
        {"QueryExecutionId": QUERY},
        {"QueryString": "SELECT 1", **more},
    )


def state(stub: Stubber, name: str, why: str = "", scanned: int | None = None) -> None:
    found: dict[str, Any] = {"Status": {"State": name}}
    if why:
        found["Status"]["StateChangeReason"] = why
    if scanned is not None:
        found["Statistics"] = {"DataScannedInBytes": scanned}
    stub.add_response("get_query_execution", {"QueryExecution": found}, ASKED)


def page(stub: Stubber, rows: list[list[str | None]], after: str = "", then: str = "") -> None:
    cells = [
        {"Data": [{} if text is None else {"VarCharValue": text} for text in row]} for row in rows
    ]
    answer: dict[str, Any] = {"ResultSet": {"Rows": cells}}
    if then:
        answer["NextToken"] = then
    asked = {**ASKED, "NextToken": after} if after else ASKED
    stub.add_response("get_query_results", answer, asked)


def test_a_query_is_waited_for_and_its_pages_are_read(stub: Stubber, waits: list[float]) -> None:
    starts(
        stub,
        WorkGroup="w",
        ResultConfiguration={"OutputLocation": "s3://results/x/"},
        QueryExecutionContext={"Database": "d"},
    )
    state(stub, "QUEUED")
    state(stub, "RUNNING", scanned=1_500_000_000)
    state(stub, "SUCCEEDED", scanned=2_000_000_000)
    page(stub, [["a", "b"], ["1", None], ["2", ""]], then="t")
    page(stub, [["3", "x"]], after="t")
    said: list[str] = []
    rows = athena.run(
        stub.client,
        "SELECT 1",
        database="d",
        workgroup="w",
        output="s3://results/x/",
        say=said.append,
    )
    assert list(rows) == [["1", None], ["2", ""], ["3", "x"]]
    assert said == [
        "Athena: queued, 0.0 GB scanned",
        "Athena: running, 1.5 GB scanned",
        "Athena: succeeded, 2.0 GB scanned",
    ]
    assert waits == [0.5, 1.0]


def test_pauses_grow_to_a_bound(stub: Stubber, waits: list[float]) -> None:
    starts(stub)
    for _ in range(8):
        state(stub, "RUNNING")
    state(stub, "SUCCEEDED")
    page(stub, [["a"]])
    assert list(athena.run(stub.client, "SELECT 1")) == []
    assert waits == [0.5, 1, 2, 4, 8, 10, 10, 10]


@pytest.mark.parametrize(
    ("name", "why", "told"),
    [
        ("FAILED", "TABLE_NOT_FOUND: d.t", "TABLE_NOT_FOUND: d.t"),
        ("FAILED", "", "failed"),
        ("CANCELLED", "", "cancelled"),
    ],
)
def test_a_query_that_fails_is_said_with_the_reason(
    stub: Stubber, name: str, why: str, told: str
) -> None:
    starts(stub)
    state(stub, name, why)
    with pytest.raises(UnknownError) as error:
        list(athena.run(stub.client, "SELECT 1"))
    assert error.value.message == told
    assert error.value.where == f"Athena query {QUERY}"


def test_what_is_refused_says_what_it_needs(stub: Stubber) -> None:
    stub.add_client_error("start_query_execution", "AccessDeniedException", "no")
    with pytest.raises(UnknownError) as error:
        list(athena.run(stub.client, "SELECT 1"))
    assert "athena:StartQueryExecution" in error.value.hint
    starts(stub)
    state(stub, "SUCCEEDED")
    stub.add_client_error("get_query_results", "AccessDeniedException", "no")
    with pytest.raises(UnknownError) as error:
        list(athena.run(stub.client, "SELECT 1"))
    assert "athena:GetQueryResults" in error.value.hint


@pytest.mark.parametrize("refused", [False, True])
def test_ctrl_c_stops_the_query(
    stub: Stubber, refused: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts(stub)
    state(stub, "RUNNING")
    if refused:
        stub.add_client_error("stop_query_execution", "AccessDeniedException", "no")
    else:
        stub.add_response("stop_query_execution", {}, ASKED)

    def interrupted(seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(athena.time, "sleep", interrupted)
    with pytest.raises(KeyboardInterrupt):
        list(athena.run(stub.client, "SELECT 1"))


def test_a_query_that_can_no_longer_be_watched_is_stopped(stub: Stubber) -> None:
    starts(stub)
    stub.add_client_error("get_query_execution", "AccessDeniedException", "no")
    stub.add_response("stop_query_execution", {}, ASKED)
    with pytest.raises(UnknownError) as error:
        list(athena.run(stub.client, "SELECT 1"))
    assert "athena:GetQueryExecution" in error.value.hint
