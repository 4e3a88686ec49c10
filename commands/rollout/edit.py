"""`opskit rollout edit`: the image in manifests, and nothing else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput

if TYPE_CHECKING:
    from opskit.output import Table
    from opskit.rollout.edit.edited import Edited


def edit(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Manifests, values, or folders; - is stdin."),
    ],
    image: Annotated[
        list[str],
        typer.Option("--image", metavar="NAME=IMAGE", help="Which image becomes what; repeat."),
    ],
    check: Annotated[
        bool,
        typer.Option("--check", "--diff", help="Print the change as a diff; change nothing."),
    ] = False,
    anchors: Annotated[
        bool,
        typer.Option("--anchors", help="Edit anchored values, for all that use them."),
    ] = False,
    recursive: Annotated[
        bool, typer.Option("-R", "--recursive", help="Look into the folders in folders, too.")
    ] = False,
    output: RowsOutput = None,
) -> int:
    """Change the image in manifests, and nothing else.

    NAME is a container's name ('*': all containers), or a repository, in workloads; the name of
    an entry in a kustomization's images; a path (api.image) or a repository in Helm values. Every
    other byte stays, which is proved by reading the result again. Templates, and aliases without
    --anchors, are refused. Files are written in place, without a backup; stdin goes to stdout.
    With --check the exit status is 1 where there is something to change.

    \b
    Example:
      opskit rollout edit deploy.yaml --image web=registry.example.com/web:1.4.2
      opskit rollout edit values.yaml --image api.image=ghcr.io/t/api:2.0 --check
      kubectl get deploy web -o yaml | opskit rollout edit - --image web=web:1.4.2
    """
    from opskit.commands.changes import show
    from opskit.commands.results import finish_rows, output_format
    from opskit.errors import ExitCode, UsageError
    from opskit.output import ROWS, message, warn, write_bytes
    from opskit.output.text import count
    from opskit.rollout.edit.plan import plan

    to_stdout = files == ["-"] and not check
    if to_stdout and output:
        raise UsageError("stdout is for the edited text", hint="-o goes with --check, or a file")
    edited = plan(files, image, anchors=anchors, recursive=recursive)
    for note in (note for each in edited for note in each.notes):
        warn(note)
    if to_stdout:
        write_bytes(edited[0].after)
        return ExitCode.OK
    status = ExitCode.OK if check else _save(edited)
    changed = [each for each in edited if each.changed]
    if check and output_format(output, ROWS) == "table":
        show(changed)
    elif changed or output_format(output, ROWS) != "table":
        finish_rows(_table(edited, with_diff=check), output)
    if not changed:
        name = edited[0].name if len(edited) == 1 else count(len(edited), "file")
        message(f"{name}: no change")
    return ExitCode.NO if check and changed else status


def _save(edited: "Sequence[Edited]") -> int:
    """Write the files; 4 where some could not be, the error itself where the first could not."""
    from opskit.errors import ExitCode, OpskitError
    from opskit.output import error

    written = failed = 0
    for each in edited:
        if not each.changed:
            continue
        try:
            each.save()
        except OpskitError as failure:
            if not written:
                raise
            error(failure)
            failed += 1
        else:
            written += 1
    return ExitCode.PARTIAL if failed else ExitCode.OK


def _table(edited: "Sequence[Edited]", *, with_diff: bool) -> "Table":
    from opskit.output import Column, Table

    rows = [
        {
            "file": change.location.file,
            "line": change.location.line,
            "column": change.location.column,
            "name": change.label,
            "field": change.field,
            "before": change.before,
            "after": change.after,
        }
        for each in edited
        for change in each.changes
    ]
    columns = [Column(name) for name in ("file", "line", "name", "field", "before", "after")]
    extra: dict[str, object] = {
        "files": [{"file": each.name, "changed": each.changed} for each in edited]
    }
    if with_diff:
        extra["diff"] = "".join(each.diff() for each in edited)
    return Table("opskit.rollout.edit/1", columns, rows, "changes", extra)
