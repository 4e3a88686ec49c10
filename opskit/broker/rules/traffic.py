"""What a connector can carry, as far as its lists say; shared by rules."""

from collections.abc import Iterator

from opskit.broker.destinations import Patterns
from opskit.broker.model import Connector, Entry, Network


def on_demand(connector: Connector, kind: str) -> bool:
    """Whether consumers of the other broker can draw messages of that kind over the bridge."""
    if "staticBridge" in connector.attributes and connector.static_only:
        return False
    return not connector.dynamic or any(entry.kind == kind for entry in connector.dynamic)


def carries(connector: Connector, kind: str) -> bool:
    """Whether any queue, or any topic, can cross, drawn by consumers or pushed."""
    return on_demand(connector, kind) or any(entry.kind == kind for entry in connector.static)


def included(connector: Connector) -> Iterator[Entry]:
    """What the lists name as crossing; nothing where no list restricts it."""
    yield from connector.static
    if not connector.static_only:
        yield from connector.dynamic


def overlap(one: Connector, other: Connector) -> bool:
    """Whether some destination can cross by both."""
    if unrestricted(one) or unrestricted(other):
        return True
    ours = [entry.destination for entry in included(one)]
    theirs = [entry.destination for entry in included(other)]
    return bool(Patterns(ours).covering_any(theirs) or Patterns(theirs).covering_any(ours))


def unrestricted(connector: Connector) -> bool:
    """Whether no list says what may cross."""
    return not connector.static_only and not connector.dynamic


def spreads(connector: Connector) -> bool:
    """Whether subscriptions travel more than one hop."""
    if "networkTTL" not in connector.attributes and "consumerTTL" not in connector.attributes:
        return False
    return connector.ttl("consumerTTL") not in (None, 0, 1) and not connector.static_only


def spreading(network: Network) -> list[Connector]:
    """The connectors over which subscriptions travel more than one hop."""
    connectors = network.connectors
    given = [c for c in connectors if "networkTTL" in c.attributes or "consumerTTL" in c.attributes]
    return [connector for connector in given if spreads(connector)]


def ttl_attribute(connector: Connector, which: str) -> str:
    """The attribute that sets `consumerTTL` or `messageTTL` here."""
    return "networkTTL" if "networkTTL" in connector.attributes else which
