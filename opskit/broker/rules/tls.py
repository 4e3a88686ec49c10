"""Rules on TLS between brokers."""

import re
from collections.abc import Iterator

from opskit.broker.model import Broker, Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.registry import RULES
from opskit.broker.uris import Uri
from opskit.findings import Finding, Rule, Severity

_TLS = frozenset({"ssl", "nio+ssl", "auto+ssl", "auto+nio+ssl", "https"})
_PLAIN = frozenset({"tcp", "nio", "auto", "auto+nio"})
_AWS = (".amazonaws.com", ".amazonaws.com.cn")
_ADDRESS = re.compile(r"[0-9.]+|[0-9a-f:]*:[0-9a-f:.%]*", re.IGNORECASE)
_LISTENER = re.compile(r"\s*([a-z+]+)://[^?]*:(\d+)", re.IGNORECASE)
_ASF = "https://activemq.apache.org/components/classic/documentation/how-do-i-use-ssl"


@RULES.rule(
    Rule(
        "BRK020",
        Severity.WARNING,
        title="TLS that is not set up, or not checked",
        why="Without a trust store that holds the other broker's authority the bridge never "
        "connects; without a check of the host's name anybody with a certificate of that "
        "authority can take its place.",
        fix="give the broker, or the connector, an sslContext with a trustStore, and leave "
        "verifyHostName at true",
        reference=f"{_ASF}; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1, 6.1.7",
    )
)
def tls_not_set_up(network: Network) -> Iterator[Finding]:
    """What the files decide: no trust store, the check switched off, an address for a name.

    A warning, for the trust store may be the JVM's (`javax.net.ssl.trustStore`), and an error for
    none: what a certificate says cannot be read from here. Java trusts the authorities of
    amazonaws.com by itself. A fragment says nothing of its broker's `sslContext`. Since 5.15.6 a
    client compares the host of the URI with the certificate.
    """
    if not _speaks_tls(network):
        return
    for connector in network.connectors:
        text = connector.attributes.get("uri", "")
        if "ssl:" not in text and "https:" not in text:
            continue
        uri = connector.uri
        if uri is None:
            continue
        unchecked = _unchecked(uri) if "verifyHostName" in text else ""
        if unchecked:
            yield _finding(connector, "the name in the certificate is not checked", unchecked)
        if connector.broker.target == "amazon-mq":
            continue
        secure = [end for end in connector.endpoints if end.scheme in _TLS and _is_private(end)]
        if secure and not _has_trust_store(connector):
            yield _finding(
                connector, f"no trust store for {secure[0].address}", "no sslContext", "trustStore"
            )
        elif secure and not unchecked:
            yield from _by_address(connector, secure)


def _speaks_tls(network: Network) -> bool:
    text = index.of(network).text
    return "ssl:" in text or "https:" in text


def _finding(
    connector: Connector, message: str, observed: str, expected: str = "verifyHostName=true"
) -> Finding:
    return Finding(
        message=message,
        object=connector.label,
        location=connector.location("uri"),
        observed=observed,
        expected=expected,
    )


def _unchecked(uri: Uri) -> str:
    """The option that switches the check of the host's name off, if one does."""
    for part in uri.wrapped():
        for name, value in part.options:
            if name.endswith("verifyHostName") and value.lower() == "false":
                return f"{name}={value}"
    return ""


def _is_private(endpoint: Uri) -> bool:
    return bool(endpoint.host) and not endpoint.host.lower().rstrip(".").endswith(_AWS)


def _has_trust_store(connector: Connector) -> bool:
    """Whether there is one, or nothing is known of it."""
    broker = connector.broker
    if broker.element is None or "sslContext" in connector.attributes:
        return True
    for holder in (connector.element.find("sslContext"), broker.child("sslContext")):
        if holder is None:
            continue
        inner = holder.find("sslContext") or holder
        if not inner.attributes or "trustStore" in inner.attributes:
            return True  # a reference to a bean, or what was looked for
    return "sslContext" in broker.element.attributes


def _by_address(connector: Connector, endpoints: list[Uri]) -> Iterator[Finding]:
    for endpoint in endpoints:
        if _ADDRESS.fullmatch(endpoint.host):
            yield Finding(
                message=f"the certificate has to hold the address {endpoint.host} itself",
                object=connector.label,
                location=connector.location("uri"),
                observed=endpoint.host,
                expected="the host's name, as it stands in the certificate",
                severity=Severity.INFO,
            )


@RULES.rule(
    Rule(
        "BRK051",
        Severity.ERROR,
        title="the other broker speaks something else at that port",
        why="TLS spoken to a plain port, or plain OpenWire to a port of TLS, STOMP, AMQP or MQTT: "
        "no bridge is established, and the broker tries for ever.",
        fix="use the scheme of the other broker's transport connector, or its OpenWire port",
        reference="measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1, 6.1.7",
    )
)
def scheme_against_port(network: Network) -> Iterator[Finding]:
    """Measured: `tcp://` to an `ssl://` and a `stomp://` port, `ssl://` to a `tcp://` port."""
    listeners = {
        (id(broker), port): scheme
        for broker in network.brokers
        for text in _transports(broker)
        if (found := _LISTENER.match(text))
        for scheme, port in [found.group(1, 2)]
    }
    odd = {port for (_, port), scheme in listeners.items() if scheme not in _PLAIN}
    if not odd and not _speaks_tls(network):
        return
    plain = {port for (_, port), scheme in listeners.items() if scheme in _PLAIN}
    for connector in network.connectors:
        for endpoint in connector.endpoints:
            # What does not understand TLS, or what understands nothing else.
            port = str(endpoint.port)
            if port not in (plain if endpoint.scheme in _TLS else odd):
                continue
            broker = network.at(endpoint)
            scheme = listeners.get((id(broker), port), "")
            if broker and scheme and not _understand(endpoint.scheme, scheme):
                yield Finding(
                    message=f"{broker.name!r} speaks {scheme} at port {endpoint.port}, not "
                    f"{endpoint.scheme}",
                    object=connector.label,
                    location=connector.location("uri"),
                    observed=f"{endpoint.scheme}://{endpoint.address}",
                    expected=f"{scheme}://{endpoint.address}" if scheme in _TLS | _PLAIN else "",
                )


def _transports(broker: Broker) -> Iterator[str]:
    """The URIs at which it listens."""
    yield from broker.endpoints
    holder = None if broker.endpoints else broker.child("transportConnectors")
    for transport in holder.children if holder else ():
        yield transport.attributes.get("uri", "")


def _understand(client: str, server: str) -> bool:
    """Whether a client's scheme does for a server's; what is unknown does."""
    if client in _TLS:
        return server not in _PLAIN
    return client not in _PLAIN or server in _PLAIN or server == "vm"
