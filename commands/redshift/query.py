"""`opskit redshift query`: one question to the system views."""

from pathlib import Path
from typing import Annotated

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.redshift.connection import Where, connected


@connected
def query(
    name: Annotated[
        str | None, typer.Argument(help="The question; all are listed without.")
    ] = None,
    param: Annotated[
        list[str] | None, typer.Option("--param", metavar="KEY=VALUE", help="A parameter (repeat).")
    ] = None,
    queries: Annotated[
        list[Path] | None,
        typer.Option("--queries", metavar="FOLDER", help="Your own *.sql files (repeat)."),
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="TIME", help="How far back, as in 24h or 7d; 24h.")
    ] = None,
    show_sql: Annotated[
        bool, typer.Option("--sql", help="Print the SQL instead of asking.")
    ] = False,
    explain_only: Annotated[
        bool, typer.Option("--explain-only", help="EXPLAIN it, or every one, and ask nothing.")
    ] = False,
    output: RowsOutput = None,
    *,
    where: Where,
) -> int:
    """Ask one question of the system views, or list the questions.

    \b
    Example:
      opskit redshift query
      opskit redshift query top-queries --target prod --window 7d -o csv
      opskit redshift query table-info --capture prod.duckdb
      opskit redshift query --explain-only --target prod
    """
    from opskit.commands.redshift.asking import explain, listed, parameters, show, span
    from opskit.commands.results import finish_rows
    from opskit.redshift import ask
    from opskit.redshift.queries import Library

    library = Library(queries or ())
    given = parameters(param)
    if explain_only:
        return explain(where, library, name, output)
    if name is None:
        return finish_rows(listed(library), output)
    if show_sql:
        return show(where, library, name, span(window), given)
    from opskit.commands.redshift.connection import asked

    with asked(where, workers=1) as source:
        found = ask.one(source, library.find(name, source.engine), span(window), given)
    return finish_rows(found, output)
