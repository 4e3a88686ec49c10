"""Rules on messages that wait on a broker: durable subscriptions, and queues left behind."""

from collections.abc import Iterator, Sequence

from opskit.broker.model import Broker, Connector, Network
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.traffic import carries, on_demand, overlap
from opskit.findings import Finding, Rule, Severity

_NETWORKS = "https://activemq.apache.org/components/classic/documentation/networks-of-brokers"

#: How many brokers a message lists by name.
_NAMED = 3


@RULES.rule(
    Rule(
        "BRK018",
        Severity.WARNING,
        title="messages stay behind when consumers move",
        why="A message never goes back to a broker that it came through. When the consumers that "
        "drew it move to the broker where it was sent, it stays where it is.",
        fix="add a conditionalNetworkBridgeFilterFactory with replayWhenNoConsumers to the "
        "queues' policyEntry",
        reference=f"{_NETWORKS}#stuck-messages; measured on ActiveMQ 5.17.2",
    )
)
def messages_left_behind(network: Network) -> Iterator[Finding]:
    """Measured: the messages stay without the factory, and go back with it (`enableAudit` need
    not be false for that on 5.17.2, as the ASF page has it).

    It takes two brokers whose consumers can draw queue messages both ways, by a duplex connector
    or by one from each: only there can messages be on the wrong side of a bridge that leads to
    the consumer. One finding a network, at the first such connector of its first broker; none
    for a fragment, which says nothing of policies, and for a broker that replays some queues
    already.
    """
    back = _drawing_back(network)
    stuck = [
        broker
        for broker in network.brokers
        if id(broker) in back and broker.element is not None and not _replays(broker)
    ]
    if not stuck:
        return
    broker, connector = back[id(stuck[0])]
    own = connector.broker is broker
    yield Finding(
        message="queue messages that came by this connection cannot go back"
        + _also([other.label for other in stuck[1:]]),
        object=connector.label if own else broker.label,
        location=connector.location() if own else broker.location(),
        observed="no replayWhenNoConsumers",
        expected="a policyEntry with conditionalNetworkBridgeFilterFactory",
    )


def _also(others: Sequence[str]) -> str:
    if not others:
        return ""
    named = ", ".join(others[:_NAMED])
    more = f" and {len(others) - _NAMED} more" if others[_NAMED:] else ""
    return f"; the same holds for {named}{more}"


def _drawing_back(network: Network) -> dict[int, tuple[Broker, Connector]]:
    """Brokers that messages come to from a broker to which their own bridges lead."""
    found: dict[int, tuple[Broker, Connector]] = {}
    if not _has_pairs(network):
        return found
    one_way: dict[tuple[int, int], Connector] = {}
    for connector in network.connectors:
        if not on_demand(connector, "queue"):
            continue
        broker = connector.broker
        if "duplex" in connector.attributes and connector.flag("duplex"):
            for both in (broker, *network.remotes(connector)):
                found.setdefault(id(both), (both, connector))
            continue
        for remote in network.remotes(connector):
            one_way[id(broker), id(remote)] = connector
            other = one_way.get((id(remote), id(broker)))
            if other is not None and remote is not broker and overlap(connector, other):
                found.setdefault(id(broker), (broker, connector))
                found.setdefault(id(remote), (remote, other))
    return found


def _has_pairs(network: Network) -> bool:
    """Whether there is a duplex connector, or two brokers that could lead to each other."""
    if sum(1 for broker in network.brokers if broker.connectors) > 1:
        return True
    return any("duplex" in connector.attributes for connector in network.connectors)


def _replays(broker: Broker) -> bool:
    policy = broker.child("destinationPolicy")
    return policy is not None and any(
        element.name == "conditionalNetworkBridgeFilterFactory"
        and element.attributes.get("replayWhenNoConsumers", "false").strip().lower() != "false"
        for element in policy.walk()
    )


@RULES.rule(
    Rule(
        "BRK019",
        Severity.ERROR,
        title="a name changes that durable subscriptions hang on",
        why="A bridge's durable subscriptions are called after the connector and both brokers. "
        "After a change it makes new ones: what waited in the old ones is never delivered, and "
        "they go on filling the store.",
        fix="keep the old name, or drain the topics and delete the old subscriptions (NC-DS_...) "
        "when you change it",
        reference=f"{_NETWORKS}; measured on ActiveMQ 5.17.2, 5.18.3",
    )
)
def durable_name_changed(network: Network) -> Iterator[Finding]:
    """Compares with `network.previous`; source: DemandForwardingBridgeSupport, `localClientId`.

    A connector counts as renamed where its URI is the same and its old name is gone, a broker
    where a file holds one before and after. Connectors that carry no topic are left alone.
    """
    for broker in network.brokers if network.previous else ():
        before = _before(broker, network.previous)
        if before is None:
            continue
        if before.name != broker.name and broker.element is not None:
            yield from _broker_renamed(before, broker)
        yield from _connectors_renamed(before, broker)


def _before(broker: Broker, previous: Sequence[Broker]) -> Broker | None:
    """The same broker as it was: by name, else the only one there was, else its file's only."""
    same = [old for old in previous if old.name == broker.name]
    if len(same) == 1:
        return same[0]
    if len(previous) == 1 and not same:
        return previous[0]
    ends = [old for old in previous if _file(old) == _file(broker)]
    return ends[0] if len(ends) == 1 and not same else None


def _file(broker: Broker) -> str:
    return broker.document.name.replace("\\", "/").rpartition("/")[2]


def _broker_renamed(before: Broker, broker: Broker) -> Iterator[Finding]:
    if any(carries(connector, "topic") for connector in before.connectors):
        yield Finding(
            message=f"the broker was called {before.name!r}: its bridges lose their durable "
            "subscriptions",
            object=f"broker {broker.name!r}",
            location=broker.location(attribute="brokerName"),
            observed=f"brokerName={broker.name}",
            expected=f"brokerName={before.name}",
        )


def _connectors_renamed(before: Broker, broker: Broker) -> Iterator[Finding]:
    kept = {connector.name for connector in broker.connectors}
    gone = {
        connector.attributes.get("uri"): connector
        for connector in before.connectors
        if connector.name not in kept and carries(connector, "topic")
    }
    known = {connector.name for connector in before.connectors} if gone else set()
    for connector in broker.connectors if gone else ():
        old = gone.get(connector.attributes.get("uri"))
        if old is not None and connector.name not in known and carries(connector, "topic"):
            yield Finding(
                message=f"the connector was called {old.name!r}: its durable subscriptions are "
                "lost",
                object=connector.label,
                location=connector.location("name"),
                observed=f"name={connector.name}",
                expected=f"name={old.name}",
            )
