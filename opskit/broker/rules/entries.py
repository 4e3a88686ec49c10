"""Rules on what stands inside a connector: its child elements, and the entries of its lists."""

from collections.abc import Iterator

from opskit.broker import attributes
from opskit.broker.destinations import KINDS
from opskit.broker.model import Broker, Connector, Entry, Network
from opskit.broker.rules.registry import ALL_FOUR, RULES
from opskit.findings import Finding, Rule, Severity
from opskit.suggestions import Suggestions
from opskit.xmltree import Element

# Beside the lists: those that hold a bean, and Spring's own.
_CHILDREN = frozenset(
    {
        *attributes.LISTS,
        *("sslContext", "bridgeFactory", "brokerService", "connectionFilter", "discoveryAgent"),
        "property",
    }
)
_ENTRY_ATTRIBUTES = frozenset(
    {
        *("physicalName", "name", "DLQ", "properties", "id"),
        *("connection", "connectionId", "sequenceId"),
    }
)
_BEANS = ("bean", "ref")


@RULES.rule(
    Rule(
        "BRK040",
        Severity.ERROR,
        title="an element that a networkConnector does not have",
        why="The file is checked against the broker's schema, and the broker does not start.",
        fix="mend the element's name, or take it out",
        reference=f"activemq.xsd, networkConnector; {ALL_FOUR}",
    )
)
def unknown_child(network: Network) -> Iterator[Finding]:
    known = _CHILDREN
    suggest = Suggestions((*attributes.LISTS, "sslContext"))
    for connector in network.connectors:
        for child in connector.element.children:
            if child.name in known:
                continue
            close = suggest(child.name)
            meant = f"; did you mean {close}?" if close else ""
            yield Finding(
                message=f"{connector.label} has no <{child.name}>{meant}",
                object=connector.label,
                location=connector.origin or connector.broker.location(child),
                observed=child.name,
                expected=close,
            )


@RULES.rule(
    Rule(
        "BRK041",
        Severity.ERROR,
        title="a list entry that names no destination",
        why="An unknown element or attribute stops the start. An entry without physicalName is "
        "worse: the broker starts, and the bridge breaks with a NullPointerException.",
        fix='write <queue physicalName="NAME"/> or <topic physicalName="NAME"/>',
        reference=f"activemq.xsd, queue; {ALL_FOUR}",
    )
)
def no_destination(network: Network) -> Iterator[Finding]:
    """`name` is in the schema too, but does not name the destination (measured)."""
    for connector in network.connectors:
        for entries in (connector.static, connector.dynamic, connector.excluded):
            for entry in entries:
                name = entry.name
                if (
                    len(entry.element.attributes) != 1
                    or entry.kind not in KINDS
                    or "://" in name
                    or not name
                    or name.isspace()
                ):
                    yield from _problems(connector, entry)
        for entry in connector.durable:
            yield from _problems(connector, entry)


def _problems(connector: Connector, entry: Entry) -> Iterator[Finding]:
    problem, expected = _problem(entry)
    if problem:
        yield Finding(
            message=f"{connector.label}: {problem}",
            object=connector.label,
            location=connector.place(entry),
            observed=entry.name or entry.kind,
            expected=expected,
        )


def _problem(entry: Entry) -> tuple[str, str]:
    """What is wrong with an entry, and what belongs there; empty where nothing is."""
    if entry.kind not in KINDS:
        if entry.kind in _BEANS:
            return "", ""
        return f"<{entry.kind}> is no destination", "queue, topic, tempQueue or tempTopic"
    # A name with a space is a namespace and a name: not the schema's business.
    unknown = [
        name
        for name in entry.element.attributes
        if name not in _ENTRY_ATTRIBUTES and " " not in name
    ]
    if unknown:
        return f"<{entry.kind}> has no attribute {unknown[0]!r}", "physicalName"
    if not entry.name.strip():
        return f"a <{entry.kind}> without physicalName", f'<{entry.kind} physicalName="NAME"/>'
    prefix, separator, rest = entry.name.strip().partition("://")
    if separator and "," not in rest and prefix in ("queue", "topic"):
        return f"the prefix of {entry.name!r} is taken for a part of the name", rest
    return "", ""


@RULES.rule(
    Rule(
        "BRK056",
        Severity.ERROR,
        title="a list, or the block of connectors, given twice",
        why="The broker starts and keeps the last without a word: what only the first one holds "
        "does not cross, is not excluded, or, of connectors, does not exist.",
        fix="put everything into one element",
        reference=ALL_FOUR,
    )
)
def given_twice(network: Network) -> Iterator[Finding]:
    """Quiet where the last one repeats all that the others hold, and where a connector's name
    stands in both blocks: then the broker does not start, which is BRK006.
    """
    for broker in network.brokers:
        for block, last in _replaced(broker.element):
            lost = [child for child in block.children if child.name == "networkConnector"]
            given = {child.attributes.get("name") for child in last.children} - {None}
            if any(child.attributes.get("name") in given for child in lost):
                continue
            if lost and block.name == "networkConnectors":
                names = ", ".join(repr(child.attributes.get("name", "NC")) for child in lost)
                yield _twice(broker, f"broker {broker.name!r}", block, last, names)
        for connector in broker.connectors:
            if len(connector.element.children) < 2:
                continue
            for block, last in _replaced(connector.element):
                kept = {_content(child) for child in last.children}
                lost = [child for child in block.children if _content(child) not in kept]
                if lost and block.name in attributes.LISTS:
                    names = ", ".join(repr(c.attributes.get("physicalName", "")) for c in lost)
                    yield _twice(broker, connector.label, block, last, names)


def _content(element: Element) -> tuple[str, frozenset[tuple[str, str]]]:
    return element.name, frozenset(element.attributes.items())


def _replaced(parent: Element | None) -> Iterator[tuple[Element, Element]]:
    """The children that a later one of the same name replaces, each with the last of them."""
    children = parent.children if parent else []
    last = {child.name: child for child in children}
    if len(last) != len(children):
        yield from (
            (child, last[child.name]) for child in children if child is not last[child.name]
        )


def _twice(broker: Broker, owner: str, block: Element, last: Element, names: str) -> Finding:
    return Finding(
        message=f"{owner}: the <{last.name}> at {broker.location(last)} replaces this one; lost "
        f"here: {names}",
        object=owner,
        location=broker.location(block),
        observed=f"<{block.name}> given twice",
        expected=f"one <{block.name}>",
    )
