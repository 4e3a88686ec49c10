"""All readings of a provider beside the facts in force: what to write, what to tell."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from opskit.errors import UnknownError
from opskit.storage.catalog.listing import Thing
from opskit.storage.catalog.model import Provider
from opskit.storage.refresh.feeds import broken
from opskit.storage.refresh.judge import Judge
from opskit.storage.refresh.outcomes import Comparison, Outcome
from opskit.storage.refresh.provided import Provided
from opskit.storage.refresh.readings import Read, Reading

#: A feed with fewer of the prices known from it was cut off, or is built in another way now.
_LEAST = Decimal("0.5")
Tiers = Mapping[str, Reading]


def compare(
    provider: Provider, provided: Provided, read_on: date, max_change: Decimal
) -> Comparison:
    """Each thing that was read against the facts in force on the day. `max_change` is percent."""
    judge = Judge(provider, read_on, max_change)
    found = Comparison(errors=list(provided.errors))
    there = {each.thing for each in provided.doubts}
    for thing, tiers in _merged(judge, provided.reads):
        there.add(thing)
        try:
            found.outcomes += judge.outcomes(thing, tiers)
        except UnknownError as error:
            found.errors.append(error)
    found.outcomes += _doubts(judge, provided, read_on)
    there |= {thing for read in provided.reads for thing, _ in read.readings}
    found.errors += _cut_off(judge, provided.reads, there)
    found.outcomes += _gone(judge, provided.reads, there)
    return found


def _merged(judge: Judge, reads: Iterable[Read]) -> Iterator[tuple[Thing, Sequence[Reading]]]:
    """The readings by thing, in tiers.

    Where a fact is for all regions, readings that agree in all of them are one. Where they do
    not, or not all regions were read, they stay apart.
    """
    things: dict[Thing, dict[str, Reading]] = {}
    for read in reads:
        for (thing, tier), reading in read.readings.items():
            things.setdefault(thing, {}).setdefault(tier, reading)
    regions = [each.name for each in judge.provider.regions]
    done: set[Thing] = set()
    for thing, tiers in things.items():
        everywhere = thing._replace(region="*")
        own = [thing._replace(region=each) for each in regions]
        split = thing.region == "*" or everywhere not in judge.held
        if split or any(each in judge.held for each in own) or not _agree(things, own):
            yield thing, _in_order(tiers)
        elif everywhere not in done:
            done.add(everywhere)
            yield everywhere, [replace(each, thing=everywhere) for each in _in_order(tiers)]


def _agree(things: Mapping[Thing, Tiers], own: Sequence[Thing]) -> bool:
    """Whether the readings of all regions are the same."""
    found = {
        tuple((each.tier, each.value, each.unit) for each in _in_order(things.get(thing, {})))
        for thing in own
    }
    return len(found) == 1 and () not in found


def _in_order(tiers: Tiers) -> list[Reading]:
    return sorted(tiers.values(), key=lambda each: each.bounds[0])


def _doubts(judge: Judge, provided: Provided, read_on: date) -> Iterator[Outcome]:
    """What two feeds do not agree on."""
    for doubt in provided.doubts:
        held = judge.held.get(doubt.thing, [])
        old = next((each for each in held if each.bounds == doubt.reading.bounds), None)
        title = f"{doubt.reading.feed.title} against {doubt.other.feed.title}"
        new = judge.made(doubt.reading, None, read_on)
        yield Outcome("doubt", judge.provider.name, title, old, new)


def _cut_off(judge: Judge, reads: Iterable[Read], there: set[Thing]) -> Iterator[UnknownError]:
    """Feeds that lack most of the prices that are known from them."""
    for read in reads:
        known = [thing for thing in read.covers if thing in judge.held]
        having = sum(thing in there for thing in known)
        if having < len(known) * _LEAST:
            what = f"has only {having} of the {len(known)} prices that are known from it"
            yield broken(read.feed, what)


def _gone(judge: Judge, reads: Iterable[Read], there: set[Thing]) -> Iterator[Outcome]:
    """Facts that a feed could have, and has not."""
    told: set[Thing] = set()
    for read in reads:
        for thing in sorted(read.covers - there - told):
            told.add(thing)
            for fact in judge.held.get(thing, ()):
                yield Outcome("gone", judge.provider.name, read.feed.title, fact, None)
