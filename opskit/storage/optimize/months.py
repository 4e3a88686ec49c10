"""What a band of objects adds to each month under a chain of moves."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from opskit.storage.bill.billing import Biller
from opskit.storage.bill.usage import shares
from opskit.storage.optimize.course import Flow, Stay, course
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.world import Chain, World
from opskit.storage.profile.edges import size_edge
from opskit.storage.profile.model import Cell

#: What each object is of: a class or tier, the days it is kept (-1 if it stays), about which size.
_Key = tuple[str, int, int]


@dataclass
class Use:
    """What is done with a class: requests, bytes, and objects that come by a rule each month."""

    reads: int = 0
    retrieved: int = 0
    moved_in: int = 0


@dataclass
class Amounts:
    """A month: what is stored and how it is used, and the moves at its beginning."""

    stored: dict[_Key, list[int]] = field(default_factory=dict)
    uses: dict[str, Use] = field(default_factory=dict)
    moved: dict[str, int] = field(default_factory=dict)
    early: Decimal = Decimal(0)

    def store(self, name: str, objects: int, size: int, kept: int = -1) -> None:
        """Objects, with others of about that size: the rules on sizes hold for all or none."""
        key = (name, kept, size_edge(size // objects) if objects else 0)
        own = self.stored.setdefault(key, [0, 0])
        own[0] += objects
        own[1] += size

    def use(self, name: str, reads: int, retrieved: int, moved_in: int = 0) -> None:
        own = self.uses.setdefault(name, Use())
        own.reads += reads
        own.retrieved += retrieved
        own.moved_in += moved_in

    def add(self, other: "Amounts") -> None:
        for (name, kept, edge), (objects, size) in other.stored.items():
            own = self.stored.setdefault((name, kept, edge), [0, 0])
            own[0] += objects
            own[1] += size
        for name, use in other.uses.items():
            self.use(name, use.reads, use.retrieved, use.moved_in)
        for name, objects in other.moved.items():
            self.moved[name] = self.moved.get(name, 0) + objects
        self.early += other.early

    def cells(self) -> dict[str, list[Cell]]:
        """What is stored, by class, in a fixed order."""
        made: dict[str, list[Cell]] = {}
        for (name, kept, _), (objects, size) in sorted(self.stored.items()):
            cell = Cell(name, objects, size, kept=None if kept < 0 else kept)
            made.setdefault(name, []).append(cell)
        return made


def added(world: World, loads: Iterable[Load], chain: Chain) -> list[Amounts]:
    """What objects add to each month under a chain."""
    months = [Amounts() for _ in range(world.months)]
    for load in loads:
        way = course(world, load, chain)
        for stay in way.stays:
            _stay(world, load, stay, months)
        for move in way.moves:
            own = months[move.month]
            own.moved[move.class_] = own.moved.get(move.class_, 0) + load.cell.objects
            own.early += left_early(world, move.source, load.cell, move.early)
        for month in months if way.flows else ():
            _flows(load, way.flows, month)
    return months


def _stay(world: World, load: Load, stay: Stay, months: Sequence[Amounts]) -> None:
    settled, parts = stay.since + world.settled(stay.class_), None
    for number in range(stay.start, stay.end):
        if parts is None or number <= settled:
            parts = world.parts(load, stay.class_, number - stay.since)
        for each in parts:
            months[number].store(each.class_, each.objects, each.bytes)
        months[number].use(stay.class_, load.reads, load.retrieved)


def _flows(load: Load, flows: Sequence[Flow], month: Amounts) -> None:
    """Objects that come and go: in each class for so many days, with their share of the reads."""
    cell, days = load.cell, [each.days for each in flows]
    reads, sizes = shares(load.reads, days), shares(load.retrieved, days)
    for flow, own_reads, own_size in zip(flows, reads, sizes, strict=True):
        month.store(flow.class_, cell.objects, cell.bytes, flow.billed)
        month.use(flow.class_, own_reads, own_size, cell.objects if flow.moved_in else 0)


def left_early(world: World, name: str, cell: Cell, days: int) -> Decimal:
    """What a class is paid for objects that leave it so many days too early."""
    if not days:
        return Decimal(0)
    biller = Biller(world.prices)
    biller.storage(name, [Cell(name, cell.objects, cell.bytes)])
    return biller.bill.of("storage") * days / world.days
