"""`opskit broker migrate`: what an upgrade changes."""

from pathlib import Path
from typing import Annotated

import typer

from opskit.commands.options import ExitZero, FailOn, FindingsOutput, Ignore, Select


def migrate(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Broker files, topologies, folders; - is stdin."),
    ],
    old: Annotated[
        str, typer.Option("--from", metavar="VERSION", help="The release that runs, as in 5.17.")
    ],
    new: Annotated[
        str, typer.Option("--to", metavar="VERSION", help="The release to go to, as in 5.18.")
    ],
    output: FindingsOutput = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
) -> int:
    """Say what an upgrade of ActiveMQ changes.

    What stops start-up, and what changes its meaning.

    The way back to an older release is checked as well, as far as the files show it.

    \b
    Example:
      opskit broker migrate activemq.xml --from 5.17 --to 5.18
      opskit broker migrate conf/ --from 5.17.2 --to 6.1 -o json
    """
    from opskit.broker.upgrades import migrate as broker
    from opskit.commands.results import check_options, finish_check
    from opskit.output import warn

    options = check_options(broker.MIGRATION, output, select, ignore, fail_on, exit_zero)
    migration = broker.read(paths, old, new)
    for text in broker.remarks(migration):
        warn(text)
    report = broker.migrate(migration, select=options.select, ignore=options.ignore)
    return finish_check(report, broker.MIGRATION, options)
