"""The check as a whole: what it takes for granted, and what it finds without being told."""

from pathlib import Path

import pytest

from opskit.broker import lint
from opskit.broker.model import Target

BROKER = """<broker brokerName="b"><networkConnectors>
<networkConnector name="n" uri="static:(tcp://hub:1)"/></networkConnectors></broker>"""
TOPOLOGY = """
brokers:
  a: {engine: activemq, version: "5.18", endpoints: ["tcp://a:1"]}
  b: {engine: activemq, version: "5.18", endpoints: ["tcp://b:1"]}
routes:
  - {from: a, to: b, queues: [Q]}
"""
AMAZON = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<broker xmlns="http://activemq.apache.org/schema/core">
<networkConnectors><networkConnector name="n" userName="bridge" uri="static:(ssl://b:61617)">
<dynamicallyIncludedDestinations><queue physicalName="Q"/></dynamicallyIncludedDestinations>
</networkConnector></networkConnectors>
<transportConnectors><transportConnector name="openwire"/></transportConnectors></broker>"""


def write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "text", "engine", "expected"),
    [
        ("a.xml", BROKER, None, "read as ActiveMQ 5.19; --engine says otherwise"),
        ("a.xml", BROKER, "5.19", ""),
        ("topology.yaml", TOPOLOGY, None, ""),
    ],
)
def test_the_release_that_is_assumed_is_said(
    name: str, text: str, engine: str | None, expected: str, tmp_path: Path
) -> None:
    network = lint.read([write(tmp_path / name, text)], engine=engine)
    assert lint.assumption(network) == expected


def test_a_file_of_amazon_mq_is_judged_as_such(tmp_path: Path) -> None:
    file = write(tmp_path / "cloud.xml", AMAZON.replace("<networkC", "<sslContext/><networkC", 1))
    targets: tuple[Target | None, ...] = (None, "self-managed")
    codes = {
        target: {finding.rule for finding in lint.check([file], target=target)[1].findings}
        & {"BRK028", "BRK049"}
        for target in targets
    }
    assert codes == {None: {"BRK028"}, "self-managed": {"BRK049"}}
