"""`opskit redshift unused`: tables that nothing scans, and the plan to archive them."""

from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.redshift.connection import Where, connected

if TYPE_CHECKING:
    from opskit.redshift.source import Source
    from opskit.redshift.unused.look import Unused


@connected
def unused(
    days: Annotated[
        int, typer.Option(min=1, max=3650, metavar="N", help="Without a scan for so long.")
    ] = 30,
    plan: Annotated[
        str | None,
        typer.Option(metavar="S3-URL", help="Print the SQL that archives them there instead."),
    ] = None,
    schema: Annotated[
        str, typer.Option(metavar="NAME", help="With --plan: the external schema.")
    ] = "archive",
    iam_role: Annotated[
        str, typer.Option(metavar="ARN", help="With --plan: who may write to S3.")
    ] = "default",
    output: RowsOutput = None,
    *,
    where: Where,
) -> int:
    """List tables that nothing scans, and the plan to archive them.

    Redshift's logs reach back some days only: a table is called unused where they cover all of
    --days, which takes a capture. Until then it is unknown, and the exit status is 3.

    \b
    Example:
      opskit redshift unused --capture prod.duckdb
      opskit redshift unused --capture prod.duckdb --plan s3://bucket/archive/
    """
    from opskit.commands.redshift.connection import asked
    from opskit.commands.results import finish_rows
    from opskit.errors import ExitCode
    from opskit.output import message, write
    from opskit.redshift.unused import look as tables

    folder = tables.place(plan) if plan else ""
    with asked(where, workers=1) as source:
        found = tables.unused(source, days)
        text = _plan(source, found, folder, schema, iam_role) if plan and found.known else ""
    if text:
        write(text)
    elif not plan:
        finish_rows(tables.listed(found), output)
    if found.why:
        message(f"{found.why}; no plan is made" if plan else found.why)
    return ExitCode.OK if found.known else ExitCode.UNKNOWN


def _plan(source: "Source", found: "Unused", folder: str, schema: str, role: str) -> str:
    """The SQL that archives the tables."""
    from opskit.output import warn
    from opskit.redshift.unused.look import columns
    from opskit.redshift.unused.plan import Archive, plan

    for table in found.written:
        place = f"{table['schema']}.{table['table']}"
        warn(f"{place} is written to, last {table['last_insert']}: left out of the plan")
    still = [table for table in found.tables if table not in found.written]
    return plan([(table, columns(source, table)) for table in still], Archive(folder, schema, role))
