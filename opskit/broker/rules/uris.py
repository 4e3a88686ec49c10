"""Rules on the form of a connector's `uri`: that it is there, can be read, and names an agent.

What the URI leads to is in `endpoints`, what stands behind its question marks in `options`.
"""

import re
from collections.abc import Iterable, Iterator

from opskit.broker import uris
from opskit.broker.model import Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity

_FORMS = "https://activemq.apache.org/components/classic/documentation/networks-of-brokers"
_SPACE = re.compile(r"\s")
# No discovery agents, but often written where one belongs.
_TRANSPORTS = uris.OPENWIRE - {"http", "https"}


def finding(
    connector: Connector,
    message: str,
    *,
    observed: str | None = None,
    expected: str = "",
    severity: Severity | None = None,
) -> Finding:
    """A finding at the connector's `uri`, which is the observed value where none is given."""
    return Finding(
        message=f"{connector.label}: {message}",
        object=connector.label,
        location=connector.location("uri"),
        observed=connector.attributes.get("uri", "") if observed is None else observed,
        expected=expected,
        severity=severity,
    )


@RULES.rule(
    Rule(
        "BRK003",
        Severity.ERROR,
        title="white space inside a URI",
        why="Between the URIs of a list it stops the broker's start; inside a host the bridge "
        'retries for ever with "hostname can\'t be null".',
        fix="take the white space out; a long list stays on one line",
        reference="java.net.URI; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1 and 6.1.7",
        fixable=True,
    )
)
def white_space(network: Network) -> Iterator[Finding]:
    """White space around the whole URI is trimmed by the broker, and so is no finding.

    Behind the last question mark it only makes the broker overlook the option (measured: the
    bridge works), so that is a warning.
    """
    search = _SPACE.search
    if len("".join(index.of(network).uris).split(None, 1)) < 2:
        return
    for connector in network.connectors:
        text = connector.attributes.get("uri", "")
        inner = _without_placeholders(text.strip())
        found = search(inner)
        if found is None:
            continue
        clean = "".join(text.split())
        in_options = inner.rpartition(")")[2].find("?") >= 0 and not search(
            inner.rpartition("?")[0]
        )
        yield finding(
            connector,
            "white space in the options of the URI: the broker overlooks the option behind it"
            if in_options
            else "white space inside the URI",
            expected=clean,
            severity=Severity.WARNING if in_options else None,
        )


def _without_placeholders(text: str) -> str:
    return re.sub(r"[$#]\{[^}]*\}", "x", text)


@RULES.rule(
    Rule(
        "BRK005",
        Severity.ERROR,
        title="masterslave with fewer than two URIs",
        why='The agent refuses a single URI ("Expecting at least 2 arguments") and the broker '
        "does not start.",
        fix="list both members of the pair, or write static:(URI) for a single instance",
        reference=f"{_FORMS}; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1 and 6.1.7",
    )
)
def masterslave_needs_two(network: Network) -> Iterator[Finding]:
    """Source: MasterSlaveDiscoveryAgent.configureServices; a trailing comma counts for nothing."""
    if "masterslave" not in index.of(network).agents:
        return
    for connector in network.connectors:
        uri = connector.uri
        if uri is not None and uri.scheme == "masterslave" and len(uri.parts) < 2:
            yield finding(
                connector, f"masterslave with {len(uri.parts)} URI", expected="two URIs or more"
            )


@RULES.rule(
    Rule(
        "BRK031",
        Severity.ERROR,
        title="no URI, or one that cannot be read",
        why="The broker does not start; with an empty list, static:(), it starts and the "
        "connector connects to nothing.",
        fix='write uri="static:(ssl://HOST:61617)", with a closing parenthesis for each opening',
        reference=f"{_FORMS}; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1 and 6.1.7",
    )
)
def unreadable(network: Network) -> Iterator[Finding]:
    for connector in network.connectors:
        uri = connector.uri
        if uri is None:
            problem = _problem(connector.attributes)
            if problem:
                yield finding(connector, problem, expected="static:(URI) or masterslave:(URI,URI)")
        elif not uri.parts:
            if uri.scheme in ("static", "simple"):
                yield finding(connector, "the URI names no broker", expected="static:(URI)")
        elif uri.text.count("(") != uri.text.count(")"):
            yield finding(connector, "the URI's parentheses do not match")


def _problem(attributes: dict[str, str]) -> str:
    """Why there is no URI to look at; empty where a placeholder or `discoveryURI` explains it."""
    text = attributes.get("uri")
    if text is None:
        return "" if "discoveryURI" in attributes else "no uri"
    if not text.strip():
        return "an empty uri"
    if uris.has_placeholder(text):
        return ""
    try:
        uris.parse(text)
    except uris.UriError as error:
        return f"the URI cannot be read: {error}"
    return ""


@RULES.rule(
    Rule(
        "BRK032",
        Severity.ERROR,
        title="the outer scheme is no discovery agent",
        why="A connector's URI names how brokers are found, not a broker: with a plain tcp://, "
        'ssl:// or failover: the broker does not start ("DiscoveryAgent scheme NOT recognized").',
        fix="put the URI into static:(...), or a pair of them into masterslave:(...)",
        reference=f"{_FORMS}; measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1 and 6.1.7",
    )
)
def no_agent(network: Network) -> Iterator[Finding]:
    """Agents are looked up by file name, so their case matters: `masterSlave:` is none."""
    agents = uris.AGENTS
    if agents.issuperset(index.of(network).agents):
        return
    for connector in network.connectors:
        uri = connector.uri
        if uri is None or uri.scheme in agents:
            continue
        if uri.scheme.lower() in agents:
            expected = uri.scheme.lower()
        elif uri.scheme in uris.WRAPPERS or uri.scheme in _TRANSPORTS:
            expected = f"static:({uri.text})"
        else:
            expected = "one of " + ", ".join(sorted(agents))
        yield finding(connector, f"{uri.scheme!r} is no discovery agent", expected=expected)


@RULES.rule(
    Rule(
        "BRK035",
        Severity.ERROR,
        title="multicast discovery with Amazon MQ",
        why="A VPC carries no multicast to a managed broker, so no broker is ever found.",
        fix="name the brokers: static:(ssl://HOST:61617)",
        reference="https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/network-of-brokers.html",
    )
)
def multicast_with_amazon_mq(network: Network) -> Iterator[Finding]:
    """Cannot be reproduced here: the failure is the network of a VPC, and the broker starts."""
    if index.of(network).agents.isdisjoint(("multicast", "zeroconf")):
        return
    for connector in network.connectors:
        uri = connector.uri
        if uri is None or uri.scheme not in ("multicast", "zeroconf"):
            continue
        if connector.broker.target == "amazon-mq":
            yield finding(connector, f"{uri.scheme} discovery on an Amazon MQ broker")


@RULES.rule(
    Rule(
        "BRK038",
        Severity.UNKNOWN,
        title="a placeholder for the URI or its scheme",
        why="What the broker's environment puts there decides whether the bridge works, and no "
        "rule on URIs could look at it.",
        fix="check the file with the placeholder filled in: envsubst < FILE | opskit broker lint -",
        reference="Spring property placeholders in an ActiveMQ configuration",
    )
)
def placeholder(network: Network) -> Iterable[Finding]:
    """Where it stands for a host, a port or an option, the other rules look at the rest."""
    if "{" not in "".join(index.of(network).uris):
        return
    for connector in network.connectors:
        if connector.uri is None and uris.has_placeholder(connector.attributes.get("uri", "")):
            yield finding(connector, "could not look at the URI: it hangs on a placeholder")
