"""`opskit redshift diff`: what changed between two times of captures."""

from typing import Annotated

import typer

from opskit.commands.options import RowsOutput


def diff(
    first: Annotated[str, typer.Argument(metavar="A", help="A capture, FILE or FILE@TIME (UTC).")],
    second: Annotated[str, typer.Argument(metavar="B", help="The later one, FILE or FILE@TIME.")],
    window: Annotated[
        str, typer.Option(metavar="TIME", help="Compare the logs of so long before each.")
    ] = "24h",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where anything became worse.")
    ] = False,
    output: RowsOutput = None,
) -> int:
    """Compare two times of captures.

    Texts of queries by their median and runs, tables by size, sort order and statistics, queues
    by the share of time waited, loads by their rate: what became worse first. It warns where
    they are of two warehouses, in the wrong order, or taken by a user that sees only a part.

    \b
    Example:
      opskit redshift diff prod.duckdb@2026-01-30 prod.duckdb@2026-01-31
      opskit redshift diff before.duckdb after.duckdb --window 7d --exit-code
    """
    from opskit.commands.results import finish_rows, output_format
    from opskit.errors import ExitCode
    from opskit.output import ROWS, Format, message, warn
    from opskit.redshift.check import window_of
    from opskit.redshift.diff import look as sides

    table = sides.diff(sides.place(first), sides.place(second), window_of(window))
    for note in sides.notes(table):
        warn(note)
    if table.rows or output_format(output, ROWS) != Format.TABLE:
        finish_rows(table, output)
    if not table.rows:
        message(sides.unchanged(table))
    for what in sides.unknown(table):
        warn(f"{what} are not compared: a capture could not read them")
    return ExitCode.NO if exit_code and sides.worse(table) else ExitCode.OK
