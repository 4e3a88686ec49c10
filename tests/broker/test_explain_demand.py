"""What `explain` says beyond the lists, on real brokers: temporary queues, advisories, commas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import stomp  # type: ignore[import-untyped]
from stomp.utils import Frame  # type: ignore[import-untyped]

from opskit.broker import destinations, sources
from opskit.broker.explain import Decision, explain
from tests.rig import brokers, configs, distributions, messages
from tests.rig.brokers import Fleet

pytestmark = pytest.mark.brokers

VERSIONS = ("5.17.2", "6.1.7")


class Pair:
    """Two running brokers with one connector, and their files."""

    def __init__(self, fleet: Fleet, folder: Path, ports: Mapping[str, int], sentinel: str) -> None:
        self.sentinel = sentinel
        self.fleet = fleet
        self.folder = folder
        self.ports = ports

    def explain(self, destination: str) -> list[Decision]:
        files = [self.folder / "near.xml", self.folder / "far.xml"]
        return explain(sources.read_network(files), destinations.parse(destination))

    def answers(self, destination: str) -> list[str]:
        return [decision.answer for decision in self.explain(destination)]

    def arrives(self, queue: str, *, count: int = 1) -> None:
        """Wait until the far broker has been given that many messages."""
        self.fleet.wait_until(lambda: self.fleet.stats("far").queue(queue).enqueues >= count)

    def see_bridge_alive(self) -> None:
        """A sentinel crosses; where none can, the bridge stands."""
        if not self.sentinel:
            self.fleet.wait_until(lambda: self.fleet.stats("near").bridged_to() == {"far"})
            return
        before = self.fleet.stats("far").queue(self.sentinel).enqueues
        self.send("near", f"/queue/{self.sentinel}")
        self.arrives(self.sentinel, count=before + 1)

    def send(self, broker: str, destination: str, body: str = "x") -> None:
        self.fleet.send(self.ports[broker], destination, [body])


@contextmanager
def pair(
    version: str,
    folder: Path,
    lists: str = "",
    attributes: Mapping[str, str] | None = None,
    far_advisories: str = "true",
    sentinel: str = "Sentinel",
) -> Iterator[Pair]:
    """A connector with these lists and attributes, its bridge already at work."""
    distributions.require(version)
    numbers = brokers.free_ports(4)
    ports = dict(zip(("near", "far", "near_stomp", "far_stomp"), numbers, strict=True))
    options = "".join(f' {name}="{value}"' for name, value in (attributes or {}).items())
    uri = f"static:(tcp://127.0.0.1:{ports['far']})"
    if "<static" not in lists:
        lists += static("Sentinel")
    lists = lists.replace("{uri}", uri)
    connector = f'<networkConnector name="out" uri="{uri}"{options}>{lists}</networkConnector>'
    speaks_stomp = version in messages.STOMP_VERSIONS
    files = {
        "far": configs.broker_xml(
            "far",
            ports["far"],
            stomp_port=ports["far_stomp"] if speaks_stomp else None,
            advisorySupport=far_advisories,
        ),
        "near": configs.broker_xml(
            "near",
            ports["near"],
            stomp_port=ports["near_stomp"] if speaks_stomp else None,
            network_connectors=connector,
        ),
    }
    with brokers.start(version, files, folder) as fleet:
        assert fleet.failed == {}
        running = Pair(fleet, folder, ports, sentinel)
        running.see_bridge_alive()
        yield running


def dynamic(*queues: str) -> str:
    return _list("dynamicallyIncludedDestinations", queues)


def static(*queues: str) -> str:
    return _list("staticallyIncludedDestinations", queues)


def excluded(*queues: str) -> str:
    return _list("excludedDestinations", queues)


def _list(element: str, queues: Sequence[str]) -> str:
    entries = "".join(f'<queue physicalName="{queue}"/>' for queue in queues)
    return f"<{element}>{entries}</{element}>"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_message_behind_a_comma_breaks_the_bridge(version: str, tmp_path: Path) -> None:
    with pair(version, tmp_path, dynamic("a,b")) as running:
        assert running.answers("queue://a") == ["on demand"]
        assert running.answers("queue://b") == ["no"]
        before = running.fleet.log().count("has been established")
        running.send("far", "/topic/c")
        running.send("far", "/topic/b")
        running.fleet.wait_until(lambda: "shutdown due to a remote error" in running.fleet.log())
        assert "NullPointerException" in running.fleet.log()
        running.fleet.wait_until(
            lambda: running.fleet.log().count("has been established") == before + 1
        )


@pytest.mark.parametrize("version", VERSIONS)
def test_an_exclusion_inside_a_static_include_stalls_the_bridge(
    version: str, tmp_path: Path
) -> None:
    lists = excluded("A.b") + static("A.&gt;", "Sentinel")
    with pair(version, tmp_path, lists, {"prefetchSize": "3"}) as running:
        assert running.answers("queue://A.a") == ["yes"]
        (decision,) = running.explain("queue://A.b")
        assert decision.answer == "no"
        assert "keeps them from other consumers" in decision.why
        running.send("near", "/queue/A.a")
        running.arrives("A.a")
        for _ in range(4):
            running.send("near", "/queue/A.b")
        running.fleet.wait_until(lambda: running.fleet.stats("near").queue("A.b").inflight == 3)
        with running.fleet.subscribe(running.ports["near"], "/queue/A.b") as local:
            assert local.receive(1) == ["x"]
            running.send("near", "/queue/A.a")
            for _ in range(3):
                running.see_bridge_alive()
            assert local.receive(0) == ["x"]
        assert running.fleet.stats("near").queue("A.a").size == 1
        assert running.fleet.stats("far").queue("A.a").enqueues == 1


@pytest.mark.parametrize("version", distributions.VERSIONS)
def test_of_two_lists_of_a_kind_the_last_counts(version: str, tmp_path: Path) -> None:
    lists = static("first") + static("Sentinel") + excluded("a") + excluded("b")
    with pair(version, tmp_path, lists, {"staticBridge": "true"}) as running:
        assert running.answers("queue://first") == ["no"]
        assert running.explain("queue://a")[0].decided_by == "static"
        assert running.explain("queue://b")[0].decided_by == "excluded"
        for _ in range(3):
            running.send("near", "/queue/first")
            running.see_bridge_alive()
        assert running.fleet.stats("near").queue("first").size == 3


@pytest.mark.parametrize("version", VERSIONS)
def test_of_two_blocks_of_connectors_the_last_counts(version: str, tmp_path: Path) -> None:
    block = "</networkConnectors><networkConnectors>"
    lists = (
        f"{static('first')}</networkConnector>{block}<networkConnector name='last' uri='{{uri}}'>"
    )
    with pair(version, tmp_path, lists + static("Sentinel")) as running:
        assert [d.connector for d in running.explain("queue://first")] == ["last"]
        assert [bridge.connector for bridge in running.fleet.stats("near").bridges] == ["last"]


@pytest.mark.parametrize("version", VERSIONS)
def test_without_advisories_only_static_includes_cross(version: str, tmp_path: Path) -> None:
    with pair(version, tmp_path, far_advisories="false") as running:
        assert running.answers("queue://Q") == ["no"]
        assert running.answers("queue://Sentinel") == ["yes"]
        with running.fleet.subscribe(running.ports["far"], "/queue/Q"):
            for _ in range(3):
                running.send("near", "/queue/Q")
                running.see_bridge_alive()
            assert running.fleet.stats("near").queue("Q").size == 3
            assert running.fleet.stats("near").queue("Q").consumers == 0


@pytest.mark.parametrize("version", VERSIONS)
def test_a_composite_is_as_many_destinations_as_it_has_parts(version: str, tmp_path: Path) -> None:
    with pair(version, tmp_path, excluded("b")) as running:
        decided = running.explain("queue://Sentinel,b,topic://c")
        assert [(d.destination, d.answer) for d in decided] == [
            ("queue://Sentinel", "yes"),
            ("queue://b", "no"),
            ("topic://c", "on demand"),
        ]
        running.send("near", "/queue/Sentinel,b")
        running.arrives("Sentinel", count=2)
        assert running.fleet.stats("near").queue("b").size == 1


EXCLUDED = excluded("&gt;")


@pytest.mark.parametrize(
    ("lists", "attributes", "answer"),
    [
        pytest.param("", {}, "on demand", id="open"),
        pytest.param("", {"bridgeTempDestinations": "false"}, "no", id="off"),
        pytest.param("", {"staticBridge": "true"}, "no", id="static"),
        pytest.param(dynamic("Q"), {}, "no", id="a dynamic list hides its consumer"),
        pytest.param(dynamic("&gt;"), {}, "on demand", id="unless all queues are in it"),
        pytest.param(EXCLUDED, {}, "on demand", id="exclusions do not count"),
    ],
)
def test_a_reply_to_a_temporary_queue(
    lists: str, attributes: dict[str, str], answer: str, tmp_path: Path
) -> None:
    sentinel = "Sentinel" if lists != EXCLUDED else ""
    with pair("5.17.2", tmp_path, lists, attributes, sentinel=sentinel) as running:
        assert running.answers("temp-queue://ID:host-1-1:1:1") == [answer]
        with reply_queue(running.ports["far_stomp"]) as (address, inbox):
            for _ in range(3):
                _send_reply(running.ports["near_stomp"], address)
                running.see_bridge_alive()
            if answer == "on demand":
                running.fleet.wait_until(lambda: "reply" in inbox.receive(0, 0))
            else:
                assert inbox.receive(0, 0) == []


def _send_reply(port: int, address: str) -> None:
    """Into a broker that may not know the temporary queue: then it says so."""
    try:
        messages.send(port, address, ["reply"])
    except RuntimeError as refused:
        if "does not exist" not in str(refused):
            raise


class Probe(messages.Inbox):
    """Takes the address for replies from a message, as any other client sees it."""

    address = ""

    def on_message(self, frame: Frame) -> None:
        self.address = frame.headers["reply-to"]
        super().on_message(frame)


@contextmanager
def reply_queue(port: int) -> Iterator[tuple[str, messages.Inbox]]:
    """A temporary queue with a consumer: its address for others, and what arrives."""
    asker, other = (stomp.Connection12([("127.0.0.1", port)]) for _ in range(2))
    inbox, probe = messages.Inbox(), Probe()
    asker.set_listener("inbox", inbox)
    other.set_listener("probe", probe)
    try:
        asker.connect(wait=True)
        other.connect(wait=True)
        asker.subscribe("/temp-queue/replies", id="1")
        other.subscribe("/topic/probe", id="2", headers={"receipt": "ready"})
        probe.confirm("ready", messages.CONNECT_SECONDS)
        asker.send("/topic/probe", "?", headers={"reply-to": "/temp-queue/replies"})
        assert probe.receive(1, messages.CONNECT_SECONDS)
        yield probe.address, inbox
    finally:
        for connection in (asker, other):
            connection.disconnect()
