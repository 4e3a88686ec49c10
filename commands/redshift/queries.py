"""`opskit redshift queries`: query files themselves."""

from pathlib import Path
from typing import Annotated

import typer

from opskit.commands.options import ExitZero, FailOn, FindingsOutput, Ignore, Select

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def queries() -> None:
    """Check query files against the catalog of system views.

    \b
    Example:
      opskit redshift queries lint my-queries/
    """


@app.command()
def lint(
    folders: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FOLDER]...", help="Folders of *.sql files; opskit's own."),
    ] = None,
    output: FindingsOutput = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
) -> int:
    """Check that query files read what there is, and change nothing.

    Every view and column has to stand in the catalog, every log has to be bounded in time, and
    the header has to say what the query does.

    \b
    Example:
      opskit redshift queries lint
      opskit redshift queries lint my-queries/ -o github
    """
    from opskit.commands.results import check_options, finish_check
    from opskit.redshift.queries import Library
    from opskit.redshift.query_rules import RULES
    from opskit.redshift.query_rules import lint as check

    options = check_options(RULES, output, select, ignore, fail_on, exit_zero)
    found = Library(folders or ()).all(bundled=not folders)
    report = check(found, select=options.select, ignore=options.ignore)
    return finish_check(report, RULES, options)
