"""`opskit redshift locks`: who blocks whom."""

import sys
import time
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.redshift.connection import Where, connected

if TYPE_CHECKING:
    from opskit.output import Format
    from opskit.redshift.locks.look import Look


@connected
def locks(
    seconds: Annotated[
        float | None,
        typer.Argument(metavar="[SECONDS]", min=0.1, help="With --watch: between two looks; 2."),
    ] = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Look again and again, to Ctrl-C.")
    ] = False,
    output: RowsOutput = None,
    *,
    where: Where,
) -> int:
    """Show who blocks whom, and the statement that ends it.

    Sessions that block stand at the left, those that wait for them below. A blocker is who holds
    a lock that excludes the one that is waited for, or waits for such a lock ahead in the queue.

    Exit status 1 where somebody waits for a lock, 0 where nobody does, 3 where nobody is seen to
    wait, but the asking user does not see the transactions of others.

    \b
    Example:
      opskit redshift locks --target prod
      opskit redshift locks --target prod --watch 5
      opskit redshift locks --capture prod.duckdb --at 2026-01-31T03:00 -o json
    """
    from opskit.commands.redshift.connection import asked
    from opskit.commands.results import output_format
    from opskit.errors import UsageError
    from opskit.output import ROWS, Format
    from opskit.redshift.locks.look import Look

    fmt = Format(output_format(output, ROWS))
    if seconds is not None and not watch:
        raise UsageError("SECONDS goes with --watch", hint="as in --watch 5")
    if watch and where.capture:
        raise UsageError(
            "--watch and --capture do not go together: a capture does not change",
            hint="look at another time of it with --at TIME",
        )
    if watch and fmt not in (Format.TABLE, Format.JSONL):
        raise UsageError(f"--watch and {fmt} do not go together", hint="give -o table or -o jsonl")
    with asked(where, workers=1) as source:
        look = Look(source)
        try:
            while watch:
                _show(look, fmt, again=True)
                time.sleep(seconds or 2.0)
            return _show(look, fmt)
        except KeyboardInterrupt:
            look.cancel()
            raise
        finally:
            look.close()


def _show(look: "Look", fmt: "Format", again: bool = False) -> int:
    """Look once and print; 1 where somebody waits, 3 where that cannot be told."""
    from opskit.errors import ExitCode
    from opskit.output import Format as Formats
    from opskit.output import emit_rows, message, warn, write
    from opskit.output.console import is_terminal
    from opskit.redshift.locks import report

    now = look()
    for note in look.notes:
        warn(note)
    summary = report.summary(now, look.partial)
    if fmt is not Formats.TABLE:
        emit_rows(report.table(now, look.notes), fmt)
    elif again:
        clear = "\x1b[H\x1b[2J" if is_terminal(sys.stdout) else ""
        write(f"{clear}{now.now:%Y-%m-%d %H:%M:%S} UTC: {summary}\n{report.tree(now)}")
    else:
        write(report.tree(now))
        message(summary)
    if now.waits:
        return ExitCode.NO
    return ExitCode.UNKNOWN if look.partial else ExitCode.OK
