"""What may follow a fact, given what a feed says now."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from msgspec.structs import replace

from opskit.storage.catalog.listing import Thing, about, in_force
from opskit.storage.catalog.model import Fact, Provider
from opskit.storage.refresh.convert import value as converted
from opskit.storage.refresh.feeds import broken
from opskit.storage.refresh.outcomes import Kind, Outcome
from opskit.storage.refresh.readings import Reading, told
from opskit.storage.units import exact


class Judge:
    """The facts of a provider that were in force on the day of reading.

    A verified fact is evidence of its day: an older feed that says otherwise is not believed.
    `max_change` is in percent of the price before; a price where nothing was paid counts as 100.
    """

    def __init__(self, provider: Provider, read_on: date, max_change: Decimal) -> None:
        self.provider = provider
        self.held: dict[Thing, list[Fact]] = {}
        self._known = {about(fact) for fact in provider.facts}
        self._read_on = read_on
        self._max = max_change
        for fact in in_force(provider.facts, read_on):
            self.held.setdefault(about(fact), []).append(fact)

    def outcomes(self, thing: Thing, tiers: Sequence[Reading]) -> Iterator[Outcome]:
        """What is to be done for one thing; UnknownError where the feed cannot be believed."""
        if thing.class_ != "*" and not self.provider.storage_class(thing.class_):
            return
        held = self.held.get(thing)
        everywhere = self.held.get(thing._replace(region="*"))
        if held:
            yield from self._of_known(held, tiers)
        elif everywhere:
            if not self._agree(everywhere, tiers):
                yield from self._instead(everywhere, tiers, "new")
        elif thing not in self._known:  # else it was read before the first fact that is known
            for reading in tiers:
                since = min(reading.effective_from or self._read_on, self._read_on)
                yield self._outcome("new", reading, None, self.made(reading, None, since))

    def _of_known(self, held: Sequence[Fact], tiers: Sequence[Reading]) -> Iterator[Outcome]:
        by_tier = {each.bounds: each for each in held}
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
        by_tier = {each.bounds: each for each in held}
        return set(by_tier) == {each.bounds for each in tiers} and all(
            self._value(each, by_tier[each.bounds]) == by_tier[each.bounds].value for each in tiers
        )

    def _instead(
        self, held: Sequence[Fact], tiers: Sequence[Reading], kind: Kind
    ) -> Iterator[Outcome]:
        """All tiers anew: they have other bounds, or are of one region where one was for all."""
        for reading in tiers:
            first = reading.bounds[0]
            reached = [each for each in held if each.bounds[0] <= first]
            yield self._changed(reading, reached[-1] if reached else held[0], kind)

    def _again(self, reading: Reading, fact: Fact) -> Iterator[Outcome]:
        """The same price: read on a later day, or verified."""
        doubtful = fact.status == "unverified"
        if self._read_on < fact.read_on or (self._read_on == fact.read_on and not doubtful):
            return
        made = replace(fact, read_on=self._read_on, source=reading.feed.source, method="feed")
        if doubtful:
            note = f"unverified until {self._read_on}: {fact.note}" if fact.note else ""
            made = replace(made, status="verified", note=note)
        yield self._outcome("verified" if doubtful else "read", reading, fact, made)

    def _changed(self, reading: Reading, fact: Fact, kind: Kind) -> Outcome:
        """Another price, from a day on; UnknownError where it cannot be believed."""
        value = self._value(reading, fact)
        if value != fact.value:
            self._refuse_old(reading, fact, value)
            self._refuse_large(reading, fact, value)
        made = self.made(reading, fact, self._since(reading, fact))
        return self._outcome(kind, reading, fact, made)

    def _refuse_old(self, reading: Reading, fact: Fact, value: Decimal) -> None:
        if fact.status != "verified":
            return
        what, change = _what(reading), _change(fact, value)
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

    def _refuse_large(self, reading: Reading, fact: Fact, value: Decimal) -> None:
        what, change = _what(reading), _change(fact, value)
        if not value and reading.unit.startswith(f"{self.provider.currency}/"):
            raise broken(
                reading.feed,
                f"has a price of 0 for {what}, where there was one: {change}",
                "look at the provider's page; what is free is written by hand",
            )
        rise = abs(value - fact.value) / fact.value * 100 if fact.value else Decimal(100)
        if rise > self._max:
            raise broken(
                reading.feed,
                f"changes {what} by more than {exact(self._max)} %: {change}",
                f"if that is so: --max-change {exact(rise.to_integral_value() + 1)}%",
            )

    def _since(self, reading: Reading, fact: Fact) -> date:
        """The first day that the price is known to hold, after the last with the old one."""
        after = fact.effective_from
        if fact.status == "verified":
            after = max(after, fact.read_on)
        for day in (reading.effective_from, reading.published, self._read_on):
            if day and after < day <= self._read_on:
                return day
        if self._read_on > fact.effective_from:
            return self._read_on
        raise broken(
            reading.feed,
            f"changes {_what(reading)} again on {self._read_on}, from when "
            f"{exact(fact.value)} {fact.unit} holds",
            "try again tomorrow",
        )

    def _value(self, reading: Reading, fact: Fact) -> Decimal:
        return converted(reading, fact, self.provider.units.tb)

    def made(self, reading: Reading, old: Fact | None, since: date) -> Fact:
        """The fact that a reading is, in the unit of an older one."""
        value = self._value(reading, old) if old else reading.value
        return Fact(
            item=reading.thing.item,  # type: ignore[arg-type]  # those of targets are items
            class_=reading.thing.class_,
            region=reading.thing.region,
            variant=reading.thing.variant,
            tier=reading.tier,
            value=Decimal(exact(value)),
            unit=old.unit if old else reading.unit,
            effective_from=since,
            read_on=self._read_on,
            source=reading.feed.source,
            method="feed",
            status="verified",
        )

    def _outcome(self, kind: Kind, reading: Reading, old: Fact | None, new: Fact) -> Outcome:
        return Outcome(kind, self.provider.name, reading.feed.title, old, new)


def _what(reading: Reading) -> str:
    return told(reading.thing) + (f", {reading.tier}" if reading.tier else "")


def _change(fact: Fact, value: Decimal) -> str:
    return f"{exact(fact.value)} -> {exact(value)} {fact.unit}"
