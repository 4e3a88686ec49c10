"""How far a network of brokers reaches: the graph that rules and `broker graph` share.

A node is a broker of the network, or an address (`host:port`) at which no broker of the network
is known to listen. An edge is a network connector in the direction that messages take; a duplex
connector is an edge each way, unless its lists keep it to one. Sets of nodes are Python integers,
one bit a node, so that the distances of a thousand brokers are a few thousand machine-word
operations.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple
from weakref import WeakKeyDictionary

from opskit.broker.design import reverse
from opskit.broker.graphs import cycles
from opskit.broker.model import Broker, Connector, Network
from opskit.broker.uris import Uri

#: More brokers with connectors than this make the routes between all of them too many.
MAX_BROKERS = 10_000
#: Longer routes are not followed to their end: a TTL above is as good as no limit.
MAX_HOPS = 100


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A broker, or an external address, where `broker` is None. `label` is unique in its graph."""

    label: str
    broker: Broker | None = None


class Edge(NamedTuple):
    """One direction of a connector; `source` and `target` index `Graph.nodes`.

    `reverse` marks the way back of a duplex connector, which the far end serves; `both` says
    that there is an edge for the other way, too.
    """

    source: int
    target: int
    connector: Connector
    reverse: bool
    both: bool


class Graph:
    """The network as nodes and edges. Make it with `of`, which keeps one for each network."""

    def __init__(self, network: Network) -> None:
        self.nodes = _broker_nodes(network.brokers)
        self.edges: list[Edge] = []
        self._number = {id(broker): at for at, broker in enumerate(network.brokers)}
        self._external: dict[str, int] = {}
        for connector in network.connectors:
            self._add(network, connector)
        size = range(len(self.nodes))
        self.out: list[list[Edge]] = [[] for _ in size]
        for edge in self.edges:
            self.out[edge.source].append(edge)
        #: The distinct targets of each node, itself left out.
        self.targets: list[set[int]] = [
            {edge.target for edge in edges if edge.target != edge.source} for edges in self.out
        ]

    def _add(self, network: Network, connector: Connector) -> None:
        source = self._number[id(connector.broker)]
        there, back = reverse.ways(connector)
        both = there and back
        for target in self._targets(network, connector):
            if there:
                self.edges.append(Edge(source, target, connector, False, both))
            if back and target != source:
                self.edges.append(Edge(target, source, connector, True, both))

    def _targets(self, network: Network, connector: Connector) -> Iterator[int]:
        for endpoints in _bridges(connector.uri):
            known = {id(broker) for endpoint in endpoints if (broker := network.at(endpoint))}
            if known:
                yield from map(self._number.__getitem__, known)
            elif endpoints:
                yield self._external_node(endpoints[0].address)

    def _external_node(self, address: str) -> int:
        number = self._external.get(address)
        if number is None:
            number = self._external[address] = len(self.nodes)
            self.nodes.append(Node(address))
        return number

    def number(self, broker: Broker) -> int:
        """Where a broker of the network stands in `nodes`."""
        return self._number[id(broker)]

    @cached_property
    def components(self) -> list[list[int]]:
        """Nodes that hang together whatever the direction of the connectors."""
        neighbours = self._neighbours
        seen = [False] * len(self.nodes)
        found = []
        for start in range(len(self.nodes)):
            if seen[start]:
                continue
            seen[start] = True
            component = [start]
            for node in component:  # grows while it is walked
                for other in neighbours[node]:
                    if not seen[other]:
                        seen[other] = True
                        component.append(other)
            found.append(component)
        return found

    @cached_property
    def _neighbours(self) -> list[set[int]]:
        found = [set(targets) for targets in self.targets]
        for node, targets in enumerate(self.targets):
            for target in targets:
                found[target].add(node)
        return found

    def meshed(self, component: Sequence[int]) -> bool:
        """Whether the component is no tree: somewhere two routes lead to the same broker.

        A pair of connectors there and back, or a duplex one, is a single link.
        """
        links = sum(len(self._neighbours[node]) for node in component) // 2
        return links >= len(component)

    def closed(self, component: Sequence[int]) -> bool:
        """Whether every remote in the component is a broker of the network."""
        return all(self.nodes[node].broker is not None for node in component)

    def too_large(self, component: Iterable[int]) -> bool:
        """Whether so many brokers have connectors that routes between all of them take too long."""
        return sum(1 for node in component if self.targets[node]) > MAX_BROKERS

    def eccentricity(self, component: Sequence[int], limit: int | None = None) -> int:
        """Hops of the longest of the shortest routes within a component, or `limit` if sooner.

        MAX_HOPS stands for any that are as long or longer.
        """
        inner = [node for node in component if self.targets[node]]
        ahead = {node: 1 << node for node in inner}
        ends = {node: [t for t in self.targets[node] if t in ahead] for node in inner}
        # Dead ends may be very many: they are in the sets, but have none of their own.
        first = {node: sum(1 << end for end in self.targets[node]) for node in inner}
        hops = 0
        while hops not in (limit, MAX_HOPS):
            further = {}
            for node in inner:
                reached = ahead[node] | first[node]
                for target in ends[node]:
                    reached |= ahead[target]
                further[node] = reached
            if further == ahead:
                return hops
            ahead = further
            hops += 1
        return hops

    @cached_property
    def diameter(self) -> int:
        """Hops of the longest of the shortest routes between any two nodes; at most MAX_HOPS."""
        return max((self.eccentricity(component) for component in self.components), default=0)

    def reach(self, node: int, ttl: int) -> dict[int, int]:
        """Nodes that a message sent at `node` can get to, and in how many hops.

        `ttl` is the most hops; below 0 is no limit, as for the broker.
        """
        found = {node: 0}
        edge_of_search = [node]
        while edge_of_search and (ttl < 0 or found[edge_of_search[0]] < ttl):
            following = []
            for at in edge_of_search:
                for target in self.targets[at]:
                    if target not in found:
                        found[target] = found[at] + 1
                        following.append(target)
            edge_of_search = following
        return found

    def reached_twice(self, node: int) -> int | None:
        """A broker whose consumers `node` hears of through two different neighbours, if any.

        A subscription travels against the edges, as many hops as the `consumerTTL` of the
        connector that hears of it in the end; bridges with static includes only hear of none.
        """
        budget: dict[int, int] = {}
        for edge in self.out[node]:
            if edge.target != node and not edge.connector.static_only:
                ttl = edge.connector.ttl("consumerTTL") or 0
                ttl = len(self.nodes) if ttl < 0 else ttl
                budget[edge.target] = max(ttl, budget.get(edge.target, 0))
        by = {neighbour: neighbour for neighbour, ttl in budget.items() if ttl}
        ends, hops = list(by), 1
        while ends:
            hops += 1
            further = []
            for at in ends:
                first = by[at]
                for target in self.targets[at] if budget[first] >= hops else ():
                    if target not in by and target != node:
                        by[target] = first
                        further.append(target)
                    elif by.get(target, first) != first:
                        return target
            ends = further
        return None

    @cached_property
    def cycles(self) -> list[list[int]]:
        """The strongly connected components of three nodes or more, in the order of `nodes`.

        Two brokers with connectors both ways are a link, not a cycle: a message never goes back
        to a broker that it came through.
        """
        return [sorted(found) for found in cycles.strong(self.targets) if len(found) > 2]

    def example_cycle(self, members: Sequence[int]) -> list[int]:
        """A cycle of three nodes or more among `members`, as short as any through its first one.

        Empty where they hang together by links there and back only.
        """
        return cycles.example(self.targets, members)


def of(network: Network) -> Graph:
    """The graph of a network, made once for each."""
    graph = _graphs.get(network)
    if graph is None:
        graph = _graphs[network] = Graph(network)
    return graph


_graphs: WeakKeyDictionary[Network, Graph] = WeakKeyDictionary()


def _bridges(uri: Uri | None) -> Iterator[Sequence[Uri]]:
    """The endpoints of each bridge that a discovery URI starts.

    `static:` starts one for each of its URIs; `masterslave:` and `failover:` one in all, to
    whichever member of the pair answers.
    """
    if uri is None:
        return
    if uri.parts and uri.scheme in ("static", "simple"):
        for part in uri.parts:
            yield part.endpoints
    else:
        yield uri.endpoints


def _broker_nodes(brokers: Sequence[Broker]) -> list[Node]:
    """A node a broker, called by its name, or also by its file where the name is not unique."""
    names = Counter(broker.name for broker in brokers)
    nodes = []
    for at, broker in enumerate(brokers, 1):
        label = broker.name
        if not label or names[label] > 1:
            label = f"{label or 'broker'} ({broker.document.name}, {at})"
        nodes.append(Node(label, broker))
    return nodes
