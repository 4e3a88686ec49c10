"""Two catalogs, or one on two days, compared: which prices and rules are not the same."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from opskit.storage.catalog.listing import (
    LAW,
    UNITS,
    about,
    in_force,
    price,
    star,
    what,
    with_units,
)
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact


class _Key(NamedTuple):
    provider: str
    item: str
    class_: str
    region: str
    variant: str


#: The facts of one thing that hold together, by tier: one, where there are no tiers.
_Held = dict[_Key, tuple[Fact, ...]]


@dataclass(frozen=True, slots=True)
class Change:
    """What holds on one side and on the other: nothing, a fact, or tiers with other bounds."""

    provider: str
    old: tuple[Fact, ...]
    new: tuple[Fact, ...]
    on: date

    @property
    def kind(self) -> str:
        """`added`, `removed`, `tiers`, `value` or `status`."""
        if not self.old:
            return "added"
        if not self.new:
            return "removed"
        if _bounds(self.old) != _bounds(self.new):
            return "tiers"
        return "value" if _value(self.old[0]) != _value(self.new[0]) else "status"

    @property
    def percent(self) -> Decimal | None:
        """By how much the value rose; None where that cannot be said in percent."""
        if self.kind not in ("value", "status"):
            return None
        old, new = self.old[0], self.new[0]
        if old.unit != new.unit or not old.value:
            return None
        return ((new.value - old.value) / old.value * 100).quantize(Decimal("0.1"))


def between(catalog: Catalog, first: date, second: date) -> tuple[list[Change], int]:
    """What changes from one day to another, and how many facts are only known since then.

    A fact without one before it has changed something where it was announced: where it was read
    before it holds. Else nobody knows what held before.
    """
    found: list[Change] = []
    known = 0
    for change in _changes(_held(catalog, first), _held(catalog, second), second):
        if change.new and change.new[0].item == UNITS:
            continue  # one and the same on all days
        if not change.old and change.new[0].read_on >= change.new[0].effective_from:
            known += 1
        else:
            found.append(change)
    return found, known


def compare(old: Catalog, new: Catalog, day: date) -> list[Change]:
    """What two catalogs do not agree on: on a day, and what is known to change after it."""
    later = {fact.effective_from for each in (old, new) for _, fact in _facts(each)}
    days = [day, *sorted(each for each in later if each > day)]
    found: dict[object, Change] = {}
    for each in days:
        for change in _changes(_held(old, each), _held(new, each), each):
            found.setdefault((change.provider, change.old, change.new), change)
    return list(found.values())


def _facts(catalog: Catalog) -> Iterator[tuple[str, Fact]]:
    for name, provider in catalog.providers.items():
        yield from ((name, fact) for fact in with_units(provider))
    yield from ((LAW, fact) for fact in catalog.law.facts)


def _held(catalog: Catalog, day: date) -> _Held:
    held: dict[_Key, list[Fact]] = {}
    sources: list[tuple[str, Iterable[Fact]]] = [
        (name, with_units(provider)) for name, provider in catalog.providers.items()
    ]
    for name, facts in (*sources, (LAW, catalog.law.facts)):
        for fact in in_force(facts, day):
            held.setdefault(_Key(name, *about(fact)), []).append(fact)
    return {key: tuple(sorted(facts, key=_lower)) for key, facts in held.items()}


def _lower(fact: Fact) -> int:
    return fact.bounds[0]


def _bounds(facts: Iterable[Fact]) -> list[tuple[int, int | None]]:
    return [each.bounds for each in facts]


def _changes(old: _Held, new: _Held, on: date) -> Iterator[Change]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key, ()), new.get(key, ())
        if not before or not after:
            for fact in (*before, *after):
                own = (fact,)
                yield Change(key.provider, own if before else (), own if after else (), on)
        elif _bounds(before) != _bounds(after):
            yield Change(key.provider, before, after, on)
        else:
            for one, other in zip(before, after, strict=True):
                if _told(one) != _told(other):
                    yield Change(key.provider, (one,), (other,), on)


def _value(fact: Fact) -> tuple[Decimal, str]:
    return fact.value, fact.unit


def _told(fact: Fact) -> tuple[object, ...]:
    return (*_value(fact), fact.status)


def rows(changes: Iterable[Change]) -> Iterator[dict[str, object]]:
    """All that is known of each change; of tiers with other bounds, `old` and `new` list them."""
    for each in changes:
        fact = (each.new or each.old)[0]
        tiers = each.kind == "tiers"
        since = max((fact.effective_from for fact in each.new), default=None)
        newest = next((fact for fact in each.new if fact.effective_from == since), None)
        yield {
            "provider": each.provider,
            "change": each.kind,
            "item": fact.item,
            "class": fact.class_,
            "region": fact.region,
            "variant": fact.variant,
            "tier": "" if tiers else fact.tier,
            "old": _values(each.old) or None,
            "old_unit": each.old[0].unit if each.old else None,
            "old_status": _worst(each.old),
            "new": _values(each.new) or None,
            "new_unit": each.new[0].unit if each.new else None,
            "new_status": _worst(each.new),
            "percent": each.percent,
            "effective_from": since,
            "source": newest.source if newest else None,
            "what": what(fact),
            "from_to": _from_to(each),
        }


def _values(facts: Sequence[Fact]) -> str:
    """The value; of several tiers each with its bounds: `0.12 (0-1024), 0.08 (1024-)`."""
    if len(facts) == 1:
        return f"{facts[0].value:f}"
    return ", ".join(f"{each.value:f} ({each.tier})" for each in facts)


def _worst(facts: Sequence[Fact]) -> str | None:
    found = {each.status for each in facts}
    return next((each for each in ("conflict", "unverified", "verified") if each in found), None)


def _from_to(change: Change) -> str:
    """The change as people read it: `6 -> 6.95 USD/TB-month (+15.8 %)`."""
    if change.kind in ("added", "removed"):
        return f"{price((change.new or change.old)[0])} ({change.kind})"
    old, new = change.old[0], change.new[0]
    if change.kind == "tiers":
        unit = "" if old.unit == new.unit else f" {old.unit}"
        return f"{_tiers(change.old)}{unit} -> {_tiers(change.new)} {new.unit} (tiers)"
    if change.kind == "status":
        return f"{price(new)} ({old.status} -> {new.status})"
    before = f"{old.value:,f}{'' if old.unit == new.unit else f' {old.unit}'}{star(old)}"
    rise = "" if change.percent is None else f" ({change.percent:+} %)"
    return f"{before} -> {price(new)}{rise}"


def _tiers(facts: Sequence[Fact]) -> str:
    """The tiers of a rate: `0.12* to 10,240, 0.08* above`."""
    parts = []
    for each in facts:
        first, last = each.bounds
        where = f" to {last:,}" if last is not None else " above" if first else ""
        parts.append(f"{each.value:,f}{star(each)}{where}")
    return ", ".join(parts)
