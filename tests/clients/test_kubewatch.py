"""Lists and watches against a server that ends, garbles or refuses them."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.clients import kubewatch
from opskit.clients.kube import Cluster, connect_with_token
from opskit.clients.kubewatch import Change, Changed, Feed, Trouble
from tests.rollout.proxy import Answer, Proxy, Request, running

PATH = "/api/v1/namespaces/a/pods"


@pytest.fixture
def server() -> Iterator[Proxy]:
    with running() as started:
        yield started


@pytest.fixture
def cluster(server: Proxy) -> Cluster:
    return connect_with_token("it", server.url, "", lambda refused: "token")


def thing(name: str, version: str) -> dict[str, Any]:
    return {"metadata": {"name": name, "uid": name, "resourceVersion": version}}


def event(kind: str, name: str, version: str) -> bytes:
    return json.dumps({"type": kind, "object": thing(name, version)}).encode() + b"\n"


def error(code: int) -> bytes:
    made = {"type": "ERROR", "object": {"code": code, "message": f"it is {code}"}}
    return json.dumps(made).encode() + b"\n"


def listed(*names: str, version: str = "10") -> Answer:
    items = [thing(name, version) for name in names]
    body = {"items": items, "metadata": {"resourceVersion": version}}
    return Answer(200, json.dumps(body).encode())


QUIET = Answer(200, goes_on="plain")


def rule(lists: list[Answer], watches: list[Answer]) -> Callable[[Request], Answer]:
    """These answers in turn; then a quiet watch, and the last list again and again."""

    def answer(request: Request) -> Answer:
        if request.watch:
            return watches.pop(0) if watches else QUIET
        return lists.pop(0) if len(lists) > 1 else lists[0]

    return answer


def hear(feed: Feed, seconds: float = 5.0, until: int = 0) -> list[Change]:
    """What a feed tells within so many seconds, or until it has told so much."""
    found: list[Change] = []
    done = threading.Event()

    def run() -> None:
        for change in feed.changes():
            found.append(change)
            if len(found) == until:
                break
        done.set()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    done.wait(seconds)
    feed.stop()
    thread.join(5)
    assert not thread.is_alive(), "it cannot be stopped"
    return found


def words(changes: list[Change]) -> list[str]:
    return [
        f"{'-' if each.gone else '+'}{each.object['metadata']['name']}"
        if isinstance(each, Changed)
        else type(each).__name__
        for each in changes
    ]


def versions(server: Proxy) -> list[str]:
    return [each.path.partition("resourceVersion=")[2].split("&")[0] for each in server.watches()]


@pytest.mark.parametrize("how", ["chunked", "plain"])
def test_changes_are_told_at_once(how: Any, server: Proxy, cluster: Cluster) -> None:
    lines = event("ADDED", "b", "11") + event("DELETED", "b", "12")
    server.rule = rule([listed("a")], [Answer(200, lines, goes_on=how)])
    began = time.monotonic()
    assert words(hear(Feed(cluster, PATH), until=3)) == ["Listed", "+b", "-b"]
    assert time.monotonic() - began < 2


def test_a_watch_goes_on_where_it_ended(server: Proxy, cluster: Cluster) -> None:
    first = event("ADDED", "b", "11") + event("BOOKMARK", "", "20")
    watches = [Answer(200, first), Answer(200, event("MODIFIED", "b", "21"), cut=True)]
    server.rule = rule([listed("a")], watches)
    assert words(hear(Feed(cluster, PATH), 2.0)) == ["Listed", "+b", "+b"]
    assert versions(server) == ["10", "20", "21"]


def test_a_line_that_is_cut_is_not_lost(server: Proxy, cluster: Cluster) -> None:
    whole = event("ADDED", "b", "11")
    watches = [Answer(200, whole[:20], cut=True), Answer(200, whole, goes_on="plain")]
    server.rule = rule([listed("a")], watches)
    assert words(hear(Feed(cluster, PATH), until=2)) == ["Listed", "+b"]
    assert versions(server) == ["10", "10"]


@pytest.mark.parametrize("gone", [Answer(200, error(410)), Answer(410)])
def test_a_version_that_is_gone_lists_anew(gone: Answer, server: Proxy, cluster: Cluster) -> None:
    server.rule = rule([listed("a"), listed("b", version="30")], [gone])
    assert words(hear(Feed(cluster, PATH), 1.5)) == ["Listed", "Listed"]
    assert versions(server) == ["10", "30"]


def test_versions_that_are_always_gone_are_not_asked_for_without_a_pause(
    server: Proxy, cluster: Cluster
) -> None:
    server.rule = lambda request: Answer(200, error(410)) if request.watch else listed("a")
    hear(Feed(cluster, PATH), 2.0)
    assert len(server.lists()) == 2


@pytest.mark.parametrize("how", [{}, {"cut": True}])
def test_watches_that_end_at_once_are_not_asked_for_without_a_pause(
    how: Any, server: Proxy, cluster: Cluster
) -> None:
    server.rule = lambda request: Answer(200, **how) if request.watch else listed("a")
    assert words(hear(Feed(cluster, PATH), 2.0)) == ["Listed"]
    assert 2 <= len(server.watches()) <= 6
    assert len(server.lists()) == 1


@pytest.mark.parametrize("code", [504, 400])
def test_an_error_that_is_not_about_being_busy_lists_anew(
    code: int, server: Proxy, cluster: Cluster
) -> None:
    server.rule = rule([listed("a"), listed("b")], [Answer(200, error(code))])
    found = words(hear(Feed(cluster, PATH), 2.0))
    assert found == ["Listed", "Trouble", "Recovered", "Listed"]


@pytest.mark.parametrize(
    "line",
    [b"<html>\n", b"{}\n", b"[1]\n", b"\xff\n", b'{"type": "ADDED", "object": {"metadata": {}}}\n'],
)
def test_nonsense_is_trouble_and_not_the_end(line: bytes, server: Proxy, cluster: Cluster) -> None:
    more = Answer(200, event("ADDED", "b", "11"), goes_on="plain")
    server.rule = rule([listed("a")], [Answer(200, line), more])
    found = words(hear(Feed(cluster, PATH), until=4))
    assert found == ["Listed", "Trouble", "Recovered", "+b"]


def test_a_busy_server_is_asked_again_when_it_says(server: Proxy, cluster: Cluster) -> None:
    busy = Answer(429, headers={"Retry-After": "2"})
    server.rule = rule([listed("a")], [busy])
    hear(Feed(cluster, PATH), 3.0)
    first, second = server.watches()
    assert 2.0 <= second.at - first.at < 3.0


@pytest.mark.parametrize("code", [401, 403, 404])
@pytest.mark.parametrize("when", ["list", "watch"])
def test_a_refusal_is_final(code: int, when: str, server: Proxy, cluster: Cluster) -> None:
    server.rule = lambda request: (
        Answer(code) if request.watch == (when == "watch") else listed("a")
    )
    *_, last = hear(Feed(cluster, PATH), 5.0, until=2 if when == "watch" else 1)
    assert isinstance(last, Trouble)
    assert last.final


def test_a_refusal_of_a_server_that_was_away_is_not(server: Proxy, cluster: Cluster) -> None:
    server.rule = rule([listed("a")], [Answer(503), Answer(403)])
    found = hear(Feed(cluster, PATH), 6.0, until=5)
    assert words(found) == ["Listed", "Trouble", "Trouble", "Recovered", "Listed"]
    assert not any(isinstance(each, Trouble) and each.final for each in found)


def test_a_quiet_server_that_answers_again_is_told(server: Proxy, cluster: Cluster) -> None:
    server.rule = rule([listed("a")], [Answer(503)])
    found = words(hear(Feed(cluster, PATH), 5.0, until=3))
    assert found == ["Listed", "Trouble", "Recovered"]


def test_silence_is_a_dead_connection(server: Proxy, cluster: Cluster) -> None:
    server.rule = rule([listed("a")], [])
    assert words(hear(Feed(cluster, PATH, silence=1.2), 3.0)) == ["Listed"]
    assert len(server.watches()) == 3


def test_a_feed_is_stopped_in_the_middle_of_a_read(server: Proxy, cluster: Cluster) -> None:
    server.rule = rule([listed("a")], [])
    began = time.monotonic()
    assert words(hear(Feed(cluster, PATH), 0.5)) == ["Listed"]
    assert time.monotonic() - began < 1.5


class Stream:
    """A response whose pieces are given."""

    chunked = True

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = pieces

    def stream(self, size: int) -> Iterator[bytes]:
        return iter(self._pieces)


@given(st.lists(st.binary(max_size=9).map(lambda b: b.replace(b"\n", b""))), st.data())
def test_lines_do_not_depend_on_how_they_are_cut(lines: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(line + b"\n" for line in lines)
    places = data.draw(st.lists(st.integers(0, len(whole))).map(sorted))
    pieces = [whole[a:b] for a, b in zip([0, *places], [*places, len(whole)], strict=True)]
    assert list(kubewatch._lines(Stream(pieces))) == [line for line in lines if line]
