"""`opskit completion`: the scripts that complete opskit's commands at a shell."""

from typing import Annotated, Literal

import typer

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def completion(
    shell: Annotated[
        Literal["bash", "zsh", "fish", "powershell"], typer.Argument(help="The shell.")
    ],
) -> int:
    """Print the completion script for a shell. It is static: a TAB starts no Python.

    \b
    Example:
      opskit completion bash > ~/.local/share/bash-completion/completions/opskit
      opskit completion zsh > "${fpath[1]}/_opskit"
      opskit completion fish > ~/.config/fish/completions/opskit.fish
      opskit completion powershell >> $PROFILE
    """
    from importlib.resources import files

    from opskit.output import write

    name = {"bash": "opskit.bash", "zsh": "_opskit", "fish": "opskit.fish"}.get(shell, "opskit.ps1")
    write(files("opskit.completions").joinpath(name).read_text(encoding="utf-8"))
    return 0
