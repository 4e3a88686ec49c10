"""Many queries over a few sessions: what fails alone, what fails whole, and what Ctrl-C ends.

The sessions here are small objects that fail when told to; the driver's own are in `test_live`.
"""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest

from opskit.errors import UnknownError
from opskit.redshift import check
from opskit.redshift.catalog import Engine
from opskit.redshift.queries import Header, Query
from opskit.redshift.source import QueryError, Reason, Result
from opskit.redshift.warehouse import CouldNotLookError, Warehouse, ask
from tests.redshift.rules.views import NOW

Act = Callable[[str], Result]


def query(name: str) -> Query:
    header = Header(name, name, "any", ("svv_table_info",), "a grant", {"n": "count"}, "none")
    return Query(header, name, f"{name}.sql")


class FakeSession:
    def __init__(self, source: "FakeSource") -> None:
        self.source = source
        self.cancelled = threading.Event()

    def run(self, sql: str) -> Result:
        return self.source.act(sql)

    def cancel(self) -> None:
        self.cancelled.set()
        self.source.released.set()

    def close(self) -> None:
        self.source.closed += 1


class FakeSource:
    engine: Engine = "provisioned"
    name = "fake"

    def __init__(self, act: Act, workers: int = 2, refuse_from: int = 99) -> None:
        self.act = act
        self.workers = workers
        self.refuse_from = refuse_from
        self.opened: list[FakeSession] = []
        self.closed = 0
        self.released = threading.Event()
        self.lock = threading.Lock()

    def connect(self) -> FakeSession:
        with self.lock:
            if len(self.opened) >= self.refuse_from:
                raise UnknownError("too many connections", where="fake")
            self.opened.append(FakeSession(self))
            return self.opened[-1]

    def now(self) -> datetime:
        return NOW


def answer(sql: str) -> Result:
    return Result(["n"], [[sql]])


def asked(source: FakeSource, *names: str) -> Warehouse:
    answers = ask(source, [query(name) for name in names], lambda q: q.sql)
    return Warehouse("provisioned", NOW, NOW, {}, answers)


def test_answers_come_in_the_order_of_the_questions() -> None:
    names = [f"q{n}" for n in range(20)]
    source = FakeSource(answer, workers=3)
    warehouse = asked(source, *names)
    assert list(warehouse.answers) == names
    assert warehouse.rows("q7") == [{"n": "q7"}]
    assert warehouse.rows("none") == ()
    assert len(source.opened) == source.closed <= 3


def test_one_that_fails_leaves_the_others() -> None:
    def act(sql: str) -> Result:
        if sql == "b":
            raise QueryError("permission denied for relation x", Reason.PERMISSION, relation="x")
        return answer(sql)

    warehouse = asked(FakeSource(act), "a", "b", "c")
    assert warehouse.rows("a")
    assert warehouse.rows("c")
    with pytest.raises(CouldNotLookError):
        warehouse.rows("b")


def test_a_lost_session_is_opened_again() -> None:
    def act(sql: str) -> Result:
        if sql == "a":
            raise QueryError("server closed the connection", Reason.LOST)
        return answer(sql)

    source = FakeSource(act, workers=1)
    warehouse = asked(source, "a", "b", "c")
    assert warehouse.answers["a"].error
    assert warehouse.rows("c")
    assert len(source.opened) == source.closed == 2


def test_where_no_session_is_to_be_had_the_error_is_raised() -> None:
    with pytest.raises(UnknownError, match="too many connections"):
        asked(FakeSource(answer, refuse_from=0), "a", "b")


def test_a_second_session_that_is_refused_leaves_its_work_to_the_first() -> None:
    warehouse = asked(FakeSource(answer, workers=4, refuse_from=1), *"abcdef")
    assert all(warehouse.rows(name) for name in "abcdef")


def test_what_nobody_can_ask_any_more_says_why() -> None:
    def act(sql: str) -> Result:
        raise QueryError("the cluster is being resized", Reason.UNAVAILABLE)

    warehouse = asked(FakeSource(act, workers=1, refuse_from=1), "a", "b")
    errors = [answer.error.message for answer in warehouse.answers.values() if answer.error]
    assert errors == ["the cluster is being resized", "too many connections"]


def test_an_interruption_cancels_what_runs() -> None:
    """The one query waits until it is cancelled; the other one fails as a defect would."""

    waiting = threading.Event()

    def act(sql: str) -> Result:
        if sql == "a":
            waiting.set()
            assert source.released.wait(20), "nobody cancelled it"
            raise QueryError("interrupted", Reason.CANCELLED)
        assert waiting.wait(20)
        raise KeyboardInterrupt

    source = FakeSource(act)
    with pytest.raises(KeyboardInterrupt):
        asked(source, "b", "a")
    assert any(session.cancelled.is_set() for session in source.opened)
    assert source.closed == len(source.opened)


def test_what_could_not_be_looked_at_is_a_finding_with_its_grant() -> None:
    def act(sql: str) -> Result:
        raise QueryError(
            "permission denied for relation svv_table_info",
            Reason.PERMISSION,
            relation="svv_table_info",
        )

    report = check.check(FakeSource(act), select=["RSH020"])
    assert {found.rule for found in report.findings} == {"RSH001"}
    [found] = [f for f in report.findings if f.data["query"] == "table-info"]
    assert found.level == "unknown"
    assert "GRANT SELECT ON svv_table_info TO" in found.fix
    assert "RSH020" in found.data["rules"]
    assert report.exit_code() == 3
