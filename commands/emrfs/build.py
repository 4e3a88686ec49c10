"""`opskit emrfs build`: what AWS takes, from a design."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import Yes


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
        typer.Option("-o", "--output", help="What to write."),
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
    yes: Yes = False,
) -> int:
    """Write what AWS takes: configuration, policies, launch.

    Policies that the document does not have are made with least privilege; passwords become
    references. What the target cannot express is said on stderr.

    \b
    Example:
      opskit emrfs build -o securityconfig > security-configuration.json
      opskit emrfs build -o iam --out-dir policies
      opskit emrfs build -o create-cluster --out-dir launch && sh launch/create-cluster.sh
    """
    from opskit import output as out
    from opskit.commands.emrfs.common import noted
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
        if not _write(out_dir, files, yes=yes):
            return ExitCode.NO
    for note in notes:
        out.message(f"note: {note}")
    return noted(ExitCode.OK)


def _write(folder: Path, files: Mapping[str, str], *, yes: bool) -> bool:
    """Write the files; whether that was done.

    What would be replaced is asked about, and kept beside the new file.
    """
    from opskit import output as out
    from opskit.files import write_atomic

    targets = {folder / name: text.encode() for name, text in files.items()}
    old = {path: path.read_bytes() for path in targets if path.is_file()}
    replaced = [path for path, data in old.items() if data != targets[path]]
    for path in replaced:
        out.message(f"{path}: would be replaced")
    if replaced and not out.confirm(f"Replace {len(replaced)} files?", yes=yes):
        out.message("nothing was written")
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in targets.items():
        kept = write_atomic(path, data, backup=True)
        unchanged = path in old and path not in replaced
        state = "unchanged" if unchanged else f"written{f'; as it was: {kept}' if kept else ''}"
        out.message(f"{path}: {state}")
    return True
