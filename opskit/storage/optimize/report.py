"""A plan with all that is said of it: rules and what each saves, assumptions, what is left out."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opskit.storage.bill.lines import FRESH_DAYS
from opskit.storage.optimize.advice import Suggestion, small_objects, suggestions
from opskit.storage.optimize.course import course
from opskit.storage.optimize.evaluate import Evaluator
from opskit.storage.optimize.plan import Plan, totals
from opskit.storage.optimize.rules import Rule, rules
from opskit.storage.optimize.sensitivity import Reads, bearable
from opskit.storage.units import shown_count, shown_size


@dataclass(frozen=True)
class Effect:
    """What a rule does in the months: what it moves, and what it saves in all of them."""

    rule: Rule
    objects: int
    bytes: int
    saves: Decimal


@dataclass(frozen=True)
class Report:
    """What is said of a plan. `reads` is None where nothing is moved."""

    plan: Plan
    effects: Sequence[Effect]
    reads: Reads | None
    suggestions: Sequence[Suggestion]
    assumptions: Sequence[str]
    notes: Sequence[str]


def report(plan: Plan) -> Report:
    """The report on a plan."""
    effects = [_effect(plan, rule) for rule in rules(plan)]
    reads = bearable(plan) if plan.changes else None
    return Report(
        plan, effects, reads, suggestions(plan), list(_assumptions(plan)), list(_notes(plan))
    )


def _effect(plan: Plan, rule: Rule) -> Effect:
    """A rule against the plan without it."""
    judge = Evaluator(plan.world, plan.profile, plan.bands)
    without = [() if n in rule.bands else chain for n, chain in enumerate(plan.chains)]
    saves = judge.outcome(without).total - plan.outcome.total
    loads = [load for n in rule.bands for load in plan.bands[n].loads]
    moved = [each.cell for each in loads if course(plan.world, each, rule.chain).is_moved]
    return Effect(rule, sum(c.objects for c in moved), sum(c.bytes for c in moved), saves)


def _assumptions(plan: Plan) -> Iterator[str]:
    world, cells = plan.world, plan.profile.stored
    yield (
        "what is stored stays as it is and grows older; nothing is added or deleted, but for what "
        "'kept' says of the profile"
    )
    yield f"{plan.loads.words}, and each object is read as often in all months"
    yield (
        "objects are as old as the profile says they are at least, and are moved when the month "
        "begins in which they are old enough"
    )
    used = {step.class_ for chain in plan.chains for step in chain}
    there = {each.class_ for each in cells if world.is_tiered(each.class_)}
    for name in sorted(there | {each for each in used if world.is_tiered(each)}):
        yield (
            f"in {world.found(name).title}, each read is of another object, and what is not read "
            "for 30 and 90 days lies in the cheaper tiers"
        )
    for name in sorted(there):
        yield (
            f"what is in {world.found(name).title} already lies in the tier that its days without "
            "a read say, and in the first one where nobody knows them"
        )


def _notes(plan: Plan) -> Iterator[str]:
    world = plan.world
    yield from _unknown(plan)
    used = list(dict.fromkeys(step.class_ for chain in plan.chains for step in chain))
    for name in used:
        found = world.found(name)
        if found.restore:
            yield (
                f"{found.title}: an object has to be restored before it can be read, which takes "
                f"{found.first_byte}; --keep-instant plans without such classes"
            )
        if days := world.min_days(name):
            yield (
                f"{found.title}: an object that is deleted or replaced within {days} days of its "
                "move is paid for until they are over"
            )
        if found.one_zone:
            yield f"{found.title}: what is in it is lost with one data centre"
    if plan.changes and not plan.profile.monthly.reads:
        yield "the profile has no reads: --reads 1M says how many there are a month"
    if words := small_objects(plan):
        yield words
    if any(rule.overrides for rule in rules(plan)):
        yield (
            "a rule moves objects of less than 128 KiB: it names a size, and so overrides S3's "
            "default"
        )
    if not any(each.age for each in plan.profile.stored) and plan.profile.stored:
        yield "the profile has no ages: everything is taken as new"
    yield from _prices(plan)
    yield from plan.profile.remarks


def _unknown(plan: Plan) -> Iterator[str]:
    """What is left as it is, because the catalog does not have its class."""
    for name in dict.fromkeys(each.class_ for each in plan.unknown):
        objects, size = totals(each for each in plan.unknown if each.class_ == name)
        yield (
            f"{plan.world.prices.provider.name} has no class {name[:40]!r} in the catalog: "
            f"{shown_count(objects)} object{'' if objects == 1 else 's'} in it "
            f"({shown_size(size)}) stay as they are, and are in no total"
        )


def _prices(plan: Plan) -> Iterator[str]:
    """What nobody could verify of the prices behind the figures, and how old they are."""
    doubts = [doubt for bill in (*plan.nothing.bills, *plan.outcome.bills) for doubt in bill.doubts]
    yield from dict.fromkeys(doubts)
    lacks = [lack for bill in plan.nothing.bills for lack in bill.missing]
    for lack in dict.fromkeys(lacks):
        yield f"no price is known for {lack}: it is missing in all totals"
    days = [day for bill in (*plan.nothing.bills, *plan.outcome.bills) if (day := bill.oldest())]
    if days and (age := (plan.world.prices.day - min(days)).days) > FRESH_DAYS:
        yield f"prices are up to {age} days old (read on {min(days)})"
