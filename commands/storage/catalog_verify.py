"""`opskit storage catalog verify`: every fact checked; old ones, and those in doubt, named."""

from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RecordOutput
from opskit.commands.storage.common import CatalogFolder

if TYPE_CHECKING:
    from opskit.storage.catalog.verify import Verdict


def verify(
    catalog: CatalogFolder = None,
    max_age: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="Fail on facts read longer ago, as 365d or 1y."),
    ] = None,
    output: RecordOutput = None,
) -> int:
    """Check every fact; say which are old or in doubt.

    Facts, and how each provider counts (its units), are counted by status, and by the day on
    which their source read the provider. No price known is what a bill could not price. Exit
    status 1 where a fact is unfit (read in the future, in conflict without a word on what with),
    or older than --max-age; 2 where a file cannot be used, with the line.

    \b
    Example:
      opskit storage catalog verify
      opskit storage catalog verify --catalog prices/ --max-age 180d
    """
    from datetime import date

    from opskit.commands.results import finish_record
    from opskit.commands.storage import common
    from opskit.errors import ExitCode
    from opskit.output import Record
    from opskit.storage import units
    from opskit.storage.catalog import verify as checks

    limit = units.days(max_age, "--max-age") if max_age is not None else checks.MAX_AGE
    found = checks.verify(common.catalog(catalog), date.today(), limit)
    failed = bool(found.unfit or (max_age is not None and found.stale))
    fields = {
        "as_of": found.day,
        "max_age_days": found.max_age,
        "fit": not failed,
        "providers": found.providers,
        "unfit": [each.fields for each in found.unfit],
        "conflicts": [each.fields for each in found.conflicts],
        "stale": [each.fields for each in found.stale],
        "not_known": found.gaps,
    }
    finish_record(Record("opskit.storage.catalog.verify/1", fields, _text(found)), output)
    return ExitCode.NO if failed else ExitCode.OK


def _text(found: "Verdict") -> str:
    from opskit.output import Column, Format, Table, fitted, render_rows
    from opskit.storage.catalog.verify import sections

    columns: list[Column | str] = [
        Column(name, title, least=4)
        for name, title in (
            ("provider", ""),
            ("facts", ""),
            ("verified", ""),
            ("unverified", ""),
            ("conflict", ""),
            ("stale", "old"),
            ("oldest_read_on", "oldest reading"),
        )
    ]
    text = render_rows(Table("", columns, found.providers), Format.TABLE)
    for heading, lines in sections(found):
        if lines:
            told = "".join(f"  {fitted(line, indent='    ')}\n" for line in lines)
            text += f"\n{heading}:\n{told}"
    return text
