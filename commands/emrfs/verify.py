"""`opskit emrfs verify`: a document against EMR, IAM and STS."""

from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import AwsProfile, AwsRegion, RowsOutput

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opskit.emrfs.verify import Row
    from opskit.output import Table


def verify(
    file: DesignFile = DEFAULT_FILE,
    live: Annotated[
        bool, typer.Option("--live", help="Ask EMR and IAM; nothing is changed there.")
    ] = False,
    cluster: Annotated[
        str, typer.Option(metavar="ID", help="Compare with this cluster and what it uses.")
    ] = "",
    security_configuration: Annotated[
        str,
        typer.Option(metavar="NAME", help="Compare with this one; else that of the file's name."),
    ] = "",
    assume: Annotated[
        bool,
        typer.Option(
            "--assume", help="Assume each role as well, with the base role's credentials."
        ),
    ] = False,
    profile: AwsProfile = "",
    region: AwsRegion = "",
    output: RowsOutput = None,
) -> int:
    """Compare a file with what is in EMR, IAM and STS.

    Each mapping, block, role and policy is the same, differs, is missing, or could not be asked
    for. Policies are compared by what they say; what EMR adds by itself is left out. Exit status
    0 when all is the same, 1 when something is not, 3 when nothing could be asked for, and 4 when
    some could not.

    \b
    Example:
      opskit emrfs verify --live
      opskit emrfs verify --live --assume --cluster j-2AXXXXXXGAPLF -o json
    """
    from opskit.commands.emrfs.common import finish_rows, loaded
    from opskit.emrfs import verify as verifying
    from opskit.emrfs.live import Account, using
    from opskit.errors import UsageError

    if not live:
        raise UsageError("verify asks AWS", hint="give --live; 'opskit emrfs lint' asks nobody")
    with using(Account(profile, region)):
        rows = verifying.verify(
            loaded(file),
            cluster=cluster,
            configuration=security_configuration,
            assume=assume,
        )
    finish_rows(_table(rows), output)
    return verifying.exit_code(rows)


def _table(rows: "Sequence[Row]") -> "Table":
    from opskit.output import Column, Table

    counts = dict.fromkeys(("same", "differs", "missing", "unknown"), 0)
    for row in rows:
        counts[row.status] += 1
    made = [
        {
            "item": row.item,
            "status": row.status,
            "documented": row.documented or None,
            "found": row.found or None,
            "why": row.why or None,
            "detail": _detail(row),
        }
        for row in rows
    ]
    columns = [Column("item"), Column("status"), Column("detail", title="what is wrong")]
    return Table("opskit.emrfs.verify/1", columns, made, "items", {"summary": counts})


def _detail(row: "Row") -> str:
    """For people: both sides where they differ, without what all roles have in common."""
    import re

    if row.status == "same":
        return ""
    sides = row.documented and f"documented: {row.documented}", row.found and f"found: {row.found}"
    text = "; ".join(part for part in (*sides, row.why) if part)
    return re.sub(r"arn:[\w-]+:iam::\d{12}:role/", "", text) if row.documented else text
