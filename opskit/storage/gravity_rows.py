"""Gravity as rows of plain values, for programs and for people, and line by line."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from opskit.output import fitted
from opskit.output.console import paint
from opskit.storage import units
from opskit.storage.bill.lines import Bill
from opskit.storage.estimate import Row, Terms, row
from opskit.storage.estimate_rows import line
from opskit.storage.estimate_text import charge, origin
from opskit.storage.gravity import Gravity, Pull
from opskit.storage.money import number
from opskit.storage.switching import NOT_SETTLED

SCHEMA = "opskit.storage.gravity/1"
_MONTHS = Decimal("0.01")
_INDENT = " " * 6


def place(pull: Pull) -> str:
    """A row's provider and class."""
    return f"{pull.month.provider.name} {pull.class_}"


def regions(found: Gravity) -> str:
    """The regions that are meant, by provider."""
    names: dict[str, list[str]] = {}
    for each in found.rows:
        own = names.setdefault(each.month.provider.name, [])
        if each.month.region.name not in own:
            own.append(each.month.region.name)
    return ", ".join(f"{name} {' and '.join(own)}" for name, own in sorted(names.items()))


def fields(pull: Pull, day: date, *, explain: bool = False) -> dict[str, Any]:
    """A row for programs: money as numbers to the cent, months as texts with two more digits."""
    leaving, by_law = pull.leaving, pull.by_law
    made: dict[str, Any] = {
        "rank": pull.rank,
        "provider": pull.month.provider.name,
        "class": pull.class_,
        "region": pull.month.region.name,
        "eu": pull.month.region.eu,
        "currency": pull.month.currency,
        "keep": number(pull.keep),
        "use": number(pull.use),
        "use_to_keep": _number(pull.use / pull.keep if pull.keep else None),
        "verdict": pull.verdict,
        "leave": number(leaving.total),
        "leave_retrieval": number(leaving.of("retrieval")),
        "leave_requests": number(leaving.of("read", "retrieval-request")),
        "leave_egress": number(leaving.of("egress")),
        "gravity": _number(pull.gravity),
        "gravity_without_requests": _number(pull.without_requests),
        "leave_by_law": None if by_law is None else number(by_law.total),
        "gravity_by_law": _number(pull.gravity_by_law),
        "speeds": {each.class_: each.speed for each in pull.removed if each.speed},
        "limit": str(pull.limit) if pull.limit else None,
        "months_to_leave": pull.limit.months if pull.limit else 1,
        "missing": pull.missing,
        "verified": not pull.doubts,
        "doubts": pull.doubts,
    }
    if explain:
        made["lines"] = [
            {"for": name, **line(each, own)}
            for name, own in _bills(pull, day)
            for each in own.bill.lines
        ]
    return made


def _number(value: Decimal | None) -> float | None:
    """A ratio, which is no money, to four digits."""
    return None if value is None else float(round(value, 4))


def shown(pull: Pull) -> dict[str, str]:
    """A row for people. A star is for what nobody verified, a plus for prices that are lacking."""
    currency = pull.month.currency
    mark = ("+" if pull.missing else "") + ("*" if pull.doubts else "")
    return {
        "where": place(pull),
        "region": pull.month.region.name,
        "keep": amount(pull.keep, currency),
        "use": amount(pull.use, currency),
        "leave": amount(pull.leaving.total, currency),
        "gravity": months(pull.gravity) + mark,
        "by_law": "" if pull.by_law is None else months(pull.gravity_by_law) + mark,
        "verdict": pull.verdict,
    }


def amount(value: Decimal, currency: str) -> str:
    """Money as people compare it: without cents from a hundred on."""
    text = units.money(value, currency)
    return (
        units.money(value.to_integral_value(ROUND_HALF_UP), currency)[:-3] if value >= 100 else text
    )


def months(value: Decimal | None) -> str:
    """Months as people read them: `3.46`, and `0` for none at all."""
    if value is None:
        return "-"
    if not value:
        return "0"
    return f"{value.quantize(_MONTHS)}" if value >= _MONTHS else "<0.01"


def reasons(found: Gravity) -> list[str]:
    """Why rows have a mark, and what limits there are; those with the same reason together."""
    told: dict[str, list[str]] = {}
    for each in found.rows:
        if each.missing:
            told.setdefault(f"+ no price for {', '.join(each.missing)}", []).append(place(each))
        for doubt in each.doubts:
            told.setdefault(f"* {doubt}", []).append(place(each))
        if each.limit:
            told.setdefault(f"policy: {each.limit}", []).append(place(each))
    return [f"{', '.join(names)}: {why}" for why, names in told.items()]


def law(found: Gravity) -> str:
    """What the law changes and what it leaves open, if it is for any of the rows."""
    if not found.law or all(each.by_law is None for each in found.rows):
        return ""
    return (
        f"from {found.law.effective_from} on, egress of a switch to another provider is free for "
        "customers in the EU (Regulation (EU) 2023/2854, Article 29); whether fees for retrieval "
        "and requests go too is not settled, and they are counted (--explain says more)"
    )


def explained(found: Gravity, day: date) -> str:
    """The bills of each row with their lines, as text that ends in a newline."""
    made = [text for each in found.rows for text in _block(each, day)]
    if law(found):
        made += ["", *(fitted(f"not settled: {each}") for each in NOT_SETTLED)]
    return "".join(f"{text}\n" for text in made)


def _block(pull: Pull, day: date) -> Iterator[str]:
    yield ""
    yield paint(f"{place(pull)}, {pull.month.region.name}", "bold")
    for name, own in _bills(pull, day):
        yield f"  {name}: {units.money(own.bill.total, own.bill.currency)}"
        for each in own.bill.lines:
            yield fitted(f"    {charge(each, own.bill.currency)}", indent=_INDENT)
            yield fitted(f"      {origin(each, own)}", indent=_INDENT + "  ")
    for each_speed in pull.removed:
        if each_speed.speed:
            yield f"  {each_speed.class_} is restored at the speed {each_speed.speed}"


def _bills(pull: Pull, day: date) -> Sequence[tuple[str, Row]]:
    named: list[tuple[str, Bill | None]] = [
        ("a month", pull.month),
        ("leaving", pull.leaving),
        ("leaving by law", pull.by_law),
    ]
    terms = Terms(day)
    return [(name, row(pull.class_, made, terms)) for name, made in named if made is not None]
