"""Rules on a connector's lists of destinations, entry against entry.

A destination is decided in this order: excluded, then static, then dynamic (source:
DemandForwardingBridgeSupport.isPermissableDestination).
"""

from collections.abc import Iterator

from opskit.broker.design import reverse
from opskit.broker.destinations import KINDS, Destination, Patterns, has_wildcard, split
from opskit.broker.model import Broker, Connector, Entry, Network
from opskit.broker.rules.registry import ALL_FOUR, RULES
from opskit.findings import Finding, Rule, Severity

_AMQ_6331 = "https://issues.apache.org/jira/browse/AMQ-6331"


def _finding(
    connector: Connector, entry: Entry, message: str, expected: str = "", fix: str = ""
) -> Finding:
    return Finding(
        message=f"{connector.label}: {message}",
        object=connector.label,
        location=connector.place(entry),
        observed=_text(entry),
        expected=expected,
        fix=fix,
    )


def _text(entry: Entry) -> str:
    return f'<{entry.kind} physicalName="{entry.name}"/>'


def _names_one(entry: Entry) -> bool:
    """Whether an entry names a destination at all; BRK041 reports those that do not."""
    return entry.kind in KINDS and bool(entry.name.strip())


class _Exclusions:
    """The exclusions of a connector, made ready to be asked about many destinations."""

    def __init__(self, connector: Connector) -> None:
        self.entries = [entry for entry in connector.excluded if _names_one(entry)]
        self._patterns = Patterns(entry.destination for entry in self.entries)

    def covering(self, destination: Destination) -> Entry | None:
        """The exclusion that decides about a destination."""
        found = self._patterns.first(destination)
        return None if found is None else self.entries[found]

    def shut_out(self, entry: Entry) -> Iterator[tuple[Destination, Entry]]:
        """The destinations of an entry that an exclusion covers, each with that exclusion."""
        if not _names_one(entry):
            return
        whole = self.covering(entry.destination)
        for part in split(entry.destination):
            exclusion = whole or self.covering(part)
            if exclusion is not None:
                yield part, exclusion


@RULES.rule(
    Rule(
        "BRK001",
        Severity.ERROR,
        title="a static include covered by an exclusion",
        why='Exclusions are checked before static includes: the bridge is "established", and no '
        "message of this destination crosses.",
        fix='take the exclusion out, and set staticBridge="true" so that nothing else crosses',
        reference=f"AMQ-6331, {_AMQ_6331}; {ALL_FOUR}",
    )
)
def static_excluded(network: Network) -> Iterator[Finding]:
    """So since 5.14.0. The ASF page that says exclusions do not touch statics is wrong."""
    for connector in network.connectors:
        if not connector.excluded or not connector.static:
            continue
        if not connector.broker.version.at_least(5, 14):
            continue
        exclusions = _Exclusions(connector)
        for entry in connector.static:
            for destination, exclusion in exclusions.shut_out(entry):
                yield _finding(
                    connector,
                    entry,
                    f"{destination} does not cross: the exclusion {_text(exclusion)} at "
                    f"{connector.place(exclusion)} covers this static include",
                    "no exclusion that covers it",
                )


@RULES.rule(
    Rule(
        "BRK043",
        Severity.ERROR,
        title="a dynamic include covered by an exclusion",
        why="Exclusions are checked first, so that no message of this destination crosses.",
        fix="take out the exclusion or the include; a dynamic list already shuts out all others",
        reference="DemandForwardingBridgeSupport.isPermissableDestination; " + ALL_FOUR,
    )
)
def dynamic_excluded(network: Network) -> Iterator[Finding]:
    for connector in network.connectors:
        if not connector.excluded or not connector.dynamic or connector.static_only:
            continue
        exclusions = _Exclusions(connector)
        for entry in connector.dynamic:
            for destination, exclusion in exclusions.shut_out(entry):
                yield _finding(
                    connector,
                    entry,
                    f"{destination} does not cross: the exclusion {_text(exclusion)} at "
                    f"{connector.place(exclusion)} covers this dynamic include",
                    "no exclusion that covers it",
                )


@RULES.rule(
    Rule(
        "BRK044",
        Severity.ERROR,
        title="an exclusion inside a static wildcard",
        why="The bridge takes the excluded messages from the broker and neither forwards nor "
        "acknowledges them: when there are as many as prefetchSize, nothing of the wildcard "
        "crosses any more.",
        fix="list the destinations that shall cross, without a wildcard",
        reference="DemandForwardingBridgeSupport.serviceLocalCommand; measured on ActiveMQ 5.17.2 "
        "and 6.1.7",
    )
)
def hole_in_static(network: Network) -> Iterator[Finding]:
    """Once an exclusion, with the first static wildcard that it stalls."""
    for connector in network.connectors:
        if not connector.excluded or not connector.static:
            continue
        wildcards = [entry for entry in connector.static if has_wildcard(entry.name)]
        if not wildcards:
            continue
        exclusions = _Exclusions(connector)
        open_ = [entry for entry in wildcards if not any(exclusions.shut_out(entry))]
        patterns = Patterns(entry.destination for entry in open_)
        for exclusion in exclusions.entries:
            found = [patterns.first(hole) for hole in split(exclusion.destination)]
            stalled = [number for number in found if number is not None]
            if stalled:
                message = f"the exclusion {_text(exclusion)} stalls {_text(open_[min(stalled)])}"
                yield _finding(connector, exclusion, message, "no exclusion inside it")


@RULES.rule(
    Rule(
        "BRK045",
        Severity.WARNING,
        title="a queue among the durable destinations",
        why="durableDestinations is for topics; the broker passes over a queue without a word.",
        fix="move the queue to staticallyIncludedDestinations or dynamicallyIncludedDestinations",
        reference="NetworkConnector.getDurableTopicDestinations; measured on ActiveMQ 5.17.2",
    )
)
def durable_queue(network: Network) -> Iterator[Finding]:
    for connector in network.connectors:
        for entry in connector.durable:
            if entry.kind in ("queue", "tempQueue"):
                message = f"the durable destination {entry.name!r} is a queue, and is ignored"
                yield _finding(connector, entry, message, f'<topic physicalName="{entry.name}"/>')


@RULES.rule(
    Rule(
        "BRK046",
        Severity.INFO,
        title="a wildcard in a static include",
        why="It forwards whatever matches (measured), but the documentation forbids it: another "
        "release may drop it.",
        fix="list the destinations one by one",
        reference="https://activemq.apache.org/components/classic/documentation/"
        "networks-of-brokers, 'staticallyIncludedDestinations'",
    )
)
def static_wildcard(network: Network) -> Iterator[Finding]:
    """Not said of the reverse form: its one include cannot be taken apart."""
    for connector in network.connectors:
        for entry in connector.static:
            name = entry.name
            if (">" in name or "*" in name) and has_wildcard(name):
                if reverse.has_form(connector):
                    continue
                message = f"the static include {name!r} is a wildcard"
                yield _finding(connector, entry, message, "plain names")


@RULES.rule(
    Rule(
        "BRK047",
        Severity.WARNING,
        title="a static queue in two connectors towards the same broker",
        why="Each is a consumer of its own: the messages are dealt out between the two bridges, "
        "and arrive out of order.",
        fix="keep the queue in one of the connectors",
        reference="measured on ActiveMQ 5.17.2: of 4 messages each bridge took 2",
    )
)
def static_twice(network: Network) -> Iterator[Finding]:
    for broker in network.brokers:
        if len(broker.connectors) < 2:
            continue
        names = [entry.name for connector in broker.connectors for entry in connector.static]
        if len(set(names)) != len(names):
            yield from _shared(broker)


def _shared(broker: Broker) -> Iterator[Finding]:
    first: dict[tuple[str, str], tuple[Connector, Entry]] = {}
    for connector in broker.connectors:
        addresses = {endpoint.address for endpoint in connector.endpoints}
        for entry in connector.static:
            if entry.kind != "queue":
                continue
            for address in addresses:
                other, twin = first.setdefault((entry.name, address), (connector, entry))
                if other is not connector:
                    yield _finding(
                        connector,
                        entry,
                        f"the queue {entry.name!r} is static in {other.label} as well, at "
                        f"{other.place(twin)}, towards the same broker {address}",
                        "the queue in one connector",
                    )
                    break
