"""`opskit emrfs migrate`: the plan to move role mappings to something else."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile

if TYPE_CHECKING:
    from opskit.emrfs.migrate.plan import Plan
    from opskit.emrfs.model import Design

_FORMATS = ("table", "json", "md")


def migrate(
    to: Annotated[
        Literal["access-grants", "s3a", "runtime-roles"],
        typer.Option("--to", help="Where to move the mappings."),
    ],
    file: DesignFile = DEFAULT_FILE,
    region: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="The AWS Region of the data; else commands read $AWS_REGION."
        ),
    ] = "",
    release: Annotated[
        str, typer.Option(metavar="EMR-X.Y.Z", help="With s3a: the release to move to.")
    ] = "",
    output: Annotated[
        Literal["table", "json", "md"] | None,
        typer.Option("-o", "--output", help="Output format; table if not set."),
    ] = None,
) -> int:
    """Plan a move to access grants, S3A or runtime roles.

    Shown are what each mapping becomes or why it cannot move, and the commands in their order.
    Nothing is changed. Exit status 1 when a mapping cannot move.

    \b
    Example:
      opskit emrfs migrate --to s3a --release emr-7.10.0
      opskit emrfs migrate --to access-grants --region eu-west-1 -o md > plan.md
    """
    from opskit import output as out
    from opskit.commands import results
    from opskit.commands.emrfs.common import finish_record, noted
    from opskit.emrfs.load import load
    from opskit.emrfs.migrate import report
    from opskit.errors import ExitCode

    found = _plan(load(file), to, region, release)
    wanted = results.output_format(output, _FORMATS)
    if wanted == "json":
        finish_record(out.Record(report.SCHEMA, report.fields(found), ""), "json")
    else:
        with out.quiet_on_closed_pipe():
            out.write(report.markdown(found) if wanted == "md" else report.text(found))
        noted(ExitCode.OK)
    return ExitCode.OK if found.complete else ExitCode.NO


def _plan(design: "Design", to: str, region: str, release: str) -> "Plan":
    from opskit.emrfs.migrate import grants, runtime, s3a

    if to == grants.TARGET:
        return grants.plan(design, region)
    return s3a.plan(design, release) if to == s3a.TARGET else runtime.plan(design)
