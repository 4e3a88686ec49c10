"""`opskit storage compare`: where the ranking changes as a part of the use changes."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.storage.common import AllowUnverified, AsOf, CatalogFolder, Month
from opskit.commands.storage.pricing import Class, NoFree, Providers, Rate, RegionName
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from opskit.output import Table
    from opskit.storage.compare import Comparison, Span

_SCHEMA = "opskit.storage.compare/1"
_NARROW = 110
_PLACES = ("first", "second", "third")


@with_usage
def compare(
    sweep: Annotated[
        str,
        typer.Option(metavar="NAME=A..B", help="What changes: egress=0..10x, stored=1TB..500TB."),
    ],
    class_: Class = "hot",
    providers: Providers = "all",
    region: RegionName = "",
    rate: Rate = None,
    month: Month = "",
    as_of: AsOf = None,
    allow_unverified: AllowUnverified = False,
    no_free: NoFree = False,
    catalog: CatalogFolder = None,
    output: RowsOutput = None,
    *,
    use: Use,
) -> int:
    """Show where the ranking changes as the use changes.

    --sweep takes egress, stored, avg-object, retrieved, reads, writes, lists or deletes, from one
    amount to another. With an x they are multiples of the profile's own; of what is stored, where
    nothing leaves or is read. A row is a range in which the first three are the same; the changes
    between are found to the byte, or to the request: shown rounded, exact in JSON and CSV.

    Exit status 3 where nobody can be ranked: --allow-unverified ranks by prices that nobody could
    verify, --rate those in other currencies.

    \b
    Example:
      opskit storage compare --tb 10 --avg-object 4MB --sweep egress=0..10x
      opskit storage compare profile.json --sweep stored=1TB..500TB --class all
    """
    from opskit.commands.results import finish_rows, output_format
    from opskit.commands.storage.pricing import check_clock, choice, facts, terms
    from opskit.commands.storage.usage import profile_of
    from opskit.errors import ExitCode
    from opskit.output import ROWS
    from opskit.storage.compare import compare as library
    from opskit.storage.sweep import sweep as read

    wanted = terms(as_of, month, rate, allow_unverified=allow_unverified, free=not no_free)
    profile, known = profile_of(use), facts(catalog, no_free=no_free)
    check_clock(known, as_of)
    found = library(profile, known, choice(providers, class_, region), wanted, read(sweep, profile))
    fmt = output_format(output, ROWS)
    if fmt in ("table", "md"):
        finish_rows(_shown(found, narrow=_is_narrow(fmt)), fmt)
    else:
        finish_rows(_table(found), fmt)
    _say(found)
    return ExitCode.OK if found.lanes else ExitCode.UNKNOWN


def _say(found: "Comparison") -> None:
    """The changes in words, and who is left out."""
    from opskit.output import message
    from opskit.storage.reasons import together

    for change in found.changes:
        for words in change.words:
            message(f"{_from(found, change.at)}, {words}")
    if not found.changes and found.lanes:
        message("the first three are the same all along")
    if len(found.winners) > 1:
        message(f"the cheapest is {_winners(found)}")
    if not found.lanes:
        message("nobody can be ranked: --allow-unverified and --rate rank some of these")
    if found.left_out:
        message("left out:")
    lanes = (name.partition(" ") for name in found.lanes)
    names = [*((name, class_) for name, _, class_ in lanes), *(name for name, _ in found.left_out)]
    for reason in together(names, found.left_out):
        message(f"  {reason}")
    for note in found.notes:
        message(f"note: {note}")


def _winners(found: "Comparison") -> str:
    """`idrive standard up to 3x (30 TB), then b2 standard`."""
    *some, (last, _, _) = [(name or "nobody", low, high) for name, low, high in found.winners]
    told = ", ".join(f"{name} up to {_at(found, _edge(found, end))}" for name, _, end in some)
    return f"{told}, then {last}"


def _edge(found: "Comparison", amount: int) -> int:
    """The amount itself, or the one below it where that is the round one of the two."""
    exact = found.sweep.is_exact
    return amount - 1 if exact(amount - 1) and not exact(amount) else amount


def _from(found: "Comparison", amount: int) -> str:
    """`from 3.8x (38.04 TB) on`; `beyond 1x (10 TB)` where it begins a byte later."""
    edge = _edge(found, amount)
    return f"from {_at(found, amount)} on" if edge == amount else f"beyond {_at(found, edge)}"


def _at(found: "Comparison", amount: int) -> str:
    """An amount for people, behind its multiple where the sweep is one of multiples."""
    multiple = found.sweep.multiple(amount)
    shown = found.sweep.shown(amount)
    if multiple is None or not found.sweep.times:
        return shown
    digits = f"{multiple:.2f}".rstrip("0").rstrip(".") if multiple >= 0.01 else f"{multiple:.2g}"
    return f"{digits}x ({shown})"


def _is_narrow(fmt: str) -> bool:
    """Whether people see it on a terminal that has no room for multiples beside amounts."""
    from opskit.output.console import terminal_width

    return fmt == "table" and (terminal_width() or _NARROW) < _NARROW


def _shown(found: "Comparison", *, narrow: bool) -> "Table":
    """The ranges for people."""
    from opskit.output import Column, Table
    from opskit.storage import units

    rows = []
    for span in found.spans:
        ends = [found.sweep.shown(n) if narrow else _at(found, n) for n in (span.low, span.high)]
        row = dict(zip(("from", "to"), ends, strict=True))
        for place, (name, first, end) in zip(_PLACES, _totals(found, span), strict=False):
            amounts = [units.money(v, found.currency) for v in (first, end) if v is not None]
            row[place] = f"{name} {' - '.join(dict.fromkeys(amounts))}"
        rows.append(row)
    columns = [
        *(Column(name, least=9) for name in ("from", "to")),
        *(Column(name, least=12) for name in _PLACES[: _most(found)]),
    ]
    return Table(_SCHEMA, columns, rows)


def _most(found: "Comparison") -> int:
    return max((len(each.top) for each in found.spans), default=1)


def _totals(
    found: "Comparison", span: "Span"
) -> "Iterator[tuple[str, Decimal | None, Decimal | None]]":
    """The first three of a range with what they cost at its beginning and at its end."""
    last = span.high if span is found.spans[-1] else span.high - 1
    for name in span.top:
        yield name, found.lanes[name].value(span.low), found.lanes[name].value(last)


def _table(found: "Comparison") -> "Table":
    """The ranges for programs: amounts in bytes or things, totals as numbers in cents."""
    from opskit.output import Table

    ends = ("from_amount", "to_amount", "from_times", "to_times")
    columns = [*ends, *(n + x for n in _PLACES[: _most(found)] for x in ("", "_low", "_high"))]
    extra = {
        "sweep": found.sweep.name,
        "base": found.sweep.base,
        "ranked_in": found.currency,
        "changes": [
            {
                "at": each.at,
                "times": found.sweep.multiple(each.at),
                "first_changes": each.first,
                "words": list(each.words),
            }
            for each in found.changes
        ],
        "winners": [
            {"place": name or None, "from_amount": low, "to_amount": high}
            for name, low, high in found.winners
        ],
        "left_out": [f"{' '.join(name)}: {why}" for name, why in found.left_out],
        "notes": list(found.notes),
    }
    return Table(_SCHEMA, columns, [_row(found, span) for span in found.spans], extra=extra)


def _row(found: "Comparison", span: "Span") -> dict[str, Any]:
    """A range, with the first three and the least and the most that they cost in it."""
    from opskit.storage.money import number

    made: dict[str, Any] = {
        "from_amount": span.low,
        "to_amount": span.high,
        "from_times": found.sweep.multiple(span.low),
        "to_times": found.sweep.multiple(span.high),
    }
    top = []
    for place, (name, *ends) in zip(_PLACES, _totals(found, span), strict=False):
        first, end = (None if each is None else number(each) for each in ends)
        known = [each for each in (first, end) if each is not None]
        top.append({"place": name, "total_from": first, "total_to": end})
        low, high = (min(known), max(known)) if known else (None, None)
        made |= {place: name, f"{place}_low": low, f"{place}_high": high}
    return made | {"winner": span.top[0] if span.top else None, "top": top}
