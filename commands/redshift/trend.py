"""`opskit redshift trend`: how a warehouse changed over a capture."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from opskit.commands.options import RowsOutput


def trend(
    capture: Annotated[Path, typer.Option(metavar="FILE", help="The capture.")],
    by: Annotated[
        Literal["query", "table", "load", "queue"], typer.Option(help="What to look at.")
    ] = "query",
    since: Annotated[
        str | None, typer.Option(metavar="TIME", help="From then on, as in 14d; all there is.")
    ] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="As it was then (UTC); now if not set.")
    ] = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where a query became slower.")
    ] = False,
    output: RowsOutput = None,
) -> int:
    """Show how queries, loads and tables changed over a capture.

    By query: texts whose last day differs from the days before by half and more, where the
    difference is beyond what their own scatter explains, over all texts at once. By table: growth
    in GB a day, and when the disk is full. By load and queue: each day.

    \b
    Example:
      opskit redshift trend --capture prod.duckdb
      opskit redshift trend --capture prod.duckdb --by table --since 30d
      opskit redshift trend --capture prod.duckdb --exit-code -o json
    """
    from opskit.commands.results import finish_rows
    from opskit.errors import ExitCode
    from opskit.output import message
    from opskit.redshift.capture import open_capture
    from opskit.redshift.check import at_time
    from opskit.redshift.trend import look as trends

    with open_capture(capture, at_time(at) if at else None) as source:
        table = trends.trend(source, by, trends.moment(since, source.now()) if since else None)
    finish_rows(table, output)
    message(trends.summary(table, by))
    return ExitCode.NO if exit_code and trends.worse(table) else ExitCode.OK
