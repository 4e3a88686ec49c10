"""What the commands on role mappings have in common: the file, and the notice at the end."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from opskit.emrfs.model import Design
    from opskit.output import Record, Table

DesignFile = Annotated[
    Path,
    typer.Option(
        "-f",
        "--file",
        metavar="FILE",
        help="The role mappings, in any format that is read; - is stdin.",
    ),
]
DEFAULT_FILE = Path("emrfs.yaml")


def loaded(file: Path) -> "Design":
    """The design in a file. What its format cannot say goes to stderr: answers rest on it."""
    from opskit.emrfs.load import load
    from opskit.output import message

    design = load(file)
    for note in design.notes:
        message(f"note: {note}")
    return design


def finish_rows(table: "Table", output: str | None) -> int:
    """Print rows, and the notice that ends every report; 0. People get no heading over nothing."""
    from opskit.commands import results
    from opskit.emrfs.model import NOTICE
    from opskit.output import ROWS

    if not table.rows and results.output_format(output, ROWS) == "table":
        return noted(0)
    whole = replace(table, extra={**table.extra, "notice": NOTICE})
    return noted(results.finish_rows(whole, output))


def finish_record(record: "Record", output: str | None) -> int:
    """Print one answer, and the notice that ends every report; 0."""
    from opskit.commands import results
    from opskit.emrfs.model import NOTICE

    whole = replace(record, fields={**record.fields, "notice": NOTICE})
    return noted(results.finish_record(whole, output))


def noted(status: int) -> int:
    """Say the notice that ends every report; the status."""
    from opskit.emrfs.model import NOTICE
    from opskit.output import message

    message(f"note: {NOTICE}")
    return status
