"""`opskit broker patch`: a topology's connectors put into an existing broker file."""

from pathlib import Path
from typing import Annotated

import typer

from opskit.commands.options import Diff, Yes


def patch(
    activemq_xml: Annotated[
        Path, typer.Argument(metavar="ACTIVEMQ_XML", help="The broker's file; - is stdin.")
    ],
    topology: Annotated[
        Path, typer.Option("--topology", metavar="TOPOLOGY", help="Which messages go where.")
    ],
    broker: Annotated[
        str | None,
        typer.Option("--broker", metavar="NAME", help="Whose file it is, where that is not clear."),
    ] = None,
    diff: Diff = False,
    yes: Yes = False,
) -> int:
    """Put a topology's connectors into a broker's file.

    Every other byte stays.

    Connectors called as opskit calls its own (Q:a->b, T:a->b) are inserted, updated and removed;
    others stay. The old file is kept beside the new one. With --diff the exit status is 1 where
    there is something to change.

    \b
    Example:
      opskit broker patch activemq.xml --topology topology.yaml --diff
      opskit broker patch activemq.xml --topology topology.yaml --yes
    """
    from opskit.broker.change.patch import read_plan
    from opskit.commands.changes import carry_out, show
    from opskit.errors import ExitCode
    from opskit.output import message, warn, write_bytes

    plan = read_plan(activemq_xml, topology, broker)
    for warning in plan.warnings:
        warn(warning)
    if diff:
        return show([plan])
    if str(activemq_xml) == "-":
        write_bytes(plan.result)
    elif not plan.changed:
        message(f"{activemq_xml}: nothing to change")
    else:
        return carry_out([plan], yes=yes)
    return ExitCode.OK
