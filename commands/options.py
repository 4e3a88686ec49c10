"""Options that mean the same on every command, so that they read the same in every help."""

from pathlib import Path
from typing import Annotated

import typer

from opskit.findings import FailOn
from opskit.output import FindingsFormat, RowsFormat

RowsOutput = Annotated[
    RowsFormat | None,
    typer.Option("-o", "--output", help="How to print it. [default: table]", show_default=False),
]
FindingsOutput = Annotated[
    FindingsFormat | None,
    typer.Option("-o", "--output", help="How to print it. [default: table]", show_default=False),
]
FailOnOption = Annotated[
    FailOn | None,
    typer.Option(
        "--fail-on",
        help="The severity from which the exit status is 1. [default: error]",
        show_default=False,
    ),
]
Select = Annotated[
    list[str] | None,
    typer.Option("--select", metavar="CODES", help="Only rules whose code starts so."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option("--ignore", metavar="CODES", help="No rules whose code starts so."),
]
ExitZero = Annotated[
    bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Change without asking.")]
Diff = Annotated[bool, typer.Option("--diff", help="Show the change and make none.")]
Paths = Annotated[list[Path], typer.Argument(help="Files or folders; - is stdin.", show_default=False)]
