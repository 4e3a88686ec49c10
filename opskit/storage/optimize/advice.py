"""What rules by age do not reach, and what is left alone: said with figures, never done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from opskit.storage import units
from opskit.storage.bill.billing import Biller
from opskit.storage.optimize.evaluate import Band, Evaluator
from opskit.storage.optimize.months import left_early
from opskit.storage.optimize.plan import Plan
from opskit.storage.optimize.rules import is_small, size_word
from opskit.storage.profile.model import Cell

#: Days after which uploads that were not completed, and former versions, may be given up.
ABORT_AFTER, EXPIRE_AFTER = 7, 30


@dataclass(frozen=True)
class Suggestion:
    """A rule that is for the user to decide on; `saves` is what it saves a month.

    `class_` is where a transition moves to, `once` what it costs.
    """

    kind: Literal["abort", "expire", "transition"]
    name: str
    days: int
    words: str
    saves: Decimal
    class_: str = ""
    once: Decimal = Decimal(0)


def suggestions(plan: Plan) -> list[Suggestion]:
    """Rules on uploads that were not completed and on former versions, where there are such."""
    return [*_uploads(plan), *_former(plan)]


def _uploads(plan: Plan) -> Iterator[Suggestion]:
    profile = plan.profile
    if not profile.upload_bytes:
        return
    judge = Evaluator(plan.world, replace(profile, upload_bytes=0), plan.bands)
    without = judge.outcome([()] * len(plan.bands))
    saves = plan.nothing.months[0].bill.total - without.months[0].bill.total
    number = (
        f"there are {units.shown_count(profile.uploads)}, of" if profile.uploads else "they hold"
    )
    words = (
        f"abort uploads that are not complete after {ABORT_AFTER} days: {number} "
        f"{units.shown_size(profile.upload_bytes)}"
    )
    yield Suggestion("abort", "opskit-suggested-abort-uploads", ABORT_AFTER, words, saves)


def _former(plan: Plan) -> Iterator[Suggestion]:
    cells = [load.cell for band in plan.bands for load in band.loads if load.cell.noncurrent]
    if not cells:
        return
    objects, size = sum(c.objects for c in cells), sum(c.bytes for c in cells)
    what = f"{units.shown_count(objects)} former versions, {units.shown_size(size)}"
    now = _months(plan, cells)
    words = f"delete versions {EXPIRE_AFTER} days after they were replaced: {what}"
    yield Suggestion("expire", "opskit-suggested-expire-versions", EXPIRE_AFTER, words, now)
    if found := _cheaper(plan, cells):
        yield found


def _cheaper(plan: Plan, cells: Sequence[Cell]) -> Suggestion | None:
    """The class in which former versions cost the least over the months; None if they stay."""
    world = plan.world
    least = world.prices.amount("lifecycle-min-size")
    best: tuple[Decimal, Suggestion] | None = None
    for target in sorted(world.targets):
        moved = [
            each
            for each in cells
            if world.moves(each.class_, target) and each.bytes >= least * each.objects
        ]
        saves = _months(plan, moved) - _month(plan, target, moved)
        once = _moving(plan, target, sum(each.objects for each in moved))
        early = (max(world.min_days(c.class_) - c.age, 0) for c in moved)
        pairs = zip(moved, early, strict=True)
        once += sum((left_early(world, c.class_, c, days) for c, days in pairs), Decimal(0))
        worth = saves * world.months - once
        if worth > 0 and (best is None or worth > best[0]):
            days = max(EXPIRE_AFTER, world.least_age(target))
            title = world.found(target).title
            words = f"or keep them in {title}, from {days} days after they were replaced"
            name = "opskit-suggested-move-versions"
            best = worth, Suggestion("transition", name, days, words, saves, target, once)
    return best[1] if best else None


def _months(plan: Plan, cells: Sequence[Cell]) -> Decimal:
    """A month of cells, each where it is."""
    names = dict.fromkeys(each.class_ for each in cells)
    return sum(
        (_month(plan, name, [c for c in cells if c.class_ == name]) for name in names), Decimal(0)
    )


def _month(plan: Plan, name: str, cells: Sequence[Cell]) -> Decimal:
    """A month of storage of cells in a class, by the bill."""
    biller = Biller(plan.world.prices)
    biller.storage(name, [replace(each, class_=name) for each in cells])
    return biller.bill.total


def _moving(plan: Plan, name: str, objects: int) -> Decimal:
    biller = Biller(plan.world.prices)
    biller.requests(plan.world.entry(name), name, objects)
    return biller.bill.total


def small_objects(plan: Plan) -> str:
    """Why small objects stay where they are, with what moving them would cost; empty if none do."""
    prices = plan.world.prices
    least = int(prices.amount("lifecycle-min-size"))
    cells = [each for band in _left(plan, least) for each in _small(band, least)]
    if not cells:
        return ""
    objects = units.shown_count(sum(each.objects for each in cells))
    words = [f"{objects} objects of less than {size_word(least)} stay where they are."]
    target = _cheapest(plan, cells)
    if target:
        now, then = _months(plan, cells), _month(plan, target, cells)
        once = _moving(plan, target, sum(each.objects for each in cells))
        title, currency = plan.world.found(target).title, prices.provider.currency
        than = "and not" if then >= now else "instead of"
        words.append(
            f"In {title} they would cost {units.money(then, currency)} a month {than} "
            f"{units.money(now, currency)}, and moving them {units.money(once, currency)}."
        )
    words.append(
        f"By default, S3 does not move objects below {size_word(least)}; a rule that names a size "
        "does."
    )
    return " ".join(words)


def _left(plan: Plan, least: int) -> list[Band]:
    pairs = zip(plan.bands, plan.chains, strict=True)
    return [band for band, chain in pairs if not chain and is_small(band, least)]


def _small(band: Band, least: int) -> list[Cell]:
    return [
        each.cell
        for each in band.movable
        if each.cell.kept is None and each.cell.bytes < least * each.cell.objects
    ]


def _cheapest(plan: Plan, cells: Sequence[Cell]) -> str:
    """The class with the lowest rate of those that all of the objects may be moved to."""
    prices = plan.world.prices
    rates = {
        name: rate.facts[0].value
        for name in plan.world.targets
        if (rate := prices.rate("storage", name))
        and all(plan.world.moves(each.class_, name) for each in cells)
    }
    return min(rates, key=lambda name: (rates[name], name), default="")
