"""A plan's months as bills: the figures that a plan is judged and shown by.

Each month of the horizon is a usage of its own, billed as any month is, with the moves at its
beginning beside it. Nothing new is stored in it, but for objects that come and go each month.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opskit.storage.bill.billing import Biller, bill
from opskit.storage.bill.lines import Bill
from opskit.storage.bill.monthly import with_uploads
from opskit.storage.bill.usage import ClassUse, Usage, usage
from opskit.storage.catalog.model import StorageClass
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.months import Amounts, Use, added
from opskit.storage.optimize.world import Chain, World
from opskit.storage.profile.model import Cell, Monthly, Profile


@dataclass(frozen=True, slots=True)
class Band:
    """Objects of a range of sizes: a lifecycle rule can be made for them alone.

    `low` is the least size, `high` the one that is too large, None where there is none.
    """

    low: int
    high: int | None
    loads: tuple[Load, ...]

    @property
    def movable(self) -> list[Load]:
        """What a rule by age can move: former versions have rules of their own."""
        return [each for each in self.loads if not each.cell.noncurrent and each.cell.objects]


@dataclass(frozen=True)
class Month:
    """A month under a plan: its bill, and what is paid at its beginning and never again."""

    bill: Bill
    moving: Bill
    early: Decimal

    @property
    def once(self) -> Decimal:
        return self.moving.total + self.early

    @property
    def total(self) -> Decimal:
        return self.bill.total + self.once


@dataclass(frozen=True)
class Outcome:
    """All months of a plan."""

    months: Sequence[Month]

    @property
    def total(self) -> Decimal:
        return sum((each.total for each in self.months), Decimal(0))

    @property
    def once(self) -> Decimal:
        """What is paid once: requests of moves, and classes left too early."""
        return sum((each.once for each in self.months), Decimal(0))

    @property
    def bills(self) -> list[Bill]:
        return [bill for each in self.months for bill in (each.bill, each.moving)]


class Evaluator:
    """Bills plans, each a chain for each band; what a band adds is worked out once.

    Writes, lists and deletes are for the same class under all plans, and uploads that were not
    completed lie in the same one: rules by age are not for them.
    """

    def __init__(self, world: World, profile: Profile, bands: Sequence[Band]) -> None:
        self.world = world
        self.bands = bands
        self._monthly = profile.monthly
        self._busy = _busy(world, profile)
        billed = with_uploads(profile, world.prices.provider)
        self._uploads = billed.stored[len(profile.stored) :]
        used = usage(billed, world.prices.provider)
        self._written = {each.class_: each.written for each in used.classes}
        self._known: dict[tuple[int, Chain], list[Amounts]] = {}

    def outcome(self, chains: Sequence[Chain]) -> Outcome:
        """The months under a chain for each band."""
        parts = [self._part(n, chain) for n, chain in enumerate(chains)]
        months = []
        for number in range(self.world.months):
            amounts = Amounts()
            for each in parts:
                amounts.add(each[number])
            months.append(self._month(amounts))
        return Outcome(months)

    def _part(self, number: int, chain: Chain) -> list[Amounts]:
        key = (number, chain)
        if key not in self._known:
            self._known[key] = added(self.world, self.bands[number].loads, chain)
        return self._known[key]

    def _month(self, amounts: Amounts) -> Month:
        cells = amounts.cells()
        for each in self._uploads:
            cells.setdefault(each.class_, []).append(each)
        uses = [
            self._use(found, cells.get(found.name, ()), amounts.uses.get(found.name) or Use())
            for found in self.world.prices.provider.classes
        ]
        month = bill(self.world.prices, Usage(uses, self._monthly.egress))
        return Month(month, self._moving(amounts.moved), amounts.early)

    def _use(self, found: StorageClass, cells: Sequence[Cell], use: Use) -> ClassUse:
        by_rule = self.world.entry(found.name) == "lifecycle"
        busy = self._monthly if found.name == self._busy else Monthly()
        return ClassUse(
            found.name,
            cells,
            reads=use.reads,
            writes=busy.writes + (0 if by_rule else use.moved_in),
            lists=busy.lists,
            deletes=busy.deletes,
            retrieved=use.retrieved,
            restores=use.reads if found.restore else 0,
            moved_in=use.moved_in if by_rule else 0,
            written=self._written.get(found.name, 0),
        )

    def _moving(self, moved: Mapping[str, int]) -> Bill:
        """The requests of the moves at the beginning of a month."""
        biller = Biller(self.world.prices)
        for name, objects in sorted(moved.items()):
            biller.requests(self.world.entry(name), name, objects)
        return biller.bill


def _busy(world: World, profile: Profile) -> str:
    """The first class that is hot, as in the bill of a profile."""
    names = [each.class_ for each in profile.stored]
    hot = (name for name in names if world.found(name).access == "hot")
    return next(hot, names[0] if names else "")
