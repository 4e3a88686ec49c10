"""`opskit storage catalog diff`: two catalogs compared, or one on two days."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.storage.common import AsOf, CatalogFolder

if TYPE_CHECKING:
    from opskit.output import Column
    from opskit.storage.catalog.diff import Change

_FIELDS = (
    *("provider", "change", "item", "class", "region", "variant", "tier", "old", "old_unit"),
    *("old_status", "new", "new_unit", "new_status", "percent", "effective_from", "source"),
)


def diff(
    first: Annotated[
        Path | None,
        typer.Argument(metavar="[A]", help="A folder of prices; alone, against the bundled ones."),
    ] = None,
    second: Annotated[
        Path | None, typer.Argument(metavar="[B]", help="Another folder, the newer one.")
    ] = None,
    since: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], metavar="DATE", help="Compare two days."),
    ] = None,
    until: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=["%Y-%m-%d"], metavar="DATE", help="The second day; today if not set."
        ),
    ] = None,
    as_of: AsOf = None,
    catalog: CatalogFolder = None,
    output: RowsOutput = None,
) -> int:
    """Compare two catalogs, or one catalog on two days.

    Of two folders all is told that differs on a day or is known to differ later; of two days,
    which prices and rules change, old and new, with percent. Days of reading and sources are not
    compared. Exit status 1 where anything differs.

    \b
    Example:
      opskit storage catalog diff --from 2026-04-01 --to 2027-01-12
      opskit storage catalog diff prices-2026-09/ prices-2026-11/
    """
    from opskit.commands.results import finish_rows, output_format
    from opskit.errors import ExitCode
    from opskit.output import ROWS, Table, message
    from opskit.output.text import count
    from opskit.storage.catalog import diff as sides

    changes, known, what = _compared((first, second), (since, until), as_of, catalog)
    fmt = output_format(output, ROWS)
    people = fmt in ("table", "md")
    rows = [
        {name: value for name, value in row.items() if people or name not in ("what", "from_to")}
        for row in sides.rows(changes)
    ]
    if rows or not people:
        columns = _columns() if people else _FIELDS
        extra = {"known_only_since": known}
        finish_rows(Table("opskit.storage.catalog.diff/1", columns, rows, "changes", extra), fmt)
    if not rows:
        message(f"no price and no rule differs {what}")
    if known:
        first_read = f"{count(known, 'further fact')} first known between the two days"
        message(f"{first_read}: whether anything changed is not known")
    return ExitCode.NO if rows else ExitCode.OK


def _compared(
    folders: tuple[Path | None, Path | None],
    days: tuple[datetime | None, datetime | None],
    as_of: datetime | None,
    catalog: Path | None,
) -> "tuple[list[Change], int, str]":
    """The changes, how many facts are only known since then, and what was compared, in words."""
    from opskit.commands.storage import common
    from opskit.errors import UsageError
    from opskit.storage.catalog.diff import between, compare
    from opskit.storage.catalog.load import load

    first, second = folders
    since, until = days
    if first is None and since is not None and as_of is None:
        one, other = since.date(), common.day(until)
        if one >= other:
            raise UsageError(
                f"{one} is not before {other}",
                where="--from",
                hint="give the earlier day to --from",
            )
        changes, known = between(common.catalog(catalog), one, other)
        return changes, known, f"on {one} and on {other}"
    if first is None or since is not None or until is not None:
        raise UsageError(
            "give either two folders of prices, or two days",
            hint="as in: catalog diff old/ new/, or: catalog diff --from 2026-04-01",
        )
    old = common.catalog(catalog) if second is None else load(first)
    new = load(second or first)
    day = common.day(as_of)
    return compare(old, new, day), 0, f"on {day} and after it"


def _columns() -> "list[Column | str]":
    from opskit.output import Column

    return [
        Column("provider", least=5),
        Column("what", least=9),
        Column("class", least=8),
        Column("region", least=6),
        Column("from_to", "old -> new"),
        Column("effective_from", "since"),
    ]
