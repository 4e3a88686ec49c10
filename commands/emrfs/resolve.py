"""`opskit emrfs resolve`: the role somebody gets at a place, and what IAM makes of it."""

from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import RecordOutput

if TYPE_CHECKING:
    from opskit.emrfs.access import Access
    from opskit.output import Record


def resolve(
    user: Annotated[str, typer.Argument(help="A Hadoop user.")],
    path: Annotated[str, typer.Argument(help="A place, as s3://bucket/folder/object.")],
    file: DesignFile = DEFAULT_FILE,
    action: Annotated[
        str, typer.Option(metavar="ACTION", help="What is done there.")
    ] = "s3:GetObject",
    group: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A group of the user, the primary one first; else the directory's (repeat).",
        ),
    ] = None,
    output: RecordOutput = None,
) -> int:
    """Say which role somebody gets at a place, and why.

    Shown are the mapping that decides, each that was passed over and why, whether the base role
    can assume the role, and IAM's decision with the statement that made it. Exit status 0 when
    the access is allowed, 1 when it is denied, 3 when that cannot be told.

    \b
    Example:
      opskit emrfs resolve dataeng1 s3://lake/raw/part-0
      opskit emrfs resolve ana s3://lake/raw/ --action s3:ListBucket --group eng
    """
    from opskit.commands.emrfs.common import finish_record, loaded
    from opskit.emrfs.access import access, exit_code
    from opskit.emrfs.model import Kind
    from opskit.emrfs.people import doubt, groups_for
    from opskit.emrfs.prefixes import path as place
    from opskit.output import warn

    asked = place(path)
    design = loaded(file)
    found = access(design, user, groups_for(design, user, group), asked, action)
    unsure = doubt(design, user, group)
    if unsure and any(each.mapping.kind is Kind.GROUP for each in found.resolution.skipped):
        warn(unsure)
    finish_record(_record(found, known=not unsure), output)
    return exit_code(found)


def _record(found: "Access", *, known: bool) -> "Record":
    from opskit.emrfs.explain import fields, sentences
    from opskit.output import Record, fitted

    text = "".join(f"{line}\n" for line in sentences(found))
    told = {**fields(found), "groups_known": known}
    return Record("opskit.emrfs.resolve/1", told, fitted(text))
