"""`opskit broker graph`: the network as a table, data or a diagram."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from opskit.broker.graphs.graph import BrokerGraph
    from opskit.output import Format, Table


def graph(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Broker files, topologies, folders; - is stdin."),
    ],
    output: Annotated[
        Literal["table", "json", "jsonl", "csv", "yaml", "md", "mermaid", "dot"] | None,
        typer.Option("-o", "--output", help="Output format; table if not set."),
    ] = None,
) -> int:
    """Show brokers and connectors, and how far messages get.

    "From" and "to" are the ways that messages can go, whoever starts the connection. In jsonl and
    csv a row is a connector; json and yaml hold the brokers and the rest, too.

    \b
    Example:
      opskit broker graph onprem.xml cloud.xml
      opskit broker graph conf/ -o mermaid
      opskit broker graph topology.yaml -o dot | dot -Tsvg > network.svg
    """
    from opskit import output as out
    from opskit.broker import sources
    from opskit.broker.graphs import diagrams
    from opskit.broker.graphs.graph import graph as graph_of
    from opskit.commands.results import output_format

    fmt = output_format(output, out.ROWS)
    found = graph_of(sources.read_network(paths))
    if fmt in ("mermaid", "dot"):
        out.write(diagrams.mermaid(found) if fmt == "mermaid" else diagrams.dot(found))
    elif fmt in ("table", "md"):
        out.write(_for_people(found, out.Format(fmt)))
    else:
        out.emit_rows(_data(found, out.Format(fmt)), out.Format(fmt))
    return 0


def _data(found: "BrokerGraph", fmt: "Format") -> "Table":
    from dataclasses import asdict, fields

    from opskit.broker.graphs.graph import SCHEMA, GraphConnector
    from opskit.findings import Location
    from opskit.output import Table

    parts = asdict(found)
    rows = parts.pop("connectors")
    columns = [field.name for field in fields(GraphConnector)]
    if fmt == "csv":
        columns[-1:] = Location._fields
        rows = [{**row, **row["location"]._asdict()} for row in rows]
    return Table(SCHEMA, columns, rows, key="connectors", extra=parts)


def _for_people(found: "BrokerGraph", fmt: "Format") -> str:
    """Two tables, and a line for each thing that is worth one."""
    from opskit.broker.graphs.graph import SCHEMA
    from opskit.output import Column, Table, fitted, render_rows
    from opskit.output.rows import markdown_text
    from opskit.output.text import one_line

    connectors = [
        {
            "from": c.source,
            "to": c.target,
            "connector": c.name,
            "both_ways": c.both_ways,
            "ttl": c.message_ttl,
        }
        for c in found.connectors
    ]
    brokers = [
        {
            "broker": b.name,
            "reaches": f"{b.reaches}+" if b.at_least else b.reaches,
            "beyond": b.beyond_count,
            "at": b.place,
        }
        for b in found.brokers
    ]
    ttl, beyond = Column("ttl", "message TTL"), Column("beyond", "beyond TTL")
    tables = (
        Table(SCHEMA, ["from", "to", "connector", "both_ways", ttl], connectors),
        Table(SCHEMA, ["broker", Column("reaches", align="right"), beyond, "at"], brokers),
    )
    parts = [render_rows(table, fmt) for table in tables]
    if fmt == "md":
        return "\n".join([*parts, "".join(f"- {markdown_text(line)}\n" for line in _facts(found))])
    facts = "".join(f"{one_line(line)}\n" for line in _facts(found))
    return "\n".join([*parts, fitted(facts)])


def _facts(found: "BrokerGraph") -> Iterator[str]:
    from opskit.broker.graphs.reach import MAX_HOPS

    more = " or more" if found.diameter == MAX_HOPS else ""
    yield f"diameter: {found.diameter}{more}"
    yield from (f"cycle: {' -> '.join([*cycle, cycle[0]])}" for cycle in found.cycles)
    for collision in found.collisions:
        names = ", ".join(collision.connectors)
        yield f"duplex from both ends: {' and '.join(collision.brokers)} ({names})"
    for connector in found.connectors:
        if not connector.known:
            yield f"could not tell where it leads: {connector.name} ({connector.place})"
