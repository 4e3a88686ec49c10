"""`opskit broker generate`: broker configurations from a topology."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def generate(
    topology: Annotated[
        Path, typer.Argument(metavar="TOPOLOGY", help="A topology document; - is stdin.")
    ],
    broker: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="For which broker; the one that starts connections."),
    ] = None,
    kind: Annotated[
        Literal["fragment", "activemq", "amazon-mq"],
        typer.Option(help="A <networkConnectors> block, a whole broker file, or for Amazon MQ."),
    ] = "fragment",
    show_ports: Annotated[
        bool, typer.Option("--show-ports", help="Add a comment with the ports to open.")
    ] = False,
) -> int:
    """Write a broker's XML to stdout, from a topology.

    Passwords are placeholders, which the broker fills in from its environment when it starts.

    \b
    Example:
      opskit broker generate topology.yaml
      opskit broker generate topology.yaml --kind activemq > activemq.xml
      opskit broker generate topology.yaml --show-ports
    """
    from opskit import output
    from opskit.broker.design import generate as broker_xml
    from opskit.broker.design import topology as topologies
    from opskit.errors import ExitCode

    document, _ = topologies.load(topology)
    output.write(broker_xml.generate(document, broker, kind, openings=show_ports))
    return ExitCode.OK
