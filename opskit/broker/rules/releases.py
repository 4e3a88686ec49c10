"""Rules on the releases that brokers run: defects, defaults that changed, ends of support."""

from collections.abc import Iterator

from opskit.broker.model import Broker, Connector, Network, Target
from opskit.broker.rules.registry import RULES
from opskit.broker.rules.traffic import on_demand
from opskit.broker.versions import Version
from opskit.findings import Finding, Rule, Severity

_PRIORITY = "decreaseNetworkConsumerPriority"
#: Lines of ActiveMQ on Amazon MQ and the last day of their support.
_ENDED = {
    (5, 17): "2025-06-16",
    (5, 16): "2024-11-15",
    (5, 15): "2024-09-16",
}
_OFFERED = ((5, 18), (5, 19))
_ON_AMAZON = (
    "choose the newest engine version on offer (Amazon MQ picks the patch level), and have "
    "CloudWatch raise an alarm when NetworkConnectorConnectionCount falls"
)


@RULES.rule(
    Rule(
        "BRK015",
        Severity.WARNING,
        title="decreaseNetworkConsumerPriority left to a default that changed",
        why="The default is false to 5.17 and true from 5.18: brokers on both sides balance "
        "differently, and an upgrade sends messages to local consumers first that were spread "
        "over the network before.",
        fix="write decreaseNetworkConsumerPriority out",
        reference="AMQ-5137",
        fixable=True,
    )
)
def priority_across_the_change(network: Network) -> Iterator[Finding]:
    """Fires for a connector whose ends run releases on both sides of the change, and for one
    whose broker has crossed it since `network.previous`. Versions that nobody gave are all
    alike, so that it is quiet then. Topics have no priorities.
    """
    sides = {_decreases(broker.version) for broker in network.brokers}
    crossed = _crossed(network)
    if len(sides) < 2 and not crossed:
        return
    for connector in network.connectors:
        if _PRIORITY in connector.attributes or not on_demand(connector, "queue"):
            continue
        own = connector.broker.version
        other = crossed.get(id(connector.broker)) or _across(network, connector)
        if other is not None:
            value = connector.value(_PRIORITY)
            yield Finding(
                message=f"the default is {value} on {own} and not on {other}",
                object=connector.label,
                location=connector.location(),
                observed=f"{_PRIORITY} not given",
                expected=f'{_PRIORITY}="{value}" keeps what {own} does',
            )


def _decreases(version: Version) -> bool:
    return version.at_least(5, 18)


def _crossed(network: Network) -> dict[int, Version]:
    """What brokers ran before, where that is on the other side of the change."""
    before = {broker.name: broker.version for broker in network.previous}
    return {
        id(broker): old
        for broker in network.brokers
        if (old := before.get(broker.name)) and _decreases(old) is not _decreases(broker.version)
    }


def _across(network: Network, connector: Connector) -> Version | None:
    """The version of a broker it leads to that is on the other side."""
    here = _decreases(connector.broker.version)
    for remote in network.remotes(connector):
        if _decreases(remote.version) is not here:
            return remote.version
    return None


@RULES.rule(
    Rule(
        "BRK023",
        Severity.WARNING,
        title="a release in which a bridge can die silently",
        why="When the connection breaks while the brokers introduce themselves, the bridge is "
        "given up for good: no error, no retry, until the broker is restarted.",
        fix="upgrade to 5.19.9, 6.2.8 or 6.3.0; until then watch the bridges' MBeans",
        reference="https://github.com/apache/activemq/issues/1864, "
        "https://github.com/apache/activemq/pull/1865",
    )
)
def silent_bridge_death(network: Network) -> Iterator[Finding]:
    """Source: `onException` in DemandForwardingBridgeSupport, read in the tags: the early return
    stands in 5.15.8 to 5.19.8, 6.0, 6.1 and 6.2.0 to 6.2.7, and in no later one.

    The release counts as given where the line alone is (5.18): then all of it has the defect.
    The release that is assumed where none is given is of a line that has the cure. Once a
    release, at its first broker; on Amazon MQ the patch level is not the user's to choose.
    """
    running: dict[tuple[Version, Target], list[Broker]] = {}
    for broker in network.brokers:
        if broker.connectors:
            running.setdefault((broker.version, broker.target), []).append(broker)
    for (version, target), brokers in running.items():
        if dies_silently(version):
            others = f", here and on {len(brokers) - 1} more" if brokers[1:] else ""
            yield Finding(
                message=f"bridges of ActiveMQ {version} can die silently{others}",
                object=brokers[0].label,
                location=brokers[0].location(),
                observed=f"ActiveMQ {version}",
                expected="5.19.9, 6.2.8, 6.3.0 or later",
                fix=_ON_AMAZON if target == "amazon-mq" else "",
            )


def dies_silently(version: Version) -> bool:
    """Whether a release has the defect of BRK023."""
    if version.major < 6:
        return not version.at_least(5, 19, 9)
    return not version.at_least(6, 2, 8)


@RULES.rule(
    Rule(
        "BRK052",
        Severity.WARNING,
        title="a version that Amazon MQ no longer supports",
        why="Amazon MQ upgrades brokers by itself after the end of support, at a time that is not "
        "yours, and new brokers of that version cannot be made.",
        fix="move to 5.19; 'opskit broker migrate' says what changes",
        reference="https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/"
        "activemq-version-management.html",
    )
)
def amazon_version_ended(network: Network) -> Iterator[Finding]:
    """AWS documentation; Amazon MQ names lines (5.18), and chooses the patch level itself."""
    for broker in network.brokers:
        if broker.target != "amazon-mq" or broker.version.line in _OFFERED:
            continue
        ended = _ENDED.get(broker.version.line)
        yield Finding(
            message=f"support of {broker.version} ended on {ended}"
            if ended
            else f"Amazon MQ does not offer ActiveMQ {broker.version}",
            object=broker.label,
            location=broker.location(),
            observed=str(broker.version),
            expected="5.19 or 5.18",
        )
