"""The network as a whole: what is connected with what, and how far messages get."""

from collections.abc import Iterator
from dataclasses import dataclass

from opskit.broker import reach
from opskit.broker.model import Network
from opskit.broker.reach import Edge, Graph
from opskit.findings import Location

SCHEMA = "opskit.broker.graph/1"


@dataclass(frozen=True, slots=True)
class GraphBroker:
    """A broker, or an address outside the files (`external`).

    A message sent here can get to `reaches` other brokers within the messageTTL of the connectors
    on its way; `beyond` are those that it could get to but for it.
    """

    name: str
    external: bool
    version: str | None
    location: Location | None
    reaches: int
    beyond: tuple[str, ...]

    @property
    def place(self) -> str:
        """`file:line`, or a dash where no file has it."""
        return str(Location(self.location.file, self.location.line)) if self.location else "-"


@dataclass(frozen=True, slots=True)
class GraphConnector:
    """A network connector to one of its brokers. TTLs are hops, None where they are no number."""

    source: str
    target: str
    name: str
    duplex: bool
    message_ttl: int | None
    consumer_ttl: int | None
    location: Location


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
    return BrokerGraph(
        brokers=list(_brokers(shape)),
        connectors=[_connector(shape, edge) for edge in shape.edges if not edge.reverse],
        cycles=[
            [shape.nodes[node].label for node in cycle]
            for members in shape.cycles
            if (cycle := shape.example_cycle(members))
        ],
        diameter=shape.diameter,
        collisions=list(_collisions(shape)),
    )


def _brokers(shape: Graph) -> Iterator[GraphBroker]:
    for number, node in enumerate(shape.nodes):
        broker = node.broker
        reached = _within_ttl(shape, number)
        connected = shape.reach(number, -1)
        yield GraphBroker(
            name=node.label,
            external=broker is None,
            version=str(broker.version) if broker else None,
            location=broker.location() if broker else None,
            reaches=len(reached) - 1,
            beyond=tuple(
                shape.nodes[other].label for other in sorted(connected.keys() - reached.keys())
            ),
        )


def _within_ttl(shape: Graph, start: int) -> dict[int, int]:
    """Where a message sent at a broker can get to, and in how many hops.

    A connector takes it while it has made fewer hops than its messageTTL; below 0 is no limit.
    """
    found = {start: 0}
    queue = [start]
    for node in queue:  # grows while it is walked
        for edge in shape.out[node]:
            ttl = edge.connector.ttl("messageTTL")
            within = ttl is None or ttl < 0 or found[node] < ttl
            if within and edge.target not in found:
                found[edge.target] = found[node] + 1
                queue.append(edge.target)
    return found


def _connector(shape: Graph, edge: Edge) -> GraphConnector:
    connector = edge.connector
    return GraphConnector(
        source=shape.nodes[edge.source].label,
        target=shape.nodes[edge.target].label,
        name=connector.name,
        duplex=connector.flag("duplex"),
        message_ttl=connector.ttl("messageTTL"),
        consumer_ttl=connector.ttl("consumerTTL"),
        location=connector.location(),
    )


def _collisions(shape: Graph) -> Iterator[Collision]:
    duplex: dict[tuple[int, int], list[str]] = {}
    for edge in shape.edges:
        if not edge.reverse and edge.connector.flag("duplex"):
            duplex.setdefault((edge.source, edge.target), []).append(edge.connector.name)
    for (source, target), names in duplex.items():
        back = duplex.get((target, source))
        if back and source < target:
            labels = shape.nodes[source].label, shape.nodes[target].label
            yield Collision(labels, (*names, *back))
