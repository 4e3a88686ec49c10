"""What stops start-up on another release."""

from collections.abc import Iterator

from opskit.broker import attributes
from opskit.broker.upgrades import history
from opskit.broker.upgrades.registry import (
    MEASURED,
    MIGRATION,
    Migration,
    beans,
    elements,
    finding,
)
from opskit.findings import Finding, Rule, Severity


@MIGRATION.rule(
    Rule(
        "BRK101",
        Severity.ERROR,
        title="an attribute of a network connector that the new release does not know",
        why="Start-up fails on an attribute that the release does not have.",
        fix="remove it before the upgrade",
        reference=MEASURED,
    )
)
def connector_attribute_unknown(migration: Migration) -> Iterator[Finding]:
    """Measured: autoStart starts on 5.19.1 and stops 5.18.3 and 6.1.7. Not reproduced:
    remoteUserName before 5.16.4, which the tags show (no such broker is among the tested).
    """
    for connector in migration.network.connectors:
        for name in connector.attributes:
            known = attributes.ATTRIBUTES.get(name)
            if known is not None and not known.known_to(migration.new):
                yield Finding(
                    message=f"ActiveMQ {migration.new} does not know {name!r} and does not start",
                    object=connector.label,
                    location=connector.location(name),
                    observed=name,
                )


@MIGRATION.rule(
    Rule(
        "BRK102",
        Severity.ERROR,
        title="an element that the new release does not have",
        why="Start-up fails on an element whose class is gone.",
        fix="replace it before the upgrade",
        reference=MEASURED,
    )
)
def element_gone(migration: Migration) -> Iterator[Finding]:
    """Measured with partitionBrokerPlugin and journalPersistenceAdapter on 6.1.7, levelDB on
    5.17.2 and headerMessageInterceptorStrategy on 6.1.7; the others by the tags.
    """
    for broker in migration.network.brokers:
        for element in elements(broker):
            if not history.knows_element(element.name, migration.new):
                yield finding(
                    broker,
                    broker.location(element),
                    f"ActiveMQ {migration.new} has no <{element.name}> and does not start",
                    f"<{element.name}>",
                    history.INSTEAD.get(element.name, ""),
                )


@MIGRATION.rule(
    Rule(
        "BRK103",
        Severity.ERROR,
        title="an attribute that the new release does not know",
        why="Start-up fails on an attribute that the release does not have.",
        fix="remove it before the upgrade, or choose a release that has it",
        reference=MEASURED,
    )
)
def attribute_unknown(migration: Migration) -> Iterator[Finding]:
    """Measured: autoStart of a transport connector and advancedMessageStatisticsEnabled on 6.1.7,
    maxUncommittedCount on 5.18.3; the others by the tags.
    """
    for broker in migration.network.brokers:
        for element in elements(broker):
            for name in history.NEW_ATTRIBUTES.get(element.name, ()):
                given = name in element.attributes or element.find(name) is not None
                if given and not history.knows_attribute(element.name, name, migration.new):
                    yield finding(
                        broker,
                        broker.location(element, name),
                        f"ActiveMQ {migration.new} does not know {name!r} on <{element.name}> "
                        "and does not start",
                        name,
                    )


@MIGRATION.rule(
    Rule(
        "BRK110",
        Severity.ERROR,
        title="a bean whose class has left the distribution",
        why="To 5.16 conf/activemq.xml has the bean logQuery. Its classes do not come with 5.17, "
        "and the broker stops with a ClassNotFoundException.",
        fix="remove the bean; nothing in the broker needs it",
        reference="assembly in the release tags of apache/activemq; measured on ActiveMQ 5.18.3",
    )
)
def bean_gone(migration: Migration) -> Iterator[Finding]:
    """Only where the upgrade is what takes the class away: later, somebody has put it back."""
    gone = [name for name, line in history.GONE_CLASSES.items() if migration.crosses(*line)]
    for broker in migration.network.brokers if gone else ():
        for bean, name in beans(broker):
            if name.startswith(tuple(gone)):
                called = bean.attributes.get("id") or name
                yield finding(
                    broker,
                    broker.location(bean),
                    f"remove the bean {called!r}: its class does not come with "
                    f"ActiveMQ {migration.new}, which does not start with it",
                    name,
                )
