"""The rule on connectors that stand where no other rule looks."""

from collections.abc import Iterator
from pathlib import PurePosixPath

from opskit.broker.model import Broker, Network
from opskit.broker.rules.registry import RULES
from opskit.broker.xml.xmltree import Element
from opskit.findings import Finding, Rule, Severity

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
    read = {PurePosixPath(broker.document.name).name for broker in network.brokers}
    seen: set[int] = set()
    for broker in network.brokers:
        if broker.element is None:
            continue
        for element in _others(broker.element):
            yield _finding(broker, element, f"<{element.name}> is not checked")
        if id(broker.document) not in seen:
            seen.add(id(broker.document))
            for element in _imports(broker.document.root):
                name = PurePosixPath(element.attributes.get("resource", "")).name
                if name not in read and not name.startswith("jetty"):
                    yield _finding(broker, element, f"the imported {name or 'file'} was not read")


def _others(element: Element) -> Iterator[Element]:
    for child in element.children:
        if child.name in _OTHERS:
            yield child
        elif child.name == "networkConnectors":
            yield from (node for node in child.children if node.name in _KINDS)


def _imports(root: Element) -> Iterator[Element]:
    yield from (child for child in root.children if child.name == "import")


def _finding(broker: Broker, element: Element, message: str) -> Finding:
    return Finding(message=message, object=broker.label, location=broker.location(element))
