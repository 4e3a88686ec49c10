"""`opskit rule`: the rules of every check."""

from typing import Annotated

import typer

from opskit.commands.options import RowsOutput

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def rule(
    code: Annotated[str | None, typer.Argument(help="The rule to show, as in BRK001.")] = None,
    output: RowsOutput = None,
) -> int:
    """List the rules of every check, or show one whole.

    \b
    Example:
      opskit rule
      opskit rule BRK001
    """
    from opskit.commands.results import finish_rows, output_format
    from opskit.output import ROWS, fitted, write
    from opskit.rules import all_rules, find, page, table

    if code is None:
        return finish_rows(table(all_rules()), output)
    fmt = output_format(output, ROWS)
    if fmt in ("table", "md"):
        text = page(find(code))
        write(fitted(text, indent="") if fmt == "table" else text)
        return 0
    return finish_rows(table([find(code)]), output)
