"""`opskit storage gravity`: what keeping, using and leaving costs, by provider and class."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.storage.common import AllowUnverified, AsOf, CatalogFolder
from opskit.commands.storage.pricing import Class, Providers, RegionName
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from opskit.output import Column, Table
    from opskit.storage.gravity import Gravity

_NARROW = 110
_PROGRAMS = ("json", "jsonl", "yaml", "csv")


@with_usage
def gravity(
    class_: Class = "all",
    providers: Providers = "all",
    region: RegionName = "",
    speed: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="How archives are restored: bulk, standard...; if not set, the cheapest to leave, "
            "the usual one in use.",
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
    """Say what leaving costs, in months of keeping the data.

    Leaving reads every object once and sends it to the internet, in one month. Gravity is what
    that costs, in months of what keeping the data costs. The verdict is on a month's use against
    keeping: Hotel California is where using the data costs more than to keep it. A use that breaks
    a provider's policy has no price and no rank.

    A star marks prices that nobody could verify, a plus prices that the catalog lacks; neither is
    ranked. A limit of a provider's policy is no amount of money: it is said in words. For regions
    in the EU, what leaving costs once a switch is free by law stands beside. Exit status 3 where
    all rows lack prices.

    \b
    Example:
      opskit storage gravity --stored 100TiB --avg-object 4MB --egress 5TB
      opskit storage gravity lake.json --providers aws,gcs --region eu
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
    _emit(found, output, explain=explain)
    if not profile.objects:
        _say_objects()
    if not any(each.used for each in found.rows):
        _say_use()
    complete = any(not each.missing for each in found.rows)
    return ExitCode.OK if complete else ExitCode.UNKNOWN


def _emit(found: "Gravity", output: str | None, *, explain: bool) -> None:
    from opskit.commands.results import finish_rows, output_format
    from opskit.output import ROWS, message, warn, write
    from opskit.storage import gravity_rows

    fmt = output_format(output, ROWS)
    finish_rows(_table(found, fmt, explain=explain), fmt)
    if explain and fmt == "table":
        write(gravity_rows.explained(found, found.day))
    if fmt not in _PROGRAMS:
        if regions := gravity_rows.regions(found):
            message(f"regions: {regions}")
        for text in (*gravity_rows.reasons(found), *gravity_rows.law(found)):
            message(text)
        for note in found.notes:
            message(f"note: {note}")
    if found.stale:
        warn(found.stale)


def _table(found: "Gravity", fmt: str, *, explain: bool) -> "Table":
    from opskit.output import Table
    from opskit.storage import gravity_rows as rows
    from opskit.storage.switching import NOT_SETTLED

    law = found.law.effective_from if found.law else None
    notes = [*found.notes, *filter(None, [found.stale])]
    extra = {"as_of": found.day, "law_from": law, "not_settled": NOT_SETTLED, "notes": notes}
    if fmt in _PROGRAMS:
        made: list[dict[str, Any]] = [
            rows.fields(each, found.day, explain=explain and fmt != "csv") for each in found.rows
        ]
        names = [name for name in (made[0] if made else ()) if name != "lines"]
        return Table(rows.SCHEMA, names, made, extra=extra)
    return Table(
        rows.SCHEMA,
        _columns(found, people=fmt == "table"),
        [rows.shown(found, each) for each in found.rows],
    )


def _columns(found: "Gravity", *, people: bool) -> "list[Column]":
    from opskit.output import Column
    from opskit.output.console import terminal_width
    from opskit.storage.gravity_rows import shown_band

    narrow = people and (terminal_width() or _NARROW) < _NARROW

    columns = [
        Column("where", least=16),
        Column("keep", align="right"),
        Column("use", align="right"),
        Column("leave", align="right"),
        Column("gravity", "months", align="right"),
    ]
    if len({each.month.region.name for each in found.rows}) > 1 and not people:
        columns.insert(1, Column("region"))
    if not narrow and any(shown_band(each, found.day) for each in found.rows):
        columns.append(Column("band", align="right"))
    if found.law and any(each.by_law is not None for each in found.rows):
        columns.append(Column("by_law", str(found.law.effective_from.year), align="right"))
    return [*columns, Column("verdict", least=11)]


def _say_objects() -> None:
    from opskit.output import message

    message(
        "note: the number of objects is not known: requests and least sizes are left out; "
        "--avg-object 4MB or --objects 2M puts them in"
    )


def _say_use() -> None:
    from opskit.output import message

    message(
        "note: nothing is known of the use, and so not what it costs: --reads 1M, --egress 2TB say "
        "how much of it there is in a month"
    )
