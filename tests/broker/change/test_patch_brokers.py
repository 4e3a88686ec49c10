"""The files that distributions ship, patched: the broker boots from them and forwards."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from opskit.broker.change import patch
from opskit.broker.design import topology
from opskit.documents import parse_document
from opskit.xmltree import XmlDocument
from tests.rig import brokers, configs, distributions

pytestmark = pytest.mark.brokers

DEBIAN = Path("/etc/activemq/instances-available/main/activemq.xml")
MESSAGES = [f"message {number}" for number in range(20)]


def stock(version: str) -> str:
    """The default activemq.xml of a version."""
    distributions.require(version)
    if version == distributions.DEBIAN_VERSION:
        return DEBIAN.read_text(encoding="utf-8")
    (file,) = distributions.home(version).glob("*/conf/activemq.xml")
    return file.read_text(encoding="utf-8")


def on_loopback(text: str, port: int) -> str:
    """With ports that are free here, and without what needs a web server: console, WebSocket."""
    text = re.sub(r"://[\d.]+:(?!61616)\d+", "://127.0.0.1:0", text)
    text = re.sub(r"://[\d.]+:61616", f"://127.0.0.1:{port}", text)
    return re.sub(r'<import resource="jetty.xml"/>|<transportConnector name="ws".*?/>', "", text)


def plan(text: str, ports: dict[str, int], password: str = "REMOTE_PASSWORD") -> patch.Plan:
    account = {"user": "bridge", "password": {"env": password}}
    document = {
        "brokers": {
            name: {
                "engine": "activemq",
                "version": "5.17.2",
                "endpoints": [f"tcp://127.0.0.1:{port}"],
            }
            for name, port in ports.items()
        },
        "routes": [
            {
                "from": "here",
                "to": "there",
                "queues": ["out"],
                "credentials": {"remote": account},
            },
            {
                "from": "there",
                "to": "here",
                "initiator": "here",
                "queues": ["back"],
                "credentials": {"remote": account},
            },
        ],
    }
    routes = topology.from_document(
        parse_document(json.dumps(document).encode(), "topology.json", is_json=True)
    )
    made = patch.plan(XmlDocument("activemq.xml", text.encode()), routes, "here")
    again = patch.plan(XmlDocument("activemq.xml", made.result), routes, "here")
    assert not again.changed
    return made


@pytest.mark.parametrize("version", ["5.17.2", "5.18.3"])
def test_a_patched_default_file_boots_and_forwards(version: str, tmp_path: Path) -> None:
    here, there = brokers.free_ports(2)
    made = plan(on_loopback(stock(version), here), {"here": here, "there": there})
    assert made.warnings == ()
    connectors = made.result.partition(b"<networkConnectors>")[2].partition(b"</networkConnectors>")
    assert b"<!--" in connectors[0], "the duplex connector explains itself"
    users = {"bridge": "s3cret & more", "app": "app"}
    files = {
        "here": made.result.decode(),
        "there": configs.broker_xml("there", there, plugins=configs.simple_authentication(users)),
    }
    (tmp_path / "credentials.properties").write_text("activemq.username=system\n", encoding="utf-8")
    env = {
        "activemq.data": str(tmp_path / "data"),
        "activemq.base": str(tmp_path),
        "activemq.conf": str(tmp_path),
        "REMOTE_PASSWORD": users["bridge"],
    }
    with brokers.start(version, files, tmp_path, env) as fleet:
        assert fleet.failed == {}
        fleet.wait_until(lambda: fleet.stats("here").bridged_to() == {"there"})
        fleet.send(here, "/queue/out", MESSAGES)
        fleet.send(there, "/queue/back", MESSAGES, "app", "app")
        fleet.send(here, "/queue/stays", MESSAGES)
        with fleet.subscribe(there, "/queue/out", "app", "app") as arrived:
            assert arrived.receive(len(MESSAGES)) == MESSAGES
        with fleet.subscribe(here, "/queue/back") as arrived:
            assert arrived.receive(len(MESSAGES)) == MESSAGES
        assert fleet.stats("here").queue("stays").size == len(MESSAGES)


def test_without_the_bean_that_fills_placeholders_the_broker_starts_and_the_bridge_fails(
    tmp_path: Path,
) -> None:
    """What the patcher warns of."""
    distributions.require("5.17.2")
    here, there = brokers.free_ports(2)
    made = plan(configs.broker_xml("here", here), {"here": here, "there": there})
    assert "nothing in this file fills in ${...}" in made.warnings[0]
    users = configs.simple_authentication({"bridge": "s3cret"})
    files = {
        "here": made.result.decode(),
        "there": configs.broker_xml("there", there, plugins=users),
    }
    with brokers.start("5.17.2", files, tmp_path, {"REMOTE_PASSWORD": "s3cret"}) as fleet:
        assert fleet.failed == {}
        fleet.wait_until(lambda: "SecurityException" in fleet.log())


def test_of_two_holders_the_broker_reads_the_last(tmp_path: Path) -> None:
    """Why the patcher refuses such a file."""
    distributions.require("5.17.2")
    here, one, other = brokers.free_ports(3)
    first = configs.static_bridge("one", f"static:(tcp://127.0.0.1:{one})", ["q"])
    second = configs.static_bridge("other", f"static:(tcp://127.0.0.1:{other})", ["q"])
    files = {
        "here": configs.broker_xml(
            "here",
            here,
            network_connectors=f"{first}</networkConnectors><networkConnectors>{second}",
        ),
        "one": configs.broker_xml("one", one),
        "other": configs.broker_xml("other", other),
    }
    with brokers.start("5.17.2", files, tmp_path) as fleet:
        assert fleet.failed == {}
        fleet.wait_until(lambda: fleet.stats("here").bridged_to() == {"other"})
        assert {bridge.connector for bridge in fleet.stats("here").bridges} == {"other"}
