"""The last step of the commands that write broker files: show the change, ask, write, say so."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.broker.xml.rewrite import Rewrite
    from opskit.errors import ExitCode


def show(rewrites: "Sequence[Rewrite]") -> int:
    """Print the changes as a diff; 1 where there is one, as diff does."""
    from opskit.errors import ExitCode
    from opskit.output import write

    for rewrite in rewrites:
        write(rewrite.diff())
    return ExitCode.NO if any(rewrite.changed for rewrite in rewrites) else ExitCode.OK


def carry_out(rewrites: "Sequence[Rewrite]", *, yes: bool) -> "ExitCode":
    """Show the changes on stderr, ask, and write the files.

    0 when all were written, 1 when the answer was no, 4 when some could not be; an error, with
    nothing written, where the first could not be.
    """
    from opskit.errors import ExitCode, OpskitError
    from opskit.output import confirm, error, message

    names = [rewrite.document.name for rewrite in rewrites]
    for rewrite in rewrites:
        message(rewrite.diff().rstrip("\n"), verbatim=True)
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
        message(f"{rewrite.document.name}: changed; as it was: {backup}")
    return ExitCode.PARTIAL if failed else ExitCode.OK
