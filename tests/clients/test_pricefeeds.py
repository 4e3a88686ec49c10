"""Feeds over HTTP: answers that a server may give, and those that none should."""

import gzip
import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from opskit.clients import http, pricefeeds
from opskit.clients.aws import MissingError
from opskit.clients.pricefeeds import UnreachableError, fetch
from opskit.errors import UnknownError
from tests.storage.refresh import server as feeds
from tests.storage.refresh.server import Server, answer

DATA = b'{"a": [' + b"1, " * 1000 + b"2]}"


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with feeds.serve(tmp_path) as running:
        feeds.use(running, monkeypatch)
        monkeypatch.setattr(http, "READ", 0.3)
        monkeypatch.setattr(http, "BACKOFF", 0)
        yield running


def test_a_body_is_fetched_and_unpacked(server: Server) -> None:
    server.faults["/plain"] = lambda handler: answer(handler, DATA)
    server.faults["/packed"] = lambda handler: answer(handler, DATA, packed=True)
    assert fetch(f"{server.url}/plain") == DATA
    assert fetch(f"{server.url}/packed") == DATA


@pytest.mark.parametrize("status", [403, 404])
def test_what_is_not_there_is_missing(server: Server, status: int) -> None:
    server.faults["/x"] = lambda handler: answer(handler, b"", status)
    with pytest.raises(MissingError, match=f"the server answered {status}"):
        fetch(f"{server.url}/x")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_busy_server_is_asked_again_when_it_says(server: Server, status: int) -> None:
    def busy_once(handler: BaseHTTPRequestHandler) -> None:
        if len(server.asked) == 1:
            answer(handler, b"", status, headers={"Retry-After": "0"})
        else:
            answer(handler, DATA)

    server.faults["/x"] = busy_once
    assert fetch(f"{server.url}/x") == DATA
    assert len(server.asked) == 2


def test_a_server_that_stays_busy_is_given_up(server: Server) -> None:
    server.faults["/x"] = lambda h: answer(h, b"", 503, headers={"Retry-After": "0"})
    with pytest.raises(UnknownError, match="answered 503") as caught:
        fetch(f"{server.url}/x")
    assert not isinstance(caught.value, UnreachableError)
    assert len(server.asked) == 5


def test_other_answers_are_no_feed(server: Server) -> None:
    server.faults["/x"] = lambda handler: answer(handler, DATA, 401)
    with pytest.raises(UnknownError, match="answered 401"):
        fetch(f"{server.url}/x")
    assert len(server.asked) == 1


def test_redirects_are_followed_but_not_for_ever(server: Server) -> None:
    server.faults["/new"] = lambda handler: answer(handler, DATA)
    server.faults["/old"] = lambda h: answer(h, b"", 302, headers={"Location": "/new"})
    server.faults["/loop"] = lambda h: answer(h, b"", 302, headers={"Location": "/loop"})
    assert fetch(f"{server.url}/old") == DATA
    with pytest.raises(UnknownError, match="redirect"):
        fetch(f"{server.url}/loop")


def test_a_body_that_breaks_off_is_refused(server: Server) -> None:
    def half(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(DATA)))
        handler.end_headers()
        handler.wfile.write(DATA[:100])
        handler.close_connection = True

    server.faults["/x"] = half
    with pytest.raises(UnknownError, match="broke off"):
        fetch(f"{server.url}/x")


def test_gzip_that_is_cut_short_is_refused(server: Server) -> None:
    packed = gzip.compress(DATA)[:-9]
    server.faults["/x"] = lambda h: answer(h, packed, headers={"Content-Encoding": "gzip"})
    with pytest.raises(UnknownError, match="cut short"):
        fetch(f"{server.url}/x")


def test_a_server_that_hangs_is_given_up(server: Server) -> None:
    def hang(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.settimeout(2)
        handler.rfile.read(1)

    server.faults["/x"] = hang
    with pytest.raises(UnreachableError, match="no answer"):
        fetch(f"{server.url}/x")


def test_a_body_that_drips_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for _ in range(100):
            handler.wfile.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")

    monkeypatch.setattr(pricefeeds, "WHOLE", 0.0)
    server.faults["/x"] = drip
    with pytest.raises(UnknownError, match="not complete after"):
        fetch(f"{server.url}/x")


def test_a_body_that_is_too_large_is_not_read_to_its_end(server: Server) -> None:
    server.faults["/x"] = lambda handler: answer(handler, bytes(3_000_000))
    with pytest.raises(UnknownError, match="is larger than 1 MiB"):
        fetch(f"{server.url}/x", limit=2**20)


def test_nobody_there_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "BACKOFF", 0)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(UnreachableError, match=r"no answer: .*refused") as caught:
            fetch(f"http://127.0.0.1:{port}/x")
    assert "HTTPS_PROXY" in caught.value.hint


@pytest.mark.parametrize("url", ["ftp://example.org/x", "http://"])
def test_what_is_no_address_is_no_answer(url: str) -> None:
    with pytest.raises(UnknownError):
        fetch(url)


def test_the_proxy_of_the_environment_is_asked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.faults["http://feeds.example.org/x"] = lambda handler: answer(handler, DATA)
    monkeypatch.setenv("http_proxy", server.url)
    assert fetch("http://feeds.example.org/x") == DATA
    assert server.asked == ["http://feeds.example.org/x"]


def test_no_proxy_is_honoured(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server.faults["/x"] = lambda handler: answer(handler, DATA)
    assert fetch(f"{server.url}/x") == DATA
