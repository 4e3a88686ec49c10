"""The model that the rules on upgrades read, their registry, and what they share."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace

from opskit.broker.model import Broker, Network
from opskit.broker.versions import Version
from opskit.findings import Finding, Location, Registry
from opskit.xmltree import Element

TAGS = "release tags of apache/activemq"
MEASURED = f"{TAGS}; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1, 6.1.7"


@dataclass(eq=False)
class Migration:
    """Brokers that run `old` and are to run `new`."""

    network: Network
    old: Version
    new: Version

    def crosses(self, major: int, minor: int, patch: int = 0) -> bool:
        """Whether that release lies between: not in the old version, and in the new one."""
        return self.new.at_least(major, minor, patch) and not self.old.at_least(major, minor, patch)

    def running(self, version: Version) -> Network:
        """The brokers as if that release ran them, for the rules of lint."""
        return Network([_running(broker, version) for broker in self.network.brokers])


def _running(broker: Broker, version: Version) -> Broker:
    twin = replace(broker, version=version, connectors=[])
    for connector in map(copy, broker.connectors):
        connector.broker = twin
        twin.connectors.append(connector)
    return twin


MIGRATION: Registry[Migration] = Registry()


def finding(
    broker: Broker, location: Location, message: str, observed: str = "", expected: str = ""
) -> Finding:
    """A finding on a broker as a whole."""
    return Finding(message, f"broker {broker.name!r}", location, observed, expected)


def elements(broker: Broker) -> Iterator[Element]:
    """What the broker's file says of it; nothing for one that came from a topology."""
    if broker.origin is None:
        yield from (broker.element or broker.document.root).walk()


def whole_file(broker: Broker) -> Iterator[Element]:
    """The same with what stands around the broker: Spring's beans and imports."""
    if broker.origin is None:
        yield from broker.document.root.walk()


def beans(broker: Broker) -> Iterator[tuple[Element, str]]:
    """Spring's beans in the broker's file, each with the name of its class."""
    for element in whole_file(broker):
        if element.name == "bean" and (name := element.attributes.get("class", "").strip()):
            yield element, name
