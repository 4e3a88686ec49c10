"""`opskit redshift access`: what somebody may do, and by which grant."""

from typing import Annotated, Literal

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.redshift.connection import Where, connected


@connected
def access(
    who: Annotated[str, typer.Argument(metavar="USER|ROLE", help="A user, a role or a group.")],
    schema: Annotated[
        str | None, typer.Option(metavar="NAME", help="Only rights in this schema.")
    ] = None,
    kind: Annotated[
        Literal["user", "role", "group"] | None,
        typer.Option(help="Which is meant, where several have the name; the user if not set."),
    ] = None,
    output: RowsOutput = None,
    *,
    where: Where,
) -> int:
    """Show what a user or a role may do, and which grant gives it.

    Each right stands with its way: direct, a group, a role and the roles that are granted to it,
    PUBLIC, owner, superuser. A right on a table without USAGE on its schema is said to be no use.
    Grants are those of the database that is asked. What PUBLIC has is not shown for a role.

    Exit status 3 where some grants could not be seen: of others, a user without sys:monitor sees
    only a part.

    \b
    Example:
      opskit redshift access ana --target prod
      opskit redshift access analyst --kind role --schema sales -o csv
    """
    from opskit.commands.redshift.connection import asked
    from opskit.commands.results import finish_rows
    from opskit.errors import ExitCode
    from opskit.output import message, warn
    from opskit.redshift.access import look

    with asked(where) as source:
        found = look.look(source, who, kind, schema)
    for note in found.notes:
        warn(note)
    finish_rows(found.table, output)
    useless = sum(not row["usable"] for row in found.table.rows)
    if useless:
        message(f"{useless} of {len(found.table.rows)} rights are of no use")
    return ExitCode.UNKNOWN if found.partial else ExitCode.OK
