"""What one end of a bridge lets pass and what it asks for, as the broker decides it.

A bridge moves a message when the destination is permitted and when there is demand for it: a
subscription that the bridge itself has made on the sending broker. Static includes make theirs
at the start; any other follows a consumer on the receiving broker, heard of through advisories.

Source: `DemandForwardingBridgeSupport`, `ConduitBridge` and `NetworkBridgeConfiguration` of
apache/activemq, in which this has been the same from 5.17.2 to 6.1.7.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from opskit.broker import destinations, uris
from opskit.broker.destinations import Destination, Patterns
from opskit.broker.model import Connector, Entry

DecidedBy = Literal["temporary", "excluded", "static", "dynamic", "default"]

_CONSUMERS = "ActiveMQ.Advisory.Consumer."
_ADVISORIES = "ActiveMQ.Advisory."


@dataclass(frozen=True, slots=True)
class Listed:
    """A destination in a list of this end, and the entry of the file that put it there."""

    destination: Destination
    entry: Entry

    @property
    def unknown(self) -> bool:
        """Whether it is a placeholder, which only the broker's environment can fill."""
        return uris.has_placeholder(self.destination.name)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a destination may pass, the list that says so and the entry in it, if there is one.

    `allowed` is None where the answer hangs on a placeholder.
    """

    allowed: bool | None
    by: DecidedBy
    listed: Listed | None = None


class _Order:
    """The destinations of a list, made ready to be asked which of them speaks first."""

    def __init__(self, listed: Iterable[Listed] = ()) -> None:
        self._listed: list[Listed] = []
        self._patterns = Patterns()
        self._unknown: dict[str, int] = {}
        for one in listed:
            self.add(one)

    def add(self, one: Listed) -> None:
        if one.unknown:
            self._unknown.setdefault(one.destination.kind, len(self._listed))
        self._listed.append(one)
        self._patterns.add(one.destination)

    def first(self, destination: Destination) -> Listed | None:
        """The first that covers the destination, or that might, being a placeholder."""
        places = self._patterns.first(destination), self._unknown.get(destination.kind)
        known = [place for place in places if place is not None]
        return self._listed[min(known)] if known else None

    def covers(self, destination: Destination) -> bool:
        return self._patterns.first(destination) is not None


class End:
    """One end of a connector's bridge, with the three lists as that end has them."""

    def __init__(
        self,
        connector: Connector,
        excluded: Iterable[Listed],
        static: Iterable[Listed],
        dynamic: Iterable[Listed],
    ) -> None:
        self.connector = connector
        self.excluded = tuple(excluded)
        self.static = tuple(static)
        self.dynamic = tuple(dynamic)

    def permit(self, destination: Destination, *, arriving: bool = False) -> Verdict:
        """Whether the lists let it pass. Temporary destinations that arrive always may."""
        if destination.temporary:
            return Verdict(arriving or self.connector.flag("bridgeTempDestinations"), "temporary")
        if listed := self._excluded.first(destination):
            return Verdict(None if listed.unknown else False, "excluded", listed)
        if listed := self._static.first(destination):
            return Verdict(None if listed.unknown else True, "static", listed)
        if listed := self._dynamic.first(destination):
            return Verdict(None if listed.unknown else True, "dynamic", listed)
        return Verdict(False, "dynamic") if self.dynamic else Verdict(True, "default")

    def is_static(self, destination: Destination) -> bool:
        """Whether a static include covers it, whatever the other lists say."""
        return self._static.covers(destination)

    @cached_property
    def _excluded(self) -> _Order:
        return _Order(self.excluded)

    @cached_property
    def _static(self) -> _Order:
        return _Order(self.static)

    @cached_property
    def _dynamic(self) -> _Order:
        return _Order(self.dynamic)

    def subscription(self, destination: Destination) -> Listed | None:
        """The static include whose subscription takes what is sent to the destination."""
        return self._subscriptions.first(destination)

    @cached_property
    def _subscriptions(self) -> _Order:
        """The static includes that the bridge subscribes to when it starts.

        The bridge looks at each by its name, as if a pattern were the name of a queue: it has to
        be permitted, and, where subscriptions are merged, not covered by one made before.
        """
        made = _Order()
        for listed in self.static:
            wanted = listed.destination
            if self.permit(wanted).allowed is False:
                continue
            if self._merges(wanted) and made.first(wanted):
                continue
            made.add(listed)
        return made

    def _merges(self, destination: Destination) -> bool:
        """Whether a new static subscription joins one that covers it; queues usually stay apart."""
        connector = self.connector
        return connector.flag("conduitSubscriptions") and (
            destination.is_topic or connector.flag("conduitNetworkQueueSubscriptions")
        )


def near(connector: Connector) -> End:
    """The end on the broker whose file has the connector."""
    return End(
        connector,
        _listed(connector.excluded),
        _listed(connector.static),
        _listed(connector.dynamic),
    )


def far(connector: Connector) -> End:
    """The other end of a duplex connector, which has its lists from the near one, as text."""
    return End(
        connector,
        _sent(connector.excluded),
        _sent(connector.static),
        _sent(connector.dynamic),
    )


def is_advisory(destination: Destination) -> bool:
    """Whether brokers write to it what happens in them; they tell nobody of its consumers."""
    return destination.is_topic and destination.name.startswith(_ADVISORIES)


class Advisories:
    """The subscription with which a bridge learns of the other side's consumers.

    `filter` are its topics, whose names hold the destination's. Of a composite dynamic include
    only the first part gets into that subscription.
    """

    def __init__(self, connector: Connector) -> None:
        self.filter = advisory_filter(connector)
        self._static_only = connector.static_only
        self._topics = Patterns([Destination("topic", self.filter)])

    def hear(self, destination: Destination) -> bool:
        """Whether the bridge learns of the consumers that a destination has on the other side."""
        kind = "Topic" if destination.is_topic else "Queue"
        return self._take(destination, f"{_CONSUMERS}{kind}.{destination.physical}")

    def overhear(self, destination: Destination) -> bool:
        """Whether the subscription takes messages of this topic as well.

        It does where a comma in a dynamic include makes a topic of its own of what follows. Each
        end of a duplex bridge then forwards that topic to the other, as far as it is permitted. A
        bridge that is not duplex takes the message for an advisory and breaks: a
        NullPointerException, and a new connection, for each (measured on 5.17.2 and 6.1.7).
        """
        return destination.kind == "topic" and self._take(destination, destination.name)

    def _take(self, destination: Destination, topic: str) -> bool:
        if self._static_only or is_advisory(destination):
            return False
        return self._topics.first(Destination("topic", topic)) is not None


def advisory_filter(connector: Connector) -> str:
    """The advisory topics that a bridge subscribes to: `destinationFilter`, or its default."""
    given = connector.value("destinationFilter")
    if given is not None:
        return given if given.startswith(_CONSUMERS) else _CONSUMERS + given
    if not connector.dynamic:
        return f"{_CONSUMERS}>"
    return ",".join(
        f"{_CONSUMERS}{entry.kind.capitalize()}.{entry.destination.physical}"
        for entry in connector.dynamic
        if not entry.destination.temporary
    )


def _listed(entries: Iterable[Entry]) -> Iterator[Listed]:
    return (Listed(entry.destination, entry) for entry in entries)


def _sent(entries: Iterable[Entry]) -> list[Listed]:
    """A list as the far end reads it from `[queue://a, topic://b]`.

    A composite is written there without its type, and read as its parts: those of a composite
    topic become queues. A part without a name loses the whole list.
    """
    pieces = [
        (piece.strip(), entry)
        for entry in entries
        for piece in _written(entry.destination).split(",")
    ]
    while pieces and not pieces[-1][0]:
        pieces.pop()
    sent = [Listed(destinations.read(piece, "queue"), entry) for piece, entry in pieces]
    return sent if all(listed.destination.physical for listed in sent) else []


def _written(destination: Destination) -> str:
    if destination.composite:
        return destination.physical
    return str(Destination(destination.kind, destination.physical))
