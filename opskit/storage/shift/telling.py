"""A move as people read it: what it is, what it costs once and a month, and when it pays back."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction

from opskit.output import fitted
from opskit.output.console import paint
from opskit.output.text import count
from opskit.storage import units
from opskit.storage.catalog.model import Fact
from opskit.storage.shift.answer import ONCE_ALL, Shift
from opskit.storage.shift.terms import Terms
from opskit.storage.shift.timing import DAYS

TITLES = {
    "retrieval": "retrieval",
    "restored-copies": "restored copies",
    "requests": "requests at the source",
    "egress": "egress",
    "nat": "NAT",
    "device": "devices",
    "puts": "requests at the target",
    "early-deletion": "early deletion",
    "kept-twice": "kept twice",
}
_GAP, _BAND = 14, 26
_YEAR = 365


def sentences(found: Shift) -> str:
    """The answer as text that ends in a newline."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Shift) -> Iterator[str]:
    before, after = found.monthly
    star = "*" if found.doubts else ""
    marks = ["*" if each.doubts else "" for each in (found.before, found.after)]
    bands = {name: _band(found, name) for name in found.bands}
    yield paint(route(found), "bold")
    yield fitted(what(found), indent="")
    yield ""
    head = f"{'':<24}{'once':>{_GAP}}{'a month':>{_GAP}}"
    yield f"{head}{'band':>{_BAND}}" if any(bands.values()) else head
    for name in ONCE_ALL:
        if name == "egress" and found.leaving_breaches:
            yield f"{TITLES[name]:<24}{'policy breach':>{_GAP}}"
        elif found.once[name]:
            yield f"{TITLES[name]:<24}{_money(found, found.once[name]):>{_GAP}}"
    yield f"{'the move':<24}{_money(found, found.one_time) + star:>{_GAP}}{bands['one_time']}"
    yield f"{'before':<24}{'':>{_GAP}}{_money(found, before) + marks[0]:>{_GAP}}{bands['before']}"
    yield f"{'after':<24}{'':>{_GAP}}{_money(found, after) + marks[1]:>{_GAP}}{bands['after']}"
    yield f"{'saved':<24}{'':>{_GAP}}{_money(found, before - after) + star:>{_GAP}}{bands['saved']}"
    yield ""
    yield fitted(verdict(found), indent="")
    for text in found.breaches:
        yield fitted(f"policy breach: {text}")
    if found.limit:
        more = f"; {found.advice} stays within it" if found.advice else ""
        yield fitted(f"limit: {found.terms.source.provider.name}: {found.limit}{more}")


def _band(found: Shift, name: str) -> str:
    """The band of a sum at the right of it; nothing where all its prices are fresh."""
    low, high = found.bands[name]
    if units.cents(low) == units.cents(high):
        return ""
    text = f"{_money(found, low)} - {_money(found, high)}"
    return f"{'' if name != 'one_time' else ' ' * _GAP}  {text:>{_BAND - 2}}"


def route(found: Shift) -> str:
    """Where from and where to, with all classes."""
    ends = ((found.terms.source, found.profile), (found.terms.target, found.arrived))
    names = []
    for end, profile in ends:
        classes = "+".join(dict.fromkeys(each.class_ for each in profile.stored))
        names.append(f"{end.provider.name}/{classes}@{end.region.name}")
    return " -> ".join(names)


def what(found: Shift) -> str:
    """What moves and how long it takes."""
    size = sum(each.bytes for each in found.moved)
    objects = sum(each.objects for each in found.moved)
    number = f"{units.shown_count(objects)} objects" if objects else "objects of unknown number"
    terms = found.terms
    start = f"{units.shown_size(size)} in {number}, from {terms.on}"
    if terms.same_provider and not terms.timed:
        charged = "requests and traffic between regions" if terms.way else "requests only"
        return f"{start}: {charged}; {terms.source.provider.title} copies at a rate of its own"
    return f"{start}, {_pace(terms, size)}: {duration(found.course.length)}"


def _pace(terms: Terms, size: int) -> str:
    if terms.device:
        number = terms.device.number(size)
        return f"on {number} device{'s' if number != 1 else ''}"
    if terms.link:
        bits = units.shown_size(terms.link.bits).replace("B", "bit/s")
        return f"at {terms.link.use * 100:f}".rstrip("0").rstrip(".") + f" % of {bits}"
    return f"at {terms.objects_per_second:,} objects a second"


def duration(length: Fraction) -> str:
    """A length of months as people read it: `14.2 days (1 month)`, `3.5 hours`."""
    hours = length * DAYS * 24
    if hours < 48:
        return "less than an hour" if hours < 1 else f"{float(hours):.1f} hours"
    days = f"{float(length * DAYS):.1f} days"
    return f"{days} ({float(length):.1f} months)" if length >= 1 else days


def verdict(found: Shift) -> str:
    """When it pays back, in a sentence."""
    before, after = found.monthly
    horizon = found.terms.horizon
    month = found.break_even
    if month is None:
        why = (
            "a month costs more after the move than before"
            if after > before
            else "a month costs as much after the move as before"
        )
        return f"break-even: never; {why}"
    end = found.saved(horizon)
    word = "saved" if end >= 0 else "lost"
    sum_ = f"{_money(found, abs(end))} {word} after {horizon} months"
    late = f", which is beyond {horizon} months" if month > horizon else ""
    return f"break-even: month {month}{late}; {sum_}"


def _money(found: Shift, amount: Decimal) -> str:
    return units.money(amount, found.terms.source.provider.currency)


def _kept(found: Shift) -> Iterator[str]:
    """How long what has moved stays at the source, and what hangs on it."""
    terms = found.terms
    more = f", {count(terms.dual_months, 'month')} later" if terms.dual_months else ""
    prices = terms.source.prices(terms.day)
    rules = [prices.rule("free-egress-times"), prices.rule("egress-limit-times")]
    rule = next((each for each in rules if each), None) if terms.way == "egress" else None
    if terms.as_you_go:
        yield f"each object is deleted at the source once it has moved{more}"
        if rule and (found.once["egress"] or found.leaving_breaches):
            yield (
                f"{_may_leave(rule)}, and that falls as data is deleted: without "
                "--delete-as-you-go all of it counts"
            )
        return
    yield (
        f"the source is kept until all has moved, and is deleted then{more} (--delete-as-you-go "
        "deletes each object once it has moved)"
    )
    if rule:
        yield (
            f"{_may_leave(rule)}: for all of it to count, let the move end with the month of the "
            "bill"
        )


def _may_leave(rule: Fact) -> str:
    free = " for nothing" if rule.item == "free-egress-times" else ""
    return f"{rule.value:f} times what is stored on the average of a month may leave{free}"


def _where(found: Shift) -> Iterator[str]:
    """What follows from where the data is: the region at the target, and a law that is to come."""
    source, target = found.terms.source, found.terms.target
    if target.near:
        yield f"the data is in the EU, and so is {target}: its first region there is taken"
    elif source.region.eu and not target.region.eu:
        yield f"the data leaves the EU: {target} is not in it"
    if not found.waiting:
        return
    day, saved = found.waiting.day, found.once["egress"] - found.waiting.egress
    days, (before, after) = (day - found.terms.on).days, found.monthly
    if days > _YEAR:
        yield f"from {day} on, egress of a switch of provider in the EU is free"
    elif saved > 0:
        staying = max(before - after, Decimal(0)) * days * DAYS.denominator / DAYS.numerator
        more = f"; to stay so long costs {_money(found, staying)} more" if staying else ""
        yield (
            f"begun on {day}, {count(days, 'day')} later, its egress costs {_money(found, saved)} "
            f"less: that of a switch of provider in the EU is free then{more}"
        )


def assumed(found: Shift) -> list[str]:
    """What was taken for granted, and could be otherwise."""
    terms, notes = found.terms, [*_kept(found), *_where(found)]
    if terms.same_provider and not terms.timed:
        notes.append(
            "what hangs on the time that it takes is as for "
            f"{terms.objects_per_second:,} objects a second (--objects-per-second)"
        )
    if found.once["early-deletion"]:
        notes.append("early deletion is counted by the least ages, and may come to less")
    if found.once["restored-copies"]:
        notes.append(
            f"what is restored is kept for {count(terms.restored_days, 'day')} beside the archive "
            "(--restored-days)"
        )
    speeds = {
        f"{each.class_} is restored at the speed {each.speed}" for each in found.moved if each.speed
    }
    notes += sorted(speeds)
    if any(terms.free_by_law(each.number - 1) for each in found.months):
        day = terms.begins(
            next(e.number - 1 for e in found.months if terms.free_by_law(e.number - 1))
        )
        notes.append(
            f"from {day} on the egress is free: it is a switch of provider in the EU (Regulation "
            "(EU) 2023/2854, Article 29); whether fees for retrieval and requests go too is not "
            "settled, and they are counted"
        )
    if found.profile.upload_bytes:
        notes.append(
            f"uploads that were not completed ({units.shown_size(found.profile.upload_bytes)}) are "
            "not moved: they are paid for before, and end with the source"
        )
    if any(each.noncurrent for each in found.profile.stored):
        notes.append("former versions are moved as well: take them out of the profile if not")
    if any(each.kept is not None for each in found.profile.stored):
        notes.append("what is deleted within days is not moved, but written anew at the target")
    if not sum(each.objects for each in found.moved):
        notes.append("the number of objects is not known: requests are left out")
    return notes
