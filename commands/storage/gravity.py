"""`opskit storage gravity`: what keeping, using and leaving costs, by provider and class."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.storage.common import AllowUnverified, AsOf, CatalogFolder
from opskit.commands.storage.pricing import Class, Providers
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from datetime import date

    from opskit.output import Column, Table
    from opskit.storage.gravity import Gravity

_PROGRAMS = ("json", "jsonl", "yaml", "csv")


@with_usage
def gravity(
    class_: Class = "all",
    providers: Providers = "all",
    region: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="A region, or eu: each provider's first in the EU; else its first."
        ),
    ] = "",
    speed: Annotated[
        str,
        typer.Option(
            metavar="NAME", help="How archives are restored: bulk, standard...; else the cheapest."
        ),
    ] = "",
    as_of: AsOf = None,
    allow_unverified: AllowUnverified = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Each line of each bill, with rate and source.")
    ] = False,
    catalog: CatalogFolder = None,
    output: RowsOutput = None,
    *,
    use: Use,
) -> int:
    """Say what leaving costs, in months of the bill.

    Leaving reads every object once and sends it to the internet, in one month. Gravity is what
    that costs, in months of what keeping the data costs. The verdict is on a month's use against
    keeping: Hotel California is where using the data costs more than to keep it.

    A star marks prices that nobody could verify, a plus prices that the catalog lacks; neither is
    ranked. A limit of a provider's policy is no amount of money: it is said in words. For regions
    in the EU, what leaving costs once a switch is free by law stands beside. Exit status 3 where
    all rows lack prices.

    \b
    Example:
      opskit storage gravity --stored 100TiB --avg-object 4MB --egress 5TB
      opskit storage gravity profile.json --providers aws,gcs --region eu --explain
    """
    from opskit.commands.storage import common
    from opskit.commands.storage.pricing import check_clock, choice
    from opskit.commands.storage.usage import profile_of
    from opskit.errors import ExitCode
    from opskit.storage.gravity import gravity as weigh

    profile, facts = profile_of(use), common.catalog(catalog)
    check_clock(facts, as_of)
    wanted, day = choice(providers, class_, region), common.day(as_of)
    found = weigh(
        profile, facts, wanted, day, speed=speed.lower(), allow_unverified=allow_unverified
    )
    _emit(found, day, output, explain=explain)
    if not profile.objects:
        _say_objects()
    complete = any(not each.missing for each in found.rows)
    return ExitCode.OK if complete else ExitCode.UNKNOWN


def _emit(found: "Gravity", day: "date", output: str | None, *, explain: bool) -> None:
    from opskit.commands.results import finish_rows, output_format
    from opskit.output import ROWS, message, write
    from opskit.storage import gravity_rows

    fmt = output_format(output, ROWS)
    finish_rows(_table(found, day, fmt, explain=explain), fmt)
    if fmt in _PROGRAMS:
        return
    if explain and fmt == "table":
        write(gravity_rows.explained(found, day))
    message(f"regions: {gravity_rows.regions(found)}")
    for text in (*gravity_rows.reasons(found), *filter(None, [gravity_rows.law(found)])):
        message(text)
    for note in found.notes:
        message(f"note: {note}")


def _table(found: "Gravity", day: "date", fmt: str, *, explain: bool) -> "Table":
    from opskit.output import Table
    from opskit.storage import gravity_rows as rows
    from opskit.storage.switching import NOT_SETTLED

    law = found.law.effective_from if found.law else None
    extra = {"as_of": day, "law_from": law, "not_settled": NOT_SETTLED, "notes": found.notes}
    if fmt in _PROGRAMS:
        made: list[dict[str, Any]] = [
            rows.fields(each, day, explain=explain and fmt != "csv") for each in found.rows
        ]
        names = [name for name in (made[0] if made else ()) if name != "lines"]
        return Table(rows.SCHEMA, names, made, extra=extra)
    return Table(
        rows.SCHEMA,
        _columns(found, people=fmt == "table"),
        [rows.shown(each) for each in found.rows],
    )


def _columns(found: "Gravity", *, people: bool) -> "list[Column]":
    from opskit.output import Column

    columns = [
        Column("where", least=16),
        Column("keep", align="right"),
        Column("use", align="right"),
        Column("leave", align="right"),
        Column("gravity", "months", align="right"),
    ]
    if len({each.month.region.name for each in found.rows}) > 1 and not people:
        columns.insert(1, Column("region"))
    if found.law and any(each.by_law is not None for each in found.rows):
        columns.append(Column("by_law", str(found.law.effective_from.year), align="right"))
    return [*columns, Column("verdict", least=11)]


def _say_objects() -> None:
    from opskit.output import message

    message(
        "note: the number of objects is not known: requests and least sizes are left out; "
        "--avg-object 4MB or --objects 2M puts them in"
    )
