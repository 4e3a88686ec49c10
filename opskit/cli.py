"""The root command: lazy groups, and the one place where an error becomes an exit code."""

import os
import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Annotated, Any, Literal

import typer
from typer.core import TyperGroup
from typer.main import get_command

from opskit import __version__, invocation, manifest
from opskit.errors import ExitCode, OpskitError

EPILOG = "Exit codes and other topics: 'opskit help'."


class Deferred(TyperGroup):
    """Stands for a command or group in listings; `load` imports the real one."""

    def __init__(self, entry: manifest.Entry) -> None:
        super().__init__(name=entry.name, help=entry.help)
        self.module = entry.module

    def load(self) -> Any:
        module, _, function = self.module.partition(":")
        found = import_module(module)
        if function:
            leaf = typer.Typer(add_completion=False, rich_markup_mode=None)
            leaf.command(self.name)(getattr(found, function))
            return get_command(leaf)
        command = get_command(found.app)
        command.name = self.name
        return command


class LazyGroup(TyperGroup):
    """A group that imports a command's module when a command line reaches it."""

    deferred: Iterable[manifest.Entry] = ()

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for entry in self.deferred:
            self.commands[entry.name] = Deferred(entry)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, Deferred):
            command = command.load()
        return name, command, rest


class Root(LazyGroup):
    """`opskit` itself."""

    deferred = (*manifest.GROUPS, *manifest.COMMANDS)


app = typer.Typer(
    name="opskit",
    cls=Root,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    """For `--version` among other options; __main__ answers the plain form, without Typer."""
    if asked:
        sys.stdout.write(f"opskit {__version__}\n")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
    color: Annotated[
        Literal["auto", "always", "never"] | None, typer.Option(help="When to colour the output.")
    ] = None,
) -> None:
    """Operations toolbox for data platforms."""
    if color is not None:
        from opskit.output import console

        invocation.root_flags["color"] = color
        console.configure(color=color)


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit status; no exception and no traceback leaves."""
    from opskit.output import console

    invocation.root_flags.clear()
    invocation.wants_json = None
    console.configure()
    with console.quiet_on_closed_pipe():
        try:
            return invoke(args)
        finally:
            invocation.cluster_flags = ""
    return int(ExitCode.OK)  # `| head` had read enough: no error


def invoke(args: Sequence[str]) -> int:
    """As `run`, for a command that runs others: when the reader has left, all of them end."""
    from opskit.output import console

    try:
        result = get_command(app).main(list(args), prog_name="opskit", standalone_mode=False)
        if result == ExitCode.INTERRUPTED:  # Typer's own answer to Ctrl-C
            raise KeyboardInterrupt
        return int(result or 0)
    except (KeyboardInterrupt, typer.Abort):
        console.message("interrupted")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        raise
    except Exception as error:
        failure = _as_opskit_error(error)
        if failure is None:
            console.message(str(error))  # the help of a group that was called without a command
            return int(ExitCode.USAGE)
        console.error(failure, as_json=_wants_json(args))
        return int(failure.exit_code)


def _as_opskit_error(error: Exception) -> OpskitError | None:
    """The error in opskit's own kinds; None where it is no error but a help text."""
    from opskit.errors import DefectError, UsageError

    if isinstance(error, OpskitError):
        return error
    if not isinstance(error, typer.TyperException):
        if os.environ.get("OPSKIT_DEBUG"):
            raise error
        return DefectError.of(error)
    if type(error).__name__ == "NoArgsIsHelpError":
        return None
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "opskit"
    lines = error.format_message().splitlines()  # choices come in lines of their own
    words = " ".join(line.strip() for line in lines)
    return UsageError(words, hint=f"see '{path} --help'")


def _wants_json(args: Sequence[str]) -> bool:
    """Whether JSON was asked for, even on a command line that cannot be parsed."""
    if invocation.wants_json is not None:
        return invocation.wants_json
    for arg, value in zip(args, [*args[1:], ""], strict=True):
        if arg.startswith("--output="):
            return arg == "--output=json"
        if arg in ("-o", "--output"):
            return value == "json"
    return "-ojson" in args or os.environ.get("OPSKIT_OUTPUT") == "json"
