"""A topology as the model: the connectors that are written, at the places of the topology."""

from __future__ import annotations

from opskit.broker import explain
from opskit.broker.design import from_topology, topology
from opskit.broker.destinations import Destination
from opskit.broker.model import Network
from opskit.documents import parse_document
from opskit.findings import Location

TEXT = """\
brokers:
  onprem: {engine: activemq, version: 5.17.2, endpoints: ["tcp://mq.example:61616"]}
  cloud:
    engine: amazon-mq
    version: "5.18"
    endpoints: ["ssl://b-1.example:61617", "ssl://b-2.example:61617"]
routes:
  - {from: onprem, to: cloud, queues: [Out], topics: [News]}
  - from: cloud
    to: onprem
    queues: [In, "in.>"]
"""


def network() -> Network:
    document = parse_document(TEXT.encode(), "t.yaml")
    return from_topology.network(topology.from_document(document), document)


def test_every_broker_is_there_with_what_the_topology_says() -> None:
    onprem, cloud = network().brokers
    assert (onprem.name, onprem.target, str(onprem.version)) == ("onprem", "self-managed", "5.17.2")
    assert (cloud.name, cloud.target, str(cloud.version)) == ("cloud", "amazon-mq", "5.18")
    assert onprem.addresses == {"mq.example:61616"}
    assert cloud.addresses == {"b-1.example:61617", "b-2.example:61617"}
    assert onprem.location() == Location("t.yaml", 2, 3)
    assert cloud.location() == Location("t.yaml", 3, 3)
    assert cloud.connectors == []


def test_connectors_stand_at_their_routes() -> None:
    made = network()
    found = {connector.name: connector for connector in made.connectors}
    assert list(found) == ["Q:onprem->cloud", "T:onprem->cloud", "Q:cloud->onprem"]
    assert found["T:onprem->cloud"].location("uri") == Location("t.yaml", 8, 5)
    assert found["Q:cloud->onprem"].location() == Location("t.yaml", 9, 5)
    assert [entry.name for entry in found["Q:onprem->cloud"].static] == ["Out"]
    assert made.remotes(found["Q:onprem->cloud"]) == [made.brokers[1]]


def test_explain_sees_each_route_cross_in_its_direction_only() -> None:
    made = network()

    def crossing(kind: str, name: str) -> set[tuple[str, str]]:
        return {
            (decision.connector, decision.direction)
            for decision in explain.explain(made, Destination(kind, name))
            if decision.forwarded
        }

    assert crossing("queue", "Out") == {("Q:onprem->cloud", "outbound")}
    assert crossing("topic", "News") == {("T:onprem->cloud", "outbound")}
    assert crossing("queue", "In") == {("Q:cloud->onprem", "inbound")}
    assert crossing("queue", "in.eu") == {("Q:cloud->onprem", "inbound")}
    assert crossing("queue", "Other") == set()
    assert crossing("topic", "In") == set()
