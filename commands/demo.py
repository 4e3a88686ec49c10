"""`opskit demo`: every group at work on bundled examples."""

from collections.abc import Sequence
from typing import Annotated

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def demo(
    group: Annotated[str | None, typer.Argument(help="Only this group, as in broker.")] = None,
) -> int:
    """Walk through the groups on bundled examples. It needs no network and no account.

    \b
    Example:
      opskit demo broker
    """
    from opskit import demo as player
    from opskit.cli import invoke
    from opskit.errors import ExitCode
    from opskit.output import console, write

    chosen = player.steps(group)

    def say(step: player.Step) -> None:
        title, command = player.lines(step, chosen.index(step) + 1, len(chosen))
        write(f"{console.paint(title, 'dim')}\n{console.paint(command, 'bold')}\n")

    def run_step(args: Sequence[str]) -> int:
        status = invoke(args)
        if status == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt
        write(f"{console.paint(f'(exit status {status})', 'dim')}\n\n")
        return status

    player.play(chosen, run_step, say)
    return 0
