"""`opskit emrfs matrix`: users by paths by actions, for people, programs and auditors."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile

if TYPE_CHECKING:
    from opskit.emrfs.matrix import Matrix, Person
    from opskit.emrfs.model import Design
    from opskit.emrfs.prefixes import Path as Place
    from opskit.output import Table


def matrix(
    file: DesignFile = DEFAULT_FILE,
    user: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A user; all that the file knows if not given (repeat)."),
    ] = None,
    path: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PLACE",
            help="A place; the mapped prefixes and the roles' buckets if not given (repeat).",
        ),
    ] = None,
    paths: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A file with a place a line; - is stdin.")
    ] = None,
    action: Annotated[
        list[str] | None,
        typer.Option(
            metavar="ACTION", help="An action; reads, writes and listings if not given (repeat)."
        ),
    ] = None,
    output: Annotated[
        Literal["table", "json", "jsonl", "csv", "yaml", "md", "html"] | None,
        typer.Option("-o", "--output", help="Output format; table if not set."),
    ] = None,
) -> int:
    """Show who may do what: users by paths by actions.

    Each row is a user at a place: the role, the index of the mapping that gives it (none for the
    base role), and IAM's decision on each action. "(anyone else)" is somebody in no mapped group.

    \b
    Example:
      opskit emrfs matrix
      opskit emrfs matrix --path s3://lake/raw/ --action s3:GetObject -o csv
      opskit emrfs matrix -o html > access.html
    """
    from opskit.commands.emrfs.common import finish_rows, loaded, noted
    from opskit.emrfs import matrix as library
    from opskit.errors import UsageError
    from opskit.output import write_bytes

    if file == paths == Path("-"):
        raise UsageError("stdin can be read once", hint="name one of the two files")
    design = loaded(file)
    places = _places(design, path, paths)
    found = library.matrix(design, _people(design, user), places, action or library.ACTIONS)
    if output == "html":
        from opskit.emrfs.matrix_page import render

        write_bytes(render(design, found))
        return noted(0)
    return finish_rows(_table(found), output)


def _people(design: "Design", users: list[str] | None) -> "list[Person]":
    from opskit.emrfs.matrix import Person, everyone
    from opskit.emrfs.people import doubt, groups_for
    from opskit.output import warn

    if users:
        for user in users:
            if unsure := doubt(design, user, None):
                warn(unsure)
        return [Person(user, groups_for(design, user, None)) for user in users]
    return everyone(design)


def _places(design: "Design", given: list[str] | None, file: Path | None) -> "list[Place]":
    from opskit.emrfs import places, prefixes
    from opskit.errors import UsageError

    found = [prefixes.path(text) for text in given or ()]
    found += [] if file is None else _listed(file)
    found = found or places.known(design)
    if not found:
        raise UsageError(
            "there is no place to ask about: nothing is mapped by prefix, and no policy is known",
            hint="name some with --path s3://bucket/folder/",
        )
    return found


def _listed(file: Path) -> "list[Place]":
    """The places in a file, of which there has to be one: without any all would be shown."""
    from opskit.documents import decode_text, read_bytes
    from opskit.emrfs import prefixes
    from opskit.errors import InputError, UsageError
    from opskit.files import display_name
    from opskit.findings import Location

    name, found = display_name(file), []
    for number, line in enumerate(decode_text(read_bytes(file), name).splitlines(), 1):
        if line.strip():
            try:
                found.append(prefixes.path(line.strip()))
            except UsageError as error:
                where = str(Location(name, number))
                raise InputError(error.message, where=where, hint=error.hint) from None
    if not found:
        raise InputError(
            "holds no path", where=name, hint="write a place a line, as s3://bucket/folder/"
        )
    return found


def _table(found: "Matrix") -> "Table":
    from opskit.emrfs.explain import role_text
    from opskit.output import Column, Table

    rows = []
    for person, place, answer in found.cells():
        effects = (decision.effect for decision in answer.decisions)
        rows.append(
            {
                "user": person.user,
                "path": place.uri,
                "role": None if answer.role is None else answer.role.name,
                "arn": role_text(answer.role),
                "mapping": answer.mapping,
                **dict(zip(found.actions, effects, strict=True)),
            }
        )
    actions = [Column(action, action.removeprefix("s3:")) for action in found.actions]
    role, path = Column("role", least=24), Column("path", least=30)
    columns = [Column("user"), path, role, Column("mapping", align="right"), *actions]
    return Table("opskit.emrfs.matrix/1", columns, rows)
