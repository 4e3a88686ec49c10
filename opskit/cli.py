"""The root command: lazy groups, and the one place where an error becomes an exit code."""

import sys
from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from opskit import __version__, manifest
from opskit.errors import ExitCode, OpskitError

EPILOG = "Exit codes: 'opskit help exit-codes'. Documentation of a command: its --help."


class Deferred(TyperGroup):
    """Stands for a command or group in listings; `load` imports the real one."""

    def __init__(self, entry: manifest.Entry) -> None:
        super().__init__(name=entry.name, help=entry.help)
        self.module = entry.module

    def load(self) -> Any:
        command = get_command(import_module(self.module).app)
        command.name = self.name
        return command


class LazyGroup(TyperGroup):
    """The root group: it imports a command's module when a command line reaches it."""

    deferred: Iterable[manifest.Entry] = (*manifest.GROUPS, *manifest.COMMANDS)

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        for entry in self.deferred:
            self.commands[entry.name] = Deferred(entry)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, command, rest = super().resolve_command(ctx, args)
        if isinstance(command, Deferred):
            command = command.load()
        return name, command, rest


app = typer.Typer(
    name="opskit",
    cls=LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
    color: Annotated[
        str | None,
        typer.Option(
            metavar="auto|always|never", help="When to colour: auto, always or never.", hidden=False
        ),
    ] = None,
) -> None:
    """Operations toolbox for data platforms."""
    if version:
        # Reached only with other options before it; __main__ answers the plain form.
        sys.stdout.write(f"opskit {__version__}\n")
        raise typer.Exit
    if color is not None:
        from opskit.output import console

        console.configure(color)


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit status; no exception and no traceback leaves."""
    from opskit.output import console

    as_json = _wants_json(args)
    try:
        result = get_command(app).main(list(args), prog_name="opskit", standalone_mode=False)
        sys.stdout.flush()
        return int(result or 0)
    except OpskitError as error:
        console.error(error, as_json=as_json)
        return int(error.exit_code)
    except typer.TyperException as error:
        console.error(_usage_error(error), as_json=as_json)
        return int(ExitCode.USAGE)
    except (KeyboardInterrupt, typer.Abort):
        console.message("interrupted")
        return int(ExitCode.INTERRUPTED)
    except BrokenPipeError:
        # `| head` has read enough.
        console.close_stdout()
        return int(ExitCode.OK)
    except Exception as error:
        console.error(_defect(error), as_json=as_json)
        return int(ExitCode.DEFECT)


def _wants_json(args: Sequence[str]) -> bool:
    """Whether `-o json` is on the command line, even one that cannot be parsed."""
    joined = " ".join(args)
    return any(
        f"{option}json" in f" {joined} ".split(" ") or f" {option} json " in f" {joined} "
        for option in ("-o", "--output", "--output=")
    )


def _usage_error(error: typer.TyperException) -> OpskitError:
    from opskit.errors import UsageError

    context = getattr(error, "ctx", None)
    path = context.command_path if context else "opskit"
    return UsageError(error.format_message(), hint=f"see '{path} --help'")


def _defect(error: Exception) -> OpskitError:
    from opskit.errors import Defect

    return Defect.of(error)
