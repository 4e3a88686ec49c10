"""The network as a whole: what is connected with what, and how far messages get."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opskit.broker.design import reverse
from opskit.broker.graphs import reach
from opskit.broker.graphs.reach import Edge, Graph
from opskit.broker.graphs.spread import Spread, first
from opskit.broker.model import Connector, Network
from opskit.errors import InputError
from opskit.findings import Location
from opskit.redact import masked

SCHEMA = "opskit.broker.graph/1"
_NAMES = 100  # with all names the JSON would grow with the square of the network


@dataclass(frozen=True, slots=True)
class GraphBroker:
    """A broker, or an address outside the files (`external`).

    A message sent here can get to `reaches` other brokers within the messageTTL of the connectors
    on its way; there are `beyond_count` more that it could get to but for it, of which `beyond`
    are the first 100. With `at_least` it may get further, through a connector that leads nobody
    knows where. `version` is None where no file says it.
    """

    name: str
    external: bool
    version: str | None
    location: Location | None
    reaches: int
    at_least: bool
    beyond_count: int
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
    `diameter` is the hops of the longest of the shortest ways between two brokers, at most 100.
    """

    brokers: list[GraphBroker]
    connectors: list[GraphConnector]
    cycles: list[list[str]]
    diameter: int
    collisions: list[Collision]


def graph(network: Network) -> BrokerGraph:
    """The network as a graph, in the order of its files."""
    shape = reach.of(network)
    if shape.too_large(range(len(shape.nodes))):
        raise InputError(
            f"a network of more than {reach.MAX_BROKERS} brokers with connectors",
            hint="show it in parts: name some of its files",
        )
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
    spread = Spread(shape, unplaced)
    for number, node in enumerate(shape.nodes):
        broker = node.broker
        reached, leaves = spread.within(number)
        beyond = spread.connected(number) & ~reached
        yield GraphBroker(
            name=node.label,
            external=broker is None,
            version=str(broker.version) if broker and broker.version_given else None,
            location=broker.location() if broker else None,
            reaches=reached.bit_count() - 1,
            at_least=leaves,
            beyond_count=beyond.bit_count(),
            beyond=tuple(shape.nodes[other].label for other in first(beyond, _NAMES)),
        )


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
            there, back = reverse.ways(connector)
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
