"""Rules on what Amazon MQ asks of a broker's configuration."""

from collections.abc import Iterator
from difflib import get_close_matches

from opskit.broker import permitted
from opskit.broker.model import Broker, Network
from opskit.broker.rules.registry import RULES
from opskit.findings import Finding, Rule, Severity
from opskit.xmltree import Element

_GUIDE = "https://docs.aws.amazon.com/amazon-mq/latest/developer-guide"
_PASSWORDS = ("password", "remotePassword")  # BRK010's


@RULES.rule(
    Rule(
        "BRK026",
        Severity.WARNING,
        title="the broker keeps messages in memory only",
        why="A message is acknowledged to the broker that sent it as soon as this one has it: a "
        "restart then loses it on both.",
        fix='remove persistent="false"',
        reference=f"{_GUIDE}/ensuring-effective-amazon-mq-performance.html",
    )
)
def not_persistent(network: Network) -> Iterator[Finding]:
    """Fires for brokers that bridges of the network lead to or start from, on any target."""
    for broker in network.brokers:
        if broker.element is None or "persistent" not in broker.element.attributes:
            continue
        if broker.element.attributes["persistent"].strip().lower() == "false":
            yield Finding(
                message=f"{broker.label} loses all messages when it stops",
                object=broker.label,
                location=broker.location(attribute="persistent"),
                observed="persistent=false",
                expected="persistent=true, the default",
            )


@RULES.rule(
    Rule(
        "BRK028",
        Severity.ERROR,
        title="an element or attribute that Amazon MQ does not permit",
        why="Amazon MQ takes it out when the configuration is saved, and the broker runs without.",
        fix="remove it; what it did has to be done another way, or on the self-managed side",
        reference=f"{_GUIDE}/permitted-attributes.html",
    )
)
def not_permitted(network: Network) -> Iterator[Finding]:
    """AWS's published schemas; only for the target amazon-mq. No broker to reproduce it on: this
    is what the service does with a configuration, before any broker reads it.

    Elements are errors; attributes are warnings, for the `Warnings` of UpdateConfiguration are
    the authority on them. Of what stands inside a refused element nothing is said.
    """
    for broker in network.brokers:
        if broker.target != "amazon-mq" or broker.origin is not None:
            continue
        top = broker.element or broker.document.root
        if broker.document.root is not top and broker.element is not None:
            yield _refused(broker, broker.document.root, "the root has to be <broker>")
        stack = [top]
        while stack:
            element = stack.pop()
            yield from _attributes(broker, element)
            for child in element.children:
                if element.name in permitted.OPEN:
                    continue
                if child.name in permitted.CHILDREN.get(element.name, ()):
                    stack.append(child)
                else:
                    yield _refused(broker, child, f"not permitted in <{element.name}>")


def _refused(broker: Broker, element: Element, why: str) -> Finding:
    return Finding(
        message=f"<{element.name}>: {why}",
        object=f"element <{element.name}>",
        location=broker.location(element),
        observed=f"<{element.name}>",
    )


def _attributes(broker: Broker, element: Element) -> Iterator[Finding]:
    known = permitted.ATTRIBUTES.get(element.name, frozenset())
    for name in element.attributes:
        if name in known or " " in name or name == "id" or name in _PASSWORDS:
            continue
        meant = get_close_matches(name, known, n=1)
        yield Finding(
            message=f"attribute {name!r} is not permitted on <{element.name}>",
            object=f"element <{element.name}>",
            location=broker.location(element, name),
            observed=name,
            expected=meant[0] if meant else "",
            severity=Severity.WARNING,
        )
