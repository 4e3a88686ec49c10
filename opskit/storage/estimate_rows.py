"""An estimate as rows of plain values: for people, for programs, and line by line."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from opskit.storage import units
from opskit.storage.bill.lines import Line
from opskit.storage.catalog.model import Provider
from opskit.storage.estimate import Estimate, Row, State
from opskit.storage.money import number
from opskit.storage.reasons import together
from opskit.storage.units import exact

SCHEMA = "opskit.storage.estimate/1"
#: The fields of a line of a bill.
_LINE = (
    "item",
    "line_class",
    "quantity",
    "unit",
    "rate",
    "tier",
    "amount",
    "source",
    "url",
    "read_on",
    "effective_from",
    "status",
    "note",
)
#: The parts of a total, and the items of a bill that are in each; `other` are all the rest.
PARTS: dict[str, tuple[str, ...]] = {
    "storage": ("storage",),
    "requests": ("write", "read", "list", "delete", "part", "lifecycle"),
    "retrieval": ("retrieval", "retrieval-request"),
    "egress": ("egress",),
    "other": (),
}


def parts(row: Row) -> dict[str, Decimal]:
    """What a bill comes to by kind; they add up to its total."""
    found = {name: row.bill.of(*items) for name, items in PARTS.items() if items}
    return found | {"other": row.bill.total - sum(found.values(), Decimal(0))}


def fields(row: Row, *, explain: bool = False) -> dict[str, Any]:
    """A row for programs; amounts are numbers in cents, `total_exact` is a text with all digits.

    There is no total where the provider's policy is broken or a price is missing; `at_least` is
    what is known of it in the latter case. A part of which nothing is known has no amount.
    """
    unknown = _lacking(row) | ({"egress"} if row.bill.breaches else set())
    made: dict[str, Any] = {
        "rank": row.rank,
        "provider": row.bill.provider.name,
        "class": row.class_,
        "region": row.bill.region.name,
        "currency": row.bill.currency,
        **{
            name: None if name in unknown and not amount else number(amount)
            for name, amount in parts(row).items()
        },
        "total": None if row.total is None else number(row.total),
        "total_exact": None if row.total is None else exact(row.total),
        "at_least": None if row.at_least is None else number(row.at_least),
        "low": None if row.total is None else number(row.low),
        "high": None if row.total is None else number(row.high),
        "ranked_by": None if row.value is None else number(row.value),
        "state": row.state.value,
        "verified": not row.bill.doubts,
        "as_it_is": row.as_it_is,
        "reasons": list(row.reasons),
        "oldest_price": row.bill.oldest(),
    }
    return made | (
        {"lines": [line(each, row.bill.provider) for each in row.bill.lines]} if explain else {}
    )


def line(made: Line, provider: Provider) -> dict[str, Any]:
    """A line of a bill with where its rate is from; quantity, rate and amount as exact texts."""
    source = provider.sources[made.fact.source]
    values = (
        made.item,
        made.class_,
        exact(made.quantity),
        made.unit,
        exact(made.rate),
        made.fact.tier,
        exact(made.amount),
        source.title,
        source.url,
        made.fact.read_on,
        made.fact.effective_from,
        made.fact.status,
        "; ".join(filter(None, (made.note, made.fact.note))),
    )
    return dict(zip(_LINE, values, strict=True))


def lines(estimate: Estimate) -> Iterator[dict[str, Any]]:
    """The lines of all bills, each with its place and what the whole bill is worth.

    A broken policy and a missing price are lines of their own that have no amount.
    """
    for row in estimate.rows:
        place = {
            "rank": row.rank,
            "provider": row.bill.provider.name,
            "class": row.class_,
            "region": row.bill.region.name,
            "currency": row.bill.currency,
        }
        state = {"state": row.state.value, "reasons": list(row.reasons)}
        for each in row.bill.lines:
            yield place | line(each, row.bill.provider) | state
        for item, class_, words in _without(row):
            yield place | _no_amount(item, class_, words) | state


def _without(row: Row) -> Iterator[tuple[str, str, str]]:
    """What a bill has no amount for: the item, the class, and why."""
    for words in row.bill.breaches:
        yield "egress", "*", f"policy breach: {words}"
    for lacking in row.bill.missing:
        item, _, more = lacking.partition(" of ")
        yield item, more.partition(" ")[0] or "*", f"no price: {lacking}"


def _no_amount(item: str, class_: str, words: str) -> dict[str, Any]:
    """A line of what costs something that nobody can say."""
    nothing = dict.fromkeys(_LINE)
    return nothing | {"item": item.partition(" ")[0], "line_class": class_, "note": words}


def about(estimate: Estimate) -> dict[str, Any]:
    """What the estimate is for, as programs read it."""
    profile, terms = estimate.profile, estimate.terms
    monthly = profile.monthly
    return {
        "profile": {
            "bytes": profile.bytes,
            "objects": profile.objects,
            "egress": monthly.egress,
            "reads": monthly.reads,
            "writes": monthly.writes,
            "lists": monthly.lists,
            "deletes": monthly.deletes,
            "retrieved": profile.retrieved,
        },
        "as_it_is": None if estimate.as_it_is is None else fields(estimate.as_it_is),
        "as_of": terms.day,
        "free_amounts": terms.free,
        "month_hours": terms.month.hours,
        "ranked_in": estimate.currency,
        "rates": {name: exact(rate) for name, rate in terms.rates.items()},
        "notes": [*estimate.notes, *filter(None, [estimate.stale])],
    }


def shown_total(row: Row) -> str:
    """The total for people, starred where it is not verified; words where there is none.

    Where a price is missing it is `> $753.44`: at least that.
    """
    known = row.at_least if row.total is None else row.total
    if known is None:
        return row.state.value
    sign = "> " if row.total is None else ""
    return sign + units.money(known, row.bill.currency) + ("*" if row.bill.doubts else "")


def shown_band(row: Row) -> str:
    """The band for people; nothing where all prices are fresh."""
    if not row.wide:
        return ""
    currency = row.bill.currency
    return f"{units.money(row.low, currency)} - {units.money(row.high, currency)}"


def shown_off(row: Row) -> str:
    """By what share a total may be off, either way: `±1.3%`; nothing for less than 0.1%."""
    if not row.wide:
        return ""
    off = f"±{(row.high - row.bill.total) / row.bill.total:.1%}"
    return "" if off == "±0.0%" else off


def shown(row: Row) -> dict[str, str]:
    """A row for people."""
    made = parts(row)
    lacking = _lacking(row)
    used = sum(made.values(), Decimal(0)) - made["storage"]
    amounts = {name: _part(row, amount, name in lacking) for name, amount in made.items()}
    return {
        "rank": "" if row.rank is None else str(row.rank),
        "provider": row.bill.provider.name,
        "class": row.class_ + (" (as it is)" if row.as_it_is and row.class_ != "as it is" else ""),
        "region": row.bill.region.name,
        **amounts,
        "use": _part(row, used, bool(lacking - {"storage"})),
        "total": shown_total(row),
        "band": shown_band(row),
        "off": shown_off(row),
        "why": "; ".join(row.reasons),
    }


def reference(row: Row) -> str:
    """What a profile costs where it is: `as it is: aws eu-west-1 $1,034.78`."""
    place = f"{row.bill.provider.name} {row.bill.region.name}"
    if row.class_ != "as it is":
        place = f"{row.bill.provider.name} {row.class_}, {row.bill.region.name}"
    reasons = f" ({'; '.join(row.reasons)})" if row.reasons else ""
    return f"as it is: {place} {shown_total(row)}{reasons}"


def _lacking(row: Row) -> set[str]:
    """The parts of a total for which a price is missing."""
    items = {each.partition(" ")[0] for each in row.bill.missing}
    return {next((name for name, own in PARTS.items() if each in own), "other") for each in items}


def _part(row: Row, amount: Decimal, lacks: bool) -> str:
    """A part of a total: nothing where nothing is known of it, `> 12.00` where some of it is."""
    if (row.total is None and row.at_least is None) or (lacks and not amount):
        return ""
    return f"{'> ' if lacks else ''}{units.cents(amount):,}"


def unranked(estimate: Estimate) -> list[str]:
    """Why rows have no rank, those with the same reason together."""
    names = [(row.bill.provider.name, row.class_) for row in estimate.rows]
    both = zip(names, estimate.rows, strict=True)
    return together(names, ((name, why(row)) for name, row in both if row.rank is None))


def why(row: Row) -> str:
    """Why a row has no rank, in words."""
    state = "" if row.state is State.UNVERIFIED else f"{row.state.value}: "
    return state + "; ".join(row.reasons)
