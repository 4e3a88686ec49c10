"""The rule on what an authorization map has to grant a bridge."""

from collections.abc import Iterator

from opskit.broker.destinations import matches
from opskit.broker.model import Broker, Connector, Network
from opskit.broker.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity
from opskit.xmltree import Element

#: What every connection writes to, and what a bridge that follows consumers reads.
_CONNECTION = "ActiveMQ.Advisory.Connection"
_CONSUMERS = "ActiveMQ.Advisory.Consumer.Queue.any"
_WILDCARD_GROUP = "*"


@RULES.rule(
    Rule(
        "BRK025",
        Severity.WARNING,
        title="the bridge's user may not use the advisory topics",
        why="Every connection announces itself on ActiveMQ.Advisory.Connection, and a bridge that "
        "follows consumers reads ActiveMQ.Advisory.Consumer.>: without these rights it is "
        "refused, in a loop, although its log says 'established' first.",
        fix='add <authorizationEntry topic="ActiveMQ.Advisory.>" read="GROUP" write="GROUP" '
        'admin="GROUP"/> with a group of the bridge\'s user',
        reference="https://activemq.apache.org/components/classic/documentation/security; "
        "measured on ActiveMQ 5.17.2",
    )
)
def advisories_not_allowed(network: Network) -> Iterator[Finding]:
    """Measured: with rights to all queues only, and with ActiveMQ.Advisory.Consumer.> besides,
    the bridge is refused: "not authorized to create: topic://ActiveMQ.Advisory.Connection". With
    ActiveMQ.Advisory.> it works. That is more than the ASF page asks for.

    Looked at are brokers with an authorization map that a connector of the network leads to, and
    those with duplex connectors of their own. The user's groups are known where the broker's
    simpleAuthenticationPlugin lists them; else any group will do.
    """
    guarded = [broker for broker in network.brokers if _entries(broker)]
    if not guarded:
        return
    incoming = _incoming(network, {id(broker) for broker in guarded})
    for broker in guarded:
        for connector, user in incoming.get(id(broker), ()):
            lacking = _lacking(broker, _groups(broker, user), connector.static_only)
            if lacking:
                who = f"user {user!r}" if user else "the bridge's user"
                yield Finding(
                    message=f"{who} of {connector.label} has no rights to topic://{lacking}",
                    object=f"broker {broker.name!r}",
                    location=broker.location(broker.plugin("authorizationPlugin")),
                    observed=f"no entry for {lacking}",
                    expected='topic="ActiveMQ.Advisory.>" with read, write and admin',
                )
                break


def _incoming(network: Network, guarded: set[int]) -> dict[int, list[tuple[Connector, str]]]:
    """The connectors that use each guarded broker, with the user that they use there."""
    found: dict[int, list[tuple[Connector, str]]] = {}
    for connector in network.connectors:
        local = connector.attributes.get("userName", "")
        if id(connector.broker) in guarded and connector.flag("duplex"):
            found.setdefault(id(connector.broker), []).append((connector, local))
        for remote in network.remotes(connector):
            if id(remote) in guarded and remote is not connector.broker:
                user = connector.attributes.get("remoteUserName", local)
                found.setdefault(id(remote), []).append((connector, user))
    return found


def _entries(broker: Broker) -> list[Element]:
    plugin = broker.plugin("authorizationPlugin")
    if plugin is None:
        return []
    return [element for element in plugin.walk() if element.name == "authorizationEntry"]


def _groups(broker: Broker, user: str) -> set[str] | None:
    """The groups of a user of this broker; None where the file does not say them."""
    plugin = broker.plugin("simpleAuthenticationPlugin")
    for element in plugin.walk() if plugin else ():
        if element.name == "authenticationUser" and element.attributes.get("username") == user:
            return _names(element.attributes.get("groups", ""))
    return None


def _lacking(broker: Broker, groups: set[str] | None, static_only: bool) -> str:
    """The first advisory topic that the groups lack a right to; empty where they have all."""
    needed: list[tuple[str, tuple[str, ...]]] = [(_CONNECTION, ("admin", "write"))]
    if not static_only:
        needed.append((_CONSUMERS, ("read",)))
    for topic, rights in needed:
        entries = [
            entry for entry in _entries(broker) if matches(entry.attributes.get("topic", ""), topic)
        ]
        if not all(any(_grants(entry, right, groups) for entry in entries) for right in rights):
            return topic.replace("Queue.any", ">")
    return ""


def _grants(entry: Element, right: str, groups: set[str] | None) -> bool:
    allowed = _names(entry.attributes.get(right, ""))
    if not allowed:
        return False
    if (
        groups is None
        or _WILDCARD_GROUP in allowed
        or any("{" in name for name in allowed | groups)
    ):
        return True
    return bool(allowed & groups)


def _names(text: str) -> set[str]:
    return {name.strip() for name in text.split(",") if name.strip()}
