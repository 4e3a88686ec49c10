"""What BRK055 and BRK057 say, on real brokers: bridges that break, and replies that stay."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import stomp  # type: ignore[import-untyped]
from stomp.utils import Frame  # type: ignore[import-untyped]

from opskit.broker import reader
from opskit.broker.model import Network
from opskit.broker.rules import RULES
from opskit.findings import Severity
from opskit.xmltree import XmlDocument
from tests.broker.rules.cases import connector, dynamic, queue, static, topic
from tests.rig import brokers, configs, distributions, messages
from tests.rig.brokers import Fleet

pytestmark = pytest.mark.brokers

SETTLE_SECONDS = 2.0
"""How long is waited for what must not happen."""


def found(code: str, *texts: str) -> set[Severity]:
    """The severities of what a rule finds in these files together."""
    read = [reader.from_document(XmlDocument(f"{n}.xml", t.encode())) for n, t in enumerate(texts)]
    network = Network([broker for each in read for broker in each])
    return {finding.level for finding in RULES.run(network, select=[code])}


def pair(
    name: str, attributes: str, body: str, ports: list[int], back: str | None = None
) -> dict[str, str]:
    """Two brokers, NAME.near with the connector and NAME.far; `ports` are OpenWire and STOMP."""
    near, near_stomp, far, far_stomp = ports
    there, here = (f"static:(tcp://127.0.0.1:{port})" for port in (far, near))
    bridge = connector(attributes, body, uri=there)
    other = connector("", back, uri=here) if back is not None else ""
    return {
        f"{name}.near": configs.broker_xml(
            f"{name}.near", near, stomp_port=near_stomp or None, network_connectors=bridge
        ),
        f"{name}.far": configs.broker_xml(
            f"{name}.far", far, stomp_port=far_stomp or None, network_connectors=other
        ),
    }


DUPLEX = 'duplex="true"'
COMMA, EACH = dynamic(topic("a,b")), dynamic(topic("a"), topic("b"))
LISTENING: dict[str, tuple[str, str, set[Severity]]] = {
    "comma": ("", COMMA, {Severity.ERROR}),
    "each": ("", EACH, set()),
    "duplex": (DUPLEX, dynamic(topic("a,topic://b")), {Severity.ERROR}),
    "duplex-heard": (DUPLEX, dynamic(topic("a,b"), topic("b")), {Severity.WARNING}),
    "duplex-queues": (DUPLEX, COMMA, {Severity.ERROR}),
    "duplex-refused": (DUPLEX, dynamic(queue("a,b"), queue("b")), set()),
    "duplex-each": (DUPLEX, EACH, set()),
}


@pytest.mark.parametrize("version", distributions.VERSIONS)
def test_what_follows_a_comma_is_a_topic(version: str, tmp_path: Path) -> None:
    """BRK055: a message there breaks the bridge, or crosses to a broker that has no use for it."""
    distributions.require(version)
    ports = {name: [*brokers.free_ports(2)] for name in LISTENING}
    files: dict[str, str] = {}
    for name, (attributes, body, severities) in LISTENING.items():
        near, far = ports[name]
        files |= pair(name, attributes, body, [near, 0, far, 0])
        assert found("BRK055", files[f"{name}.near"]) == severities
    with brokers.start(version, files, tmp_path) as fleet:
        assert fleet.failed == {}
        for name in LISTENING:
            _wait_for_bridge(fleet, name)
        for name in LISTENING.keys() - {"comma"}:
            fleet.send(ports[name][1], "/topic/b", ["1", "2"])
        for name in ("duplex", "duplex-heard"):
            fleet.wait_until(lambda name=name: _arrived(fleet, name) == 2)  # type: ignore[misc]
        time.sleep(SETTLE_SECONDS)
        assert "NullPointerException" not in fleet.log()
        for name in ("duplex-each", "duplex-queues", "duplex-refused"):
            assert _arrived(fleet, name) == 0
        fleet.send(ports["comma"][1], "/topic/b", ["1"])
        fleet.wait_until(lambda: "NullPointerException" in fleet.log())


def _arrived(fleet: Fleet, name: str) -> int:
    """How many messages came over to a topic that nobody on the near broker has asked for."""
    return fleet.stats(f"{name}.near").topic("b").enqueues


def _wait_for_bridge(fleet: Fleet, name: str) -> None:
    fleet.wait_until(lambda: fleet.stats(f"{name}.near").bridged_to() == {f"{name}.far"})


class Asked(stomp.ConnectionListener):  # type: ignore[misc]
    """Answers each request at its `reply-to`, when told to."""

    def __init__(self) -> None:
        self.wanted: list[str] = []
        self.errors: list[str] = []

    def on_message(self, frame: Frame) -> None:
        """Called by stomp.py in its own thread."""
        self.wanted.append(frame.headers["reply-to"])

    def on_error(self, frame: Frame) -> None:
        """Called by stomp.py in its own thread."""
        self.errors.append(frame.body)


LIST = dynamic(queue("R"))
REPLYING = {
    # The attributes and the body of the responder's connector, the body of the requester's
    # (None: there is none), and whether a reply arrives.
    "list": (DUPLEX, LIST, None, False),
    "filter": (f'{DUPLEX} destinationFilter="&gt;"', LIST, None, True),
    "queues": (f'{DUPLEX} destinationFilter="Queue.&gt;"', LIST, None, True),
    "all": (DUPLEX, dynamic(queue(">")), None, True),
    "temporary": (DUPLEX, dynamic(queue("R"), '<tempQueue physicalName="&gt;"/>'), None, False),
    "pair-list": ("", dynamic(queue("S")), static(queue("R")), False),
    "pair-filter": ('destinationFilter="&gt;"', dynamic(queue("S")), static(queue("R")), True),
}


@pytest.mark.parametrize("version", messages.STOMP_VERSIONS)
def test_replies_cross_where_temporary_queues_are_heard(version: str, tmp_path: Path) -> None:
    """BRK057. The requester is on the far broker, the responder on the near one."""
    distributions.require(version)
    ports = {name: brokers.free_ports(4) for name in REPLYING}
    files: dict[str, str] = {}
    for name, (attributes, body, back, arrives) in REPLYING.items():
        both = pair(name, attributes, body, ports[name], back)
        assert found("BRK057", *both.values()) == (set() if arrives else {Severity.INFO})
        files |= both
    with brokers.start(version, files, tmp_path) as fleet:
        assert fleet.failed == {}
        for name in REPLYING:
            _wait_for_bridge(fleet, name)
        replies = {name: _ask(ports[name], fleet, REPLYING[name][3]) for name in REPLYING}
    assert replies == {name: ["reply"] * arrives for name, (*_, arrives) in REPLYING.items()}


def _ask(ports: list[int], fleet: Fleet, arrives: bool) -> list[str]:
    """What a requester on the far broker gets back from a responder on the near one."""
    near, far = ports[1], ports[3]
    asked, inbox = Asked(), messages.Inbox()
    with _connected(near, asked) as responder, _connected(far, inbox) as requester:
        responder.subscribe("/queue/R", id="1", ack="auto")
        requester.subscribe("/temp-queue/mine", id="1", ack="auto")
        requester.send("/queue/R", "request", headers={"reply-to": "/temp-queue/mine"})
        fleet.wait_until(lambda: asked.wanted)
        # The bridge takes a moment to hear of the requester's queue and of its consumer.
        time.sleep(SETTLE_SECONDS / 2)
        responder.send(asked.wanted[0], "reply", headers={"persistent": "true"})
        got: list[str] = inbox.receive(1, 10 if arrives else SETTLE_SECONDS)
    assert asked.errors == []
    return got


@contextmanager
def _connected(port: int, listener: stomp.ConnectionListener) -> Iterator[stomp.Connection12]:
    connection = stomp.Connection12([("127.0.0.1", port)], auto_content_length=False)
    connection.set_listener("", listener)
    connection.connect(wait=True)
    try:
        yield connection
    finally:
        connection.disconnect()
