"""Rules on the names of brokers and connectors."""

import re
from collections.abc import Iterator, Sequence

from opskit.broker.model import DEFAULT_NAME, Broker, Connector, Network
from opskit.broker.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity

# A name with a special character in it, other than those that opskit gives: `Q:a->b`, `T:a->b`.
_SPECIAL = re.compile(r"""(?![QT]:[^:,'"?=*]+->[^:,'"?=*]+\Z)[^:,'"?=*]*[:,'"?=*]""")
# Where a path leads differs from machine to machine: a relative one, or one below the broker's.
_OF_THE_MACHINE = re.compile(r"(?![/\\$]|[A-Za-z]:)|\$\{activemq\.")
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
    """Once a broker, at the first such name.

    Quiet for the names that opskit gives (`Q:a->b`): only the colon is spelt differently in them,
    `networkConnectorName=Q_a->b`, as the documentation says. Placeholders are left alone: what
    they stand for is not known; so is the broker's part of the object name where its file does
    not say what it is called.
    """
    special = _SPECIAL.match
    for broker in network.brokers:
        names = [connector.attributes.get("name", "") for connector in broker.connectors]
        found = [at for at, name in enumerate(names) if special(name) and "{" not in name]
        if not found:
            continue
        first, name = broker.connectors[found[0]], names[found[0]]
        spelt = f"networkConnectorName={_encoded(name)}"
        others = f", and {len(found) - 1} more are spelt differently" if found[1:] else ""
        known = broker.known_name and "{" not in broker.known_name
        yield Finding(
            message=f"in JMX {name!r} is {spelt}{others}",
            object=first.label,
            location=first.location("name"),
            observed=name,
            expected=jmx_name(broker.name, name) if known else spelt,
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

    Once a name. An error where connectors of one name lead to one address: there the two meet. It
    is a warning where both name one store that may be shared or a directory of each machine: a
    standby, a copy of the file, or two brokers. Else one address is a warning, for the broker
    there takes the two for one, and none is information: files of several environments may lie
    side by side.

    Brokers on one shared store are one, of which a single member is active at a time. Fragments,
    placeholders and what Amazon MQ calls its brokers are not compared; `localhost`, the default,
    counts only where two of them meet.
    """
    named: dict[str, list[Broker]] = {}
    for broker in network.brokers:
        if broker.element is not None and broker.known_name and "{" not in broker.name:
            named.setdefault(broker.name, []).append(broker)
    for name, alike in named.items():
        brokers = _apart(alike) if len(alike) > 1 else ()
        if len(brokers) > 1:
            first, second, severity, effect = _nearest(brokers)
            if effect or name != DEFAULT_NAME:
                yield Finding(
                    message=f"{len(brokers)} brokers are called {name!r}{effect}",
                    object=f"broker {name!r}",
                    location=second.location(attribute="brokerName"),
                    observed=f"brokerName={name}, as in {first.location(attribute='brokerName')}",
                    expected="a name of its own",
                    severity=severity,
                )


def _apart(brokers: Sequence[Broker]) -> list[Broker]:
    """One broker for each shared store, and those that have none."""
    members: dict[str | int, Broker] = {}
    for broker in brokers:
        store = _store(broker)
        shared = store and not _OF_THE_MACHINE.match(store)
        members.setdefault(store if shared else id(broker), broker)
    return list(members.values())


def _store(broker: Broker) -> str:
    """Where it keeps messages, as written: a directory or a data source; empty if not said."""
    element, adapter = broker.element, broker.child("persistenceAdapter")
    if element is None or element.attributes.get("persistent") == "false":
        return ""
    holder = adapter.children[0] if adapter and adapter.children else element
    source = holder.attributes.get("dataSource", "")
    if not source:
        return holder.attributes.get("directory") or element.attributes.get("dataDirectory", "")
    for bean in broker.document.root.children:
        if bean.attributes.get("id") == source.lstrip("#"):
            text = broker.document.data[bean.start : bean.close]
            return f"/{holder.name} {' '.join(text.decode().split())}"
    return f"/{holder.name} {source}"


def _nearest(brokers: Sequence[Broker]) -> tuple[Broker, Broker, Severity, str]:
    """The two of them that most likely meet, how bad that is, and what it does."""
    refused = list(_meeting(brokers, by_name=True))
    for first, second, connector in refused:
        if not _store(first) or _store(first) != _store(second):
            return first, second, Severity.ERROR, f"; {connector.label} is refused for one of them"
    for first, second, connector in refused:
        effect = f"; if both run, {connector.label} is refused for one of them"
        return first, second, Severity.WARNING, effect
    for first, second, _ in _meeting(brokers, by_name=False):
        return first, second, Severity.WARNING, ""
    return brokers[0], brokers[1], Severity.INFO, ""


def _meeting(
    brokers: Sequence[Broker], *, by_name: bool
) -> Iterator[tuple[Broker, Broker, Connector]]:
    """Brokers with connectors to one address, of all names or of one, and that of the second."""
    seen: dict[tuple[str, str], Broker] = {}
    for broker in brokers:
        for connector in broker.connectors:
            for end in connector.endpoints:
                key = (connector.name if by_name else "", end.address)
                if seen.setdefault(key, broker) is not broker:
                    yield seen[key], broker, connector


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
