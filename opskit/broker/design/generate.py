"""Broker configurations from a topology: a fragment, a whole file, or one for Amazon MQ."""

from collections.abc import Sequence
from typing import Literal, get_args

from opskit.broker.design import connectors
from opskit.broker.design.ports import ports
from opskit.broker.design.topology import Route, Topology, listed
from opskit.broker.xml.xmlwrite import Comment, Tag, render
from opskit.errors import UsageError

Kind = Literal["fragment", "activemq", "amazon-mq"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_CORE = "http://activemq.apache.org/schema/core"
_BEANS = "http://www.springframework.org/schema/beans"
# Of the classes that fill in placeholders, the one that every version from 5.x to 6.x has.
_PLACEHOLDERS = "org.springframework.beans.factory.config.PropertyPlaceholderConfigurer"
# bin/activemq says where the data goes; anything else that starts a broker may not.
_DATA = "${activemq.data:activemq-data}"
_LIMITS = "maximumConnections=1000&wireFormat.maxFrameSize=104857600"


def generate(
    topology: Topology,
    broker: str | None = None,
    kind: Kind = "fragment",
    *,
    openings: bool = False,
) -> str:
    """The XML of one kind for a broker; `openings` adds a comment with the ports to open.

    Raises UsageError for a broker that does not fit, or where none is named and several start
    connections.
    """
    name = choose(topology, broker)
    if kind == "activemq":
        return activemq(topology, name, openings=openings)
    if kind == "amazon-mq":
        return amazon_mq(topology, name, openings=openings)
    return fragment(topology, name, openings=openings)


def choose(topology: Topology, broker: str | None) -> str:
    """The broker that is meant: the one named, or the only one that starts connections."""
    if broker is not None:
        if broker not in topology.brokers:
            known = listed(topology.brokers) or "none"
            raise UsageError(f"no broker is called {broker!r}", hint=f"the topology has {known}")
        return broker
    starting = topology.initiators()
    if len(starting) != 1:
        names = listed(starting or topology.brokers)
        what = "several brokers start connections" if starting else "no broker starts a connection"
        raise UsageError(what, hint=f"name one with --broker: {names}")
    return starting[0]


def fragment(topology: Topology, broker: str, *, openings: bool = False) -> str:
    """The `<networkConnectors>` of a broker, to be put into its file."""
    return render([*_openings(topology, broker, openings), _network_connectors(topology, broker)])


def activemq(topology: Topology, broker: str, *, openings: bool = False) -> str:
    """A whole file for a broker that you run, which starts as it is.

    It listens on the ports of its endpoints and takes passwords from the environment. It has no
    users of its own: whoever reaches it may use it, as a comment in it says.
    """
    if topology.brokers[broker].managed:
        raise UsageError(
            f"{broker} is an Amazon MQ broker", hint="--kind amazon-mq writes its configuration"
        )
    configurer = Tag("bean", {"class": _PLACEHOLDERS})
    whole = Tag(
        "beans",
        {
            "xmlns": _BEANS,
            "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
            "xsi:schemaLocation": f"{_BEANS} {_BEANS}/spring-beans.xsd "
            f"{_CORE} {_CORE}/activemq-core.xsd",
        },
        [
            Comment(_environment(topology, broker)),
            configurer,
            *_openings(topology, broker, openings),
            _self_managed(topology, broker),
        ],
    )
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + render([whole])


def amazon_mq(topology: Topology, broker: str, *, openings: bool = False) -> str:
    """The configuration of an Amazon MQ broker, holding only what Amazon MQ permits."""
    if not topology.brokers[broker].managed:
        raise UsageError(
            f"{broker} is no Amazon MQ broker", hint="--kind activemq writes a whole file for it"
        )
    users = sorted({user for r in _routes(topology, broker) for user in _users(r)})
    children: list[Tag | Comment] = [
        Comment(
            "Amazon MQ fills in the passwords. It reports what it leaves out of a configuration: "
            "read the warnings of the update, then reboot the broker."
        ),
        *_openings(topology, broker, openings),
    ]
    if users:
        children.append(Comment(f"Users that this broker needs: {', '.join(users)}."))
    if broker in topology.initiators():
        children.append(_network_connectors(topology, broker))
    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return head + render([Tag("broker", {"xmlns": _CORE}, children)])


def _network_connectors(topology: Topology, broker: str) -> Tag:
    planned = connectors.of_broker(topology, broker)
    children: list[Tag | Comment] = []
    for one in planned:
        if one.comment and one.comment not in children:
            children.append(one.comment)
        children.append(one.tag)
    if not planned:
        children.append(Comment(f"{broker} starts no connection in this topology."))
    return Tag("networkConnectors", {}, children)


def _self_managed(topology: Topology, broker: str) -> Tag:
    """The `<broker>`, its children in alphabetical order."""
    data = f"{_DATA}/{broker}"
    children: list[Tag | Comment] = [
        Tag("managementContext", {}, [Tag("managementContext", {"createConnector": "false"})])
    ]
    if broker in topology.initiators():
        children.append(_network_connectors(topology, broker))
    children += [
        Tag("persistenceAdapter", {}, [Tag("kahaDB", {"directory": f"{data}/kahadb"})]),
        Comment("No users yet: add <plugins> with authentication here before others get access."),
        *_transport_connectors(topology, broker),
    ]
    attributes = {"xmlns": _CORE, "brokerName": broker, "dataDirectory": data}
    return Tag("broker", attributes, children)


def _transport_connectors(topology: Topology, broker: str) -> Sequence[Tag | Comment]:
    """One for each port of the endpoints; the members of a pair usually share theirs."""
    listening = {(uri.scheme, uri.port): None for uri in topology.brokers[broker].uris}
    tags = [
        Tag("transportConnector", {"name": f"{scheme}-{port}", "uri": _listen(scheme, port or 0)})
        for scheme, port in listening
    ]
    secure = any("ssl" in scheme or scheme == "https" for scheme, _ in listening)
    note = "TLS: give the JVM javax.net.ssl.keyStore and javax.net.ssl.keyStorePassword, or add "
    note += "an <sslContext> above this."
    return [*([Comment(note)] if secure else []), Tag("transportConnectors", {}, tags)]


def _listen(scheme: str, port: int) -> str:
    options = "" if scheme in ("http", "https") else f"?{_LIMITS}"
    return f"{scheme}://0.0.0.0:{port}{options}"


def _openings(topology: Topology, broker: str, wanted: bool) -> list[Comment]:
    if not wanted:
        return []
    listed = [str(opening) for opening in ports(topology, broker)] or ["none"]
    return [Comment("\n".join(["Ports to open:", *listed]), fill=False)]


def _environment(topology: Topology, broker: str) -> str:
    """What has to be set in the environment of the broker."""
    variables: dict[str, str] = {}
    for route in _routes(topology, broker):
        near, far = topology.initiator(route), topology.acceptor(route)
        if near != broker or route.credentials is None:
            continue
        for place, account in ((near, route.credentials.local), (far, route.credentials.remote)):
            if account is not None:
                secret = account.password
                origin = f" (from {secret.file})" if secret and secret.file else ""
                variables[connectors.variable(place, account)] = origin
    if not variables:
        return "Fills in placeholders from system properties and the environment."
    listed = ", ".join(f"{name}{origin}" for name, origin in variables.items())
    return f"Fills in placeholders from the environment. To be set there: {listed}."


def _routes(topology: Topology, broker: str) -> list[Route]:
    return [route for route in topology.routes if broker in (route.source, route.target)]


def _users(route: Route) -> list[str]:
    given = route.credentials
    return [a.user for a in (given.local, given.remote) if a] if given else []
