"""A move as plain values, for programs and for tables, and its bills line by line."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from opskit.output import fitted
from opskit.output.text import count
from opskit.storage import units
from opskit.storage.bill.lines import Bill
from opskit.storage.estimate_rows import line
from opskit.storage.estimate_text import bill_lines, sources
from opskit.storage.money import number
from opskit.storage.shift.answer import ONCE_ALL, Shift
from opskit.storage.shift.ends import End
from opskit.storage.shift.telling import TITLES, assumed, verdict
from opskit.storage.switching import NOT_SETTLED
from opskit.storage.units import exact

SCHEMA = "opskit.storage.shift/1"


def fields(found: Shift, *, monthly: bool = False, explain: bool = False) -> dict[str, Any]:
    """The answer for programs; amounts are numbers to the cent, in the source's currency."""
    terms = found.terms
    before, after = found.monthly
    law = terms.source.region.eu and any(
        terms.free_by_law(each.number - 1) for each in found.months
    )
    made: dict[str, Any] = {
        "from": _end(terms.source, [each.class_ for each in found.profile.stored]),
        "to": _end(terms.target, [each.class_ for each in found.arrived.stored]),
        "currency": terms.source.provider.currency,
        "as_of": terms.day,
        "on": terms.on,
        "bytes": sum(each.bytes for each in found.moved),
        "objects": sum(each.objects for each in found.moved),
        "months": _length(found),
        "delete_as_you_go": terms.as_you_go,
        "speeds": {each.class_: each.speed for each in found.moved if each.speed},
        "once": {name.replace("-", "_"): _once(found, name) for name in ONCE_ALL},
        "one_time": number(found.one_time),
        "one_time_exact": exact(found.one_time),
        "before": number(before),
        "after": number(after),
        "saved": number(before - after),
        **_bands(found),
        "break_even": found.break_even,
        "horizon": terms.horizon,
        "pays": found.pays,
        "saved_at_horizon": number(found.saved(terms.horizon)),
        "free_by_law": law,
        "not_settled": list(NOT_SETTLED) if law else [],
        "waiting": _waiting(found),
        "breaches": found.breaches,
        "advice": found.advice or None,
        "limit": str(found.limit) if found.limit else None,
        "months_to_leave": found.limit.months if found.limit else None,
        "verified": not found.doubts,
        "doubts": found.doubts,
        "assumed": assumed(found),
        "notes": [*found.profile.remarks, *filter(None, [found.stale])],
    }
    if monthly:
        made["by_month"] = months(found)
    if explain:
        made["lines"] = [*lines(found)]
    return made


def _length(found: Shift) -> float | None:
    """The months that the move takes; None where a provider copies at a rate of its own."""
    if found.terms.same_provider and not found.terms.timed:
        return None
    return round(float(found.course.length), 4)


def _waiting(found: Shift) -> dict[str, Any] | None:
    """The day from which a law frees the egress that is paid, and what waiting for it saves."""
    if not found.waiting:
        return None
    saved = found.once["egress"] - found.waiting.egress
    return {"until": found.waiting.day, "egress_saved": number(saved)}


def _bands(found: Shift) -> dict[str, float]:
    """The least and the most of the sums, as `before_low` and `before_high`."""
    return {
        f"{name}_{end}": number(value)
        for name, band in found.bands.items()
        for end, value in zip(("low", "high"), band, strict=True)
    }


def _once(found: Shift, name: str) -> float | None:
    """What is paid once; None for egress that breaks a limit, as it has no price."""
    return None if name == "egress" and found.leaving_breaches else number(found.once[name])


def _end(end: End, classes: list[str]) -> dict[str, Any]:
    names = list(dict.fromkeys(classes))
    return {"provider": end.provider.name, "region": end.region.name, "classes": names}


def table(found: Shift) -> list[dict[str, str]]:
    """The answer as rows of what, once, a month and months."""
    before, after = found.monthly
    blank = {"what": "", "once": "", "a_month": "", "months": ""}
    made = [
        {**blank, "what": TITLES[name], "once": _cents(found.once[name])}
        for name in ONCE_ALL
        if found.once[name]
    ]
    if found.leaving_breaches:
        made.append({**blank, "what": TITLES["egress"], "once": "policy breach"})
    even = "never" if found.break_even is None else str(found.break_even)
    return [
        *made,
        {**blank, "what": "the move", "once": _cents(found.one_time)},
        {**blank, "what": "before", "a_month": _cents(before)},
        {**blank, "what": "after", "a_month": _cents(after)},
        {**blank, "what": "saved", "a_month": _cents(before - after)},
        {**blank, "what": "break-even", "months": even},
    ]


def _cents(amount: Decimal) -> str:
    return f"{units.cents(amount)}"


def months(found: Shift) -> list[dict[str, Any]]:
    """What is paid by the end of each month, moving and staying, up to the horizon."""
    return [
        {name: value if name == "month" else number(value) for name, value in each.items()}
        for each in _months(found)
    ]


def months_shown(found: Shift) -> list[dict[str, str]]:
    """The same for people."""
    return [
        {
            name: f"{value if name == 'month' else units.cents(value):,}"
            for name, value in each.items()
        }
        for each in _months(found)
    ]


def _months(found: Shift) -> Iterator[dict[str, Any]]:
    before, after = found.monthly
    for month in range(1, max(found.terms.horizon, len(found.months)) + 1):
        during = found.months[month - 1] if month <= len(found.months) else None
        yield {
            "month": month,
            "usual": during.base if during else after,
            "once": sum(during.once.values(), Decimal(0)) if during else Decimal(0),
            "paid": found.paid(month),
            "staying": before * month,
            "saved": found.saved(month),
        }


def lines(found: Shift) -> Iterator[dict[str, Any]]:
    """The lines of the bills behind it, each with which bill it is in."""
    for name, bill in _bills(found):
        for each in bill.lines:
            yield {"bill": name, "provider": bill.provider.name, **line(each, bill.provider)}


def explained(found: Shift) -> str:
    """The bills behind it line by line, and what is charged beside them, as text."""
    return "".join(f"{text}\n" for text in _blocks(found))


def _blocks(found: Shift) -> Iterator[str]:
    for name, bill in _bills(found):
        yield ""
        yield f"{name}: {units.money(bill.total, bill.currency)}"
        yield from bill_lines(bill, "  ")
    yield from sources(bill for _, bill in _bills(found))
    yield ""
    for text in beside(found):
        yield fitted(text)


def _bills(found: Shift) -> list[tuple[str, Bill]]:
    """The bills of a usual month at both ends, and of the first and the last month of the move."""
    source, target = found.terms.source.provider.name, found.terms.target.provider.name
    named = [(f"a month before, {source}", found.before), (f"a month after, {target}", found.after)]
    for index in dict.fromkeys((0, len(found.months) - 1)):
        each = found.months[index]
        named.append((f"month {each.number} of the move, {source}", each.source))
        named.append((f"month {each.number} of the move, {target}", each.target))
    return named


def beside(found: Shift) -> Iterator[str]:
    """What the figures rest on that no bill shows."""
    terms = found.terms
    size = sum(each.bytes for each in found.moved)
    currency = terms.source.provider.currency
    if terms.nat and found.once["nat"]:
        yield f"NAT: {units.shown_size(size)} x {terms.nat.text} (as given by --nat)"
    if terms.device:
        one = units.money(terms.device.price, currency)
        out = f", {terms.device.out.text} for what leaves" if terms.device.out else ""
        yield f"devices: {terms.device.number(size)} x {one}{out} (as given by --device)"
    for name in ("early-deletion", "restored-copies"):
        if found.once[name]:
            why = f"{count(terms.restored_days, 'day')} in the first hot class"
            if name == "early-deletion":
                why = "the days left of the least time when an object is deleted"
            yield (
                f"{TITLES[name]}: {units.money(found.once[name], currency)}, {why}, at the rate of "
                "storage"
            )
    yield (
        "what a month of the move costs above its usual use and storage, by item, is what the move "
        "costs once"
    )
    yield verdict(found)
