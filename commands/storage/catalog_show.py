"""`opskit storage catalog show`: prices and rules, with their sources and dates."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.storage.common import AsOf, CatalogFolder

if TYPE_CHECKING:
    from opskit.output import Column
    from opskit.storage.catalog.listing import Held

_FIELDS = (
    *("provider", "item", "class", "region", "variant", "tier", "value", "unit"),
    *("effective_from", "until", "read_on", "status", "method", "source", "source_title", "note"),
)

_SHOWN = ("what", "price", "range")


def show(
    providers: Annotated[
        list[str] | None, typer.Argument(metavar="[PROVIDER]...", help="Providers; all if none.")
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="A region, and what holds for all (repeat).")
    ] = None,
    class_: Annotated[
        list[str] | None,
        typer.Option(
            "--class", help="A class (STANDARD_IA, too), and what holds for all (repeat)."
        ),
    ] = None,
    item: Annotated[
        list[str] | None, typer.Option(help="What is paid for, as storage or egress (repeat).")
    ] = None,
    as_of: AsOf = None,
    history: Annotated[
        bool, typer.Option("--history", help="Show past and announced prices, too.")
    ] = False,
    catalog: CatalogFolder = None,
    output: RowsOutput = None,
) -> int:
    """List prices and rules, with their sources and dates.

    Shown is what holds today, or on a day that is given; units is how a provider counts. A star
    marks what nobody could verify, or what sources disagree on; -o json and -o csv have sources
    and notes.

    \b
    Example:
      opskit storage catalog show aws --region eu-west-1 --item storage
      opskit storage catalog show b2 --history
      opskit storage catalog show --item egress --as-of 2026-04-01 -o csv
    """
    from opskit.commands.results import finish_rows, output_format
    from opskit.commands.storage import common
    from opskit.output import ROWS, Table, message
    from opskit.storage.catalog import listing

    prices = common.catalog(catalog)
    choice = listing.Choice(providers or (), region or (), class_ or (), item or ())
    until = as_of.date() if as_of else None
    day = until if history else common.day(as_of)
    found = listing.listed(prices, choice, day, history=history)
    fmt = output_format(output, ROWS)
    people = fmt in ("table", "md")
    columns = _columns(found, history=history) if people else _FIELDS
    rows = [
        {name: value for name, value in row.items() if people or name not in _SHOWN}
        for row in listing.rows(prices, found)
    ]
    extra = {"as_of": day, "history": history, "units": listing.units(prices, found)}
    if found or not people:
        finish_rows(Table("opskit.storage.catalog.show/1", columns, rows, "facts", extra), fmt)
    doubtful = sum(each.fact.status != "verified" for each in found)
    if not found:
        message(f"no such price is known{f' on {day}' if day else ''}")
    elif people and doubtful:
        message(
            f"* not verified, or sources disagree: {doubtful} of {len(found)}; -o json says why"
        )
    return 0


def _columns(held: "Sequence[Held]", *, history: bool) -> "list[Column | str]":
    """What people see: a column that says the same in each row is left out."""
    from opskit.output import Column

    facts = [each.fact for each in held]
    several: tuple[tuple[bool, Column], ...] = (
        (len({each.provider for each in held}) > 1, Column("provider", least=5)),
        (len({each.item for each in facts}) > 1, Column("what", least=9)),
        (len({each.class_ for each in facts}) > 1, Column("class", least=8)),
        (len({each.region for each in facts}) > 1, Column("region", least=9)),
        (True, Column("price", least=18)),
        (any(each.tier for each in facts), Column("range", "for", least=10)),
        (True, Column("effective_from", "since")),
        (history, Column("until")),
    )
    return [column for shown, column in several if shown]
