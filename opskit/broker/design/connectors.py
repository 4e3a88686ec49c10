"""The network connectors that a route of a topology becomes.

A route that carries nothing else is a static bridge: no advisories, only what is listed. One that
lets the rest cross has its destinations as static includes, always forwarded, and a pattern that
takes everything as dynamic include, forwarded while the other broker has a consumer for it.
Queues and topics have a connector each, so that one can be stopped without the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from opskit.broker import attributes
from opskit.broker.design import reverse
from opskit.broker.design.connector_options import text
from opskit.broker.design.topology import Account, BrokerSpec, Credentials, Route, Topology
from opskit.broker.xml.xmlwrite import Comment, Tag

#: For a single instance: try again after a second, then less and less often.
_RECONNECT = "initialReconnectDelay=1000&maxReconnectDelay=30000&useExponentialBackOff=true"


@dataclass(frozen=True, slots=True)
class Planned:
    """One connector to write, and the route (its index) that it comes from."""

    route: int
    tag: Tag
    comment: Comment | None


def of_broker(topology: Topology, broker: str) -> list[Planned]:
    """The connectors that a broker has to start, in the order of the routes."""
    return [
        planned
        for index, route in topology.started_by(broker)
        for planned in _of_route(topology, index, route)
    ]


def _of_route(topology: Topology, index: int, route: Route) -> Iterator[Planned]:
    for kind, names in (("queue", route.queues), ("topic", route.topics)):
        if names or not route.only:
            one = _Connector(topology, route, kind, names)
            yield Planned(index, one.tag(), one.comment())


def discovery_uri(spec: BrokerSpec) -> str:
    """How a connector finds a single instance, or the active one of a pair."""
    if len(spec.endpoints) == 1:
        return f"static:({spec.endpoints[0]})?{_RECONNECT}"
    return f"masterslave:({','.join(spec.endpoints)})"


class _Connector:
    """The connector of a route for its queues or its topics (`kind`)."""

    def __init__(self, topology: Topology, route: Route, kind: str, names: Sequence[str]) -> None:
        self.route = route
        self.kind = kind
        self.names = names
        self.near = topology.initiator(route)
        self.far = topology.acceptor(route)
        self.local = topology.brokers[self.near]
        self.remote = topology.brokers[self.far]
        self.is_reverse = topology.is_reverse(route)
        self.on_demand = (kind == "topic" and route.durable) or (self.is_reverse and not route.only)
        self.is_static = route.only and not self.on_demand

    def tag(self) -> Tag:
        return Tag("networkConnector", self._attributes(), list(self._lists()))

    def _attributes(self) -> dict[str, str]:
        route = self.route
        found = {
            "name": f"{self.kind[0].upper()}:{route.source}->{route.target}",
            "uri": discovery_uri(self.remote),
        }
        if self.is_reverse:
            found["duplex"] = "true"
        if self.is_static:
            found["staticBridge"] = "true"
        elif route.only or self.kind == "topic":
            # The queues' connector carries those of request and reply, where any may cross.
            found["bridgeTempDestinations"] = "false"
        if route.ttl is not None:
            found["networkTTL"] = str(route.ttl)
        found |= login(self.near, self.far, self.local, route.credentials)
        return found | {name: text(route.options[name]) for name in sorted(route.options)}

    def _lists(self) -> Iterator[Tag]:
        dynamic: Sequence[str] = ()
        static: Sequence[str] = self.names
        if not self.route.only:
            dynamic = [">"]
        elif self.on_demand or self.is_reverse:
            dynamic = self.names
        if self.on_demand:
            static = ()
        elif self.is_reverse:
            static = [reverse.composite(self.kind, self.names).name]
        for element, names in ((attributes.DYNAMIC, dynamic), (attributes.STATIC, static)):
            if names:
                yield Tag(element, {}, [Tag(self.kind, {"physicalName": name}) for name in names])

    def comment(self) -> Comment | None:
        lines = []
        route, near, far = self.route, self.near, self.far
        if self.is_reverse and self.is_static:
            lines.append(
                f"From {far} to {near}, on a connection that {near} starts (duplex). {far} gets "
                f"these lists too. The static include is one composite name, comma included: "
                f"{near} finds it permitted nowhere and subscribes to nothing, so that nothing "
                f"goes to {far}; {far} receives it in parts and forwards each. Leave it whole."
            )
        elif self.is_reverse:
            lines.append(
                f"On a connection that {near} starts (duplex), both ways: a message crosses "
                f"while the other broker has a consumer for it."
            )
        elif self.on_demand:
            lines.append(f"What {far} has subscribers for, durable ones included.")
        if self.is_reverse and route.credentials and self._accounts() == 2:
            lines.append(
                f"A duplex connection logs in with both accounts on both brokers: each has to "
                f"exist on {near} and on {far}, with the same password."
            )
        return Comment("\n".join(lines)) if lines else None

    def _accounts(self) -> int:
        given = self.route.credentials
        return len({account for account in (given.local, given.remote) if account}) if given else 0


def login(
    near: str, far: str, local_broker: BrokerSpec, credentials: Credentials | None
) -> dict[str, str]:
    """The attributes with which the bridge logs in; placeholders stand in for passwords.

    `userName` and `password` count on both brokers unless there are `remoteUserName` and
    `remotePassword`. Amazon MQ fills in the password of its own connectors and permits none.
    """
    if credentials is None:
        return {}
    local, remote = credentials.local or credentials.remote, credentials.remote
    assert local is not None, "Credentials holds one account at least"
    if local_broker.managed:
        return {"userName": local.user}
    found = {
        "userName": local.user,
        "password": placeholder(near if credentials.local else far, local),
    }
    if credentials.local and remote and remote != local:
        found |= {"remoteUserName": remote.user, "remotePassword": placeholder(far, remote)}
    return found


def placeholder(broker: str, account: Account) -> str:
    """`${NAME}` for the account's password, `${BROKER_USER_PASSWORD}` where a file holds it."""
    return "${" + variable(broker, account) + "}"


def variable(broker: str, account: Account) -> str:
    """The environment variable that has to hold the account's password."""
    secret = account.password
    assert secret is not None, "checked by topology_checks"
    if secret.env is not None:
        return secret.env
    words = f"{broker}_{account.user}_PASSWORD".upper()
    return "".join(char if char.isascii() and char.isalnum() else "_" for char in words)
