"""`opskit redshift capture`: what system views hold, kept in a file."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.redshift.connection import Where, connected_live

if TYPE_CHECKING:
    from opskit.redshift.capture import Taken


@connected_live
def capture(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The capture; made if not there.")],
    window: Annotated[
        str, typer.Option(metavar="TIME", help="How far back the first snapshot reads the logs.")
    ] = "7d",
    every: Annotated[
        str | None, typer.Option(metavar="TIME", help="Go on, with a snapshot so often.")
    ] = None,
    queries: Annotated[
        list[Path] | None,
        typer.Option("--queries", metavar="FOLDER", help="Keep what these queries read, too."),
    ] = None,
    output: RowsOutput = None,
    *,
    where: Where,
) -> int:
    """Keep what the system logs forget, in a local file.

    The first snapshot reads the logs back to --window; each later one reads what came since. The
    file holds texts of queries: only its owner may read it. A snapshot is in the file whole or
    not at all. With --every, a snapshot that fails is said on stderr and tried again at the next
    tick. The exit status is 4 where a view could not be read.

    \b
    Example:
      opskit redshift capture prod.duckdb --target prod
      opskit redshift capture prod.duckdb --target prod --every 1h
      opskit redshift check --capture prod.duckdb --at 2026-01-31T03:00
    """
    from opskit.commands.results import finish_rows
    from opskit.errors import ExitCode
    from opskit.redshift.check import window_of
    from opskit.redshift.history.told import described, incomplete
    from opskit.redshift.queries import Library

    library, back = Library(queries or ()), window_of(window)
    pause = window_of(every) if every else None

    def once() -> "Taken":
        from opskit.commands.redshift.connection import asked
        from opskit.output import progress
        from opskit.redshift.capture import take

        with progress() as say, asked(where, workers=1) as source:
            return take(source, file, window=back, library=library, progress=say)

    if pause is not None:
        from opskit.output import message, warn
        from opskit.redshift.history.rounds import repeat

        repeat(once, pause, said=message, failed=warn)
    taken = once()
    finish_rows(described(taken, file), output)
    return ExitCode.PARTIAL if incomplete(taken) else ExitCode.OK
