"""A graph of brokers as a diagram: Mermaid for Markdown, DOT for Graphviz.

Names come from files of others, so every character that could mean something to the renderer is
written in a way that it cannot.
"""

import re
from collections.abc import Iterator

from opskit.broker.graph import BrokerGraph, GraphConnector

# What Mermaid is given as it is; anything else as #N; with N the code point in decimal.
_PLAIN = re.compile(r"[^A-Za-z0-9 ._:/()-]")


def mermaid(graph: BrokerGraph) -> str:
    """A flowchart. Brokers that no file describes are dashed."""
    return "\n".join(_mermaid_lines(graph)) + "\n"


def dot(graph: BrokerGraph) -> str:
    """A directed graph in the DOT language. Brokers that no file describes are dashed."""
    return "\n".join(_dot_lines(graph)) + "\n"


def _mermaid_lines(graph: BrokerGraph) -> Iterator[str]:
    yield "flowchart LR"
    ids = _ids(graph)
    for broker in graph.brokers:
        style = ":::external" if broker.external else ""
        yield f'  {ids[broker.name]}["{_for_mermaid(broker.name)}"]{style}'
    for connector in graph.connectors:
        arrow = "<-->" if connector.duplex else "-->"
        source, target = ids[connector.source], ids[connector.target]
        yield f'  {source} {arrow}|"{_for_mermaid(_label(connector))}"| {target}'
    if any(broker.external for broker in graph.brokers):
        yield "  classDef external stroke-dasharray: 5 5"


def _dot_lines(graph: BrokerGraph) -> Iterator[str]:
    yield "digraph brokers {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    ids = _ids(graph)
    for broker in graph.brokers:
        style = ", style=dashed" if broker.external else ""
        yield f'  {ids[broker.name]} [label="{_for_dot(broker.name)}"{style}];'
    for connector in graph.connectors:
        both = ", dir=both" if connector.duplex else ""
        source, target = ids[connector.source], ids[connector.target]
        yield f'  {source} -> {target} [label="{_for_dot(_label(connector))}"{both}];'
    yield "}"


def _ids(graph: BrokerGraph) -> dict[str, str]:
    """Names of nodes in the diagram: no name of a broker gets into its syntax."""
    return {broker.name: f"b{number}" for number, broker in enumerate(graph.brokers)}


def _label(connector: GraphConnector) -> str:
    hops = connector.message_ttl
    return connector.name if hops in (None, 1) else f"{connector.name} (TTL {hops})"


def _for_mermaid(text: str) -> str:
    return _PLAIN.sub(lambda match: f"#{ord(match[0])};", text)


def _for_dot(text: str) -> str:
    """For a quoted string, in which only the quote and the backslash mean anything.

    What cannot be printed is shown as its escape, a reference such as `&amp;` as it stands.
    """
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
