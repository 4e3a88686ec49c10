"""Readings beside the facts in force: what to write, and what cannot be believed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from opskit.errors import UnknownError
from opskit.storage.catalog.listing import Thing, about, in_force
from opskit.storage.catalog.model import Fact, Provider
from opskit.storage.refresh.feeds import broken
from opskit.storage.refresh.provided import Provided
from opskit.storage.refresh.readings import Read, Reading, plain, told

#: `value` is another price, `new` a price of a thing that had none, `read` the same price, read
#: again, `verified` one that could not be verified before; `gone` is no longer in the feed, and
#: on `doubt` two feeds do not agree. The last two change nothing.
Kind = Literal["value", "new", "verified", "read", "gone", "doubt"]
_COUNTS = {"1k": 1000, "10k": 10_000, "1M": 1_000_000, "GB": 1}
#: Of the known prices of a feed, less than this part in it means that it was cut off or changed.
_LEAST = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a feed says of a fact: `old` is in the catalog, `new` is to be."""

    kind: Kind
    provider: str
    feed: str
    old: Fact | None
    new: Fact | None

    @property
    def fact(self) -> Fact:
        found = self.new or self.old
        assert found
        return found

    @property
    def percent(self) -> Decimal | None:
        """By how much the price rose; None where that cannot be said."""
        old, new = self.old, self.new
        if old is None or new is None or old.unit != new.unit or not old.value:
            return None
        return ((new.value - old.value) / old.value * 100).quantize(Decimal("0.1"))


@dataclass(slots=True)
class Comparison:
    """All outcomes of a provider; with errors nothing of them may be written."""

    outcomes: list[Outcome] = field(default_factory=list)
    errors: list[UnknownError] = field(default_factory=list)


def compare(
    provider: Provider, provided: Provided, read_on: date, max_change: Decimal
) -> Comparison:
    """Each thing that was read against the facts in force on the day. `max_change` is percent."""
    judge = _Judge(provider, read_on, max_change)
    found = judge.found
    readings = list(_merged(judge, provided.reads))
    for thing, tiers in readings:
        try:
            found.outcomes += judge.outcomes(thing, tiers)
        except UnknownError as error:
            found.errors.append(error)
    doubted = {each.thing for each in provided.doubts}
    for doubt in provided.doubts:
        old = next((f for f in judge.held.get(doubt.thing, ()) if f.tier == doubt.reading.tier), None)
        new = judge.made(doubt.reading, None, read_on)
        title = f"{doubt.reading.feed.title} against {doubt.other.feed.title}"
        found.outcomes.append(Outcome("doubt", provider.name, title, old, new))
    there = {thing for read in provided.reads for thing, _ in read.readings} | doubted
    there |= {thing for thing, _ in readings}
    for read in provided.reads:
        _whole(judge, read, there)
    for read in provided.reads:
        for thing in sorted(read.covers - there):
            held = judge.held.pop(thing, ())
            found.outcomes += (
                Outcome("gone", provider.name, read.feed.title, each, None) for each in held
            )
    return found


def _whole(judge: "_Judge", read: Read, there: set[Thing]) -> None:
    """Note a feed that lacks most of the prices that it is known to have."""
    known = [thing for thing in read.covers if thing in judge.held]
    having = sum(thing in there for thing in known)
    if having < len(known) * _LEAST:
        what = f"has only {having} of the {len(known)} prices that are known from it"
        judge.found.errors.append(broken(read.feed, what))


def _merged(
    judge: "_Judge", reads: Iterable[Read]
) -> Iterator[tuple[Thing, Sequence[Reading]]]:
    """The readings by thing. Those that agree in all regions are one, where the fact is one."""
    things: dict[Thing, dict[str, Reading]] = {}
    for read in reads:
        for (thing, tier), reading in read.readings.items():
            things.setdefault(thing, {}).setdefault(tier, reading)
    regions = [each.name for each in judge.provider.regions]
    done: set[Thing] = set()
    for thing, tiers in things.items():
        everywhere = thing._replace(region="*")
        same = [things.get(thing._replace(region=each)) for each in regions]
        if thing.region == "*" or everywhere not in judge.held or any(
            thing._replace(region=each) in judge.held for each in regions
        ):
            yield thing, _in_order(tiers)
        elif None not in same and len({_values(each) for each in same if each}) == 1:
            if everywhere not in done:
                done.add(everywhere)
                yield everywhere, [
                    Reading(everywhere, r.tier, r.value, r.unit, r.feed, r.effective_from,
                            r.published)
                    for r in _in_order(tiers)
                ]  # fmt: skip
        else:
            yield thing, _in_order(tiers)


def _in_order(tiers: dict[str, Reading]) -> list[Reading]:
    return sorted(tiers.values(), key=lambda each: each.bounds[0])


def _values(tiers: dict[str, Reading]) -> tuple[tuple[str, Decimal], ...]:
    return tuple((each.tier, each.value) for each in _in_order(tiers))


class _Judge:
    """The facts in force of a provider, and what may follow them."""

    def __init__(self, provider: Provider, read_on: date, max_change: Decimal) -> None:
        self.provider = provider
        self.found = Comparison()
        self.held: dict[Thing, list[Fact]] = {}
        self._read_on = read_on
        self._max = max_change
        for fact in in_force(provider.facts, read_on):
            self.held.setdefault(about(fact), []).append(fact)

    def outcomes(self, thing: Thing, tiers: Sequence[Reading]) -> Iterator[Outcome]:
        """What is to be done for one thing."""
        if thing.class_ != "*" and not self.provider.storage_class(thing.class_):
            return
        held = self.held.get(thing)
        everywhere = self.held.get(thing._replace(region="*"))
        if held:
            yield from self._known(held, tiers)
        elif everywhere:
            if not self._agree(everywhere, tiers):
                yield from self._instead(everywhere, tiers, "new")
        else:
            for reading in tiers:
                fact = self.made(reading, None, reading.effective_from or self._read_on)
                yield self._outcome("new", reading, None, fact)

    def _known(self, held: Sequence[Fact], tiers: Sequence[Reading]) -> Iterator[Outcome]:
        by_tier = {_bounds(each): each for each in held}
        if set(by_tier) != {each.bounds for each in tiers}:
            yield from self._instead(held, tiers, "value")
            return
        for reading in tiers:
            fact = by_tier[reading.bounds]
            if self._value(reading, fact) == fact.value:
                yield from self._again(reading, fact)
            else:
                yield self._changed(reading, fact, "value")

    def _agree(self, held: Sequence[Fact], tiers: Sequence[Reading]) -> bool:
        by_tier = {_bounds(each): each for each in held}
        return set(by_tier) == {each.bounds for each in tiers} and all(
            self._value(each, by_tier[each.bounds]) == by_tier[each.bounds].value for each in tiers
        )

    def _instead(
        self, held: Sequence[Fact], tiers: Sequence[Reading], kind: Kind
    ) -> Iterator[Outcome]:
        """All tiers anew: they have other bounds, or are of one region where one was for all."""
        for reading in tiers:
            first = reading.bounds[0]
            old = next(
                (f for f in held if first >= _bounds(f)[0] and not _ends(f, first)), held[-1]
            )
            yield self._changed(reading, old, kind)

    def _again(self, reading: Reading, fact: Fact) -> Iterator[Outcome]:
        """The same price: read on a later day, or verified."""
        later = self._read_on > fact.read_on
        doubtful = fact.status == "unverified" and self._read_on >= fact.read_on
        if not later and not doubtful:
            return
        made = replace(
            fact, read_on=max(self._read_on, fact.read_on), source=reading.feed.source,
            method="feed",
        )  # fmt: skip
        if fact.status == "unverified":
            note = f"unverified until {self._read_on}: {fact.note}" if fact.note else ""
            yield self._outcome(
                "verified", reading, fact, replace(made, status="verified", note=note)
            )
        else:
            yield self._outcome("read", reading, fact, made)

    def _changed(self, reading: Reading, fact: Fact, kind: Kind) -> Outcome:
        """Another price, from a day on; UnknownError where it cannot be believed."""
        value = self._value(reading, fact)
        self._believe(reading, fact, value)
        return self._outcome(kind, reading, fact, self.made(reading, fact, self._since(reading, fact)))

    def _believe(self, reading: Reading, fact: Fact, value: Decimal) -> None:
        what = f"{told(reading.thing)}{f', {reading.tier}' if reading.tier else ''}"
        change = f"{plain(fact.value)} -> {plain(value)} {fact.unit}"
        if fact.status == "verified":
            published = reading.published
            if published and published < fact.read_on:
                raise broken(
                    reading.feed,
                    f"was published on {published}, before {what} was read ({fact.read_on}), "
                    f"and says otherwise: {change}",
                    "an old copy of the feed may have come; else correct the fact by hand",
                )
            if self._read_on < fact.read_on:
                raise broken(
                    reading.feed,
                    f"was read on {self._read_on}, before {what} was read ({fact.read_on}), "
                    f"and says otherwise: {change}",
                    "take a newer recording",
                )
        if not value and fact.value:
            raise broken(
                reading.feed,
                f"has a price of 0 for {what}, where {plain(fact.value)} {fact.unit} was paid",
                "look at the provider's page; what is free is written by hand",
            )
        rise = abs(value - fact.value) / fact.value * 100 if fact.value else Decimal(100)
        if rise > self._max:
            raise broken(
                reading.feed,
                f"changes {what} by more than {plain(self._max)} %: {change}",
                f"if that is so: --max-change {plain(rise.to_integral_value() + 1)}%",
            )

    def _since(self, reading: Reading, fact: Fact) -> date:
        """The first day that the price is known to hold, after the last with the old one."""
        known = fact.status == "verified"
        for day in (reading.effective_from, reading.published, self._read_on):
            if day is None or day > self._read_on or day <= fact.effective_from:
                continue
            if not known or day > fact.read_on:
                return day
        if self._read_on > fact.effective_from:
            return self._read_on
        raise broken(
            reading.feed,
            f"changes {told(reading.thing)} again on {self._read_on}, "
            f"from when {plain(fact.value)} {fact.unit} holds",
            "try again tomorrow",
        )

    def _value(self, reading: Reading, fact: Fact) -> Decimal:
        """The value of a reading in the unit of a fact."""
        if reading.unit == fact.unit:
            return reading.value
        factor = _factor(reading.unit, fact.unit, self.provider.units.tb)
        if factor is None or (factor != 1 and reading.tier and "TB" in fact.unit):
            raise broken(
                reading.feed,
                f"says {reading.unit} of {told(reading.thing)}, where the catalog has {fact.unit}",
                "correct the unit of the fact",
            )
        return reading.value * factor

    def made(self, reading: Reading, old: Fact | None, since: date) -> Fact:
        """The fact that a reading is, in the unit of an older one."""
        value = self._value(reading, old) if old else reading.value
        return Fact(
            item=reading.thing.item,  # type: ignore[arg-type]  # a Thing's item is an Item
            class_=reading.thing.class_,
            region=reading.thing.region,
            variant=reading.thing.variant,
            tier=reading.tier,
            value=Decimal(plain(value)),
            unit=old.unit if old else reading.unit,
            effective_from=min(since, self._read_on),
            read_on=self._read_on,
            source=reading.feed.source,
            method="feed",
            status="verified",
        )

    def _outcome(self, kind: Kind, reading: Reading, old: Fact | None, new: Fact) -> Outcome:
        return Outcome(kind, self.provider.name, reading.feed.title, old, new)


def _bounds(fact: Fact) -> tuple[int, int | None]:
    return fact.bounds


def _ends(fact: Fact, amount: int) -> bool:
    last = fact.bounds[1]
    return last is not None and last <= amount


def _factor(unit: str, other: str, tb: int) -> Decimal | None:
    """By what a value in one unit is multiplied to be one in another; None for other things."""
    sizes = {**_COUNTS, "TB": tb}
    money, _, per = unit.partition("/")
    other_money, _, other_per = other.partition("/")
    if not per and not other_per:  # amounts: 10240 GB are 10 TB
        one, two = sizes.get(money), sizes.get(other_money)
        return Decimal(one) / two if one and two and {money, other_money} <= {"GB", "TB"} else None
    month, other_month = per.endswith("-month"), other_per.endswith("-month")
    one = sizes.get(per.removesuffix("-month"))
    two = sizes.get(other_per.removesuffix("-month"))
    amounts = {"GB", "TB"}
    kinds = {each.removesuffix("-month") in amounts for each in (per, other_per)}
    if money != other_money or month != other_month or not one or not two or len(kinds) != 1:
        return None
    return Decimal(two) / one
