"""`opskit redshift emulate`: a stand-in for a warehouse, to rehearse on."""

from pathlib import Path
from typing import Annotated

import typer

EXAMPLE = ("redshift", "scenario.yaml")


def emulate(
    scenario: Annotated[
        Path | None,
        typer.Argument(metavar="[SCENARIO]", help="The scenario; that of --example if not given."),
    ] = None,
    port: Annotated[
        int,
        typer.Option(
            metavar="PORT", min=0, max=65535, help="The port to listen on; 0 is a free one."
        ),
    ] = 0,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    example: Annotated[
        bool, typer.Option("--example", help="Print the example scenario, to start from.")
    ] = False,
) -> int:
    """Serve a scenario as a warehouse, to rehearse on.

    It speaks the protocol of Redshift: opskit, drivers and psql connect to it. System views hold
    what the scenario says has happened; VACUUM, ANALYZE and pg_terminate_backend do what they do,
    and everything else that changes something is accepted and changes nothing.

    It prints its URL once it listens, and serves until Ctrl-C.

    \b
    Example:
      opskit redshift emulate --example > night.yaml
      opskit redshift emulate night.yaml --port 5439
    """
    from importlib.resources import files

    from opskit.errors import ExitCode
    from opskit.output import message, warn, write
    from opskit.redshift.emulator import serve
    from opskit.redshift.emulator.scenario import load, parse

    text = files("opskit.examples").joinpath(*EXAMPLE).read_text("utf-8")
    if example:
        write(text)
        return ExitCode.OK
    found = load(scenario) if scenario is not None else parse(text, "the example")
    with serve(found, host=host, port=port) as server:
        write(f"{server.url}\n")
        if not server.local:
            warn(f"everybody who reaches {server.host} can log in, as the scenario has it")
        message(f"OPSKIT_REDSHIFT_PASSWORD=any opskit redshift check --target '{server.url}'")
        message("Ctrl-C ends it")
        server.wait()
    return ExitCode.OK
