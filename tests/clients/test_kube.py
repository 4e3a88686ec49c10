"""Requests to an API server that is busy, slow, wrong or away; tests/rollout has a real one."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from opskit.clients import kube
from opskit.clients.kube import Cluster, connect_with_token, optional
from opskit.clients.kubeerrors import (
    ApiError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidError,
    NotFoundError,
    UnauthorizedError,
    UnreachableError,
)
from opskit.errors import ExitCode, UnknownError
from tests.rollout.proxy import Answer, Proxy, Request, running

TOKEN = "s3cr3t-t0ken"
PATH = "/api/v1/namespaces/a/pods"


@pytest.fixture
def server() -> Iterator[Proxy]:
    with running() as started:
        started.rule = lambda request: Answer(200, b"{}")
        yield started


@pytest.fixture
def cluster(server: Proxy) -> Cluster:
    return connect_with_token("it", server.url, "", lambda refused: TOKEN)


def in_turn(*answers: Answer) -> Callable[[Request], Answer]:
    """A rule: these answers, the last one again and again."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def status(code: int, message: str = "no", **more: Any) -> Answer:
    made = {"kind": "Status", "status": "Failure", "message": message, "code": code, **more}
    return Answer(code, json.dumps(made).encode())


def test_who_asks_is_told_to_the_server(server: Proxy, cluster: Cluster) -> None:
    cluster.get(PATH, {"watch": False, "limit": 3, "labelSelector": "a in (b,c)"})
    [request] = server.requests
    assert request.path == f"{PATH}?watch=false&limit=3&labelSelector=a+in+%28b%2Cc%29"
    assert request.headers["user-agent"].startswith("opskit/")
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (401, UnauthorizedError),
        (403, ForbiddenError),
        (404, NotFoundError),
        (409, ConflictError),
        (410, GoneError),
        (422, InvalidError),
        (418, ApiError),
        (301, ApiError),
    ],
)
def test_a_refusal_is_told_in_the_servers_words(
    code: int, kind: type[ApiError], server: Proxy, cluster: Cluster
) -> None:
    server.rule = lambda request: status(code, "pods is wrong", reason="Wrong")
    with pytest.raises(kind, match="it: pods is wrong") as caught:
        cluster.get(PATH)
    assert (caught.value.status, caught.value.reason) == (code, "Wrong")
    assert caught.value.exit_code is ExitCode.UNKNOWN
    assert caught.value.hint


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "was answered with HTTP 418"),
        (b"upstream  is\n away", "upstream is away"),
        (b"<!doctype html><HTML><title>\n Sign in </title>" + b"x" * 9999, "a web page: Sign in"),
        (b"<html>" + b"x" * 9999, "a web page"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b'["a"]', "was answered with HTTP 418"),
        (b'{"message": null, "details": {"causes": 7}}', "was answered with HTTP 418"),
    ],
)
def test_a_refusal_that_is_no_status_is_told_in_a_line(
    body: bytes, words: str, server: Proxy, cluster: Cluster
) -> None:
    server.rule = lambda request: Answer(418, body)
    with pytest.raises(ApiError) as caught:
        cluster.get(PATH)
    assert words in caught.value.message
    assert len(caught.value.message) < 400
    assert "\n" not in caught.value.message


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"<html></html>", b'{"a": "\xff"}'])
def test_an_answer_that_is_no_object_is_told(body: bytes, server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: Answer(200, body)
    with pytest.raises(UnknownError, match="no object of Kubernetes") as caught:
        cluster.get(PATH)
    assert server.url in caught.value.hint


def test_nobody_is_sent_elsewhere_with_the_token(server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: Answer(302, headers={"Location": f"{server.url}/else"})
    with pytest.raises(ApiError, match="HTTP 302"):
        cluster.get(PATH)
    assert len(server.requests) == 1


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_what_reads_is_tried_again(code: int, server: Proxy, cluster: Cluster) -> None:
    server.rule = in_turn(Answer(code), Answer(code), Answer(200, b'{"a": 1}'))
    assert cluster.get(PATH) == {"a": 1}


@pytest.mark.parametrize(("code", "times"), [(429, 2), (500, 1), (503, 1), (504, 1)])
def test_what_writes_is_tried_again_only_where_nothing_was_done(
    code: int, times: int, server: Proxy, cluster: Cluster
) -> None:
    server.rule = in_turn(Answer(code), Answer(200, b"{}"))
    if times > 1:
        cluster.patch(PATH, [])
    else:
        with pytest.raises(ApiError):
            cluster.patch(PATH, [])
    assert len(server.requests) == times


def test_a_write_whose_answer_is_lost_is_not_made_again(server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: Answer(200, b"{", cut=True)
    with pytest.raises(UnreachableError):
        cluster.patch(PATH, [])
    assert len(server.requests) == 1


def test_the_server_says_when_it_wants_to_be_asked_again(server: Proxy, cluster: Cluster) -> None:
    server.rule = in_turn(Answer(429, headers={"Retry-After": "1"}), Answer(200, b"{}"))
    cluster.get(PATH)
    first, second = server.requests
    assert 1.0 <= second.at - first.at < 2.0


def test_what_is_streamed_is_asked_for_once(server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: Answer(429, headers={"Retry-After": "3600"})
    with pytest.raises(ApiError) as caught:
        cluster.open(PATH, {}, read_seconds=1)
    assert caught.value.retry_after == 3600
    assert len(server.requests) == 1


def test_a_server_that_says_nothing_is_given_up(
    server: Proxy, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kube, "READ_SECONDS", 0.3)
    server.mute = lambda request: True
    with pytest.raises(UnreachableError, match="timed out"):
        cluster.get(PATH)
    assert len(server.requests) == 2


def test_the_pages_of_a_list_are_put_together(server: Proxy, cluster: Cluster) -> None:
    pages = [
        {"items": [1, 2], "metadata": {"resourceVersion": "7", "continue": "x"}},
        {"items": None, "metadata": {"resourceVersion": "7", "continue": "y"}},
        {"items": [3], "metadata": {"resourceVersion": "7"}},
    ]
    server.rule = in_turn(*(Answer(200, json.dumps(page).encode()) for page in pages))
    assert cluster.list(PATH) == ([1, 2, 3], "7")
    assert [each.path.rpartition("continue=")[2] for each in server.requests[1:]] == ["x", "y"]


def test_a_list_whose_pages_are_gone_says_so(server: Proxy, cluster: Cluster) -> None:
    page = b'{"items": [], "metadata": {"continue": "x"}}'
    server.rule = in_turn(Answer(200, page), status(410))
    with pytest.raises(GoneError):
        cluster.list(PATH)


def test_a_token_is_renewed_once_by_however_many_threads(server: Proxy) -> None:
    made = ["one"]

    def tokens(refused: bool) -> str:
        if refused:
            time.sleep(0.2)
            made.append(f"token-{len(made)}")
        return made[-1]

    server.rule = lambda request: (
        Answer(401) if request.headers["authorization"] == "Bearer one" else Answer(200, b"{}")
    )
    cluster = connect_with_token("it", server.url, "", tokens)
    threads = [threading.Thread(target=cluster.get, args=(PATH,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == ["one", "token-1"]
    assert sum(each.headers["authorization"] == "Bearer token-1" for each in server.requests) == 8


def test_a_second_refusal_is_an_error_without_the_token(server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: Answer(401)
    with pytest.raises(UnauthorizedError) as caught:
        cluster.get(PATH)
    assert len(server.requests) == 2
    assert TOKEN not in f"{caught.value} {caught.value.hint}"


def test_a_log_is_what_has_come_when_the_time_is_over(server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: Answer(200, b"one\ntwo\n", goes_on="chunked")
    began = time.monotonic()
    assert cluster.text(PATH, {}, seconds=0.5) == "one\ntwo\n"
    assert time.monotonic() - began < 1.5


def test_a_log_is_bounded(server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: Answer(200, b"x" * 3_000_000)
    assert 200_000 < len(cluster.text(PATH, {}, seconds=5)) < 400_000


def test_a_log_that_does_not_come_is_an_error_in_time(server: Proxy, cluster: Cluster) -> None:
    server.mute = lambda request: True
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        cluster.text(PATH, {}, seconds=0.5)
    assert time.monotonic() - began < 1.5


@pytest.mark.parametrize(
    ("date", "skew"), [("Thu, 01 Jan 2026 01:00:00 GMT", 3600), ("soon", 0), ("", 0)]
)
def test_the_servers_clock_is_known(
    date: str, skew: float, server: Proxy, cluster: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kube, "time", lambda: 1767225600.0)  # 2026-01-01T00:00:00Z
    server.rule = lambda request: Answer(200, b"{}", {"Date": date} if date else {})
    cluster.get(PATH)
    assert cluster.skew == skew


def test_refusals_may_be_noted_instead(server: Proxy, cluster: Cluster) -> None:
    server.rule = in_turn(status(403), status(404), status(404), status(401))
    failures: list[ApiError] = []
    with optional(failures, 403, 404):
        cluster.get(PATH)
    with optional(failures, 403, 404):
        cluster.get(PATH)
    with pytest.raises(NotFoundError), optional(failures, 403):
        cluster.get(PATH)
    with pytest.raises(UnauthorizedError), optional(failures, 401):
        cluster.get(PATH)
    assert [each.status for each in failures] == [403, 404]


def test_trouble_is_an_error_and_no_log(
    server: Proxy, cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    server.rule = lambda request: Answer(200, b"{", cut=True)
    with caplog.at_level(logging.INFO), pytest.raises(UnreachableError):
        cluster.get(PATH)
    assert not caplog.records
