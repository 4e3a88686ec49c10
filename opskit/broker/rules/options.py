"""Rules on the options of a URI: each belongs to the agent, to failover or to a transport."""

from collections.abc import Iterator

from opskit.broker.model import Connector, Network
from opskit.broker.rules import index
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.uris import finding
from opskit.broker.uris import OPENWIRE, Uri, has_placeholder
from opskit.findings import Finding, Rule, Severity

_AMAZON = "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/network-of-brokers.html"
_FAILOVER = (
    "https://activemq.apache.org/components/classic/documentation/failover-transport-reference"
)
_STATIC = "https://activemq.apache.org/components/classic/documentation/static-transport-reference"

#: What SimpleDiscoveryAgent has setters for; MasterSlaveDiscoveryAgent inherits them.
_AGENT = frozenset(
    {
        "initialReconnectDelay",
        "maxReconnectDelay",
        "useExponentialBackOff",
        "backOffMultiplier",
        "maxReconnectAttempts",
        "minConnectTime",
    }
)
_LISTED = ("static", "simple", "masterslave")
# What was measured to be refused; other names may be a transport's own.
_NO_TRANSPORT = _AGENT | frozenset(
    {
        "randomize",
        "priorityBackup",
        "timeout",
        "startupMaxReconnectAttempts",
        "needClientAuth",
        "enabledProtocols",
        "maximumConnections",
    }
)
_NO_TRANSPORT_PREFIX = ("jms.", "nested.", "transport.", "discovered.")
_NO_FAILOVER = frozenset(
    {"backOffMultiplier", "minConnectTime", "keepAlive", "consumerExpiryCheckEnabled"}
)
_NO_FAILOVER_PREFIX = ("jms.", "socket.", "wireFormat.", "transport.", "discovered.")


@RULES.rule(
    Rule(
        "BRK022",
        Severity.WARNING,
        title="failover that reconnects beneath the bridge",
        why="Without maxReconnectAttempts=0 the failover transport hides a lost connection from "
        "the bridge, which then neither restarts nor learns anew what the other broker wants.",
        fix="write static:(failover:(...)?maxReconnectAttempts=0&amp;randomize=false), or "
        "masterslave:(...), which adds both",
        reference=f"{_FAILOVER}; {_AMAZON}",
        fixable=True,
    )
)
def failover_for_ever(network: Network) -> Iterator[Finding]:
    """0 means one try since ActiveMQ 5.6; a number above 0 gives up too, and is let be."""
    for connector, part in index.of(network).wrapped:
        if part.scheme == "failover" and not _gives_up(part):
            yield finding(
                connector,
                "failover without maxReconnectAttempts=0 in a bridge",
                observed=part.text,
                expected="maxReconnectAttempts=0",
            )


def _gives_up(failover: Uri) -> bool:
    value = failover.option("maxReconnectAttempts") or ""
    if value.isdecimal() or has_placeholder(value):
        return True
    # A placeholder for an option may be this one.
    return "{" in failover.query and any(has_placeholder(name) for name, _ in failover.options)


@RULES.rule(
    Rule(
        "BRK036",
        Severity.ERROR,
        title="an option in a place that refuses it",
        why='A transport refuses options it does not know ("Invalid connect parameters"), and '
        "the bridge never comes up, while the broker starts.",
        fix="move it: the agent's options stand behind static:(...), failover's behind "
        "failover:(...), a transport's behind its own URI",
        reference=f"{_STATIC}; measured on ActiveMQ 5.17.2",
    )
)
def refused_option(network: Network) -> Iterator[Finding]:
    found = index.of(network)
    for connector, part in found.with_options:
        yield from _refused(connector, part)
    for connector, part in found.wrapped:
        for inner in part.parts:
            yield from _refused(connector, inner)


def _refused(connector: Connector, part: Uri) -> Iterator[Finding]:
    for name, _ in part.options:
        if part.scheme == "failover":
            wrong = name in _NO_FAILOVER or name.startswith(_NO_FAILOVER_PREFIX)
        elif part.scheme in OPENWIRE:
            wrong = name in _NO_TRANSPORT or name.startswith(_NO_TRANSPORT_PREFIX)
        else:
            wrong = False
        if wrong:
            message = f"{part.scheme} refuses the option {name!r}"
            expected = _belongs(name)
            yield finding(connector, message, observed=part.text, expected=expected)


def _belongs(name: str) -> str:
    if name in _AGENT:
        return f"static:(...)?{name}=..."
    if name in ("randomize", "priorityBackup", "timeout", "startupMaxReconnectAttempts"):
        return f"failover:(...)?{name}=..."
    return f"no {name}"


@RULES.rule(
    Rule(
        "BRK037",
        Severity.WARNING,
        title="an option that nothing reads",
        why="The agent drops options it does not know without a word, so that it has no effect.",
        fix="move it behind the transport's own URI, inside the parentheses, or mend its spelling",
        reference=f"{_STATIC}; measured on ActiveMQ 5.17.2",
    )
)
def ignored_option(network: Network) -> Iterator[Finding]:
    """Options with the prefix `discovered.` go to the transports."""
    unread = {
        (scheme, options): names
        for scheme, options in index.of(network).options
        if scheme in _LISTED and (names := [name for name, _ in options if not _is_read(name)])
    }
    if not unread:
        return
    for connector in network.connectors:
        uri = connector.uri
        for name in unread.get((uri.scheme, uri.options), ()) if uri else ():
            yield finding(
                connector,
                f"an agent does not read the option {name!r}",
                expected=", ".join(sorted(_AGENT)),
            )


def _is_read(name: str) -> bool:
    return name in _AGENT or name.startswith("discovered.") or has_placeholder(name)
