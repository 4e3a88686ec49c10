"""A move as a whole: each month's costs, what it costs once, and when it has paid for itself.

While it goes on, use goes with the data: the share that has arrived is used at the target, the
rest at the source. What a month would cost so, without the move's own requests, its egress and
what is kept twice, is the base; all above it is what the move costs once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property

from opskit.storage.bill.lines import Bill, stale
from opskit.storage.catalog.model import Fact
from opskit.storage.leaving import KEEPING, Limit, Removal
from opskit.storage.profile.model import Profile
from opskit.storage.shift.terms import Terms
from opskit.storage.shift.timing import Course, Share, ceiling

#: What a move costs once, in the order in which it is told; the source's items of bills by name.
SOURCE_ITEMS: Mapping[str, tuple[str, ...]] = {
    "retrieval": ("retrieval",),
    "requests": ("read", "retrieval-request"),
    "egress": ("egress", "inter-region"),
    "kept-twice": KEEPING,
}
ONCE = ("retrieval", "restored-copies", "requests", "egress", "nat", "device", "puts")
ONCE_ALL = (*ONCE, "early-deletion", "kept-twice")

#: The least and the most that something may be.
Band = tuple[Decimal, Decimal]

#: Sums that differ by less are the same: amounts have 28 digits.
_ROUNDED_OFF = Decimal("1e-9")


@dataclass(frozen=True)
class MonthOf:
    """One month of a move: the bills of both ends, and what it costs once, all in the currency
    of the source. `number` begins with 1; what it costs once may be off by `spread`, for the age
    of the prices."""

    number: int
    share: Share
    source: Bill
    target: Bill
    base: Decimal
    once: Mapping[str, Decimal]
    spread: Decimal = Decimal(0)

    @property
    def total(self) -> Decimal:
        return self.base + sum(self.once.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class Waiting:
    """The same move begun on the day from which a law frees it, and what its egress costs then."""

    day: date
    egress: Decimal


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
    limit: Limit | None = None
    facts: Sequence[Fact] = field(default=())
    waiting: Waiting | None = None

    def waits(self, day: date) -> bool:
        """Whether egress is paid that a law frees if the move begins on a later day."""
        free = self.terms.way == "egress" and self.terms.source.region.eu
        return free and self.terms.on < day and bool(self.once["egress"])

    @property
    def monthly(self) -> tuple[Decimal, Decimal]:
        """What a usual month costs before and after."""
        return self.before.total, self.terms.exchanged(self.after.total)

    @property
    def bands(self) -> dict[str, Band]:
        """The least and the most of what a month costs before and after, is saved, and the move."""
        day = self.terms.day
        low, high = self.before.band(day)
        least, most = (self.terms.exchanged(each) for each in self.after.band(day))
        off = sum((each.spread for each in self.months), Decimal(0))
        once = (max(self.one_time - off, Decimal(0)), self.one_time + off)
        saved = (low - most, high - least)
        return {"before": (low, high), "after": (least, most), "saved": saved, "one_time": once}

    @property
    def stale(self) -> str:
        """How old the oldest price is and how far the bands reach, if any is not fresh."""
        return stale(self._bills, self.terms.day)

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
        even = self._even(last)
        if saving < 0 or not (even or saving):
            return None
        if not even:
            quotient = lacking / saving
            more = int(quotient)
            while not self._even(last + more):  # a part of a month, and what was rounded off
                more += 1
            return last + more
        while last > 1 and self._even(last - 1):
            last -= 1
        return last

    def _even(self, months: int) -> bool:
        return self.saved(months) >= -_ROUNDED_OFF

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
        words = {"unverified": "unverified", "conflict": "sources disagree on"}
        unsure = (each for each in self.facts if each.status != "verified")
        found.update({f"{own}: {words[each.status]}: {each.item}": None for each in unsure})
        return list(found)

    @property
    def leaving_breaches(self) -> bool:
        """Whether what leaves for the move breaks the source's limit."""
        return any(each.source.breaches for each in self.months)

    @property
    def advice(self) -> str:
        """The options by which a move stays within the limit of the source, if any do."""
        if not self.limit or not self.limit.months or not self.leaving_breaches:
            return ""
        stay = max(self.limit.months, ceiling(self.course.length))
        if not self.terms.as_you_go:
            return f"--over {stay}"
        return f"--over {self.limit.months} --dual-months {stay}"

    @property
    def breaches(self) -> list[str]:
        """The limits that are broken, each provider's first, and when."""
        broken: dict[str, list[str]] = {}
        texts: dict[str, str] = {}
        whens = [("a usual month", self.before, self.after)]
        whens += [(f"month {each.number}", each.source, each.target) for each in self.months]
        for when, *both in whens:
            for one in both:
                if one.breaches:
                    texts.setdefault(one.provider.name, one.breaches[0])
                    broken.setdefault(one.provider.name, []).append(when)
        return [f"{name}: {text} ({_run(broken[name])})" for name, text in texts.items()]


def _run(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]}, and {len(names) - 1} more"
