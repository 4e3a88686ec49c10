"""`opskit rollout edit`: the image in manifests, and no other byte."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opskit.rollout.edit.edited import Edited


def edit(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Files or folders; - is stdin, to stdout."),
    ],
    image: Annotated[
        list[str],
        typer.Option(metavar="NAME=IMAGE", help="What to set, and to which image. Repeat."),
    ],
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a file would change.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Print the change as a diff; write nothing.")
    ] = False,
    recursive: Annotated[
        bool, typer.Option("-R", "--recursive", help="Folders below folders, too.")
    ] = False,
    anchors: Annotated[
        bool, typer.Option("--anchors", help="Change an anchored image for all that use it.")
    ] = False,
) -> int:
    """Change the image in manifests, and nothing else.

    NAME is a container (* for all), the image of a kustomization's entry, or the path of an image
    in Helm values, as api.image; one with a slash, a dot or a colon is a repository. Every other
    byte of the file stays. Templates and aliases are refused, with their line; where one file
    cannot be edited, none is written.

    \b
    Example:
      opskit rollout edit web.yaml --image web=ghcr.io/team/web:1.5.0
      opskit rollout edit k8s/ -R --image web=ghcr.io/team/web:1.5.0 --check
      kustomize build prod | opskit rollout edit - --image '*=web:1.5.0'
    """
    from opskit.errors import ExitCode
    from opskit.output import message, write, write_bytes
    from opskit.rollout.edit.plan import plan

    edited = plan(files, image, anchors=anchors, recursive=recursive)
    changed = [each for each in edited if each.changed]
    if diff:
        for each in changed:
            write(each.diff())
    if check or diff:
        _say(changed, "would change")
        return ExitCode.NO if changed else ExitCode.OK
    if files == ["-"]:
        write_bytes(edited[0].after)
        return ExitCode.OK
    if not changed:
        message("no change")
        return ExitCode.OK
    return _saved(changed)


def _say(changed: "Sequence[Edited]", words: str) -> None:
    from opskit.output import message

    for each in changed:
        message(f"{each.name}: {words}")


def _saved(changed: "Sequence[Edited]") -> int:
    """Write the files; 4 where some could not be, the error itself where the first could not."""
    from opskit.errors import ExitCode, OpskitError
    from opskit.output import error, message

    written = failed = 0
    for each in changed:
        try:
            each.save()
        except OpskitError as failure:
            if not written:
                raise
            error(failure)
            failed += 1
            continue
        written += 1
        for change in each.changes:
            before = f"{change.before} -> " if change.before else ""
            message(f"{change.location}: {change.label} {change.field}: {before}{change.after}")
    return ExitCode.PARTIAL if failed else ExitCode.OK
