"""The cheapest chain of moves for each band of sizes, found exactly.

A chain is cut at its steps: what a segment of it costs depends on its class, its two ages, and the
class before it, and on nothing else. So the cheapest chain is the shortest way through segments,
from the oldest age to the youngest. Among chains of one cost the one with the fewest steps is
taken, and of these the one that moves latest.
"""

from collections.abc import Iterable, Sequence

from opskit.storage.optimize.evaluate import Band
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.pieces import Pieces
from opskit.storage.optimize.rates import Rates
from opskit.storage.optimize.world import Chain, Step, World
from opskit.storage.profile.edges import AGES

#: Cost, number of steps, and the sum of their days below 0.
_Value = tuple[int, int, int]


def ages(world: World, band: Band, edges: Sequence[int]) -> list[int]:
    """The ages at which a step makes a difference to what is in a band, in days.

    Of those that all of it has already, one is enough.
    """
    found: list[int] = []
    for days in edges:
        if any(_comes(world, load, days) for load in band.movable):
            if found and all(_has(load, days) for load in band.movable):
                found.pop()
            found.append(days)
    return found


def _comes(world: World, load: Load, days: int) -> bool:
    cell = load.cell
    if cell.kept is not None:
        return days < cell.kept
    return world.month_of(cell.age, days) < world.months


def _has(load: Load, days: int) -> bool:
    return load.cell.kept is None and load.cell.age >= days


def best(rates: Rates, band: Band, edges: Sequence[int] = AGES[1:]) -> Chain:
    """The cheapest chain for a band, of steps at those ages in days."""
    world, loads = rates.world, band.movable
    pieces = Pieces(rates, loads)
    days = ages(world, band, edges)
    legal = _Legal(world, {each.cell.class_ for each in loads})
    known: dict[Step, tuple[_Value, Chain]] = {}
    for at in reversed(days):
        for name in legal.first(at):
            step = Step(at, name)
            known[step] = min(_ways(pieces, legal, step, known), key=_value)
    start: list[tuple[_Value, Chain]] = [((pieces.head(None), 0, 0), ())]
    for step, rest in known.items():
        cost = pieces.head(step.days) + pieces.leaving(None, step)
        start.append(_before(cost, step, rest))
    return min(start, key=_value)[1]


def _ways(
    pieces: Pieces, legal: "_Legal", step: Step, known: dict[Step, tuple[_Value, Chain]]
) -> Iterable[tuple[_Value, Chain]]:
    """What may follow a step: nothing, or another one with what is best behind it."""
    yield (pieces.segment(step, None), 0, 0), ()
    for after, rest in known.items():
        if legal.follows(step, after):
            cost = pieces.segment(step, after.days) + pieces.leaving(step.class_, after)
            yield _before(cost, after, rest)


def _before(cost: int, step: Step, rest: tuple[_Value, Chain]) -> tuple[_Value, Chain]:
    value, chain = rest
    return (cost + value[0], value[1] + 1, value[2] - step.days), (step, *chain)


def _value(way: tuple[_Value, Chain]) -> tuple[_Value, Chain]:
    return way[0], ()


class _Legal:
    """Which steps a rule may have, for objects of some classes."""

    def __init__(self, world: World, sources: set[str]) -> None:
        self._world = world
        self._sources = sources
        self._targets = sorted(
            name for name in world.targets if any(world.moves(each, name) for each in sources)
        )
        self._pairs = {
            (one, other)
            for one in self._targets
            for other in self._targets
            if world.moves(one, other)
            # what may go to the first has to be allowed to the second: it may be that old already
            and all(world.moves(each, other) for each in sources if world.moves(each, one))
        }

    def first(self, days: int) -> list[str]:
        return [each for each in self._targets if days >= self._world.least_age(each)]

    def follows(self, step: Step, after: Step) -> bool:
        gap = max(self._world.min_days(step.class_), 1)
        return (step.class_, after.class_) in self._pairs and after.days >= step.days + gap


def joined(rates: Rates, bands: Sequence[Band], chains: Sequence[Chain], worth: int) -> list[Chain]:
    """A chain for each band, so that bands share one where a rule of its own is not worth it.

    `worth` is what each further rule has to save. The chains to choose from are those given.
    """
    choices = list(dict.fromkeys(((), *chains)))
    costs = [[sum(rates.cost(x, each) for x in band.loads) for each in choices] for band in bands]
    if not bands:
        return []
    best_to: list[tuple[int, tuple[int, ...]]] = [
        (cost + (worth if choices[n] else 0), (n,)) for n, cost in enumerate(costs[0])
    ]
    for own in costs[1:]:
        ways = best_to
        best_to = [
            min(
                (
                    value + own[n] + (worth if choices[n] and way[-1] != n else 0),
                    (*way, n),
                )
                for value, way in ways
            )
            for n in range(len(choices))
        ]
    return [choices[n] for n in min(best_to)[1]]
