"""`opskit redshift ddl`: the DDL of a schema or a table."""

from typing import Annotated

import typer

from opskit.commands.redshift.connection import Where, connected


@connected
def ddl(
    what: Annotated[
        str, typer.Argument(metavar="SCHEMA[.TABLE]", help="As SQL writes it, with quotes or not.")
    ],
    owners: Annotated[bool, typer.Option(help="Say who owns what.")] = True,
    *,
    where: Where,
) -> int:
    """Write the DDL of a schema or a table.

    Tables come first, then views, then the foreign keys over all tables. Names and comments are
    quoted whatever is in them. Compare with SHOW TABLE, Redshift's own answer.

    Exit status 4 where something had to be left out; stderr says what.

    \b
    Example:
      opskit redshift ddl sales --target prod > sales.sql
      opskit redshift ddl sales.orders --target prod
      opskit redshift ddl '"my.schema"."My Table"' --no-owners --target prod
    """
    from opskit.commands.redshift.connection import asked
    from opskit.errors import ExitCode
    from opskit.output import message, quiet_on_closed_pipe, warn, write
    from opskit.redshift.ddl import look

    with asked(where) as source:
        found = look.look(source, what, owners=owners)
    with quiet_on_closed_pipe():
        write(found.sql)
    for note in (*found.notes, *found.missing):
        warn(note)
    if not found.objects:
        message("the schema has no tables and no views; those of external schemas stand elsewhere")
    return ExitCode.PARTIAL if found.missing else ExitCode.OK
