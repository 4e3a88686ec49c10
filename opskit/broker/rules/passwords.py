"""The rule on passwords that stand in a file. No message and no observed value holds one."""

from collections.abc import Iterator

from opskit.broker.model import Broker, Network
from opskit.broker.rules import credentials, index
from opskit.broker.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity
from opskit.xmltree import Element

_STORE_SECRETS = ("keyStorePassword", "keyStoreKeyPassword", "trustStorePassword")


@RULES.rule(
    Rule(
        "BRK010",
        Severity.WARNING,
        title="a password written out",
        why="Whoever reads the file, its backups or its history has the password. Amazon MQ fills "
        "in the password of a connector itself and keeps none from a configuration.",
        fix='write a placeholder, as in password="${BRIDGE_PASSWORD}"',
        reference="https://docs.aws.amazon.com/amazon-mq/latest/developer-guide/"
        "network-of-brokers.html; https://activemq.apache.org/encrypted-passwords",
    )
)
def written_out(network: Network) -> Iterator[Finding]:
    """As an error on Amazon MQ it cannot be reproduced here: no such broker runs on premises."""
    for name in credentials.SECRETS:
        for value in sorted(index.of(network).values(name)):
            if not value or credentials.hidden(value):
                continue
            for connector in index.of(network).having(name, value):
                managed = connector.broker.target == "amazon-mq"
                yield Finding(
                    message=f"{connector.label}: {name} is written out",
                    object=connector.label,
                    location=connector.location(name),
                    observed="(not shown)",
                    expected="no password" if managed else f'{name}="${{...}}"',
                    severity=Severity.ERROR if managed else None,
                    fix="leave it out: Amazon MQ fills it in" if managed else "",
                )
    for broker in network.brokers:
        # Amazon MQ refuses sslContext as a whole (BRK028).
        if broker.target != "amazon-mq" and b"sslContext" in broker.document.data:
            yield from _stores(broker)


def _stores(broker: Broker) -> Iterator[Finding]:
    """The passwords of key stores and trust stores, the broker's and its connectors'."""
    owners: list[tuple[str, Element | None]] = [
        (f"broker {broker.name!r}", broker.child("sslContext"))
    ]
    owners += [(c.label, c.element.find("sslContext")) for c in broker.connectors]
    for owner, context in owners:
        for element in context.walk() if context else ():
            for name in _STORE_SECRETS:
                value = element.attributes.get(name, "")
                if value and not credentials.hidden(value):
                    yield Finding(
                        message=f"{owner}: {name} of its sslContext is written out",
                        object=f"sslContext of {owner}",
                        location=broker.location(element, name),
                        observed="(not shown)",
                        expected=f'{name}="${{...}}"',
                        fix=f'write a placeholder, as in {name}="${{STORE_PASSWORD}}"',
                    )
