"""`opskit broker graph`: the network as a table, JSON or a diagram."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from opskit.broker.graph import BrokerGraph


def graph(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Broker files, topologies, folders; - is stdin."),
    ],
    output: Annotated[
        Literal["table", "json", "mermaid", "dot"],
        typer.Option("-o", "--output", help="Output format."),
    ] = "table",
) -> int:
    """Show the network: connectors, cycles, how far messages get.

    \b
    Example:
      opskit broker graph onprem.xml cloud.xml
      opskit broker graph conf/ -o mermaid
      opskit broker graph topology.yaml -o dot | dot -Tsvg > network.svg
    """
    from opskit import output as out
    from opskit.broker import diagrams, sources
    from opskit.broker.graph import graph as graph_of
    from opskit.commands.results import load_settings

    load_settings()
    found = graph_of(sources.read_network(paths))
    if output in ("mermaid", "dot"):
        out.write(diagrams.mermaid(found) if output == "mermaid" else diagrams.dot(found))
    else:
        out.write(_as_json(found) if output == "json" else _as_text(found))
    return 0


def _as_json(found: "BrokerGraph") -> str:
    from dataclasses import fields

    from opskit.broker.graph import SCHEMA
    from opskit.output.values import dumps

    parts = {field.name: getattr(found, field.name) for field in fields(found)}
    return dumps({"schema": SCHEMA, **parts}, indent=2) + "\n"


def _as_text(found: "BrokerGraph") -> str:
    """Two tables, and a line for each thing that is worth one."""
    from opskit.broker.graph import SCHEMA
    from opskit.output import Column, Format, Table, render_rows

    brokers = [
        {"broker": b.name, "reaches": b.reaches, "beyond": len(b.beyond), "at": b.place}
        for b in found.brokers
    ]
    connectors = [
        {
            "from": c.source,
            "to": c.target,
            "connector": c.name,
            "duplex": "yes" if c.duplex else "no",
            "ttl": c.message_ttl,
        }
        for c in found.connectors
    ]
    tables = (
        Table(
            SCHEMA, ["from", "to", "connector", "duplex", Column("ttl", "message TTL")], connectors
        ),
        Table(SCHEMA, ["broker", "reaches", Column("beyond", "beyond TTL"), "at"], brokers),
    )
    return "\n".join([*(render_rows(table, Format.TABLE) for table in tables), _summary(found)])


def _summary(found: "BrokerGraph") -> str:
    from opskit.output.text import one_line

    lines = [f"diameter: {found.diameter}"]
    lines += [f"cycle: {' -> '.join([*cycle, cycle[0]])}" for cycle in found.cycles]
    lines += [
        f"duplex from both ends: {' and '.join(c.brokers)} ({', '.join(c.connectors)})"
        for c in found.collisions
    ]
    return "".join(f"{one_line(line)}\n" for line in lines)
