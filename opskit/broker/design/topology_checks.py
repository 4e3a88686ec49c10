"""What a topology has to hold beyond its shape, each problem with the place of the value."""

import re
from collections.abc import Iterator, Sequence

from opskit.broker import uris, versions
from opskit.broker.design import connector_options, reverse
from opskit.broker.design.topology import Account, BrokerSpec, Route, Topology, listed
from opskit.documents import Document, Problems
from opskit.errors import UsageError
from opskit.nodes import ListNode, MapNode, Node, ScalarNode
from opskit.redact import masked
from opskit.suggestions import Suggestions

# What the broker keeps of a brokerName; anything else would become an underscore.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# What the broker trims, takes for a list or for options, and what XML cannot hold.
_NO_DESTINATION = re.compile(r"\A[\x00-\x20]|[\x00-\x1f\ufffe\uffff,?]|[\x00-\x20]\Z|://|\A\Z")
_NO_USER = re.compile(r"[\x00-\x1f\ufffe\uffff]")
_ENGINE_SCHEMES = "tcp, ssl, nio, nio+ssl, auto, auto+ssl, http or https"
#: The ports of Amazon MQ on which something else than OpenWire is spoken.
_AMAZON_OTHER_PORTS = {5671: "AMQP", 61614: "STOMP", 8883: "MQTT", 61619: "WSS", 8162: "console"}
_PASSWORD_HINT = "write {env: NAME} or {file: PATH}, so that nobody reads it here"  # noqa: S105

NAME_HINT = "letters, digits, dots, hyphens and underscores are what a broker keeps of a name"

Path = tuple[str | int, ...]


def is_name(text: str) -> bool:
    """Whether a broker can be called so."""
    return _NAME.fullmatch(text) is not None


def refuse_written_passwords(document: Document) -> None:
    """Raise InputError for passwords that stand in the document; none is shown."""
    problems = Problems(document)
    for node in _passwords(document.root):
        problems.add(node.start, "a password is written out here", _PASSWORD_HINT)
    problems.check()


def _passwords(root: Node) -> Iterator[Node]:
    stack = [root]
    while stack:
        node = stack.pop()
        if isinstance(node, ListNode):
            stack.extend(node.items)
        elif isinstance(node, MapNode):
            for name, (_, value) in node.items.items():
                if name == "password" and isinstance(value, ScalarNode):
                    yield value
                stack.append(value)


def check(topology: Topology, document: Document) -> None:
    """Raise one InputError that lists what is wrong."""
    checks = _Checks(topology, document)
    for name, spec in topology.brokers.items():
        checks.broker(name, spec)
    for index, route in enumerate(topology.routes):
        checks.route(index, route)
    checks.problems.check()


class _Checks:
    """The checks of one topology; each notes what it finds and goes on."""

    def __init__(self, topology: Topology, document: Document) -> None:
        self.topology = topology
        self.document = document
        self.problems = Problems(document)
        self.seen: dict[tuple[str, str], int] = {}
        self.addresses: dict[str, str] = {}
        self.suggest = Suggestions(topology.brokers)

    def note(self, path: Path, message: str, hint: str = "") -> None:
        try:
            index = self.document.node(path).start
        except KeyError:  # a key that was left out: the place is what lacks it
            index = self.document.node(path[:-1]).start
        self.problems.add(index, message, hint)

    def broker(self, name: str, spec: BrokerSpec) -> None:
        path: Path = ("brokers", name)
        if not is_name(name):
            self.note(path, f"{name!r} is no name for a broker", NAME_HINT)
        try:
            versions.parse(spec.version)
        except UsageError as error:
            self.note((*path, "version"), error.message, error.hint)
        for index, endpoint in enumerate(spec.endpoints):
            if trouble := _endpoint_trouble(spec, endpoint):
                self.note((*path, "endpoints", index), *trouble)
                continue
            address = uris.parse(endpoint).address
            if owner := self.addresses.get(address):
                self.note((*path, "endpoints", index), f"{address} is an endpoint of {owner} too")
            self.addresses[address] = name

    def route(self, index: int, route: Route) -> None:
        path: Path = ("routes", index)
        if not self._ends(path, route):
            return
        first = self.seen.setdefault((route.source, route.target), index)
        if first != index:
            self.note(
                path,
                f"a second route from {route.source} to {route.target}; the first is routes"
                f"[{first}], in line {self.document.location(('routes', first)).line}",
                "put the destinations of both into one",
            )
        if route.only and not route.queues and not route.topics:
            hint = "name queues or topics, or write only: false to let everything cross"
            self.note(path, "a route with no queues and no topics carries nothing", hint)
        if route.durable and not route.topics and route.only:
            self.note((*path, "durable"), "durable is about topics, and the route has none")
        for kind, names in (("queues", route.queues), ("topics", route.topics)):
            self._destinations((*path, kind), route, kind[:-1], names)
        self._credentials((*path, "credentials"), route)
        self._options((*path, "options"), route)

    def _ends(self, path: Path, route: Route) -> bool:
        """Whether the brokers that the route names exist and differ."""
        good = True
        for key, name in (("from", route.source), ("to", route.target)):
            if name not in self.topology.brokers:
                close = self.suggest(name)
                meant = f"; did you mean {close}?" if close else ""
                known = listed(self.topology.brokers) or "none"
                self.note((*path, key), f"no broker is called {name!r}{meant}", f"known: {known}")
                good = False
        if good and route.source == route.target:
            self.note((*path, "to"), f"a route from {route.source} to itself")
            good = False
        if good and route.initiator not in (None, route.source, route.target):
            hint = f"{route.source} or {route.target} can start the connection"
            what = f"the initiator {route.initiator!r} is no end of this route"
            self.note((*path, "initiator"), what, hint)
            good = False
        return good

    def _destinations(self, path: Path, route: Route, kind: str, names: Sequence[str]) -> None:
        follows_consumers = not route.only or (kind == "topic" and route.durable)
        one_way = self.topology.is_reverse(route) and not follows_consumers
        leaking = reverse.leaking(kind, names) if one_way else ()
        first: dict[str, int] = {}
        for index, name in enumerate(names):
            at = (*path, index)
            if _NO_DESTINATION.search(name) or uris.has_placeholder(name):
                hint = "one name or pattern an item, without prefix, options and placeholders"
                self.note(at, f"{name!r} is not the name of a {kind}", hint)
            elif first.setdefault(name, index) != index:
                self.note(at, f"the {kind} {name!r} stands here twice")
            elif index in leaking:
                hint = "begin the pattern with a name, or write only: false"
                self.note(at, f"{name!r} cannot be kept to one direction here", hint)

    def _credentials(self, path: Path, route: Route) -> None:
        if route.credentials is None:
            return
        starting = self.topology.brokers[self.topology.initiator(route)]
        local, remote = route.credentials.local, route.credentials.remote
        for key, account in (("local", local), ("remote", remote)):
            if account is not None:
                self._account((*path, key), account, required=not starting.managed)
        if local is None or remote is None or local == remote:
            return
        if starting.managed and local.user != remote.user:
            hint = "create the same user with the same password on both brokers"
            self.note((*path, "remote"), "Amazon MQ logs in with one user on both brokers", hint)
        elif not starting.managed and not connector_options.has(starting, "remoteUserName"):
            hint = "use one account on both brokers, or a broker from 5.16.4 on"
            what = f"ActiveMQ {starting.version} has one account for both brokers of a bridge"
            self.note((*path, "remote"), what, hint)

    def _account(self, path: Path, account: Account, *, required: bool) -> None:
        if _NO_USER.search(account.user) or uris.has_placeholder(account.user):
            self.note((*path, "user"), f"{account.user!r} is not the name of a user")
        if account.password is None:
            if required:
                self.note(path, f"the account of {account.user} has no password", _PASSWORD_HINT)
            return
        variable = account.password.env
        if variable is not None and not _VARIABLE.fullmatch(variable):
            what = f"{variable!r} is no name of an environment variable"
            self.note((*path, "password", "env"), what)
        path_of_file = account.password.file
        if path_of_file is not None and not (path_of_file and path_of_file.isprintable()):
            self.note((*path, "password", "file"), f"{path_of_file!r} is no path of a file")

    def _options(self, path: Path, route: Route) -> None:
        spec = self.topology.brokers[self.topology.initiator(route)]
        if _is_version(spec.version):
            for name, value in route.options.items():
                if trouble := connector_options.trouble(spec, route, name, value):
                    self.note((*path, name), *trouble)


def _is_version(text: str) -> bool:
    try:
        versions.parse(text)
    except UsageError:
        return False
    return True


def _endpoint_trouble(spec: BrokerSpec, endpoint: str) -> tuple[str, str] | None:
    """What is wrong with an endpoint, and what to do; None where nothing is."""
    example = "as in tcp://mq.example:61616"
    if not endpoint.isprintable() or " " in endpoint:
        return (
            f"white space or a control character inside the URI {endpoint!r}",
            "no broker can be reached under it",
        )
    if masked(endpoint) != endpoint:
        return (
            "a password inside an endpoint",
            "bridges log in with the credentials of a route: {env: NAME} or {file: PATH}",
        )
    try:
        uri = uris.parse(endpoint)
    except uris.UriError as error:
        return f"not a URI: {error}", example
    if uri.parts or uri.scheme in uris.AGENTS - uris.OPENWIRE or uri.scheme in uris.WRAPPERS:
        return f"{endpoint!r} wraps other URIs", "list the endpoints; opskit writes the wrapper"
    if uri.scheme not in uris.OPENWIRE - {"vm"}:
        hint = f"a bridge speaks OpenWire: {_ENGINE_SCHEMES}"
        return f"a bridge cannot be made over {uri.scheme}://", hint
    if not uri.host or uri.port is None or not 0 < uri.port < 65536 or set("(),") & set(endpoint):
        return f"not a URI with host and port: {endpoint!r}", example
    if spec.managed and uri.scheme != "ssl":
        return f"Amazon MQ listens on ssl://, not on {uri.scheme}://", "as in ssl://HOST:61617"
    if spec.managed and uri.port in _AMAZON_OTHER_PORTS:
        what = f"{uri.port} is Amazon MQ's port for {_AMAZON_OTHER_PORTS[uri.port]}"
        return what, "OpenWire is on 61617"
    return None
