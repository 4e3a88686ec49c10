"""`opskit emrfs union`: one role for people whom several mappings name."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import RowsOutput, YesReplace

if TYPE_CHECKING:
    from opskit.emrfs.model import Design
    from opskit.emrfs.union.plan import Union
    from opskit.errors import ExitCode
    from opskit.output import Table


def union(
    file: DesignFile = DEFAULT_FILE,
    user: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="For this user (repeat).")
    ] = None,
    groups: Annotated[
        list[str] | None,
        typer.Option(metavar="GROUP,GROUP", help="The groups, not the directory's (repeat)."),
    ] = None,
    policies: Annotated[
        int,
        typer.Option(min=1, max=20, help="Managed policies on a role; up to 20 with a quota."),
    ] = 10,
    out_dir: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write policies and a fragment there.")
    ] = None,
    yes: YesReplace = False,
    output: RowsOutput = None,
) -> int:
    """Merge roles' policies for users in several groups.

    EMRFS takes the first mapping that matches and unites no groups. For everybody whom several
    mappings name this makes one role with the permissions of all, and the mapping to put in front
    of the first of them. A Deny of one role holds for all. Exit status 1 when nothing fits into
    the limits, 4 when some do, 3 when too little is known of the roles.

    \b
    Example:
      opskit emrfs union
      opskit emrfs union --user ana --groups eng,science -o json
      opskit emrfs union --policies 20 --out-dir unions
    """
    from opskit.commands.emrfs.common import finish_rows
    from opskit.commands.files import write_files
    from opskit.emrfs.load import load
    from opskit.emrfs.union.fragment import files
    from opskit.emrfs.union.people import people_for
    from opskit.emrfs.union.plan import plan
    from opskit.errors import ExitCode
    from opskit.output import message

    named = [name for text in groups or () for name in text.split(",") if name]
    design = load(file)
    found = plan(design, people_for(design, user or (), named), policies=policies)
    if out_dir is not None and not write_files(out_dir, files(design, found), yes=yes):
        return ExitCode.NO
    if not found:
        message("nobody is named by several mappings with different roles")
    for each in found:
        for note in each.notes:
            message(f"note: {each.role}: {note}")
    finish_rows(_table(design, found, policies), output)
    return _status(found)


def _status(found: "Sequence[Union]") -> "ExitCode":
    from opskit.errors import ExitCode

    unfit = [each for each in found if not each.fits]
    if not unfit:
        return ExitCode.OK
    if len(unfit) < len(found):
        return ExitCode.PARTIAL
    return ExitCode.UNKNOWN if not all(each.known for each in unfit) else ExitCode.NO


def _table(design: "Design", found: "Sequence[Union]", policies: int) -> "Table":
    from opskit.emrfs.build.size import MANAGED
    from opskit.emrfs.union.fragment import fragment
    from opskit.output import Column, Table

    columns = [
        Column("role"),
        Column("users"),
        Column("merged", "roles merged"),
        Column("before", "put before"),
        Column("policies"),
        Column("characters"),
        Column("problem"),
    ]
    extra = {
        "limits": {"characters": MANAGED, "policies": policies},
        "fragment": fragment(design, found),
    }
    return Table("opskit.emrfs.union/1", columns, list(map(_row, found)), "unions", extra)


def _row(each: "Union") -> dict[str, object]:
    return {
        "role": each.role,
        "users": list(each.users),
        "merged": [role.name for role in each.roles],
        "before": f"mappings[{each.before}]",
        "policies": each.needs or None,
        "characters": each.characters or None,
        "problem": each.problem or None,
        "names": list(each.names),
        "roles": [str(role.arn) for role in each.roles],
        "fits": each.fits,
        "index": each.before,
        "documents": each.documents,
        "notes": each.notes,
    }
