"""Rules on how a connector learns what the other broker's consumers want: advisories."""

from collections.abc import Iterator

from opskit.broker import bridge
from opskit.broker.destinations import split
from opskit.broker.model import Broker, Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.registry import ALL_FOUR, RULES
from opskit.findings import Finding, Location, Rule, Severity

_NETWORKS = "https://activemq.apache.org/components/classic/documentation/networks-of-brokers"


def _finding(
    connector: Connector,
    message: str,
    attribute: str = "",
    expected: str = "",
    severity: Severity | None = None,
    location: Location | None = None,
) -> Finding:
    return Finding(
        message=f"{connector.label}: {message}",
        object=connector.label,
        location=location or connector.location(attribute),
        observed=connector.attributes.get(attribute, "") if attribute else "",
        expected=expected,
        severity=severity,
    )


@RULES.rule(
    Rule(
        "BRK011",
        Severity.ERROR,
        title="advisories off without an entirely static bridge",
        why="A bridge learns from the other broker's advisories what is wanted there: a broker "
        "without them gets nothing but static includes.",
        fix='take advisorySupport="false" out, or make every connector staticBridge="true"',
        reference=f"{_NETWORKS}; {ALL_FOUR}",
    )
)
def advisories_off(network: Network) -> Iterator[Finding]:
    """An error where messages flow towards the broker: a connector to it, or a duplex one of it.

    Its own one-way connectors listen to the other broker and do forward (measured): a warning,
    for whoever connects to this broker finds no demand.
    """
    silent = [broker for broker in network.brokers if not broker.flag("advisorySupport", True)]
    if not silent:
        return
    for broker in silent:
        for connector in broker.connectors:
            if not connector.static_only:
                yield _own(broker, connector)
    for connector in network.connectors:
        if connector.static_only:
            continue
        for remote in network.remotes(connector):
            if any(remote is broker for broker in silent):
                message = f"it reaches {remote.name!r}, which has advisorySupport off"
                yield _finding(connector, message, "uri", 'staticBridge="true"')


def _own(broker: Broker, connector: Connector) -> Finding:
    duplex = connector.flag("duplex")
    consequence = (
        "its reverse bridge forwards nothing"
        if duplex
        else "it forwards, but what connects to this broker finds no demand"
    )
    return _finding(
        connector,
        f"advisorySupport is off and the bridge is not static: {consequence}",
        expected='staticBridge="true"',
        severity=None if duplex else Severity.WARNING,
        location=broker.location(attribute="advisorySupport"),
    )


@RULES.rule(
    Rule(
        "BRK016",
        Severity.WARNING,
        title="conduitSubscriptions that do not fit the destinations",
        why="Off, each subscriber of a topic on the other broker brings a copy, and every "
        "subscriber gets all of them. On, consumers are merged into one and their selectors lost.",
        fix='use two connectors: topics with conduitSubscriptions="true", queues with "false"',
        reference=f"{_NETWORKS}, 'Conduit subscriptions'",
    )
)
def conduit(network: Network) -> Iterator[Finding]:
    """Selectors are the consumers' own and stand in no file but for the plugin that keeps them."""
    for value in sorted(index.of(network).values("conduitSubscriptions")):
        if value.strip() not in ("false", "0"):
            continue
        found = index.of(network).having("conduitSubscriptions", value)
        for connector in filter(_carries_topics, found):
            message = "topics cross with conduitSubscriptions off: subscribers get duplicates"
            yield _finding(connector, message, "conduitSubscriptions", "true")
    for broker in network.brokers:
        if broker.plugin("subQueueSelectorCacheBrokerPlugin") is None:
            continue
        for connector in broker.connectors:
            if connector.flag("conduitSubscriptions") and not connector.static_only:
                message = "it merges consumers while this broker keeps their selectors"
                yield _finding(connector, message, "conduitSubscriptions", "false")


def _carries_topics(connector: Connector) -> bool:
    """Whether a topic's consumers are followed; a static topic is one subscription anyway."""
    if connector.static_only:
        return False
    if connector.dynamic:
        return any(entry.kind == "topic" for entry in connector.dynamic)
    return not any(e.kind == "topic" and e.name.strip() == ">" for e in connector.excluded)


@RULES.rule(
    Rule(
        "BRK030",
        Severity.WARNING,
        title="no list of what may cross",
        why="The bridge then listens to the advisories of every consumer of the other broker, "
        "and whatever is wanted there crosses.",
        fix="list the destinations in dynamicallyIncludedDestinations, or set "
        'staticBridge="true" with staticallyIncludedDestinations',
        reference=f"{_NETWORKS}, 'dynamicallyIncludedDestinations'",
    )
)
def advisory_flood(network: Network) -> Iterator[Finding]:
    for connector in network.connectors:
        if connector.dynamic or connector.attributes.get("staticBridge") == "true":
            continue
        if not connector.static_only and "destinationFilter" not in connector.attributes:
            yield _finding(connector, f"no dynamic include list: {_open(connector)} may cross")


def _open(connector: Connector) -> str:
    """What exclusions leave; they do not hold for temporary destinations."""
    shut = {
        part.kind
        for entry in connector.excluded
        for part in split(entry.destination)
        if part.name == ">" and part.kind == entry.kind
    }
    left = [f"{kind}s" for kind in ("queue", "topic") if kind not in shut]
    if len(left) == 2:
        wanted = "that is wanted and not excluded" if connector.excluded else "that is wanted"
        return f"static includes, and all else {wanted}" if connector.static else f"all {wanted}"
    if connector.flag("bridgeTempDestinations"):
        left.append("temporary destinations")
    return f"only {' and '.join(left)}" if left else "nothing"


@RULES.rule(
    Rule(
        "BRK042",
        Severity.ERROR,
        title="a static bridge that lacks static includes",
        why='With staticBridge="true" only static includes cross: without any, nothing does. '
        "Dynamic includes draw nothing, and a composite beside them is not permitted: its own "
        "name, comma included, is in no list.",
        fix="list the destinations in staticallyIncludedDestinations, an entry for each",
        reference=f"DemandForwardingBridgeSupport.startRemoteBridge; {ALL_FOUR}",
    )
)
def static_bridge_without_statics(network: Network) -> Iterator[Finding]:
    """A warning where there are static includes, and dynamic ones beside them for nothing.

    A duplex connector may have a composite for its far end alone, which takes it apart: the
    form of `design/reverse.py`. Its dynamic includes are what refuses it at the near end.
    """
    for connector in index.of(network).having("staticBridge"):
        if (connector.static and not connector.dynamic) or not connector.static_only:
            continue
        if not connector.static:
            message = "a static bridge without static includes forwards nothing"
            yield _finding(connector, message, "staticBridge", "staticallyIncludedDestinations")
            continue
        if not connector.flag("duplex"):
            yield from _refused_composites(connector)
        listed = {part for entry in connector.static for part in split(entry.destination)}
        for entry in connector.dynamic:
            if not listed.issuperset(split(entry.destination)):
                yield _finding(
                    connector,
                    f"a static bridge draws nothing for the dynamic include {entry.name!r}",
                    expected="the entry in staticallyIncludedDestinations",
                    severity=Severity.WARNING,
                    location=connector.place(entry),
                )


def _refused_composites(connector: Connector) -> Iterator[Finding]:
    """Static includes that only the dynamic list keeps the bridge from subscribing to."""
    end = bridge.near(connector)
    for entry in connector.static:
        verdict = end.permit(entry.destination)
        if entry.destination.composite and verdict.allowed is False and verdict.by == "dynamic":
            yield _finding(
                connector,
                f"the bridge does not subscribe to the static include {entry.name!r}: beside "
                "dynamic includes no list permits a composite",
                expected="an entry for each destination",
                location=connector.place(entry),
            )
