"""What means something else on another release."""

from collections.abc import Iterator

from opskit.broker import attributes
from opskit.broker.rules.releases import dies_silently
from opskit.broker.rules.traffic import on_demand
from opskit.broker.upgrades.registry import MIGRATION, TAGS, Migration, elements, finding
from opskit.findings import Finding, Rule, Severity

_PRIORITY = "decreaseNetworkConsumerPriority"
_DUPLICATES = "sendDuplicateFromStoreToDLQ"


@MIGRATION.rule(
    Rule(
        "BRK104",
        Severity.WARNING,
        title="decreaseNetworkConsumerPriority changes its default",
        why="From 5.18 consumers behind a bridge get messages only when the local ones have "
        "enough; to 5.17 they count like local ones. Messages that were spread over the network "
        "stay with the broker that they were sent to.",
        fix="write the value out that you want, before the first broker is upgraded",
        reference=f"AMQ-5137; {TAGS}",
    )
)
def priority_default(migration: Migration) -> Iterator[Finding]:
    """Source: NetworkBridgeConfiguration, 5.17.7 and 5.18.0. Topics have no priorities."""
    if migration.old.at_least(5, 18) is migration.new.at_least(5, 18):
        return
    before = attributes.default(_PRIORITY, migration.old)
    after = attributes.default(_PRIORITY, migration.new)
    for connector in migration.network.connectors:
        if _PRIORITY not in connector.attributes and on_demand(connector, "queue"):
            yield Finding(
                message=f"network consumers' priority: {before} becomes {after}",
                object=connector.label,
                location=connector.location(),
                observed=f"{_PRIORITY} not given",
                expected=f'{_PRIORITY}="{before}" keeps what {migration.old} does',
            )


@MIGRATION.rule(
    Rule(
        "BRK105",
        Severity.WARNING,
        title="sendDuplicateFromStoreToDLQ changes its default",
        why="From 5.16.4 to 5.16.8 a duplicate that a queue finds in its store goes to the dead "
        "letter queue; from 5.17 it is dropped.",
        fix=f"write {_DUPLICATES} out on the policyEntry",
        reference=TAGS,
    )
)
def duplicates_default(migration: Migration) -> Iterator[Finding]:
    """Source: PolicyEntry, 5.16.8 and 5.17.0. One finding a broker, at its first entry."""
    if not migration.crosses(5, 17) or not migration.old.at_least(5, 16, 4):
        return
    for broker in migration.network.brokers:
        entries = [e for e in elements(broker) if e.name == "policyEntry"]
        for entry in entries:
            if _DUPLICATES not in entry.attributes:
                yield finding(
                    broker,
                    broker.location(entry),
                    "duplicates found in a queue's store are dropped, no longer sent to the DLQ",
                    f"{_DUPLICATES} not given",
                    f'{_DUPLICATES}="true" keeps what {migration.old} does',
                )
                break


@MIGRATION.rule(
    Rule(
        "BRK109",
        Severity.WARNING,
        title="the new release has bridges that can die silently",
        why="When the connection breaks while the brokers introduce themselves, the bridge is "
        "given up for good: no error, no retry, until the broker is restarted.",
        fix="go to 5.19.9, 6.2.8 or 6.3.0 instead",
        reference="https://github.com/apache/activemq/issues/1864, "
        "https://github.com/apache/activemq/pull/1865",
    )
)
def new_release_defect(migration: Migration) -> Iterator[Finding]:
    """See BRK023. Quiet where the old release has the defect as well: nothing changes then."""
    if dies_silently(migration.old) or not dies_silently(migration.new):
        return
    for broker in migration.network.brokers:
        if broker.connectors:
            yield finding(
                broker,
                broker.location(),
                f"bridges of ActiveMQ {migration.new} can die silently, "
                f"those of {migration.old} cannot",
                f"ActiveMQ {migration.new}",
                "5.19.9, 6.2.8, 6.3.0 or later",
            )
