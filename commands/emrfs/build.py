"""`opskit emrfs build`: what AWS takes, from a design."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import YesReplace


def build(
    output: Annotated[
        Literal[
            "securityconfig",
            "cloudformation",
            "terraform",
            "iam",
            "hue-ini",
            "create-cluster",
            "core-site",
        ],
        typer.Option(
            "-o",
            "--output",
            metavar="TARGET",
            help="securityconfig, cloudformation, terraform, iam, hue-ini, create-cluster or "
            "core-site.",
        ),
    ],
    file: DesignFile = DEFAULT_FILE,
    out_dir: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write files there: several for iam, create-cluster."),
    ] = None,
    secret: Annotated[
        str,
        typer.Option(metavar="ARN", help="A secret in Secrets Manager with Hue's bind password."),
    ] = "",
    yes: YesReplace = False,
) -> int:
    """Write what AWS takes: configuration, policies, launch.

    Policies that the document does not have are made with least privilege; passwords become
    references. What the target cannot express is said on stderr.

    \b
    Example:
      opskit emrfs build -o securityconfig > security-configuration.json
      opskit emrfs build -o iam --out-dir policies
      opskit emrfs build -o create-cluster --out-dir launch
    """
    from opskit import output as out
    from opskit.commands.emrfs.common import noted
    from opskit.commands.files import write_files
    from opskit.emrfs.build import targets
    from opskit.emrfs.load import load
    from opskit.errors import ExitCode

    design = load(file)
    if out_dir is None:
        built = targets.build(design, output, secret=secret)
        notes = built.notes
        with out.quiet_on_closed_pipe():
            out.write(built.text)
    else:
        files, notes = targets.files(design, output, secret=secret)
        if not write_files(out_dir, files, yes=yes):
            return ExitCode.NO
    for note in notes:
        out.message(f"note: {note}")
    return noted(ExitCode.OK)
