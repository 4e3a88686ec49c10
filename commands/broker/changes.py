"""The last step of the commands that write broker files: show the change, ask, write, say so."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.broker.rewrite import Rewrite


def show(rewrites: "Sequence[Rewrite]") -> int:
    """Print the changes as a diff; 1 where there is one, as diff does."""
    from opskit.errors import ExitCode
    from opskit.output import write

    for rewrite in rewrites:
        write(rewrite.diff())
    return ExitCode.NO if any(rewrite.changed for rewrite in rewrites) else ExitCode.OK


def carry_out(rewrites: "Sequence[Rewrite]", *, yes: bool) -> bool:
    """Show the changes on stderr, ask, and write the files; whether they were written."""
    from opskit.output import confirm, message

    names = [rewrite.document.name for rewrite in rewrites]
    for rewrite in rewrites:
        message(rewrite.diff().rstrip("\n"))
    question = f"Change {names[0] if len(names) == 1 else f'these {len(names)} files'}?"
    if not confirm(question, yes=yes):
        message("nothing was changed")
        return False
    for rewrite in rewrites:
        backup = rewrite.save()
        message(f"{rewrite.document.name}: changed; as it was: {backup}")
    return True
