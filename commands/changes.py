"""The last step of the commands that edit files: show the change, ask, write, say so."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from opskit.errors import ExitCode


class Rewrite(Protocol):
    """A file that is to be written anew."""

    @property
    def name(self) -> str: ...

    @property
    def changed(self) -> bool: ...

    def diff(self) -> str:
        """The change as a unified diff; empty where there is none."""
        ...

    def save(self) -> Path | None:
        """Write it; the path of the backup, if one was made. InputError where that fails."""
        ...


def show(rewrites: Sequence[Rewrite]) -> int:
    """Print the changes as a diff; 1 where there is one, as diff does."""
    from opskit.errors import ExitCode
    from opskit.output import quiet_on_closed_pipe, write

    with quiet_on_closed_pipe():  # the answer stays
        for rewrite in rewrites:
            write(rewrite.diff())
    return ExitCode.NO if any(rewrite.changed for rewrite in rewrites) else ExitCode.OK


def carry_out(rewrites: Sequence[Rewrite], *, yes: bool, summary: Sequence[str] = ()) -> "ExitCode":
    """Show the changes on stderr, ask, and write the files.

    `summary` are lines below the changes, for those that are too long to be read above a question.

    0 when all were written, 1 when the answer was no, 4 when some could not be; an error, with
    nothing written, where the first could not be.
    """
    from opskit.errors import ExitCode, OpskitError
    from opskit.output import confirm, error, message

    names = [rewrite.name for rewrite in rewrites]
    for rewrite in rewrites:
        if change := rewrite.diff().rstrip("\n"):
            message(change, verbatim=True)
    for line in summary:
        message(line)
    question = f"Change {names[0] if len(names) == 1 else f'these {len(names)} files'}?"
    if not confirm(question, yes=yes):
        message("nothing was changed")
        return ExitCode.NO
    written = failed = 0
    for rewrite in rewrites:
        try:
            backup = rewrite.save()
        except OpskitError as failure:
            if not written:
                raise
            error(failure)
            failed += 1
            continue
        written += 1
        message(f"{rewrite.name}: {f'changed; as it was: {backup}' if backup else 'written'}")
    return ExitCode.PARTIAL if failed else ExitCode.OK
