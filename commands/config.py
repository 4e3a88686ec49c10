"""`opskit config`: the settings in force, and where each comes from."""

from typing import Annotated, Any

import typer

from opskit.commands.options import RowsOutput

app = typer.Typer(rich_markup_mode=None, add_completion=False, no_args_is_help=True)


@app.callback()
def config() -> None:
    """Settings: flags first, then the environment, the project file, the user file."""


@app.command()
def show(
    origin: Annotated[
        bool, typer.Option("--origin", help="Say where each value comes from.")
    ] = False,
    output: RowsOutput = None,
) -> int:
    """Show the settings in force.

    \b
    Example:
      opskit config show --origin
    """
    from opskit.commands.results import finish_rows, load_settings
    from opskit.output import Table
    from opskit.settings import SETTINGS

    found = load_settings(output=output)
    rows = [
        {"name": s.name, "value": _shown(found.get(s.name)), "origin": found.origin(s.name)}
        for s in SETTINGS
    ]
    columns = ["name", "value", "origin"] if origin else ["name", "value"]
    return finish_rows(Table("opskit.config.show/1", columns, rows, key="settings"), output)


def _shown(value: Any) -> Any:
    """A value without the secrets that somebody may have written into it."""
    from opskit.redact import masked

    if isinstance(value, dict):
        return {name: masked(text) for name, text in value.items()}
    return masked(value) if isinstance(value, str) else value
