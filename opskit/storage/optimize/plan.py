"""The plan: a chain of moves for each band of sizes, and what it costs against doing nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from msgspec.structs import replace

from opskit.errors import UnknownError, UsageError
from opskit.storage.catalog.prices import Prices
from opskit.storage.choice import in_classes
from opskit.storage.optimize.evaluate import Band, Evaluator, Outcome
from opskit.storage.optimize.loads import Load, Loads, spread
from opskit.storage.optimize.offer import Offer, Wish, offered
from opskit.storage.optimize.rates import SCALE, Rates
from opskit.storage.optimize.search import best, joined
from opskit.storage.optimize.world import Chain, World
from opskit.storage.profile.edges import size_edge
from opskit.storage.profile.model import Cell, Profile

#: What each rule has to save a month: nobody reads one for less.
WORTH = Decimal("0.01")
#: The most that is added to an object of any class: a bound of what is billed as stored.
_MOST_ADDED = 256 * 1024


@dataclass(frozen=True)
class Terms:
    """What a plan is made for: months, what is wanted of classes, how much of the reads is old."""

    months: int = 12
    wish: Wish = field(default_factory=Wish)
    reads_of_old: Decimal | None = None


@dataclass(frozen=True)
class Plan:
    """A chain for each band, the months under it, and those in which nothing is done.

    `unknown` are objects in classes that the catalog has not: they stay, and are in no bill.
    """

    world: World
    profile: Profile
    loads: Loads
    offer: Offer
    bands: Sequence[Band]
    chains: Sequence[Chain]
    nothing: Outcome
    outcome: Outcome
    unknown: Sequence[Cell] = ()

    @property
    def changes(self) -> bool:
        return any(self.chains)

    @property
    def saving(self) -> Decimal:
        """What is saved over all months, what is paid once taken off."""
        return self.nothing.total - self.outcome.total

    @property
    def payback(self) -> int | None:
        """The first month from whose end on less has been paid than with nothing done."""
        if not self.changes:
            return None
        balance, month = Decimal(0), None
        pairs = zip(self.nothing.months, self.outcome.months, strict=True)
        for number, (as_is, planned) in enumerate(pairs, 1):
            balance += as_is.total - planned.total
            month = None if balance < 0 else (month or number)
        return month


def plan(profile: Profile, prices: Prices, terms: Terms) -> Plan:
    """The cheapest plan for a profile at a provider.

    Exact where no graduated rate has two tiers in reach, to the cent a month that a rule has to be
    worth. Else each tier's rate is tried, and the best by the bill is taken. Never worse than
    doing nothing, by the bill. UsageError for a profile that cannot be planned for, UnknownError
    where a price is missing.
    """
    if not profile.bytes and not profile.objects:
        raise UsageError("the profile has nothing in it that is stored", where=profile.source)
    told = in_classes(profile, prices.provider)
    own = _known(told, prices)
    loads = spread(told, terms.reads_of_old)
    known = {each.name for each in prices.provider.classes}
    bands = banded(each for each in loads.loads if each.cell.class_ in known)
    stored = own.bytes + own.upload_bytes + _MOST_ADDED * own.objects
    sources = dict.fromkeys(each.class_ for each in own.stored)
    offer = offered(prices, sources, terms.wish, stored)
    world = World(prices, frozenset(each.name for each in offer.classes), terms.months)
    judge = Evaluator(world, own, bands)
    nothing = judge.outcome([()] * len(bands))
    _check(nothing)
    found = [_searched(world, bands, tier) for tier in range(_tiers(world, sources, stored))]
    chains, outcome = _best(judge, found, nothing)
    unknown = [each for each in told.stored if each.class_ not in known]
    return Plan(world, own, loads, offer, bands, chains, nothing, outcome, unknown)


def _known(profile: Profile, prices: Prices) -> Profile:
    """The profile without what is in classes that the provider has not; UsageError for no other."""
    provider = prices.provider
    cells = tuple(each for each in profile.stored if provider.storage_class(each.class_))
    if not cells:
        names = ", ".join(dict.fromkeys(each.class_ for each in profile.stored))
        classes = ", ".join(each.name for each in provider.classes)
        raise UsageError(
            f"{provider.name} has no class {names[:200]!r}",
            where=profile.source,
            hint=f"its classes are {classes}",
        )
    if any(each.bytes and not each.objects for each in cells):
        raise UsageError(
            "the number of objects is not known, and moves are paid by the object",
            where=profile.source,
            hint="put 'objects' into each part of 'stored'",
        )
    return replace(profile, stored=cells)


def banded(loads: Iterable[Load]) -> list[Band]:
    """Objects by size, between those bounds of sizes that occur."""
    found: dict[int, list[Load]] = {}
    for each in loads:
        found.setdefault(size_edge(each.cell.size), []).append(each)
    lows = sorted(found)
    highs: list[int | None] = [*lows[1:], None][: len(lows)]
    return [Band(low, high, tuple(found[low])) for low, high in zip(lows, highs, strict=True)]


def _check(nothing: Outcome) -> None:
    missing = {lack for each in nothing.months for lack in each.bill.missing}
    stored = sorted(each for each in missing if not each.startswith(("egress", "delete", "list")))
    if stored:
        raise UnknownError(
            f"the catalog has no price for {', '.join(stored)}",
            hint="'opskit storage catalog show' lists what it has; --as-of names another day",
        )


def _tiers(world: World, sources: Iterable[str], stored: int) -> int:
    """The number of tiers that storage can come to in any class."""
    most = 1
    for name in {*sources, *world.targets}:
        facts = world.prices.facts("storage", name, "")
        reached = [f for f in facts if f.bounds[0] * world.prices.provider.units.gb < stored]
        most = max(most, len(reached))
    return most


def _searched(world: World, bands: Sequence[Band], tier: int) -> list[Chain]:
    rates = Rates(world, tier)
    chains = [best(rates, band) for band in bands]
    return joined(rates, bands, chains, int(WORTH * world.months * SCALE))


def _best(
    judge: Evaluator, found: Sequence[Sequence[Chain]], nothing: Outcome
) -> tuple[Sequence[Chain], Outcome]:
    """The best of the plans by the bill, without the chains that do not pay by it."""
    chains: Sequence[Chain] = [()] * len(judge.bands)
    outcome = nothing
    for each in found:
        own = judge.outcome(each)
        if _complete(own, nothing) and own.total < outcome.total:
            chains, outcome = each, own
    for chain in [each for each in dict.fromkeys(chains) if each]:
        without = [() if each == chain else each for each in chains]
        if (own := judge.outcome(without)).total <= outcome.total:
            chains, outcome = without, own
    return chains, outcome


def _complete(own: Outcome, nothing: Outcome) -> bool:
    """Whether a plan's bills lack no price that those of doing nothing have."""
    known = {lack for bill in nothing.bills for lack in bill.missing}
    return all(lack in known for bill in own.bills for lack in bill.missing)


def totals(cells: Iterable[Cell]) -> tuple[int, int]:
    """Objects and bytes."""
    listed = list(cells)
    return sum(each.objects for each in listed), sum(each.bytes for each in listed)
