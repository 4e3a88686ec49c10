"""`opskit storage catalog refresh`: public price feeds, as a reviewed change of the catalog."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import Diff, RowsOutput, Yes
from opskit.commands.storage.common import CatalogFolder

if TYPE_CHECKING:
    from decimal import Decimal

    from opskit.output import Column
    from opskit.storage.refresh.feeds import Library, Say
    from opskit.storage.refresh.refresh import Refreshed

#: Errors of one provider that are printed.
_MOST = 10


def refresh(
    providers: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PROVIDER]...", help="aws, azure, oci; all three if none."),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A region; all of the catalog if not set (repeat).")
    ] = None,
    recorded: Annotated[
        Path | None,
        typer.Option("--from", metavar="DIR", help="Read feeds that were saved there."),
    ] = None,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep the feeds that are fetched there.")
    ] = None,
    catalog: CatalogFolder = None,
    max_change: Annotated[
        str, typer.Option(metavar="PERCENT", help="Refuse a price that changes by more.")
    ] = "50%",
    diff: Diff = False,
    yes: Yes = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List what the feeds have and the catalog has not.")
    ] = False,
    output: RowsOutput = None,
) -> int:
    """Read the public price feeds into a reviewed change.

    Fetches the price lists of AWS, Azure and Oracle and compares them with the prices in force.
    The same price is read again, another one gets a line of its own below it, what a feed does
    not have stays. A feed that is broken, old or hard to believe changes nothing.

    Without --catalog the change is printed only. A new or empty folder gets a copy of the
    bundled prices. A folder for --from holds recorded.json with the day of reading, as --save
    writes it, and aws/AmazonS3/REGION.json, azure/REGION/blob-1.json, oci/B91628.json and so on.

    Exit status 1 where there is a change that was not written, 3 where no feed could be used, 4
    where some could not.

    \b
    Example:
      opskit storage catalog refresh aws --region eu-west-1 --save feeds/
      opskit storage catalog refresh --from feeds/ --catalog prices/ --yes
    """
    from opskit.output import progress
    from opskit.storage.catalog.load import BUNDLED
    from opskit.storage.refresh.folder import is_new, refuse_installed
    from opskit.storage.refresh.refresh import Asked
    from opskit.storage.refresh.refresh import refresh as read

    asked = Asked(providers or (), region or (), _percent(max_change))
    if catalog is not None:
        refuse_installed(catalog)
    now = catalog if catalog is not None and not is_new(catalog) else BUNDLED
    with progress() as say:
        found = read(now, asked, _library(recorded, save, say))
    printed = _print(found, output)
    _tell(found, verbose=verbose)
    status = _write(found, catalog, show_only=diff or catalog is None, printed=printed, yes=yes)
    return _status(found, status)


def _percent(text: str) -> "Decimal":
    """A number of percent, `50%` or `50`; UsageError for anything else."""
    from decimal import Decimal, InvalidOperation

    from opskit.errors import UsageError

    try:
        found = Decimal(text.strip().removesuffix("%"))
        if found.is_finite() and found >= 0:
            return found
    except InvalidOperation:
        pass
    raise UsageError(
        f"{text[:40]!r} is no percentage", where="--max-change", hint="as in --max-change 50%"
    )


def _library(recorded: Path | None, save: Path | None, say: "Say") -> "Library":
    from datetime import date

    from opskit.errors import UsageError
    from opskit.storage.refresh.feeds import Network, Recorded

    today = date.today()
    if recorded is None:
        return Network(today, save, lambda text: say(f"reading {text}"))
    if save is not None:
        raise UsageError("--save keeps what is fetched, and --from fetches nothing", where="--save")
    return Recorded(recorded, today)


def _print(found: "Refreshed", output: str | None) -> bool:
    """Print the rows, unless the output is for people: they get a diff."""
    from opskit.commands.results import finish_rows, output_format
    from opskit.output import ROWS, Table
    from opskit.storage.refresh import telling

    fmt = output_format(output, ROWS)
    if fmt == "table":
        return False
    columns: list[Column | str] = list(telling.FIELDS)
    rows = list(telling.rows(found))
    extra = telling.more(found)
    finish_rows(Table("opskit.storage.catalog.refresh/1", columns, rows, "changes", extra), fmt)
    return True


def _tell(found: "Refreshed", *, verbose: bool) -> None:
    """On stderr, what is not part of the change."""
    from opskit.output import error, message, warn
    from opskit.output.text import count
    from opskit.storage.refresh import telling

    for text in (*found.remarks, *telling.doubts(found)):
        warn(text)
    for name, errors in found.errors.items():
        for failure in errors[:_MOST]:
            error(failure)
        more = f" and {len(errors) - _MOST} more errors" if errors[_MOST:] else ""
        message(f"{name}: nothing of it is written{more}")
    if verbose:
        for text in telling.not_mapped(found):
            message(text)
    elif found.unmapped:
        lines = count(len(found.unmapped), "line")
        message(f"{lines} of the feeds are about what the catalog has not (--verbose lists them)")


def _write(
    found: "Refreshed", folder: Path | None, *, show_only: bool, printed: bool, yes: bool
) -> int:
    """Show the change, or carry it out."""
    from opskit.commands import changes
    from opskit.errors import ExitCode
    from opskit.output import message
    from opskit.storage.catalog.load import BUNDLED
    from opskit.storage.refresh import telling
    from opskit.storage.refresh.folder import is_new
    from opskit.storage.refresh.refresh import rewrites

    summary = list(telling.summary(found))
    new = folder is not None and is_new(folder) and not found.errors
    if not show_only and (found.files or new):
        status = changes.carry_out(rewrites(folder, found.files), yes=yes, summary=summary)
        if folder is not None and folder.resolve() == BUNDLED and status != ExitCode.NO:
            message("the compiled form of these prices is older now: make generate renews it")
        return status
    if found.files and not printed:
        changes.show(rewrites(folder, found.files))
    for text in summary:
        message(text)
    if found.files and folder is None:
        message(
            "nothing was written; --catalog DIR writes it there, "
            "with a copy of the bundled prices where the folder is new"
        )
    return ExitCode.NO if found.files else ExitCode.OK


def _status(found: "Refreshed", status: int) -> int:
    from opskit.errors import ExitCode

    if found.errors:
        return ExitCode.PARTIAL if set(found.read) - set(found.errors) else ExitCode.UNKNOWN
    if found.of("doubt") and status == ExitCode.OK:
        return ExitCode.PARTIAL
    return status
