"""Two catalogs, or one on two days, compared: which prices and rules are not the same."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from opskit.storage.catalog.listing import LAW, about, in_force, price, star, what
from opskit.storage.catalog.load import Catalog
from opskit.storage.catalog.model import Fact


class _Key(NamedTuple):
    provider: str
    item: str
    class_: str
    region: str
    variant: str
    tier: str


@dataclass(frozen=True, slots=True)
class Change:
    """What holds on one side and on the other; None where there is no such fact."""

    provider: str
    old: Fact | None
    new: Fact | None
    on: date

    @property
    def kind(self) -> str:
        """`added`, `removed`, `value` or `status`."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "removed"
        return "value" if _value(self.old) != _value(self.new) else "status"

    @property
    def percent(self) -> Decimal | None:
        """By how much the value rose; None where that cannot be said in percent."""
        old, new = self.old, self.new
        if old is None or new is None or old.unit != new.unit or not old.value:
            return None
        return ((new.value - old.value) / old.value * 100).quantize(Decimal("0.1"))


def between(catalog: Catalog, first: date, second: date) -> tuple[list[Change], int]:
    """What changes from one day to another, and how many facts are only known since then.

    A fact without one before it has changed something where it was announced: where it was read
    before it holds. Else nobody knows what held before.
    """
    held = _held(catalog, first)
    before = {key[:-1] for key in held}
    found: list[Change] = []
    known = 0
    for change, key in _changes(held, _held(catalog, second), second):
        new = change.new
        if new and key[:-1] not in before and new.read_on >= new.effective_from:
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
        for change, _ in _changes(_held(old, each), _held(new, each), each):
            found.setdefault((change.provider, change.old, change.new), change)
    return list(found.values())


def _facts(catalog: Catalog) -> Iterator[tuple[str, Fact]]:
    for name, provider in catalog.providers.items():
        yield from ((name, fact) for fact in provider.facts)
    yield from ((LAW, fact) for fact in catalog.law.facts)


def _held(catalog: Catalog, day: date) -> dict[_Key, Fact]:
    held: dict[_Key, Fact] = {}
    sources: list[tuple[str, Iterable[Fact]]] = [
        (name, provider.facts) for name, provider in catalog.providers.items()
    ]
    for name, facts in (*sources, (LAW, catalog.law.facts)):
        for fact in in_force(facts, day):
            held[_Key(name, *about(fact), fact.tier)] = fact
    return held


def _changes(
    old: Mapping[_Key, Fact], new: Mapping[_Key, Fact], on: date
) -> Iterator[tuple[Change, _Key]]:
    for key in dict.fromkeys((*old, *new)):
        before, after = old.get(key), new.get(key)
        if before is None or after is None or _told(before) != _told(after):
            yield Change(key.provider, before, after, on), key


def _value(fact: Fact) -> tuple[Decimal, str]:
    return fact.value, fact.unit


def _told(fact: Fact) -> tuple[object, ...]:
    return (*_value(fact), fact.status)


def rows(changes: Iterable[Change]) -> Iterator[dict[str, object]]:
    """All that is known of each change."""
    for each in changes:
        fact = each.new or each.old
        assert fact
        yield {
            "provider": each.provider,
            "change": each.kind,
            "item": fact.item,
            "class": fact.class_,
            "region": fact.region,
            "variant": fact.variant,
            "tier": fact.tier,
            "old": f"{each.old.value:f}" if each.old else None,
            "old_unit": each.old.unit if each.old else None,
            "old_status": each.old.status if each.old else None,
            "new": f"{each.new.value:f}" if each.new else None,
            "new_unit": each.new.unit if each.new else None,
            "new_status": each.new.status if each.new else None,
            "percent": each.percent,
            "effective_from": each.new.effective_from if each.new else None,
            "source": each.new.source if each.new else None,
            "what": what(fact),
            "from_to": _from_to(each),
        }


def _from_to(change: Change) -> str:
    """The change as people read it: `6 -> 6.95 USD/TB-month (+15.8 %)`."""
    old, new = change.old, change.new
    if old is None or new is None:
        fact = new or old
        assert fact
        return f"{price(fact)} ({change.kind})"
    if change.kind == "status":
        return f"{price(new)} ({old.status} -> {new.status})"
    before = f"{old.value:,f}{'' if old.unit == new.unit else f' {old.unit}'}{star(old)}"
    rise = "" if change.percent is None else f" ({change.percent:+} %)"
    return f"{before} -> {price(new)}{rise}"
