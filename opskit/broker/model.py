"""Brokers and the network connectors between them: the plain model that every rule reads.

It is built from broker files (`opskit.broker.reader`) or from a topology document
(`opskit.broker.design.topology`), and says nothing about how.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Literal

from opskit.broker import attributes, uris
from opskit.broker.destinations import Destination
from opskit.broker.versions import Version
from opskit.findings import Location
from opskit.xmltree import Element, XmlDocument

_ANY_HOST = ("0.0.0.0", "::", "", "localhost", "127.0.0.1")  # noqa: S104 (read, never bound)

Target = Literal["self-managed", "amazon-mq"]
#: What a broker calls itself where its file does not.
DEFAULT_NAME = "localhost"


class Entry:
    """One destination in one of a connector's lists."""

    __slots__ = ("element", "kind", "name")

    def __init__(self, kind: str, name: str, element: Element) -> None:
        self.kind = kind
        self.name = name
        self.element = element

    @property
    def destination(self) -> Destination:
        return Destination(self.kind, self.name)


class Connector:
    """One network connector, as its file has it.

    `attributes` are the raw strings of the file. `excluded`, `dynamic`, `static` and `durable`
    are its four destination lists. `uri` is the discovery URI taken apart, None where there is
    none that can be read, and `endpoints` are the transports in it. `origin` stands in for the
    place in the XML where the connector came from somewhere else (a route of a topology).
    """

    __slots__ = (
        *("attributes", "broker", "durable", "dynamic", "element"),
        *("endpoints", "excluded", "origin", "static", "uri"),
    )

    def __init__(self, broker: "Broker", element: Element) -> None:
        self.broker = broker
        self.element = element
        self.attributes = element.attributes
        self.excluded: list[Entry] = []
        self.dynamic: list[Entry] = []
        self.static: list[Entry] = []
        self.durable: list[Entry] = []
        self.origin: Location | None = None
        self.uri, self.endpoints = _read_uri(element.attributes.get("uri", ""))

    @property
    def name(self) -> str:
        return self.attributes.get("name", "NC")

    @property
    def label(self) -> str:
        """How a message names this connector."""
        return f"network connector {self.name!r}"

    def value(self, attribute: str) -> str | None:
        """The attribute, or the default of the broker's version."""
        given = self.attributes.get(attribute)
        return attributes.default(attribute, self.broker.version) if given is None else given

    def flag(self, attribute: str) -> bool:
        """A boolean attribute; TRUE, yes and on are Spring's, and stop a start with the XSD."""
        given = self.attributes.get(attribute)
        if given in ("true", "false"):  # as nearly everywhere
            return given == "true"
        return (self.value(attribute) or "").strip().lower() in ("true", "on", "yes", "1")

    def number(self, attribute: str) -> int | None:
        """An integer attribute; None where it is missing, a placeholder or no number."""
        try:
            return int((self.value(attribute) or "").strip())
        except ValueError:
            return None

    def ttl(self, which: Literal["consumerTTL", "messageTTL"]) -> int | None:
        """Hops; `networkTTL` overrides both, wherever it stands."""
        name = "networkTTL" if "networkTTL" in self.attributes else which
        given = self.attributes.get(name, "1")
        return 1 if given == "1" else self.number(name)

    @property
    def static_only(self) -> bool:
        """Whether nothing but the static list can cross."""
        return self.flag("staticBridge")

    def location(self, attribute: str = "") -> Location:
        return self.origin or self.broker.document.location(self.element, attribute)

    def place(self, entry: Entry) -> Location:
        return self.origin or self.broker.document.location(entry.element)


# The connectors of one network name the same few brokers over and over.
@lru_cache(maxsize=16384)
def _read_uri(text: str) -> tuple[uris.Uri | None, tuple[uris.Uri, ...]]:
    if not text:
        return None, ()
    try:
        uri = uris.parse(text)
    except uris.UriError:
        return None, ()
    return uri, uri.endpoints


@dataclass(eq=False)
class Broker:
    """One broker: its file, its attributes and its connectors.

    `element` is None for a bare `<networkConnectors>` fragment, which says nothing of the rest.
    `endpoints` are its URIs as others reach it, where a topology says them. `version_given` is
    false where nobody said the version and `versions.DEFAULT` stands in for it.
    """

    document: XmlDocument
    element: Element | None
    name: str
    version: Version
    target: Target
    connectors: list[Connector] = field(default_factory=list)
    endpoints: tuple[str, ...] = ()
    origin: Location | None = None
    version_given: bool = True

    @property
    def known_name(self) -> str:
        """As its file says it; empty for a fragment, and where Amazon MQ names it."""
        unsaid = self.target == "amazon-mq" and self.name == DEFAULT_NAME
        return "" if unsaid else self.name

    @property
    def label(self) -> str:
        """How a message names this broker."""
        return f"broker {self.known_name!r}" if self.known_name else "this broker"

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Every `host:port` at which others may reach it, as far as that is known."""
        texts = self.endpoints or tuple(
            transport.attributes.get("uri", "")
            for connectors in [self.child("transportConnectors")]
            if connectors
            for transport in connectors.children
        )
        found: set[str] = set()
        for text in texts:
            uri, _ = _read_uri(text)
            if uri is None or uri.hidden:
                continue
            hosts = (self.name, "localhost", "127.0.0.1") if uri.host in _ANY_HOST else (uri.host,)
            found.update(f"{host}:{uri.port}" for host in hosts)
        return frozenset(found)

    def flag(self, attribute: str, default: bool) -> bool:
        """A boolean attribute of `<broker>`; the default for a fragment."""
        if self.element is None or attribute not in self.element.attributes:
            return default
        return self.element.attributes[attribute].strip().lower() in ("true", "on", "yes", "1")

    def child(self, name: str) -> Element | None:
        return self.element.find(name) if self.element else None

    def plugin(self, name: str) -> Element | None:
        """An element inside `<plugins>`."""
        plugins = self.child("plugins")
        return plugins.find(name) if plugins else None

    def location(self, element: Element | None = None, attribute: str = "") -> Location:
        """The place of an element of this broker; of `<broker>` itself by default."""
        at = element or self.element or self.document.root
        return self.origin or self.document.location(at, attribute)


@dataclass(eq=False)
class Network:
    """What one check looks at: every broker of every file it was given.

    `previous` are the brokers as they were before a change, where there is one to compare with.
    """

    brokers: list[Broker]
    previous: list[Broker] = field(default_factory=list)

    @cached_property
    def connectors(self) -> list[Connector]:
        return [connector for broker in self.brokers for connector in broker.connectors]

    def remotes(self, connector: Connector) -> list[Broker]:
        """The brokers of this network that the connector reaches, by `host:port` or by name.

        An address or a name that several brokers share tells nothing, and counts as unknown.
        """
        # Many connectors lead to one place, and many rules ask where: each is looked for once.
        text = connector.attributes.get("uri", "")
        if text not in self._remotes:
            brokers = [broker for end in connector.endpoints if (broker := self.at(end))]
            self._remotes[text] = list(dict.fromkeys(brokers))
        return self._remotes[text]

    @cached_property
    def _remotes(self) -> dict[str, list[Broker]]:
        return {}

    def at(self, endpoint: uris.Uri) -> Broker | None:
        """The broker of this network that listens at one endpoint."""
        host = endpoint.host
        for known in (
            self._by_address.get(endpoint.address),
            self._by_name.get(host),
            self._by_name.get(host.partition(".")[0]),
        ):
            if known and len(known) == 1:
                return known[0]
        return None

    @cached_property
    def _by_address(self) -> dict[str, list[Broker]]:
        return _index(self.brokers, lambda broker: broker.addresses)

    @cached_property
    def _by_name(self) -> dict[str, list[Broker]]:
        return _index(self.brokers, lambda broker: (broker.name,))


def _index(
    brokers: list[Broker], keys: Callable[[Broker], Iterable[str]]
) -> dict[str, list[Broker]]:
    found: dict[str, list[Broker]] = {}
    for broker in brokers:
        for key in keys(broker):
            found.setdefault(key, []).append(broker)
    return found
