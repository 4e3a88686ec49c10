"""Where objects are in each month under a chain of moves, and what they pay on the way."""

from dataclasses import dataclass, field
from decimal import Decimal

from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.world import Chain, World


@dataclass(frozen=True, slots=True)
class Stay:
    """In a class from the beginning of one month to that of another.

    `since` is the month in which the objects came, before 0 for those that are there already.
    """

    class_: str
    start: int
    end: int
    since: int


@dataclass(frozen=True, slots=True)
class Move:
    """Objects come into a class at the beginning of a month.

    `early` are the days that the class they leave is paid for beyond the move.
    """

    month: int
    class_: str
    source: str
    early: int = 0


@dataclass(frozen=True, slots=True)
class Flow:
    """Objects that come and go, in each month: the days of each of them in a class.

    `billed` are those that are paid for, at least the class's minimum.
    """

    class_: str
    days: int
    billed: int
    moved_in: bool

    def share(self, load: Load) -> Decimal:
        """The share of the objects' reads that finds them here."""
        return Decimal(self.days) / load.cell.kept if load.cell.kept else Decimal(1)


@dataclass(frozen=True)
class Course:
    """The stays and moves of objects that stay, or the flows of those that come and go."""

    stays: list[Stay] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)

    @property
    def is_moved(self) -> bool:
        """Whether any of the objects is in another class than without the chain."""
        return bool(self.moves) or any(each.moved_in for each in self.flows)


def course(world: World, load: Load, chain: Chain) -> Course:
    """The way of objects under a chain of moves.

    What is older than a step already goes at once to the last class whose age it has. A move that
    no rule may make is not made. Former versions stay: rules by age are for the current ones.
    """
    cell = load.cell
    steps = () if cell.noncurrent else chain
    if cell.kept is not None:
        return Course(flows=_flows(world, load, steps))
    made = Course()
    here, start, since, arrived = cell.class_, 0, -world.since(load), 0
    moved = False
    for number, step in enumerate(steps, 1):
        after = steps[number] if number < len(steps) else None
        month = world.month_of(cell.age, step.days)
        if month >= world.months:
            break
        if (after and cell.age >= after.days) or not world.moves(here, step.class_):
            continue
        age = max(cell.age, step.days)
        early = max(world.min_days(here) - (age - arrived if moved else age), 0)
        if month > start:
            made.stays.append(Stay(here, start, month, since))
        made.moves.append(Move(month, step.class_, here, early))
        here, start, since, arrived, moved = step.class_, month, month, age, True
    made.stays.append(Stay(here, start, world.months, since))
    return made


def _flows(world: World, load: Load, chain: Chain) -> list[Flow]:
    """The days that each object is billed for in each class, up to its deletion."""
    kept = load.cell.kept or 0
    flows: list[Flow] = []
    here, start, moved_in = load.cell.class_, 0, False
    for step in chain:
        if step.days < kept and world.moves(here, step.class_):
            flows.append(_flow(world, here, step.days - start, moved_in))
            here, start, moved_in = step.class_, step.days, True
    return [*flows, _flow(world, here, kept - start, moved_in)]


def _flow(world: World, name: str, days: int, moved_in: bool) -> Flow:
    return Flow(name, days, max(days, world.min_days(name)), moved_in)
