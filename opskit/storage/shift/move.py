"""The months of a move, planned one after the other."""

from dataclasses import replace
from decimal import Decimal

from msgspec.structs import replace as changed

from opskit.errors import UsageError
from opskit.storage.bill.lines import Bill, Line, spread
from opskit.storage.bill.monthly import monthly_bill, with_uploads
from opskit.storage.bill.tiers import tiered
from opskit.storage.bill.usage import usage
from opskit.storage.leaving import limit, removals
from opskit.storage.profile.model import Cell, Profile
from opskit.storage.shift.amounts import between, movable, puts, removed
from opskit.storage.shift.answer import SOURCE_ITEMS, MonthOf, Shift, Waiting
from opskit.storage.shift.bills import at_source, at_target
from opskit.storage.shift.charges import copies, early, early_charge, month_days, oldest
from opskit.storage.shift.ends import arriving, check_differ, placed
from opskit.storage.shift.terms import Terms
from opskit.storage.shift.timing import LONGEST, Share, ceiling
from opskit.storage.switching import zero_charge


def shift(profile: Profile, terms: Terms) -> Shift:
    """What a move costs; UsageError for one that cannot be, or that never ends.

    Uploads that were not completed are paid for at the source, and end there as it is emptied.
    """
    if not profile.bytes and not profile.objects:
        raise UsageError("the profile has nothing in it that is stored", where=profile.source)
    here = placed(profile, terms.source)
    there = arriving(changed(here, uploads=0, upload_bytes=0), terms.source, terms.target)
    check_differ(terms.source, terms.target)
    found = _Planner(terms, here, there).answer()
    law = zero_charge(terms.law)
    if not law or not found.waits(law.effective_from):
        return found
    later = _Planner(replace(terms, on=law.effective_from), here, there).answer()
    return replace(found, waiting=Waiting(law.effective_from, later.once["egress"]))


class _Planner:
    """Holds what every month of a move needs."""

    def __init__(self, terms: Terms, here: Profile, there: Profile) -> None:
        self.terms, self.here, self.there = terms, here, there
        self.source = terms.source.prices(terms.day)
        self.target = terms.target.prices(terms.day)
        own = usage(with_uploads(here, terms.source.provider), terms.source.provider)
        self.used = tiered(own, self.source)
        self.used_there = tiered(usage(there, terms.target.provider), self.target)
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
        leaves = self.terms.way == "egress"
        return Shift(
            terms=self.terms,
            profile=self.here,
            arrived=self.there,
            course=self.course,
            moved=self.removals,
            before=monthly_bill(self.here, self.source),
            after=monthly_bill(self.there, self.target),
            months=[self._month(n, share) for n, share in enumerate(self.course.shares())],
            limit=limit(self.source, self.here.bytes, self.here.monthly.egress) if leaves else None,
            facts=[fact for each in (*self.early, *self.copies) for fact in each.facts],
        )

    def _month(self, number: int, share: Share) -> MonthOf:
        stay = 1 - share.here
        after = share.before + share.moved
        moved = removed(self.removals, share.before, after) if share.moved else None
        way = self._way(number)
        whole = not self.terms.as_you_go
        source = at_source(self.source, self.used, share.kept, stay, moved, way, whole=whole)
        base = at_source(self.source, self.used, stay, stay)
        put = {name: each.between(share.before, after) for name, each in self.puts.items()}
        target = at_target(self.target, self.used_there, share.here, put)
        base_there = at_target(self.target, self.used_there, share.here)
        once = {name: source.of(*items) - base.of(*items) for name, items in SOURCE_ITEMS.items()}
        if source.breaches:
            once["egress"] = Decimal(0)  # nobody could say what it costs
        once["puts"] = self.terms.exchanged(target.total - base_there.total)
        total = base.total + self.terms.exchanged(base_there.total)
        once.update(self._beside(number, share))
        off = self._off(source, base) + self.terms.exchanged(
            spread(target.lines, self.terms.day, base_there.lines)
        )
        off += once["early-deletion"] * oldest(self.early, self.terms.day)
        off += once["restored-copies"] * oldest(self.copies, self.terms.day)
        return MonthOf(number + 1, share, source, target, total, once, off)

    def _off(self, source: Bill, base: Bill) -> Decimal:
        """By how much what a month costs once at the source may be off, for the age of prices."""
        items = {item for items in SOURCE_ITEMS.values() for item in items}
        if source.breaches:
            items.discard("egress")

        def once(bill: Bill) -> list[Line]:
            return [each for each in bill.lines if each.item in items]

        return spread(once(source), self.terms.day, once(base))

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
