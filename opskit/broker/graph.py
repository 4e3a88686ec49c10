"""The network as a whole: what is connected with what, and how far messages get."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from opskit.broker import reach
from opskit.broker.model import Connector, Network
from opskit.broker.reach import Edge, Graph
from opskit.findings import Location
from opskit.redact import masked

SCHEMA = "opskit.broker.graph/1"


@dataclass(frozen=True, slots=True)
class GraphBroker:
    """A broker, or an address outside the files (`external`).

    A message sent here can get to `reaches` other brokers within the messageTTL of the connectors
    on its way; `beyond` are those that it could get to but for it. With `at_least` it may get
    further, through a connector that leads nobody knows where. `version` is None where no file
    says it.
    """

    name: str
    external: bool
    version: str | None
    location: Location | None
    reaches: int
    at_least: bool
    beyond: tuple[str, ...]

    @property
    def place(self) -> str:
        """`file:line`, or a dash where no file has it."""
        return str(Location(self.location.file, self.location.line)) if self.location else "-"


@dataclass(frozen=True, slots=True)
class GraphConnector:
    """A network connector and one of the brokers that it leads to.

    Messages go from `source` to `target`, and back as well with `both_ways`; `broker` is the one
    of the two that has the connector. Where the files do not tell where it leads (a placeholder,
    multicast), `known` is false and the other of the two is the URI, or `?`. `duplex` is the
    attribute. TTLs are hops, None where they are no number.
    """

    source: str
    target: str
    both_ways: bool
    known: bool
    name: str
    broker: str
    duplex: bool
    message_ttl: int | None
    consumer_ttl: int | None
    location: Location

    @property
    def place(self) -> str:
        """`file:line`."""
        return str(Location(self.location.file, self.location.line))


@dataclass(frozen=True, slots=True)
class Collision:
    """Two brokers with duplex connectors from both ends, which forward everything twice over."""

    brokers: tuple[str, str]
    connectors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BrokerGraph:
    """Brokers and connectors, and what follows from their shape.

    `cycles` has one cycle as an example for each group of brokers that hang together in a circle;
    `diameter` is the hops of the longest of the shortest ways between two brokers.
    """

    brokers: list[GraphBroker]
    connectors: list[GraphConnector]
    cycles: list[list[str]]
    diameter: int
    collisions: list[Collision]


def graph(network: Network) -> BrokerGraph:
    """The network as a graph, in the order of its files."""
    shape = reach.of(network)
    placed = {id(edge.connector) for edge in shape.edges}
    unplaced = [connector for connector in network.connectors if id(connector) not in placed]
    return BrokerGraph(
        brokers=list(_brokers(shape, unplaced)),
        connectors=list(_connectors(network, shape)),
        cycles=[
            [shape.nodes[node].label for node in cycle]
            for members in shape.cycles
            if (cycle := shape.example_cycle(members))
        ],
        diameter=shape.diameter,
        collisions=list(_collisions(shape)),
    )


def _brokers(shape: Graph, unplaced: Sequence[Connector]) -> Iterator[GraphBroker]:
    for number, node in enumerate(shape.nodes):
        broker = node.broker
        reached = _within_ttl(shape, number)
        connected = shape.reach(number, -1)
        yield GraphBroker(
            name=node.label,
            external=broker is None,
            version=str(broker.version) if broker and broker.version_given else None,
            location=broker.location() if broker else None,
            reaches=len(reached) - 1,
            at_least=any(_leaves(shape, connector, reached) for connector in unplaced),
            beyond=tuple(
                shape.nodes[other].label for other in sorted(connected.keys() - reached.keys())
            ),
        )


def _leaves(shape: Graph, connector: Connector, reached: Mapping[int, int]) -> bool:
    """Whether a message that gets to these nodes, in so many hops, is taken on by a connector."""
    hops = reached.get(shape.number(connector.broker))
    return hops is not None and reach.ways(connector)[0] and _takes(connector, hops)


def _takes(connector: Connector, hops: int) -> bool:
    """Whether it takes a message that has made so many hops; a TTL below 0 is no limit."""
    ttl = connector.ttl("messageTTL")
    return ttl is None or ttl < 0 or hops < ttl


def _within_ttl(shape: Graph, start: int) -> dict[int, int]:
    """Where a message sent at a broker can get to, and in how many hops."""
    found = {start: 0}
    queue = [start]
    for node in queue:  # grows while it is walked
        for edge in shape.out[node]:
            if edge.target not in found and _takes(edge.connector, found[node]):
                found[edge.target] = found[node] + 1
                queue.append(edge.target)
    return found


def _connectors(network: Network, shape: Graph) -> Iterator[GraphConnector]:
    edges: dict[int, list[Edge]] = {}
    for edge in shape.edges:
        if not (edge.both and edge.reverse):  # one row for both ways
            edges.setdefault(id(edge.connector), []).append(edge)
    for connector in network.connectors:
        here = shape.nodes[shape.number(connector.broker)].label
        for edge in edges.get(id(connector), ()):
            ends = shape.nodes[edge.source].label, shape.nodes[edge.target].label
            yield _connector(connector, here, ends, edge.both)
        if id(connector) not in edges:
            there, back = reach.ways(connector)
            away = masked(connector.attributes.get("uri", "").strip()) or "?"
            ends = (here, away) if there else (away, here)
            yield _connector(connector, here, ends, there and back, known=False)


def _connector(
    connector: Connector, broker: str, ends: tuple[str, str], both: bool, *, known: bool = True
) -> GraphConnector:
    return GraphConnector(
        source=ends[0],
        target=ends[1],
        both_ways=both,
        known=known,
        name=connector.name,
        broker=broker,
        duplex=connector.flag("duplex"),
        message_ttl=connector.ttl("messageTTL"),
        consumer_ttl=connector.ttl("consumerTTL"),
        location=connector.location(),
    )


def _collisions(shape: Graph) -> Iterator[Collision]:
    duplex: dict[tuple[int, int], list[str]] = {}
    for edge in shape.edges:
        if edge.both and not edge.reverse:
            duplex.setdefault((edge.source, edge.target), []).append(edge.connector.name)
    for (source, target), names in duplex.items():
        back = duplex.get((target, source))
        if back and source < target:
            labels = shape.nodes[source].label, shape.nodes[target].label
            yield Collision(labels, (*names, *back))
