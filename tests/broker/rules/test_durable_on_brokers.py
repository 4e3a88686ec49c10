"""BRK019 on real brokers: what waits in a durable subscription is lost when a name changes."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import stomp  # type: ignore[import-untyped]

from opskit.broker import reader
from opskit.broker.model import Broker, Network
from opskit.broker.rules import RULES
from opskit.xmltree import XmlDocument
from tests.rig import brokers, configs
from tests.rig.distributions import require
from tests.rig.messages import Inbox

pytestmark = pytest.mark.brokers

BODIES = ["0", "1", "2"]


@contextmanager
def durable_subscriber(port: int) -> Iterator[Inbox]:
    """The same durable subscription to topic T each time."""
    connection = stomp.Connection12([("127.0.0.1", port)])
    inbox = Inbox()
    connection.set_listener("inbox", inbox)
    connection.connect(wait=True, headers={"client-id": "reader"})
    try:
        headers = {"activemq.subscriptionName": "reader"}
        connection.subscribe("/topic/T", id="1", ack="auto", headers=headers)
        yield inbox
    finally:
        connection.disconnect()


def received(inbox: Inbox, wanted: list[str], timeout: float) -> list[str]:
    """What has come, once all that is wanted has, or after `timeout` seconds; without repeats.

    Delivery is at least once: a bridge that was cut sends again what it has no answer for.
    """
    deadline = time.monotonic() + timeout
    bodies: list[str] = []
    while (left := deadline - time.monotonic()) > 0:
        bodies = inbox.receive(len(bodies) + 1, left)
        if wanted and set(bodies) >= set(wanted):
            break
    return list(dict.fromkeys(bodies))


def parsed(xml: str) -> list[Broker]:
    return reader.from_document(XmlDocument("source.xml", xml.encode()))


@pytest.mark.parametrize("version", ["5.17.2", "5.18.3"])
@pytest.mark.parametrize(("after", "arrive"), [("before", BODIES), ("renamed", [])])
def test_a_renamed_connector_leaves_messages_behind(
    version: str, after: str, arrive: list[str], tmp_path: Path
) -> None:
    require(version)
    source, target, stomp_port = brokers.free_ports(3)

    def source_xml(name: str) -> str:
        uri = f"static:(tcp://127.0.0.1:{target})?initialReconnectDelay=200&maxReconnectDelay=200"
        bridge = configs.static_bridge(name, uri, staticBridge="false")
        return configs.broker_xml("source", source, persistent=True, network_connectors=bridge)

    target_xml = configs.broker_xml("target", target, persistent=True, stomp_port=stomp_port)
    files = {"source": source_xml("before"), "target": target_xml}
    network = Network(parsed(source_xml(after)), parsed(source_xml("before")))
    found = RULES.run(network, select=["BRK019"])
    assert [finding.rule for finding in found] == ([] if arrive else ["BRK019"])
    with brokers.start(version, files, tmp_path) as fleet:
        fleet.wait_until(lambda: fleet.stats("source").bridged_to() == {"target"})
        with durable_subscriber(stomp_port):
            fleet.wait_until(lambda: fleet.stats("source").topic("T").consumers == 1)
        fleet.stop("target")
        fleet.send(source, "/topic/T", BODIES)
        fleet.stop("source")
        for name, xml in (("target", target_xml), ("source", source_xml(after))):
            assert fleet.start(name, xml)
        assert fleet.connect("source")
        with durable_subscriber(stomp_port) as inbox:
            fleet.wait_until(lambda: fleet.stats("source").topic("T").consumers >= 1)
            assert received(inbox, arrive, 10 if arrive else 3) == arrive
            time.sleep(0.1)
