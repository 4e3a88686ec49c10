"""The topology document: brokers, and the routes that messages take between them.

`load` reads one and checks it (`topology_checks`), so that the generators and the model can rely
on every name and every value in it.
"""

from collections.abc import Collection
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from opskit.broker import uris, versions
from opskit.broker.versions import Version
from opskit.decode import decode
from opskit.documents import Document, read_document

_SHOWN = 10

Engine = Literal["activemq", "amazon-mq"]


class BrokerSpec(Struct, frozen=True, forbid_unknown_fields=True):
    """One broker: a single instance, or a pair of which one is active at a time."""

    engine: Annotated[
        Engine, Meta(description="activemq where you run it yourself, amazon-mq where AWS does.")
    ]
    version: Annotated[
        str, Meta(description="The release of ActiveMQ it runs: 5.17.2, or 5.18 for any patch.")
    ]
    endpoints: Annotated[
        tuple[str, ...],
        Meta(
            description="OpenWire URIs as other brokers reach it: one, or one a member of a pair.",
            min_length=1,
        ),
    ]

    @property
    def parsed_version(self) -> Version:
        return versions.parse(self.version)

    @property
    def uris(self) -> tuple[uris.Uri, ...]:
        return tuple(uris.parse(endpoint) for endpoint in self.endpoints)

    @property
    def managed(self) -> bool:
        return self.engine == "amazon-mq"


class Secret(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a password is; never the password. Exactly one of the two."""

    env: Annotated[
        str | None,
        Meta(description="The environment variable that holds it when the broker starts."),
    ] = None
    file: Annotated[str | None, Meta(description="The file that holds it.")] = None

    def __post_init__(self) -> None:
        if (self.env is None) == (self.file is None):
            raise ValueError("give either {env: NAME} or {file: PATH}")


class Account(Struct, frozen=True, forbid_unknown_fields=True):
    """The account with which the bridge logs in to one broker."""

    user: Annotated[str, Meta(description="The user name.", min_length=1)]
    password: Annotated[
        Secret | None,
        Meta(description="Where the password is; Amazon MQ fills in those of its own connectors."),
    ] = None


class Credentials(Struct, frozen=True, forbid_unknown_fields=True):
    """The accounts of a connection; one alone is used on both brokers."""

    local: Annotated[
        Account | None, Meta(description="On the broker that starts the connection.")
    ] = None
    remote: Annotated[Account | None, Meta(description="On the broker that is connected to.")] = (
        None
    )

    def __post_init__(self) -> None:
        if self.local is None and self.remote is None:
            raise ValueError("give local, remote or both")


class Route(Struct, frozen=True, forbid_unknown_fields=True):
    """Messages that go from one broker to another."""

    source: Annotated[str, Meta(description="The broker that messages come from.")] = field(
        name="from"
    )
    target: Annotated[str, Meta(description="The broker that messages go to.")] = field(name="to")
    queues: Annotated[
        tuple[str, ...], Meta(description="Queues that cross; * is one level, a final > the rest.")
    ] = ()
    topics: Annotated[
        tuple[str, ...], Meta(description="Topics that cross; * is one level, a final > the rest.")
    ] = ()
    only: Annotated[
        bool,
        Meta(description="Nothing else crosses. false: the rest follows its consumers."),
    ] = True
    initiator: Annotated[
        str | None,
        Meta(
            description="The broker that starts the connection, `from` or `to`. Where it is not "
            "given: `from`, but the broker on premises where messages come from Amazon MQ."
        ),
    ] = None
    credentials: Annotated[Credentials | None, Meta(description="How the bridge logs in.")] = None
    ttl: Annotated[
        Annotated[int, Meta(ge=1)] | None,
        Meta(description="Hops a message may take; 1 where it is not given."),
    ] = None
    durable: Annotated[
        bool,
        Meta(
            description="Topics follow the subscribers on the other broker, so that durable ones "
            "miss nothing while the connection is down."
        ),
    ] = False
    options: Annotated[
        dict[str, bool | int | str],
        Meta(description="Further attributes of the networkConnector, as in {prefetchSize: 100}."),
    ] = field(default_factory=dict)


class Topology(Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Brokers, and the routes that messages take between them."""

    brokers: Annotated[dict[str, BrokerSpec], Meta(description="The brokers, by name.")]
    routes: Annotated[list[Route], Meta(description="Which messages go where.")]

    def initiator(self, route: Route) -> str:
        """The broker that starts the route's connection, and so has its connectors.

        Amazon MQ seldom reaches into a company's network: a route from there to a broker on
        premises rides on a connection that the latter starts.
        """
        if route.initiator is not None:
            return route.initiator
        inward = self.brokers[route.source].managed and not self.brokers[route.target].managed
        return route.target if inward else route.source

    def acceptor(self, route: Route) -> str:
        """The broker that the connection is made to."""
        return route.target if self.initiator(route) == route.source else route.source

    def is_reverse(self, route: Route) -> bool:
        """Whether messages run against the connection, which then has to be duplex."""
        return self.initiator(route) == route.target

    def initiators(self) -> list[str]:
        """The brokers that start connections, in the document's order."""
        return [name for name in self.brokers if name in self._started]

    def started_by(self, broker: str) -> list[tuple[int, Route]]:
        """The routes whose connections a broker starts, each with its index."""
        return self._started.get(broker, [])

    @cached_property
    def _started(self) -> dict[str, list[tuple[int, Route]]]:
        found: dict[str, list[tuple[int, Route]]] = {}
        for index, route in enumerate(self.routes):
            found.setdefault(self.initiator(route), []).append((index, route))
        return found


def listed(names: Collection[str]) -> str:
    """The first few names, and how many more there are; for messages."""
    more = len(names) - _SHOWN
    return ", ".join(islice(names, _SHOWN)) + (f" and {more} more" if more > 0 else "")


def load(source: str | Path) -> tuple[Topology, Document]:
    """Read and check a topology (`-` is stdin). Raises one InputError that lists all problems."""
    document = read_document(source)
    return from_document(document), document


def from_document(document: Document) -> Topology:
    """The checked topology in a document. Raises one InputError that lists all problems."""
    from opskit.broker.design import topology_checks

    topology_checks.refuse_written_passwords(document)
    topology = decode(document, Topology)
    topology_checks.check(topology, document)
    return topology
