"""Options that mean the same on every command, so that they read the same in every help.

The defaults stand in the settings (`opskit.settings`), which is why these are all None here.
"""

from typing import Annotated, Literal

import typer

RowsOutput = Annotated[
    Literal["table", "json", "jsonl", "csv", "yaml", "md"] | None,
    typer.Option("-o", "--output", help="Output format; table if not set."),
]
RecordOutput = Annotated[
    Literal["table", "json", "yaml"] | None,
    typer.Option("-o", "--output", help="Output format; table if not set."),
]
FindingsOutput = Annotated[
    Literal["table", "json", "jsonl", "csv", "md", "junit", "sarif", "github"] | None,
    typer.Option("-o", "--output", help="Output format; table if not set."),
]
FailOn = Annotated[
    Literal["error", "warning", "info", "never"] | None,
    typer.Option(help="Exit with 1 from this severity on; error if not set."),
]
Select = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE", help="Only rules whose code starts so (repeat, or commas)."),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(metavar="CODE", help="No rules whose code starts so (repeat, or commas)."),
]
ExitZero = Annotated[
    bool,
    typer.Option("--exit-zero", help="Exit with 0 whatever is found; 3 if not all was checked."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Change without asking.")]
#: The same where files are written, and where Athena scans what has a price.
YesReplace = Annotated[bool, typer.Option("--yes", "-y", help="Replace files without asking.")]
YesScan = Annotated[bool, typer.Option("--yes", "-y", help="Athena: scan without asking.")]
Diff = Annotated[bool, typer.Option("--diff", help="Print the change as a diff; change nothing.")]
AwsProfile = Annotated[str, typer.Option("--profile", metavar="NAME", help="The AWS profile.")]
AwsRegion = Annotated[str, typer.Option("--region", metavar="NAME", help="The AWS region.")]
