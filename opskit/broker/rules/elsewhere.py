"""The rule on connectors that stand where no other rule looks."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from opskit.broker.model import Broker, Network
from opskit.broker.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity
from opskit.xmltree import Element

#: Elements that make bridges of their own, in `<broker>` and in `<networkConnectors>`.
_OTHERS = ("networkConnectorURIs", "jmsBridgeConnectors", "proxyConnectors")
_KINDS = ("ldapNetworkConnector", "multicastNetworkConnector")


@RULES.rule(
    Rule(
        "BRK064",
        Severity.UNKNOWN,
        title="bridges that stand elsewhere and were not checked",
        why="Bridges made by another element, or in a file that this one imports, work beside "
        "those that were checked.",
        fix="check them by hand, and name imported files with this one; or --ignore BRK064",
        reference="activemq.xsd; Spring's <import>",
    )
)
def bridges_elsewhere(network: Network) -> Iterator[Finding]:
    """Quiet on an import of the web console's jetty.xml, which the stock file has."""
    for broker in network.brokers:
        if broker.element is None:
            continue
        for child in broker.element.children:
            if child.name in _OTHERS:
                yield _finding(broker, child, f"<{child.name}> is not checked")
            elif child.name == "networkConnectors" and len(child.children) > len(broker.connectors):
                for node in child.children:
                    if node.name in _KINDS:
                        yield _finding(broker, node, f"<{node.name}> is not checked")
        if broker.document.root is not broker.element:
            yield from _imports(network, broker)


def _imports(network: Network, broker: Broker) -> Iterator[Finding]:
    for element in broker.document.root.children:
        if element.name == "import":
            name = PurePosixPath(element.attributes.get("resource", "")).name
            read = (PurePosixPath(other.document.name).name for other in network.brokers)
            if not name.startswith("jetty") and name not in read:
                yield _finding(broker, element, f"the imported {name or 'file'} was not read")


def _finding(broker: Broker, element: Element, message: str) -> Finding:
    return Finding(message=message, object=broker.label, location=broker.location(element))
