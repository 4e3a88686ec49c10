"""Rules on how far messages and subscriptions travel: the TTLs of a connector."""

from collections.abc import Iterator, Sequence

from opskit.broker.graphs import reach
from opskit.broker.graphs.reach import Graph
from opskit.broker.model import Connector, Network
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.traffic import on_demand, spreading, spreads, ttl_attribute
from opskit.findings import Finding, Rule, Severity

_SUPPRESS = "suppressDuplicateQueueSubscriptions"


@RULES.rule(
    Rule(
        "BRK013",
        Severity.WARNING,
        title="TTL larger than the network, or a cycle without suppression",
        why="Where two routes lead to the same consumer, each adds a subscription: messages take "
        "detours, and stay on a broker that the consumer has left. A TTL beyond the longest "
        "route only lengthens the detours.",
        fix="set consumerTTL to the number of hops that subscriptions have to travel (1 in a "
        "full mesh), or suppressDuplicateQueueSubscriptions=true on every connector of the cycle",
        reference="https://activemq.apache.org/components/classic/documentation/"
        "networks-of-brokers; AMQ-4607",
    )
)
def ttl_beyond_the_network(network: Network) -> Iterator[Finding]:
    """Source: DemandForwardingBridgeSupport (`serviceRemoteConsumerAdvisory`, `addConsumerInfo`).

    Only `consumerTTL` counts, alone or through `networkTTL`: a large `messageTTL` beside
    `consumerTTL=1` is what AMQ-4607 made for meshes. A TTL of 1 propagates nothing, so that no
    cycle matters then. Connectors there and back between two brokers are one link: a broker
    ignores a subscription that has come through it. The size of a network is known only where
    every remote is among the files; in a tree a large TTL does no harm yet, and is information.
    """
    far = {id(connector): connector.ttl("consumerTTL") or 0 for connector in spreading(network)}
    if not far:
        return
    graph = reach.of(network)
    for component in graph.components:
        connectors = [
            edge.connector
            for node in component
            for edge in graph.out[node]
            if id(edge.connector) in far and not edge.reverse
        ]
        if not connectors:
            continue
        if graph.too_large(component):
            yield _too_large(connectors[0])
            continue
        meshed = graph.meshed(component)
        if graph.closed(component):
            ttls = [far[id(connector)] for connector in connectors]
            limit = max(ttls) if min(ttls) > 0 else None
            size = graph.eccentricity(component, limit)
            if size < reach.MAX_HOPS:
                yield from _too_far(connectors, size, meshed)
        if meshed:
            yield from _unsuppressed(graph, component, connectors)


def _too_large(connector: Connector) -> Finding:
    attribute = ttl_attribute(connector, "consumerTTL")
    return Finding(
        message=f"could not look at routes: more than {reach.MAX_BROKERS} brokers hang together",
        object=connector.label,
        location=connector.location(attribute),
        observed=f"{attribute}={connector.ttl('consumerTTL')}",
        fix="check the network in parts, by naming some of its files",
        severity=Severity.UNKNOWN,
    )


def _too_far(connectors: Sequence[Connector], size: int, meshed: bool) -> Iterator[Finding]:
    for connector in connectors:
        ttl = connector.ttl("consumerTTL") or 0
        if 0 <= ttl <= max(size, 1):
            continue
        attribute = ttl_attribute(connector, "consumerTTL")
        limit = "no limit" if ttl < 0 else f"{ttl} hops"
        yield Finding(
            message=f"subscriptions travel {limit}, and the longest route of this network has "
            f"{size}",
            object=connector.label,
            location=connector.location(attribute),
            observed=f"{attribute}={ttl}",
            expected=f"{attribute}={size} or less",
            severity=None if meshed else Severity.INFO,
        )


def _unsuppressed(
    graph: Graph, component: Sequence[int], connectors: Sequence[Connector]
) -> Iterator[Finding]:
    open_ones: dict[int, list[Connector]] = {}
    for connector in connectors:
        if not connector.flag(_SUPPRESS) and on_demand(connector, "queue"):
            open_ones.setdefault(graph.number(connector.broker), []).append(connector)
    for node in component:
        twice = graph.reached_twice(node) if node in open_ones else None
        for connector in open_ones[node] if twice is not None else ():
            attribute = ttl_attribute(connector, "consumerTTL")
            yield Finding(
                message=f"{graph.nodes[node].label!r} hears of the consumers of "
                f"{graph.nodes[twice or 0].label!r} by two routes, and keeps both",
                object=connector.label,
                location=connector.location(attribute),
                observed=f"{attribute}={connector.ttl('consumerTTL')}, {_SUPPRESS}=false",
                expected=f"{_SUPPRESS}=true",
            )


@RULES.rule(
    Rule(
        "BRK017",
        Severity.WARNING,
        title="syncDurableSubs beyond one hop without dynamicOnly",
        why="The list of durable subscriptions that brokers exchange when they connect says "
        "nothing of hops for subscribers that are offline: the bridge makes demand that nobody "
        "asked for, and messages pile up or go in circles.",
        fix="set dynamicOnly=true, or the TTL to 1",
        reference="AMQ-9689",
    )
)
def durable_sync_beyond_one_hop(network: Network) -> Iterator[Finding]:
    """Source: AMQ-9689 and NetworkBridgeUtils; the attribute is ignored without conduit."""
    for connector in network.connectors:
        if "syncDurableSubs" not in connector.attributes or not connector.flag("syncDurableSubs"):
            continue
        if connector.flag("dynamicOnly") or not connector.flag("conduitSubscriptions"):
            continue
        if spreads(connector):
            attribute = ttl_attribute(connector, "consumerTTL")
            yield Finding(
                message="durable subscriptions are exchanged without their hops, and travel on",
                object=connector.label,
                location=connector.location("syncDurableSubs"),
                observed=f"{attribute}={connector.ttl('consumerTTL')}, dynamicOnly=false",
                expected=f"dynamicOnly=true or {attribute}=1",
            )


@RULES.rule(
    Rule(
        "BRK050",
        Severity.ERROR,
        title="a TTL of 0 forwards nothing",
        why="A message has made 0 hops when it is sent, which is as many as this allows: the "
        "bridge is established and no message crosses.",
        fix="remove the attribute (the default is 1), or write -1 for no limit",
        reference="NetworkBridgeFilter; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1, 6.1.7",
    )
)
def ttl_of_zero(network: Network) -> Iterator[Finding]:
    """Measured with networkTTL=0 and messageTTL=0; consumerTTL=0 alone does no harm."""
    for connector in network.connectors:
        attributes = connector.attributes
        if "messageTTL" not in attributes and "networkTTL" not in attributes:
            continue
        if connector.ttl("messageTTL") == 0:
            attribute = ttl_attribute(connector, "messageTTL")
            yield Finding(
                message="no message crosses: each has made 0 hops, which is the limit",
                object=connector.label,
                location=connector.location(attribute),
                observed=f"{attribute}=0",
                expected=f"{attribute}=1",
            )
