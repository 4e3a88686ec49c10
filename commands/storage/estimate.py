"""`opskit storage estimate`: what storing and using data costs a month, by provider."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from opskit.commands.storage.common import AllowUnverified, AsOf, CatalogFolder, Month
from opskit.commands.storage.pricing import Class, NoFree, Providers, Rate, RegionName
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from opskit.output import Column, Table
    from opskit.storage.estimate import Estimate

_PROGRAMS = ("json", "jsonl", "yaml", "csv")
_SOMETIMES = ("retrieval", "other")


@with_usage
def estimate(
    class_: Class = "hot",
    providers: Providers = "all",
    region: RegionName = "",
    rate: Rate = None,
    month: Month = "",
    as_of: AsOf = None,
    allow_unverified: AllowUnverified = False,
    no_free: NoFree = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Each line of each bill, with rate and source.")
    ] = False,
    catalog: CatalogFolder = None,
    output: Annotated[
        Literal["table", "json", "jsonl", "csv", "yaml", "md", "html"] | None,
        typer.Option("-o", "--output", help="Output format; table if not set."),
    ] = None,
    *,
    use: Use,
) -> int:
    """Say what storing and using data costs, by provider.

    A row a provider, region and class, the cheapest first. Below those with a rank stand the ones
    without: a star marks prices that nobody could verify, a limit of a provider's policy that the
    use exceeds is no amount of money, and other currencies need --rate. --tb 10 is 10 x 10^12
    bytes; --stored takes 10TB or 10TiB. Beside a PROFILE, the options set the month's use alone.
    Prices are those of today; with --month, those of its first day.

    Exit status 0 where any bill could be made, with a rank or without; 3 where a price is missing
    in all of them.

    As JSON, amounts are numbers to the cent, total_exact and the lines of --explain texts with all
    digits.

    \b
    Example:
      opskit storage estimate --tb 10 --avg-object 4MB --egress 2TB --reads 1M
      opskit storage estimate lake.json --class all --providers aws --explain
      opskit storage estimate lake.json --rate EUR=1.10 -o html > page.html
    """
    from opskit.commands.storage.pricing import check_clock, choice, facts, terms
    from opskit.commands.storage.usage import profile_of
    from opskit.errors import ExitCode
    from opskit.storage.estimate import estimate as price

    wanted = terms(as_of, month, rate, allow_unverified=allow_unverified, free=not no_free)
    profile, known = profile_of(use), facts(catalog, no_free=no_free)
    check_clock(known, as_of)
    found = price(profile, known, choice(providers, class_, region), wanted)
    _emit(found, output, explain=explain)
    priced = any(each.total is not None or each.bill.breaches for each in found.rows)
    return ExitCode.OK if priced else ExitCode.UNKNOWN


def _emit(found: "Estimate", output: str | None, *, explain: bool) -> None:
    """The data, then what is to be known of it."""
    from opskit.commands.results import finish_rows, output_format
    from opskit.output import ROWS, message, warn, write, write_bytes

    if output == "html":
        from opskit.storage.estimate_page import render

        write_bytes(render(found))
    else:
        fmt = output_format(output, ROWS)
        if explain and fmt in ("csv", "jsonl", "md"):
            finish_rows(_lines(found), fmt)
        else:
            finish_rows(_table(found, fmt, explain=explain), fmt)
            if explain and fmt == "table":
                from opskit.storage.estimate_text import explained

                write(explained(found))
    if output not in _PROGRAMS:
        _say_unranked(found)
        _say_as_it_is(found)
    for note in found.notes:
        message(f"note: {note}")
    if old := found.stale:
        warn(old)


def _say_unranked(found: "Estimate") -> None:
    from opskit.output import message
    from opskit.storage.estimate_rows import unranked

    reasons = unranked(found)
    if reasons:
        message("without a rank:")
    for reason in reasons:
        message(f"  {reason}")


def _table(found: "Estimate", fmt: str, *, explain: bool) -> "Table":
    from opskit.output import Table
    from opskit.storage import estimate_rows as rows

    if fmt in _PROGRAMS:
        made: list[dict[str, Any]] = [rows.fields(each, explain=explain) for each in found.rows]
        names = [name for name in made[0] if name != "lines"] if made else []
        return Table(rows.SCHEMA, names, made, extra=rows.about(found))
    shown = [rows.shown(each) for each in found.rows]
    return Table(rows.SCHEMA, _columns(shown, fmt), shown)


def _columns(shown: list[dict[str, str]], fmt: str) -> "list[Column]":
    """The columns that people see, those left out that say nothing, or are too many to fit."""
    from opskit.output import Column
    from opskit.output.console import terminal_width
    from opskit.storage.estimate_rows import PARTS

    some = {name for name in _SOMETIMES if any(_some(row[name]) for row in shown)}
    parts = [name for name in PARTS if name not in _SOMETIMES or name in some]
    band = ["band"] if any(row["band"] for row in shown) else []
    names = ["rank", "provider", "class", "region", *parts, "total", *band]
    room = terminal_width() if fmt == "table" else None
    if room and _wide(names, shown) > room:
        names = _fitting(shown, room, ["off"] if band else [])
    if fmt == "md":
        names.append("why")
    left = ("provider", "class", "region", "why")
    titles = {"off": "band"}
    return [
        Column(name, titles.get(name, ""), align="left" if name in left else "right")
        for name in names
    ]


def _fitting(shown: list[dict[str, str]], room: int, band: list[str]) -> list[str]:
    """The columns that fit into a narrow terminal; what they are too many of is said."""
    from opskit.output import message

    names = ["rank", "provider", "class", "region", "storage", "use", "total", *band]
    for name in ("use", "storage", "region"):
        if _wide(names, shown) <= room:
            break
        names.remove(name)
    if "region" not in names:
        message("regions do not fit here; a wider terminal, -o md and pipes show them")
    return names


def _wide(names: list[str], shown: list[dict[str, str]]) -> int:
    gaps = 2 * (len(names) - 1)
    return gaps + sum(max([len(name), *(len(row[name]) for row in shown)]) for name in names)


def _some(amount: str) -> bool:
    return any(digit in amount for digit in "123456789")


def _say_as_it_is(found: "Estimate") -> None:
    """What it costs where it is, if that is none of the rows."""
    from opskit.output import message
    from opskit.storage.estimate_rows import reference

    if found.as_it_is and not any(each.as_it_is for each in found.rows):
        message(reference(found.as_it_is))


def _lines(found: "Estimate") -> "Table":
    from opskit.output import Table
    from opskit.storage.estimate_rows import SCHEMA, lines

    made = list(lines(found))
    return Table(SCHEMA, list(made[0]) if made else [], made, key="lines")
