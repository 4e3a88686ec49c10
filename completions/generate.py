"""Writes the completion scripts of this folder from the command tree; `make generate` runs it.

shtab turns an argparse parser into a static script, so that a TAB starts no Python; `_fill` is
the bridge from Typer's tree to argparse, and `words` has what the tree does not say. shtab is
needed here only, never at run time.
"""

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from typer.main import get_command

from opskit.cli import Deferred, app
from opskit.completions.words import PREAMBLES, REPLACED, dynamic, fixed

SCRIPTS = {
    "bash": "opskit.bash",
    "zsh": "_opskit",
    "fish": "opskit.fish",
    "powershell": "opskit.ps1",
}


def scripts() -> Iterator[tuple[str, str]]:
    """File name and text of each script."""
    import shtab

    for shell, name in SCRIPTS.items():
        parser = _fill(argparse.ArgumentParser(prog="opskit", add_help=False), get_command(app))
        text = shtab.complete(
            parser, shell=shell, root_prefix="opskit", preamble=PREAMBLES.get(shell, "")
        ).replace(*REPLACED.get(shell, ("", "")))
        yield name, "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


def _fill(
    parser: argparse.ArgumentParser, command: Any, path: Sequence[str] = ()
) -> argparse.ArgumentParser:
    """The parser with the options, arguments and sub-commands of a Typer command."""
    parser.add_argument("-h", "--help", action="help", help="Show this message and exit.")
    for parameter in command.params:
        if not parameter.hidden:
            _add(parser, parameter, path)
    if getattr(command, "commands", None):
        children = parser.add_subparsers()
        for name, deferred in command.commands.items():
            child = deferred.load() if isinstance(deferred, Deferred) else deferred
            summary = deferred.get_short_help_str(80)
            sub = children.add_parser(name, help=summary, description=summary, add_help=False)
            _fill(sub, child, (*path, name))
    return parser


def _add(parser: argparse.ArgumentParser, parameter: Any, path: Sequence[str]) -> None:
    import shtab

    spec: dict[str, Any] = {"help": (parameter.help or "").replace("%", "%%")}  # it is a format
    if parameter.param_type_name == "option":
        names = [*parameter.opts, *parameter.secondary_opts]
        if parameter.is_flag:
            spec["action"] = "store_true"
    else:
        names = [parameter.name]
        spec["nargs"] = "*" if parameter.nargs == -1 else "?"
    choices = getattr(parameter.type, "choices", None)
    if choices:
        spec["choices"] = [getattr(choice, "value", choice) for choice in choices]
    elif words := fixed(path, names[0]):
        spec["choices"] = words
    action = parser.add_argument(*names, **spec)
    if functions := dynamic(names[0]):
        action.complete = functions  # type: ignore[attr-defined]
    if "path" in type(parameter.type).__name__.lower():
        action.complete = shtab.FILE  # type: ignore[attr-defined]


if __name__ == "__main__":
    for script, text in scripts():
        Path(__file__).with_name(script).write_text(text, encoding="utf-8")
