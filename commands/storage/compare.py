"""`opskit storage compare`: where the ranking changes as a part of the use changes."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from opskit.commands.options import RowsOutput
from opskit.commands.storage.common import AllowUnverified, AsOf, CatalogFolder, Month
from opskit.commands.storage.pricing import Class, Providers, Rate, RegionName
from opskit.commands.storage.usage import Use, with_usage

if TYPE_CHECKING:
    from opskit.output import Table
    from opskit.storage.compare import Comparison

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
    catalog: CatalogFolder = None,
    output: RowsOutput = None,
    *,
    use: Use,
) -> int:
    """Show where the ranking changes as the use changes.

    --sweep takes egress, stored, avg-object, retrieved, reads, writes, lists or deletes, from one
    amount to another. With an x they are multiples of the profile's own; of what is stored, where
    nothing leaves or is read. A row is a range in which the first three are the same; the changes
    between are said to the byte, or to the request. Exit status 3 where nobody can be ranked.

    \b
    Example:
      opskit storage compare --tb 10 --avg-object 4MB --sweep egress=0..10x
      opskit storage compare profile.json --sweep stored=1TB..500TB --class all
    """
    from opskit.commands.results import finish_rows
    from opskit.commands.storage.common import catalog as load
    from opskit.commands.storage.pricing import check_clock, choice, terms
    from opskit.commands.storage.usage import profile_of
    from opskit.errors import ExitCode
    from opskit.storage.compare import compare as library
    from opskit.storage.sweep import sweep as read

    wanted = terms(as_of, month, rate, allow_unverified=allow_unverified)
    profile, facts = profile_of(use), load(catalog)
    check_clock(facts, as_of)
    found = library(profile, facts, choice(providers, class_, region), wanted, read(sweep, profile))
    finish_rows(_table(found, narrow=_is_narrow(output)), output)
    _say(found)
    return ExitCode.OK if found.lanes else ExitCode.UNKNOWN


def _say(found: "Comparison") -> None:
    """The changes in words, and who is left out."""
    from opskit.output import message
    from opskit.storage.reasons import together

    for change in found.changes:
        for words in change.words:
            message(f"from {_at(found, change.at)} on, {words}")
    if not found.changes and found.lanes:
        message("the first three are the same all along")
    if len(found.winners) > 1:
        message(f"the cheapest is {_winners(found)}")
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
    told = ", ".join(f"{name} up to {_at(found, high)}" for name, _, high in some)
    return f"{told}, then {last}"


def _at(found: "Comparison", amount: int) -> str:
    multiple = found.sweep.multiple(amount)
    shown = found.sweep.shown(amount)
    if multiple is None:
        return shown
    return (
        f"{multiple:.0f}x ({shown})" if multiple == int(multiple) else f"{multiple:.2f}x ({shown})"
    )


def _is_narrow(output: str | None) -> bool:
    """Whether people see it on a terminal that has no room for multiples beside amounts."""
    from opskit.output.console import terminal_width

    return output in (None, "table") and (terminal_width() or _NARROW) < _NARROW


def _table(found: "Comparison", *, narrow: bool) -> "Table":
    from opskit.output import Column, Table

    rows = [_row(found, number, narrow=narrow) for number in range(len(found.spans))]
    ends, places = (
        ("from", "to"),
        _PLACES[: max((len(each.top) for each in found.spans), default=1)],
    )
    columns = [*(Column(name, least=9) for name in ends), *(Column(n, least=12) for n in places)]
    extra = {
        "sweep": found.sweep.name,
        "base": found.sweep.base,
        "ranked_in": found.currency,
        "changes": [
            {
                "at": each.at,
                "multiple": found.sweep.multiple(each.at),
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
    }
    return Table("opskit.storage.compare/1", columns, rows, extra=extra)


def _row(found: "Comparison", number: int, *, narrow: bool) -> dict[str, Any]:
    """A range, with the first three and what they cost at its ends."""
    from opskit.storage import units
    from opskit.storage.money import number as cents

    span = found.spans[number]
    last = span.high if number == len(found.spans) - 1 else span.high - 1
    ends_shown = [
        found.sweep.shown(at) if narrow else _at(found, at) for at in (span.low, span.high)
    ]
    made: dict[str, Any] = dict(zip(("from", "to"), ends_shown, strict=True))
    top = []
    for name in span.top:
        first, end = found.lanes[name].value(span.low), found.lanes[name].value(last)
        ends = {"total_from": first, "total_to": end}
        top.append({"place": name, **{k: None if v is None else cents(v) for k, v in ends.items()}})
        amounts = [units.money(v, found.currency) for v in (first, end) if v is not None]
        made[_PLACES[len(top) - 1]] = f"{name} {' - '.join(dict.fromkeys(amounts))}"
    return made | {
        "from_amount": span.low,
        "to_amount": span.high,
        "from_multiple": found.sweep.multiple(span.low),
        "to_multiple": found.sweep.multiple(span.high),
        "winner": span.top[0] if span.top else None,
        "top": top,
    }
