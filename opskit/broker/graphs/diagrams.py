"""A graph of brokers as a diagram: Mermaid for Markdown, DOT for Graphviz.

Names come from files of others, so every character that could mean something to the renderer is
written in a way that it cannot.
"""

import re
from collections.abc import Iterator

from opskit.broker.graphs.graph import BrokerGraph, GraphConnector

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
    shape = _Shape(graph)
    for node, name, external in shape.nodes:
        yield f'  {node}["{_for_mermaid(name)}"]{":::external" if external else ""}'
    for connector, source, target in shape.edges:
        arrow = "<-->" if connector.both_ways else "-->"
        yield f'  {source} {arrow}|"{_for_mermaid(_label(connector))}"| {target}'
    if any(external for _, _, external in shape.nodes):
        yield "  classDef external stroke-dasharray: 5 5"


def _dot_lines(graph: BrokerGraph) -> Iterator[str]:
    yield "digraph brokers {"
    yield "  rankdir=LR;"
    yield "  node [shape=box];"
    shape = _Shape(graph)
    for node, name, external in shape.nodes:
        yield f'  {node} [label="{_for_dot(name)}"{", style=dashed" if external else ""}];'
    for connector, source, target in shape.edges:
        both = ", dir=both" if connector.both_ways else ""
        yield f'  {source} -> {target} [label="{_for_dot(_label(connector))}"{both}];'
    yield "}"


class _Shape:
    """What is drawn: nodes as id, name and whether external, and connectors between their ids.

    No name of a broker gets into an id. A connector of which it is not known where it leads has
    a node of its own at that end: two that say the same need not lead to the same broker.
    """

    def __init__(self, graph: BrokerGraph) -> None:
        ids = {broker.name: f"b{number}" for number, broker in enumerate(graph.brokers)}
        self.nodes = [(ids[broker.name], broker.name, broker.external) for broker in graph.brokers]
        self.edges: list[tuple[GraphConnector, str, str]] = []
        for connector in graph.connectors:
            source, target = connector.source, connector.target
            if connector.known:
                self.edges.append((connector, ids[source], ids[target]))
                continue
            here, unknown = ids[connector.broker], f"b{len(self.nodes)}"
            outward = source == connector.broker
            self.nodes.append((unknown, target if outward else source, True))
            ends = (here, unknown) if outward else (unknown, here)
            self.edges.append((connector, *ends))


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
