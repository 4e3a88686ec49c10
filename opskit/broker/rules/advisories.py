"""Rules on the advisories that a bridge subscribes to, and what it does not hear through them.

A bridge that is not static asks the other broker for the advisories of consumers, one topic for
each dynamic include; `destinationFilter` replaces these topics. See `opskit.broker.bridge`.
"""

from collections.abc import Iterator

from opskit.broker import attributes, bridge, uris
from opskit.broker.destinations import Destination, split
from opskit.broker.model import Broker, Connector, Entry, Network
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.traffic import carries, on_demand
from opskit.findings import Finding, Rule, Severity

_FILTER = "destinationFilter"
_TEMPORARY = "bridgeTempDestinations"
#: As a broker names the temporary queues of its clients, on a host without dots in its name.
_REPLIES = Destination("tempQueue", "ID:host-61616-1700000000000-1:1:1")


@RULES.rule(
    Rule(
        "BRK055",
        Severity.ERROR,
        title="a comma in a dynamic include",
        why="The include becomes the name of an advisory topic, and the comma ends it: consumers "
        "of what stands behind it are not heard. The bridge subscribes to a topic of that name "
        "instead. If it is not duplex, each message there breaks it (a NullPointerException and "
        "a new connection); if it is, they cross unasked where the lists permit them.",
        fix="write an entry for each destination",
        reference="NetworkBridgeConfiguration.getDestinationFilter; measured on ActiveMQ 5.17.2, "
        "5.18.3, 5.19.1 and 6.1.7",
    )
)
def comma_in_dynamic(network: Network) -> Iterator[Finding]:
    """The same holds for `destinationFilter`, of which only the start gets the advisory prefix.

    A static bridge makes no such subscription. A part may be heard through another entry; then
    only the topic is left, of which a duplex bridge brings too much: a warning.
    """
    for connector in network.connectors:
        if _FILTER in connector.attributes:
            yield from _comma_in_filter(connector)
            continue
        composites = [entry for entry in connector.dynamic if "," in entry.name]
        if composites and not connector.static_only:
            effects = _Effects(connector)
            for entry in composites:
                yield from _comma(connector, entry, effects)


def _comma(connector: Connector, entry: Entry, effects: "_Effects") -> Iterator[Finding]:
    if entry.kind not in ("queue", "topic") or uris.has_placeholder(entry.name):
        return
    hear = effects.advisories.hear
    deaf = [part for part in split(entry.destination) if not hear(part)]
    problems = [f"consumers of {', '.join(map(str, deaf))} are not heard"] if deaf else []
    problems += effects.of(entry.name)
    if problems:
        yield Finding(
            message=f"{connector.label}: the dynamic include {entry.name!r} holds a comma: "
            + "; ".join(problems),
            object=connector.label,
            location=connector.place(entry),
            observed=f'<{entry.kind} physicalName="{entry.name}"/>',
            expected="an entry for each destination",
            severity=None if deaf or not connector.flag("duplex") else Severity.WARNING,
        )


def _comma_in_filter(connector: Connector) -> Iterator[Finding]:
    given = connector.attributes[_FILTER]
    if "," not in given or connector.static_only or uris.has_placeholder(given):
        return
    effects = _Effects(connector)
    names = [part.name for part in effects.overheard(given)]
    if names:
        problems = ["no consumer is heard through it", *effects.of(given)]
        yield Finding(
            message=f"{connector.label}: {', '.join(names)} in {_FILTER} is no advisory: "
            + "; ".join(problems),
            object=connector.label,
            location=connector.location(_FILTER),
            observed=given,
            expected=", ".join(f"ActiveMQ.Advisory.Consumer.{name}" for name in names),
            fix="write ActiveMQ.Advisory.Consumer. before each part",
        )


class _Effects:
    """What a connector's commas do to topics that nobody asked for."""

    def __init__(self, connector: Connector) -> None:
        self.advisories = bridge.Advisories(connector)
        self._duplex = connector.flag("duplex")
        self._ends = (bridge.near(connector), bridge.far(connector)) if self._duplex else ()

    def overheard(self, name: str) -> list[Destination]:
        """What stands behind the first comma, as far as the subscription takes it for topics."""
        behind = split(Destination("topic", name))[1:]
        return [part for part in behind if self.advisories.overhear(part)]

    def of(self, name: str) -> list[str]:
        """What becomes of messages on these topics, in words; nothing where they do no harm."""
        topics = self.overheard(name)
        if self._duplex:
            topics = [t for t in topics if all(end.permit(t).allowed for end in self._ends)]
            effect = "messages on {} cross unasked"
        else:
            effect = "each message on {} at the other broker breaks the bridge"
        return [effect.format(", ".join(map(str, topics)))] if topics else []


@RULES.rule(
    Rule(
        "BRK057",
        Severity.INFO,
        title="replies to temporary queues do not come back",
        why="A requester waits on a temporary queue, whose name no list can hold: the bridge does "
        "not hear of that consumer. The other broker knows the queue and takes the reply, and "
        "there it stays.",
        fix='set destinationFilter=">" for request and reply (the list still decides what '
        'crosses), or bridgeTempDestinations="false" where there is none',
        reference="NetworkBridgeConfiguration.getDestinationFilter; measured on ActiveMQ 5.17.2, "
        "5.18.3 and 6.1.7",
    )
)
def replies_stay(network: Network) -> Iterator[Finding]:
    """Measured with STOMP: the request crosses, and its reply only with the filter or a `>`.

    Quiet where no request can have come: it takes a duplex connector, or one of the network
    that brings queues the other way; and where a second connector carries the replies.
    Exclusions do not hold for temporary queues.
    """
    bringing: set[tuple[int, int]] | None = None
    for broker in network.brokers:
        asking = [c for c in broker.connectors if c.dynamic or _FILTER in c.attributes]
        asking = [connector for connector in asking if _asks_without_replies(connector)]
        answered = _answered(broker) if asking else set()
        for connector in asking:
            if any(end.address in answered for end in connector.endpoints):
                continue
            if not connector.flag("duplex"):
                bringing = _bringing(network) if bringing is None else bringing
                remotes = network.remotes(connector)
                if all((id(there), id(broker)) not in bringing for there in remotes):
                    continue
            yield _replies_stay(connector)


def _asks_without_replies(connector: Connector) -> bool:
    """Whether it forwards queues on demand, and its temporary ones are switched on in vain."""
    if not on_demand(connector, "queue") or not connector.flag(_TEMPORARY):
        return False
    listened = [connector.attributes.get(_FILTER, ""), *(e.name for e in connector.dynamic)]
    return not bridge.Advisories(connector).hear(_REPLIES) and not any(
        map(uris.has_placeholder, listened)
    )


def _answered(broker: Broker) -> set[str]:
    """The addresses to which a connector of the broker brings replies."""
    return {
        end.address
        for connector in broker.connectors
        if connector.flag(_TEMPORARY) and bridge.Advisories(connector).hear(_REPLIES)
        for end in connector.endpoints
    }


def _bringing(network: Network) -> set[tuple[int, int]]:
    """The brokers, from and to, between which a one-way connector brings queue messages."""
    return {
        (id(connector.broker), id(remote))
        for connector in network.connectors
        if carries(connector, "queue") and not connector.flag("duplex")
        for remote in network.remotes(connector)
    }


def _replies_stay(connector: Connector) -> Finding:
    heard = bridge.advisory_filter(connector)
    holder = connector.element.find(attributes.DYNAMIC)
    location = connector.location(_FILTER if _FILTER in connector.attributes else "")
    if holder is not None and _FILTER not in connector.attributes:
        location = connector.origin or connector.broker.location(holder)
    return Finding(
        message=f"{connector.label}: it hears of consumers through {heard} only, and so of none "
        "of a temporary queue: replies do not cross",
        object=connector.label,
        location=location,
        observed=f"{_FILTER}={heard}",
        expected=f'{_FILTER}=">" or {_TEMPORARY}="false"',
    )
