"""The rule on routes of several hops: whether messages get to the end of them."""

from collections.abc import Iterator, Sequence
from math import inf

from opskit.broker.graphs import reach
from opskit.broker.graphs.reach import Edge, Graph
from opskit.broker.model import Broker, Connector, Entry, Network
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.traffic import included, spreading, spreads, ttl_attribute
from opskit.findings import Finding, Location, Rule, Severity


@RULES.rule(
    Rule(
        "BRK014",
        Severity.WARNING,
        title="messageTTL smaller than a route needs",
        why="A message that has made as many hops as messageTTL allows is not forwarded again: "
        "it stays on the broker in the middle, where nobody consumes it.",
        fix="raise messageTTL on this connector to the number of hops of the whole route",
        reference="NetworkBridgeFilter; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1, 6.1.7",
    )
)
def ttl_too_short(network: Network) -> Iterator[Finding]:
    """Measured: A to B to C, the queue a static include of both connectors, all TTLs 1: messages
    from A stay on B. The same where A's `consumerTTL` is 2 and B's `messageTTL` 1.

    A connector is short where a message can arrive on its broker with its TTL used up: pushed by
    a static include of the same destination, or drawn by the demand of brokers further on.
    Quiet where the first broker also reaches the last one directly. The connectors of a topology's
    route stand in one place: what is the same of them is said once.
    """
    pushed = _pushed_on(network)
    drawn = max((_demand(connector) for connector in spreading(network)), default=1)
    if not pushed and drawn <= 1:
        return
    graph = reach.of(network)
    into: list[list[Edge]] = [[] for _ in graph.nodes]
    for edge in graph.edges:
        into[edge.target].append(edge)
    said: set[tuple[Location | None, str]] = set()
    for edge in graph.edges:
        ttl = edge.connector.ttl("messageTTL")
        if ttl is None or ttl < 1:
            continue
        names = {(entry.kind, entry.name) for entry in included(edge.connector)}
        if ttl >= drawn and pushed.isdisjoint(names):
            continue
        origin, hops = _exhausted(graph, into, edge, names, ttl)
        if hops:
            finding = _short(graph, edge, origin, hops, ttl)
            if (finding.location, finding.message) not in said:
                said.add((finding.location, finding.message))
                yield finding


def _demand(connector: Connector) -> float:
    """How many hops away consumers may be that it forwards for."""
    if not spreads(connector):
        return 1
    ttl = connector.ttl("consumerTTL") or 0
    return inf if ttl < 0 else ttl


def _pushed_on(network: Network) -> set[tuple[str, str]]:
    """What static includes bring to a broker whose own connectors include that name, too."""
    own = {id(broker): _included_names(broker) for broker in network.brokers}
    shared: set[tuple[str, str]] = set()
    for connector in network.connectors:
        if not connector.static:
            continue
        ends = network.remotes(connector)
        if "duplex" in connector.attributes and connector.flag("duplex"):
            ends = [*ends, connector.broker]
        for broker in ends:
            names = own[id(broker)]
            for entry in connector.static:
                if entry.name in names:
                    shared.add((entry.kind, entry.name))
    return shared


def _included_names(broker: Broker) -> set[str]:
    names = {entry.name for connector in broker.connectors for entry in connector.static}
    for connector in broker.connectors:
        if connector.dynamic:
            names.update(entry.name for entry in connector.dynamic)
    return names


def _exhausted(
    graph: Graph,
    into: Sequence[Sequence[Edge]],
    last: Edge,
    names: set[tuple[str, str]],
    ttl: int,
) -> tuple[int, int]:
    """A node from which messages arrive at `last` with their TTL used up, and the hops it takes.

    Steps back from the broker of `last` along connectors that bring messages meant for it.
    """
    seen = {last.source, last.target}
    ends, hops = [last.source], 0
    while ends:
        hops += 1
        before = []
        for node in ends:
            for edge in into[node]:
                if edge.source not in seen and _brings(edge.connector, names, hops + 1):
                    if hops >= ttl and last.target not in graph.targets[edge.source]:
                        return edge.source, hops + 1
                    seen.add(edge.source)
                    before.append(edge.source)
        ends = before
    return last.source, 0


def _brings(connector: Connector, names: set[tuple[str, str]], hops: int) -> bool:
    """Whether it forwards messages that a connector carrying `names` takes to their last hop."""
    if 1 < hops <= _demand(connector):
        return not names or not connector.dynamic or _names(connector.dynamic, names)
    return bool(connector.static) and _names(connector.static, names)


def _names(entries: Sequence[Entry], names: set[tuple[str, str]]) -> bool:
    return any((entry.kind, entry.name) in names for entry in entries)


def _short(graph: Graph, edge: Edge, origin: int, hops: int, ttl: int) -> Finding:
    connector = edge.connector
    attribute = ttl_attribute(connector, "messageTTL")
    first, here, last = (graph.nodes[n].label for n in (origin, edge.source, edge.target))
    return Finding(
        message=f"messages from {first!r} stay on {here!r}: the way to {last!r} has {hops} hops",
        object=connector.label,
        location=connector.location(attribute),
        observed=f"{attribute}={ttl}",
        expected=f"{attribute}={hops}",
    )
