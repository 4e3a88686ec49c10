"""A topology as the model that lint, explain and graph work on.

What the generator writes is read back, so that they judge the very connectors that a user gets;
places are those of the topology.
"""

from opskit.broker import reader
from opskit.broker.design import connectors, generate
from opskit.broker.design.topology import Topology
from opskit.broker.model import Broker, Network
from opskit.documents import Document
from opskit.xmltree import XmlDocument


def network(topology: Topology, document: Document) -> Network:
    """Every broker of the topology, with the connectors that it starts.

    A finding about a connector stands at its route, one about a broker at its name.
    """
    return Network([_broker(topology, document, name) for name in topology.brokers])


def _broker(topology: Topology, document: Document, name: str) -> Broker:
    spec = topology.brokers[name]
    xml = XmlDocument(document.name, generate.fragment(topology, name).encode())
    broker = reader.from_document(
        xml,
        version=spec.parsed_version,
        target="amazon-mq" if spec.managed else "self-managed",
    )[0]
    broker.name = name
    broker.endpoints = spec.endpoints
    broker.origin = document.location(("brokers", name), key=True)
    planned = connectors.of_broker(topology, name)
    for connector, plan in zip(broker.connectors, planned, strict=True):
        connector.origin = document.location(("routes", plan.route))
    return broker
