"""Rules on the names of brokers and connectors."""

import re
from collections.abc import Iterator

from opskit.broker.model import Broker, Connector, Network
from opskit.broker.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity

_SPECIAL = re.compile(r"""[:,'"?=*]""")
_ENCODED = str.maketrans({**dict.fromkeys(":,'\"", "_"), "?": "&qe;", "=": "&amp;", "*": "&ast;"})
# What the broker replaces in its own name when it starts.
_NOT_IN_BROKER_NAME = re.compile(r"[^a-zA-Z0-9._\-:]")


def jmx_name(broker: str, connector: str) -> str:
    """The object name of a network connector's MBean.

    Source: BrokerMBeanSupport and JMXSupport, the same in 5.17.2 to 6.1.7; a broker first
    replaces by `_` what its own name may not hold.
    """
    own = _encoded(_NOT_IN_BROKER_NAME.sub("_", broker))
    return (
        f"org.apache.activemq:type=Broker,brokerName={own},"
        f"connector=networkConnectors,networkConnectorName={_encoded(connector)}"
    )


def _encoded(name: str) -> str:
    return name.translate(_ENCODED)


@RULES.rule(
    Rule(
        "BRK029",
        Severity.INFO,
        title="a name that JMX spells differently",
        why="Monitoring that looks for the connector by the name in the file does not find it.",
        fix="use the object name shown here in monitoring, or a name without : , ? = * and quotes",
        reference="JMXSupport; measured on ActiveMQ 5.17.2",
    )
)
def name_in_jmx(network: Network) -> Iterator[Finding]:
    """Once a broker, at the first such name, for opskit's own names (`Q:a->b`) are such.

    Placeholders are left alone: what they stand for is not known.
    """
    special = _SPECIAL.search
    for broker in network.brokers:
        names = [connector.attributes.get("name", "") for connector in broker.connectors]
        found = [at for at, name in enumerate(names) if special(name) and "{" not in name]
        if not found:
            continue
        first, name = broker.connectors[found[0]], names[found[0]]
        others = f", and {len(found) - 1} more are spelt differently" if found[1:] else ""
        yield Finding(
            message=f"in JMX {name!r} is networkConnectorName={_encoded(name)}{others}",
            object=first.label,
            location=first.location("name"),
            observed=name,
            expected=jmx_name(broker.name, name),
        )


@RULES.rule(
    Rule(
        "BRK053",
        Severity.ERROR,
        title="two brokers with one brokerName",
        why="A bridge introduces itself as CONNECTOR_BROKER_outbound. Of two brokers of one name "
        "whose connectors have one name, a third broker accepts only the first: the other tries "
        "for ever, and its messages stay.",
        fix="give each broker of the network a brokerName of its own",
        reference="measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1, 6.1.7",
    )
)
def broker_name_twice(network: Network) -> Iterator[Finding]:
    """Measured with two brokers called alike: "Client: n_same_outbound already connected".

    An error where connectors of one name lead to the same broker or address, else a warning:
    monitoring and durable subscriptions still take the two for one. Placeholders and the name
    that a file leaves to the default are compared like any other, fragments not at all.
    """
    named: dict[str, list[Broker]] = {}
    for broker in network.brokers:
        if broker.element is not None and "{" not in broker.name:
            named.setdefault(broker.name, []).append(broker)
    for name, brokers in named.items():
        for position, broker in enumerate(brokers) if len(brokers) > 1 else ():
            clash = _clash(broker, brokers)
            if position or clash:
                yield Finding(
                    message=f"{len(brokers)} brokers are called {name!r}"
                    + (f"; {clash} is refused for one of them" if clash else ""),
                    object=f"broker {name!r}",
                    location=broker.location(attribute="brokerName"),
                    observed=f"brokerName={name}",
                    expected="a name of its own",
                    severity=None if clash else Severity.WARNING,
                )


def _clash(broker: Broker, brokers: list[Broker]) -> str:
    """A connector of which another of the brokers has one by the same name to the same place."""
    others = {
        (connector.name, endpoint.address)
        for other in brokers
        if other is not broker
        for connector in other.connectors
        for endpoint in connector.endpoints
    }
    for connector in broker.connectors if others else ():
        if any((connector.name, end.address) in others for end in connector.endpoints):
            return connector.label
    return ""


@RULES.rule(
    Rule(
        "BRK054",
        Severity.ERROR,
        title="a connector that leads back to its own broker",
        why="The broker notices the loop and lets go without a word in its log: nothing is "
        "forwarded and nothing is tried again.",
        fix="write the other broker's address",
        reference="DemandForwardingBridgeSupport.collectBrokerInfos; measured on ActiveMQ "
        "5.17.2, 5.18.3, 5.19.1, 6.1.7",
    )
)
def connector_to_itself(network: Network) -> Iterator[Finding]:
    """Measured: the connector lists a bridge to its own broker, and messages stay.

    Where only one member of a pair is the broker itself nothing is said: that may be meant.
    """
    for broker in network.brokers:
        hosts = {address.rpartition(":")[0] for address in broker.addresses}
        for connector in broker.connectors:
            text = connector.attributes.get("uri", "")
            # Few URIs name a host of the broker, and the rest is slow.
            if _names_one(text, hosts) and _only_itself(connector, broker):
                yield Finding(
                    message="it connects the broker with itself",
                    object=connector.label,
                    location=connector.location("uri"),
                    observed=text,
                    expected="the address of another broker",
                )


def _names_one(text: str, hosts: set[str]) -> bool:
    for host in hosts:  # noqa: SIM110 (any() takes twice as long)
        if host in text:
            return True
    return False


def _only_itself(connector: Connector, broker: Broker) -> bool:
    endpoints = connector.endpoints
    return bool(endpoints) and all(end.address in broker.addresses for end in endpoints)
