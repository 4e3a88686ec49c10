"""Gravity as rows of plain values, for programs and for people, and line by line."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from opskit.output import fitted
from opskit.output.console import paint
from opskit.storage import units
from opskit.storage.bill.lines import Bill
from opskit.storage.estimate_rows import line
from opskit.storage.estimate_text import bill_lines, sources
from opskit.storage.gravity import Gravity, Pull
from opskit.storage.money import number
from opskit.storage.reasons import together
from opskit.storage.switching import NOT_SETTLED

SCHEMA = "opskit.storage.gravity/1"
_MONTHS = Decimal("0.01")


def place(found: Gravity, pull: Pull) -> str:
    """A row's provider and class, and its region where the provider has rows in several."""
    own = pull.month.provider.name
    regions_ = {each.month.region.name for each in found.rows if each.month.provider.name == own}
    name = _plain(pull)
    return f"{name}, {pull.month.region.name}" if len(regions_) > 1 else name


def _plain(pull: Pull) -> str:
    return f"{pull.month.provider.name} {pull.class_}"


def regions(found: Gravity) -> str:
    """The regions that nobody named and that are not their providers' first; nothing else."""
    names = {
        (each.month.provider.name, each.month.region.name): None
        for each in found.rows
        if each.month.region.name not in (found.region, each.month.provider.regions[0].name)
    }
    providers = {each.month.provider.name for each in found.rows}
    if not names and not found.region and len(providers) == 1:
        return " ".join((*providers, found.rows[0].month.region.name))
    told = ", ".join(f"{name} {region}" for name, region in sorted(names))
    others = providers - {name for name, _ in names}
    return f"{told}; of others the first" if names and others and not found.region else told


def fields(pull: Pull, day: date, *, explain: bool = False) -> dict[str, Any]:
    """A row for programs: money as numbers to the cent, months as texts with two more digits."""
    leaving, by_law = pull.leaving, pull.by_law
    keep, leave, band = pull.keep_band(day), leaving.band(day), pull.band(day)
    made: dict[str, Any] = {
        "rank": pull.rank,
        "provider": pull.month.provider.name,
        "class": pull.class_,
        "region": pull.month.region.name,
        "eu": pull.month.region.eu,
        "currency": pull.month.currency,
        "keep": number(pull.keep),
        "keep_low": number(keep[0]),
        "keep_high": number(keep[1]),
        "use": None if pull.use is None else number(pull.use),
        "use_to_keep": _number(None if pull.use is None or not pull.keep else pull.use / pull.keep),
        "verdict": pull.verdict,
        "leave": number(leaving.total),
        "leave_low": number(leave[0]),
        "leave_high": number(leave[1]),
        "leave_retrieval": number(leaving.of("retrieval")),
        "leave_requests": number(leaving.of("read", "retrieval-request")),
        "leave_egress": number(leaving.of("egress")),
        "gravity": _number(pull.gravity),
        "gravity_low": _number(band[0] if band else pull.gravity),
        "gravity_high": _number(band[1] if band else pull.gravity),
        "gravity_without_requests": _number(pull.without_requests),
        "leave_by_law": None if by_law is None else number(by_law.total),
        "gravity_by_law": _number(pull.gravity_by_law),
        "speeds": {each.class_: each.speed for each in pull.removed if each.speed},
        "use_speeds": dict(pull.speeds),
        "limit": str(pull.limit) if pull.limit else None,
        "months_to_leave": pull.limit.months if pull.limit else 1,
        "missing": pull.missing,
        "breaches": pull.month.breaches,
        "verified": not pull.doubts,
        "doubts": pull.doubts,
    }
    if explain:
        made["lines"] = [
            {"for": name, **line(each, bill.provider)}
            for name, bill in _bills(pull)
            for each in bill.lines
        ]
    return made


def _number(value: Decimal | None) -> float | None:
    """A ratio, which is no money, to four digits."""
    return None if value is None else float(round(value, 4))


def shown(found: Gravity, pull: Pull) -> dict[str, str]:
    """A row for people. A star is for what nobody verified, a plus for prices that are lacking."""
    currency = pull.month.currency
    mark = ("+" if pull.missing else "") + ("*" if pull.doubts else "")
    return {
        "where": place(found, pull),
        "region": pull.month.region.name,
        "keep": amount(pull.keep, currency) if pull.kept else "-",
        "use": "-" if pull.use is None else amount(pull.use, currency),
        "leave": amount(pull.leaving.total, currency),
        "gravity": months(pull.gravity) + mark,
        "band": shown_band(pull, found.day),
        "by_law": "" if pull.by_law is None else months(pull.gravity_by_law) + mark,
        "verdict": pull.verdict,
    }


def shown_band(pull: Pull, day: date) -> str:
    """The band of gravity; nothing where its ends look the same."""
    ends = [months(each) for each in pull.band(day) or ()]
    return " - ".join(ends) if len(set(ends)) > 1 else ""


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
    names = [(each.month.provider.name, each.class_) for each in found.rows]
    told = []
    for name, each in zip(names, found.rows, strict=True):
        if each.missing:
            told.append((name, f"+ no price: {', '.join(each.missing)}"))
        told += [(name, f"* {doubt}") for doubt in each.doubts]
        told += [(name, f"policy breach: {breach}") for breach in each.month.breaches]
        if each.limit:
            told.append((name, f"policy: {each.limit}"))
    return together(names, told)


def law(found: Gravity) -> Sequence[str]:
    """What the law changes and what it leaves open, in lines, if it is for any of the rows."""
    if not found.law or all(each.by_law is None for each in found.rows):
        return ()
    day = found.law.effective_from
    return (
        f"{day.year}: from {day} on, egress of a switch to another provider is free",
        "  for customers in the EU (Regulation (EU) 2023/2854, Article 29);",
        "  whether fees for retrieval and requests go too is not settled, and they",
        "  are counted (--explain says more)",
    )


def explained(found: Gravity, day: date) -> str:
    """The bills of each row with their lines, as text that ends in a newline."""
    made = [text for each in found.rows for text in _block(each, day)]
    made += sources(bill for each in found.rows for bill in (each.month, each.leaving))
    if law(found):
        made += ["", *(fitted(f"not settled: {each}") for each in NOT_SETTLED)]
    return "".join(f"{text}\n" for text in made)


def _block(pull: Pull, day: date) -> Iterator[str]:
    yield ""
    yield paint(f"{_plain(pull)}, {pull.month.region.name}", "bold")
    for name, bill in _bills(pull):
        yield f"  {name}: {units.money(bill.total, bill.currency)}"
        yield from bill_lines(bill, "    ")
    for each_speed in pull.removed:
        if each_speed.speed:
            yield f"  to leave, {each_speed.class_} is restored at the speed {each_speed.speed}"
    for name, speed in pull.speeds.items():
        yield f"  in a usual month, {name} is restored at the speed {speed}"


def _bills(pull: Pull) -> list[tuple[str, Bill]]:
    named: list[tuple[str, Bill | None]] = [
        ("a month", pull.month),
        ("leaving", pull.leaving),
        ("leaving by law", pull.by_law),
    ]
    return [(name, made) for name, made in named if made is not None]
