"""A move as a whole: each month's costs, what it costs once, and when it has paid for itself.

While it goes on, use goes with the data: the share that has arrived is used at the target, the
rest at the source. What a month would cost so, without the move's own requests, its egress and
what is kept twice, is the base; all above it is what the move costs once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property

from opskit.errors import UsageError
from opskit.storage.bill.billing import bill
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.usage import usage
from opskit.storage.catalog.model import Fact
from opskit.storage.leaving import KEEPING, Removal, limit, removals
from opskit.storage.profile.document import Cell, Profile
from opskit.storage.shift.amounts import between, movable, puts, removed
from opskit.storage.shift.bills import at_source, at_target
from opskit.storage.shift.charges import copies, early, early_charge, month_days
from opskit.storage.shift.ends import arriving, check_differ, placed
from opskit.storage.shift.terms import Terms
from opskit.storage.shift.timing import LONGEST, Course, Share, ceiling

#: What a move costs once, in the order in which it is told; the source's items of bills by name.
SOURCE_ITEMS: Mapping[str, tuple[str, ...]] = {
    "retrieval": ("retrieval",),
    "requests": ("read", "retrieval-request"),
    "egress": ("egress", "inter-region"),
    "kept-twice": KEEPING,
}
ONCE = ("retrieval", "restored-copies", "requests", "egress", "nat", "device", "puts")
ONCE_ALL = (*ONCE, "early-deletion", "kept-twice")


@dataclass(frozen=True)
class MonthOf:
    """One month of a move: the bills of both ends, and what it costs once, all in the currency
    of the source. `number` begins with 1."""

    number: int
    share: Share
    source: Bill
    target: Bill
    base: Decimal
    once: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        return self.base + sum(self.once.values(), Decimal(0))


@dataclass(frozen=True)
class Shift:
    """The answer: a usual month before and after, and the months of the move between them."""

    terms: Terms
    profile: Profile
    arrived: Profile
    course: Course
    moved: Sequence[Removal]
    before: Bill
    after: Bill
    months: Sequence[MonthOf]
    limits: Sequence[str] = field(default=())
    facts: Sequence[Fact] = field(default=())

    @property
    def monthly(self) -> tuple[Decimal, Decimal]:
        """What a usual month costs before and after."""
        return self.before.total, self.terms.exchanged(self.after.total)

    @cached_property
    def once(self) -> dict[str, Decimal]:
        """What the move costs once, by what it is for."""
        return {
            name: sum((each.once[name] for each in self.months), Decimal(0)) for name in ONCE_ALL
        }

    @property
    def one_time(self) -> Decimal:
        return sum(self.once.values(), Decimal(0))

    @cached_property
    def _sums(self) -> list[Decimal]:
        """What has been paid by the end of each month of the move; nothing before the first."""
        sums = [Decimal(0)]
        for each in self.months:
            sums.append(sums[-1] + each.total)
        return sums

    def paid(self, months: int) -> Decimal:
        """What has been paid after so many months, with the move."""
        if months < len(self._sums):
            return self._sums[months]
        return self._sums[-1] + self.monthly[1] * (months - len(self.months))

    def saved(self, months: int) -> Decimal:
        """What the move has saved by then against staying; negative while it has not."""
        return self.monthly[0] * months - self.paid(months)

    @cached_property
    def break_even(self) -> int | None:
        """The month from the end of which on the move has not cost more than staying; or never."""
        before, after = self.monthly
        last, saving = len(self.months), before - after
        lacking = -self.saved(last)
        if saving < 0 or (lacking > 0 and not saving):
            return None
        if lacking > 0:
            quotient = lacking / saving
            more = int(quotient)
            while self.saved(last + more) < 0:  # a part of a month, and what was rounded off
                more += 1
            return last + more
        while last > 1 and self.saved(last - 1) >= 0:
            last -= 1
        return last

    @property
    def pays(self) -> bool:
        """Whether it has paid for itself within the horizon."""
        return self.break_even is not None and self.break_even <= self.terms.horizon

    @property
    def _bills(self) -> list[Bill]:
        both = (bill for each in self.months for bill in (each.source, each.target))
        return [self.before, self.after, *both]

    @property
    def missing(self) -> list[str]:
        """The prices that the catalog lacks for it."""
        names = {f"{b.provider.name}: {name}": None for b in self._bills for name in b.missing}
        return list(names)

    @property
    def doubts(self) -> list[str]:
        """What nobody could verify, in words."""
        found = {f"{b.provider.name}: {name}": None for b in self._bills for name in b.doubts}
        own = self.terms.source.provider.name
        unsure = (each for each in self.facts if each.status != "verified")
        found.update({f"{own}: {each.item} ({each.status})": None for each in unsure})
        return list(found)

    @property
    def breaches(self) -> list[str]:
        """The limits that are broken, each with the months."""
        broken: dict[str, list[str]] = {}
        for name, one in (("before it", self.before), ("after it", self.after)):
            for text in one.breaches:
                broken.setdefault(f"{one.provider.name}: {text}", []).append(name)
        for each in self.months:
            for one in (each.source, each.target):
                for text in one.breaches:
                    key = f"{one.provider.name}: {text}"
                    broken.setdefault(key, []).append(f"month {each.number}")
        return [f"{text}, {_run(when)}" for text, when in broken.items()]


def _run(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def shift(profile: Profile, terms: Terms) -> Shift:
    """What a move costs; UsageError for one that cannot be, or that never ends."""
    if not profile.bytes and not profile.objects:
        raise UsageError("the profile has nothing in it that is stored", where=profile.source)
    here = placed(profile, terms.source, "--from")
    there = arriving(here, terms.source, terms.target)
    check_differ(terms.source, terms.target)
    planner = _Planner(terms, here, there)
    return planner.answer()


class _Planner:
    """Holds what every month of a move needs."""

    def __init__(self, terms: Terms, here: Profile, there: Profile) -> None:
        self.terms, self.here, self.there = terms, here, there
        self.source = terms.source.prices(terms.day)
        self.target = terms.target.prices(terms.day)
        self.used = usage(here, terms.source.provider)
        self.used_there = usage(there, terms.target.provider)
        self.cells: tuple[Cell, ...] = movable(here.stored)
        self.removals = removals(self.source, self.cells, terms.speed)
        self.size = sum(each.bytes for each in self.cells)
        objects = sum(each.objects for each in self.cells)
        self.course = terms.course(self.size, objects)
        if self.course.months > LONGEST:
            raise UsageError(
                f"the move takes {ceiling(self.course.length):,} months",
                hint="a faster --link, or --device",
            )
        self.puts = puts(movable(there.stored), terms.part_size)
        self.early = early(self.source, self.cells)
        self.copies = copies(self.source, self.removals) if terms.restored_days else []

    def answer(self) -> Shift:
        limits = limit(self.source, self.here.bytes, self.here.monthly.egress)
        return Shift(
            terms=self.terms,
            profile=self.here,
            arrived=self.there,
            course=self.course,
            moved=self.removals,
            before=bill(self.source, self.used),
            after=bill(self.target, self.used_there),
            months=[self._month(n, share) for n, share in enumerate(self.course.shares())],
            limits=[f"{self.terms.source.provider.name}: {limits}"] if limits else [],
            facts=[fact for each in (*self.early, *self.copies) for fact in each.facts],
        )

    def _month(self, number: int, share: Share) -> MonthOf:
        stay = 1 - share.here
        after = share.before + share.moved
        moved = removed(self.removals, share.before, after) if share.moved else None
        way = self._way(number)
        source = at_source(self.source, self.used, share.kept, stay, moved, way)
        base = at_source(self.source, self.used, stay, stay)
        put = {name: each.between(share.before, after) for name, each in self.puts.items()}
        target = at_target(self.target, self.used_there, share.here, put)
        base_there = at_target(self.target, self.used_there, share.here)
        once = {name: source.of(*items) - base.of(*items) for name, items in SOURCE_ITEMS.items()}
        once["puts"] = self.terms.exchanged(target.total - base_there.total)
        total = base.total + self.terms.exchanged(base_there.total)
        once.update(self._beside(number, share))
        return MonthOf(number + 1, share, source, target, total, once)

    def _way(self, number: int) -> str:
        """The item by which a month's egress is charged; a limit holds where a law frees it."""
        free = self.terms.free_by_law(number) and not self.source.rule("egress-limit-times")
        return "" if free else self.terms.way

    def _beside(self, number: int, share: Share) -> dict[str, Decimal]:
        """What the move costs in a month beside the bills."""
        terms, days = self.terms, month_days(self.source)
        size = between(self.size, share.before, share.before + share.moved)
        nat = terms.nat.of(size) if terms.nat and not terms.device else Decimal(0)
        device = terms.device.cost(self.size) if terms.device and not number else Decimal(0)
        restored = sum(
            (each.amount(terms.restored_days * share.moved, days) for each in self.copies),
            Decimal(0),
        )
        return {
            "nat": nat,
            "device": device,
            "restored-copies": restored,
            "early-deletion": early_charge(self.early, self.course, number, days),
        }
