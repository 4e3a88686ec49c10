"""Rules on the brokers that a URI leads to: scheme, host, port, and the members of a pair."""

import re
from collections.abc import Iterator

from opskit.broker.model import Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.uris import finding
from opskit.broker.uris import OPENWIRE, WRAPPERS, Uri
from opskit.findings import Finding, Location, Rule, Severity

_TRANSPORTS = "https://activemq.apache.org/components/classic/documentation/uri-protocols"
_AMAZON = "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/network-of-brokers.html"
#: What listens on the other ports of an Amazon MQ broker.
_AMAZON_PORTS = {5671: "AMQP", 61614: "STOMP", 8883: "MQTT", 61619: "WSS", 8162: "the console"}
_AMAZON_SUFFIX = (".amazonaws.com", ".amazonaws.com.cn")
_MEMBER = re.compile(r"(b-[0-9a-f-]+)-([12])\.mq\.(.+)", re.IGNORECASE)
# Java's grammar of a server: labels, the last of which starts with a letter, or four numbers.
_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)*[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.?"
)
_IPV4 = re.compile(r"(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)", re.ASCII)
# These transports open a socket to host and port as they stand in the URI.
_SOCKETS = OPENWIRE - {"vm", "http", "https"}


def _transports(uri: Uri) -> Iterator[Uri]:
    """The URI itself, or those that it wraps: the ones that open a connection."""
    if uri.scheme in WRAPPERS or uri.parts:
        for part in uri.parts:
            yield from _transports(part)
    else:
        yield uri


@RULES.rule(
    Rule(
        "BRK004",
        Severity.ERROR,
        title="a scheme that is not OpenWire's",
        why="A bridge speaks OpenWire. Another scheme is never connected, while the broker "
        "starts and tries for ever.",
        fix="use ssl:// or tcp:// with the OpenWire port of the other broker",
        reference=f"{_TRANSPORTS}; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1 and 6.1.7",
    )
)
def not_openwire(network: Network) -> Iterator[Finding]:
    """Measured: stomp, amqp+ssl, ws, wss, a misspelt scheme, and TCP in capitals.

    AWS's page on networks of brokers says that AMQP, STOMP, MQTT and WSS would do: they do not.
    """
    if OPENWIRE.issuperset(index.of(network).schemes):
        return
    for connector, part in index.of(network).parts:
        if part.scheme not in OPENWIRE:
            yield from _wrong_schemes(connector, part)


def _wrong_schemes(connector: Connector, outer: Uri) -> Iterator[Finding]:
    for part in _transports(outer):
        if part.scheme in OPENWIRE:
            continue
        if part.scheme.lower() in OPENWIRE:
            expected = f"{part.scheme.lower()}: schemes are lower case"
        elif "." in part.scheme:
            expected = f"ssl://{part.text}"  # `host:port` reads as scheme and path
        else:
            expected = "ssl, tcp, nio, nio+ssl, auto or auto+ssl"
        yield finding(
            connector,
            f"{part.scheme!r} is no transport that speaks OpenWire",
            observed=part.text,
            expected=expected,
        )


@RULES.rule(
    Rule(
        "BRK021",
        Severity.WARNING,
        title="an active/standby pair that is not treated as one",
        why="Of an Amazon MQ pair one member is active. static:(a,b) keeps trying the standby for "
        "ever; with one member alone the bridge is down after a failover.",
        fix="write masterslave:(ssl://...-1...:61617,ssl://...-2...:61617)",
        reference=_AMAZON,
    )
)
def pair(network: Network) -> Iterator[Finding]:
    """A lone `-1` is a single instance as well; it counts where its `-2` is known here."""
    found = index.of(network)
    if not any(host.endswith(_AMAZON_SUFFIX) for host, _ in found.addresses):
        return
    listed = [
        (connector, part.host)
        for connector, part in found.parts
        if part.host.endswith(_AMAZON_SUFFIX)
        and (uri := connector.uri) is not None
        and uri.scheme in ("static", "simple")
    ]
    known = _members(network)
    seen: set[int] = set()
    for connector, host in listed:
        member = _MEMBER.fullmatch(host)
        if member is None or id(connector) in seen:
            continue
        other = f"{member[1]}-{3 - int(member[2])}.mq.{member[3]}".lower()
        beside = [h.lower() for c, h in listed if c is connector]
        if other in beside:
            seen.add(id(connector))
            yield finding(connector, "both members of a pair in static:", expected="masterslave:")
        elif member[2] == "2" or other in known:
            seen_at = f"; the other, {other}, stands at {known[other]}" if other in known else ""
            yield finding(
                connector,
                f"only {host} of an active/standby pair{seen_at}",
                expected=f"{other} as well",
            )


def _members(network: Network) -> dict[str, Location]:
    """Every Amazon MQ host that a connector or a topology names, with the first such place."""
    found: dict[str, Location] = {}
    for connector in network.connectors:
        for transport in connector.endpoints:
            host = transport.host.lower()
            if host.endswith(_AMAZON_SUFFIX) and host not in found:
                found[host] = connector.location("uri")
    for broker in network.brokers:
        for address in broker.addresses:
            found.setdefault(address.rpartition(":")[0].lower(), broker.location())
    return found


@RULES.rule(
    Rule(
        "BRK033",
        Severity.ERROR,
        title="a host or port that no connection can be opened to",
        why='The broker starts and retries for ever: "hostname can\'t be null" or "port out of '
        'range".',
        fix="write scheme://HOST:PORT with a host name of letters, digits and hyphens",
        reference="java.net.URI, 'server-based naming authority'; measured on ActiveMQ 5.17.2",
    )
)
def no_such_address(network: Network) -> Iterator[Finding]:
    """An underscore is the usual cause: Java reads such a host as none."""
    found = index.of(network)
    wrong = {address for address in found.addresses if not _usable(*address)}
    if not wrong:
        return
    for connector, part in found.parts:
        if (part.host, part.port) in wrong:
            yield from _wrong_addresses(connector, part)


def _wrong_addresses(connector: Connector, outer: Uri) -> Iterator[Finding]:
    for part in _transports(outer):
        if part.scheme not in _SOCKETS or part.hidden:
            continue
        if not part.host or not _is_host(part.host):
            problem, expected = f"no usable host in {part.text!r}", "letters, digits, - and ."
        elif part.port is None:
            problem, expected = f"no port in {part.text!r}", f"{part.scheme}://{part.host}:61617"
        elif not 0 < part.port < 65536:
            problem, expected = f"port {part.port} does not exist", "1 to 65535"
        else:
            continue
        yield finding(connector, problem, observed=part.text, expected=expected)


def _usable(host: str, port: int | None) -> bool:
    return port is not None and 0 < port < 65536 and _is_host(host)


def _is_host(host: str) -> bool:
    return bool(_HOST.fullmatch(host) or _IPV4.fullmatch(host) or ":" in host)


@RULES.rule(
    Rule(
        "BRK059",
        Severity.WARNING,
        title="a connection from Amazon MQ to a broker outside AWS",
        why="Amazon MQ reaches brokers inside its VPC and in peered ones; anywhere else the "
        "bridge never comes up.",
        fix="start the connection on the other broker, with a duplex connector where messages "
        "come from Amazon MQ; in a topology leave out the initiator",
        reference=_AMAZON,
    )
)
def out_of_amazon_mq(network: Network) -> Iterator[Finding]:
    """A warning: a self-managed broker may run in the VPC. Quiet on one that is not known here."""
    for broker in network.brokers:
        for connector in broker.connectors if broker.target == "amazon-mq" else ():
            for there in network.remotes(connector):
                if there.target != "amazon-mq":
                    yield finding(
                        connector,
                        f"Amazon MQ starts the connection to {there.name!r}, which has to be in "
                        "its VPC or a peered one",
                        expected=f"a connector on {there.name!r}",
                    )


def _is_amazon(host: str) -> bool:
    return ".mq." in host and host.endswith(_AMAZON_SUFFIX)


@RULES.rule(
    Rule(
        "BRK034",
        Severity.ERROR,
        title="an Amazon MQ address that does not speak OpenWire",
        why="Amazon MQ listens for OpenWire on port 61617 and there over TLS only; another port "
        "speaks another protocol, and the bridge never comes up.",
        fix="write ssl://HOST:61617",
        reference=_AMAZON,
    )
)
def amazon_mq_address(network: Network) -> Iterator[Finding]:
    """Reproduced with a broker's own STOMP port, and its TLS port without TLS."""
    found = index.of(network)
    amazon = any(host.endswith(_AMAZON_SUFFIX) for host, _ in found.addresses)
    for connector, part in found.parts if amazon else found.wrapped:
        yield from _wrong_for_amazon(connector, part)


def _wrong_for_amazon(connector: Connector, outer: Uri) -> Iterator[Finding]:
    for part in _transports(outer):
        if not _is_amazon(part.host):
            continue
        expected = f"ssl://{part.host}:61617"
        if part.port not in (None, 61617):
            speaks = _AMAZON_PORTS.get(part.port or 0)
            message = f"Amazon MQ does not listen on port {part.port}"
            if speaks:
                message = f"port {part.port} of Amazon MQ speaks {speaks}, not OpenWire"
            yield finding(connector, message, observed=part.text, expected=expected)
        elif part.scheme in OPENWIRE and "ssl" not in part.scheme and part.scheme != "https":
            message = f"{part.scheme}:// is not encrypted, and Amazon MQ takes nothing else"
            yield finding(connector, message, observed=part.text, expected=expected)
