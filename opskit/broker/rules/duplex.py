"""The rule on duplex connectors that meet."""

from collections.abc import Iterator

from opskit.broker.model import Connector, Network
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.traffic import overlap
from opskit.findings import Finding, Rule, Severity


@RULES.rule(
    Rule(
        "BRK012",
        Severity.ERROR,
        title="duplex connectors from both ends",
        why="A duplex connector bridges both ways, so that two of them bridge twice each way: "
        "every message on a statically included topic arrives twice. Where both have one name, "
        "one of them is refused instead, and tries for ever.",
        fix="keep the duplex connector of one end (the one that can open the connection) and "
        "remove the other",
        reference="measured on ActiveMQ 5.17.2, 5.18.3, 5.19.1, 6.1.7",
    )
)
def duplex_from_both_ends(network: Network) -> Iterator[Finding]:
    """Measured: 10 messages to a topic that both connectors include statically arrive 20 times.

    An error there; else a warning: of dynamic demand the brokers suppress the second
    subscription (measured), queue messages go one way, and of connectors of one name only one is
    accepted (measured: "Client: n_a_inbound_b already connected", every few seconds). Connectors
    that carry different destinations may meet.
    """
    towards: dict[tuple[int, int], list[Connector]] = {}
    for connector in network.connectors:
        if "duplex" in connector.attributes and connector.flag("duplex"):
            for remote in network.remotes(connector):
                key = (id(connector.broker), id(remote))
                towards.setdefault(key, []).append(connector)
    for (here, there), connectors in towards.items():
        for connector in connectors if here != there else ():
            for other in towards.get((there, here), ()):
                if overlap(connector, other):
                    yield _finding(connector, other)
                    break


def _finding(connector: Connector, other: Connector) -> Finding:
    twice = _twice(connector, other)
    effect = f"messages on {twice} arrive twice" if twice else "every bridge exists twice"
    if connector.name == other.name:
        effect = f"both are called {connector.name!r}, and one of them is refused"
    return Finding(
        message=f"{other.broker.name!r} has the duplex {other.label} back to this broker: {effect}",
        object=connector.label,
        location=connector.location("duplex"),
        observed=f"duplex here and in {other.location('duplex')}",
        expected="one duplex connector for the two brokers",
        severity=None if twice else Severity.WARNING,
    )


def _twice(connector: Connector, other: Connector) -> str:
    """A topic that crosses by both; empty where there is none that is known to."""
    if connector.name == other.name:
        return ""
    theirs = {entry.name for entry in other.static if entry.kind == "topic"}
    for entry in connector.static:
        if entry.kind == "topic" and entry.name in theirs:
            return f"topic://{entry.name}"
    return ""
