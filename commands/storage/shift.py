"""`opskit storage shift`: what a move of data costs, how long it takes, and if it pays."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from opskit.commands.storage.common import AsOf, CatalogFolder
from opskit.commands.storage.pricing import Rate
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from opskit.output import Column
    from opskit.storage.shift.answer import Shift

_FORMATS = ("table", "json", "yaml", "csv", "md")


@with_usage
def shift(
    source: Annotated[
        str,
        typer.Option(
            "--from",
            metavar="PLACE",
            help="Where it is: aws/standard@us-east-1; where the profile says, if not set.",
        ),
    ] = "",
    target: Annotated[
        str, typer.Option("--to", metavar="PLACE", help="Where it goes: b2, aws/deep-archive.")
    ] = "",
    on: Annotated[
        datetime | None,
        typer.Option(
            formats=["%Y-%m-%d"],
            metavar="DATE",
            help="The day it begins; that of the prices, or today, if not set.",
        ),
    ] = None,
    link: Annotated[
        str,
        typer.Option(metavar="SPEED", help="The line between two providers; 1Gbps if not set."),
    ] = "",
    util: Annotated[
        str, typer.Option(metavar="SHARE", help="The share of it that is used: 0.8 or 80%.")
    ] = "0.8",
    objects_per_second: Annotated[
        str, typer.Option(metavar="COUNT", help="The most objects that are copied in a second.")
    ] = "3500",
    device: Annotated[
        str,
        typer.Option(
            metavar="QUOTE",
            help="Devices instead of the line: PRICE,CAPACITY,DAYS[,PRICE/GB], as 300,80TB,10.",
        ),
    ] = "",
    nat: Annotated[
        str, typer.Option(metavar="PRICE", help="What a NAT gateway on the way costs: 0.045/GB.")
    ] = "",
    part_size: Annotated[
        str, typer.Option(metavar="SIZE", help="Larger objects are written in parts of this size.")
    ] = "8MiB",
    speed: Annotated[
        str, typer.Option(metavar="NAME", help="How archives are restored; else the cheapest.")
    ] = "",
    restored_days: Annotated[
        str, typer.Option(metavar="DAYS", help="How long what is restored is kept beside.")
    ] = "1d",
    dual_months: Annotated[
        str,
        typer.Option(
            metavar="MONTHS", help="How much longer the source is kept once all has moved."
        ),
    ] = "0",
    delete_as_you_go: Annotated[
        bool,
        typer.Option(
            "--delete-as-you-go", help="Delete each object once it has moved, not all at the end."
        ),
    ] = False,
    over: Annotated[
        str, typer.Option(metavar="MONTHS", help="Spread the move over so many months, at least.")
    ] = "0",
    horizon: Annotated[
        str, typer.Option(metavar="MONTHS", help="By when it has to pay: 36mo, 3y.")
    ] = "36mo",
    rate: Rate = None,
    as_of: AsOf = None,
    monthly: Annotated[
        bool, typer.Option("--monthly", help="What is paid by month, moving and staying.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Each line of each bill, with rate and source.")
    ] = False,
    catalog: CatalogFolder = None,
    output: Annotated[
        Literal["table", "json", "yaml", "csv", "md"] | None,
        typer.Option("-o", "--output", help="Output format; table if not set."),
    ] = None,
    *,
    use: Use,
) -> int:
    """Say what a move costs, how long it takes, if it pays.

    Once: retrieval, requests at both ends, egress by the tiers of each month it falls into, NAT,
    devices, early deletion, and what is kept twice: all is copied and the source deleted at the
    end. A month: the bills before and after. The use goes with the data. A place is
    PROVIDER[/CLASS][@REGION]: a class of the profile in --from moves what is in it; without a class
    the classes are as they are. Without a region it is the one in which the data is, or the
    provider's first, in the EU if the data is there.
    What no catalog has, as the prices of devices and of NAT, is yours to give. Egress of a switch
    in the EU costs nothing in months that begin on 2027-01-12 or later.

    Exit status 0 where it pays within the horizon, 1 where it does not, or breaks a limit of a
    provider's policy, 3 where prices are missing.

    \b
    Example:
      opskit storage shift --from aws --to b2 --stored 100TiB --avg-object 4MB
      opskit storage shift p.json --to r2 --link 1Gbps --nat 0.045/GB --monthly
    """
    from opskit.commands.storage import common
    from opskit.commands.storage.pricing import check_clock
    from opskit.commands.storage.usage import profile_of
    from opskit.errors import ExitCode
    from opskit.storage.shift.asked import Asked, terms
    from opskit.storage.shift.move import shift as plan

    asked = Asked(
        source=source,
        target=target,
        on=common.day(on or as_of),
        as_of=as_of.date() if as_of else None,
        link=link,
        util=util,
        objects_per_second=objects_per_second,
        device=device,
        nat=nat,
        part_size=part_size,
        speed=speed,
        restored_days=restored_days,
        dual_months=dual_months,
        as_you_go=delete_as_you_go,
        over=over,
        horizon=horizon,
        rates=rate or (),
    )
    facts = common.catalog(catalog)
    profile = profile_of(use)
    found = plan(profile, terms(asked, facts, profile))
    check_clock(facts, as_of)
    _check_prices(found)
    _emit(found, output, monthly=monthly, explain=explain)
    return ExitCode.OK if found.pays and not found.breaches else ExitCode.NO


def _check_prices(found: "Shift") -> None:
    """UnknownError where prices are missing: the sums would be too low."""
    from opskit.errors import UnknownError

    if found.missing:
        raise UnknownError(
            f"the catalog has no price on {found.terms.day} of {'; '.join(found.missing)}",
            hint="'opskit storage catalog show' lists what it has; --catalog names another one",
        )


def _emit(found: "Shift", output: str | None, *, monthly: bool, explain: bool) -> None:
    from opskit.commands.results import finish_record, finish_rows, output_format
    from opskit.output import Record, Table, message, warn, write
    from opskit.storage.shift import rows, telling

    fmt = output_format(output, _FORMATS)
    if fmt in ("csv", "md"):
        made = rows.months_shown(found) if monthly else rows.table(found)
        finish_rows(Table(rows.SCHEMA, _columns(made), made), fmt)
    else:
        told = rows.fields(found, monthly=monthly, explain=explain)
        finish_record(Record(rows.SCHEMA, told, telling.sentences(found)), fmt)
    if fmt == "table" and monthly:
        made = rows.months_shown(found)
        write("\n")
        finish_rows(Table(rows.SCHEMA, _columns(made), made), fmt)
    if fmt == "table" and explain:
        write(rows.explained(found))
    if fmt in ("table", "md"):
        for text in (*(f"* {each}" for each in found.doubts), *telling.assumed(found)):
            message(f"note: {text}")
        for text in found.profile.remarks:
            message(f"note: {text}")
    if found.stale:
        warn(found.stale)


def _columns(made: "list[dict[str, Any]]") -> "list[Column]":
    from opskit.output import Column

    return [Column(name, align="left" if name == "what" else "right", least=9) for name in made[0]]
