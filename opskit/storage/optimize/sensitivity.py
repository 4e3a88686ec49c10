"""Up to how many reads of what it moves a plan stays cheaper than doing nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from opskit.storage.bill.usage import shares
from opskit.storage.optimize.course import course
from opskit.storage.optimize.evaluate import Band, Evaluator
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.plan import Plan

#: Nobody reads each object more often a month, on the average.
_MOST_EACH = 1000


@dataclass(frozen=True, slots=True)
class Reads:
    """Reads a month of what is moved: those in the plan, and how many it bears in all.

    `most` is None where no number of reads makes it dearer. It has two digits that count.
    """

    planned: int
    most: int | None


def bearable(plan: Plan) -> Reads:
    """How many reads a month of what is moved the plan bears, spread over it by objects."""
    moved = {id(load) for load in _moved(plan)}
    loads = [load for band in plan.bands for load in band.loads if id(load) in moved]
    planned = sum(each.reads for each in loads)
    objects = sum(each.cell.objects for each in loads)

    def pays(extra: int) -> bool:
        bands = _with_more(plan, moved, extra, [each.cell.objects for each in loads])
        judge = Evaluator(plan.world, plan.profile, bands)
        nothing = judge.outcome([()] * len(bands)).total
        return judge.outcome(plan.chains).total < nothing

    low, high = 0, 1
    while pays(high):
        if high > _MOST_EACH * objects:
            return Reads(planned, None)
        low, high = high, high * 8
    while high - low > max(low // 50, 1):
        middle = (low + high) // 2
        low, high = (middle, high) if pays(middle) else (low, middle)
    return Reads(planned, _rounded_down(planned + low))


def _moved(plan: Plan) -> list[Load]:
    pairs = zip(plan.bands, plan.chains, strict=True)
    found = []
    for band, chain in pairs:
        for load in band.movable if chain else ():
            if course(plan.world, load, chain).is_moved:
                found.append(load)
    return found


def _with_more(plan: Plan, moved: set[int], extra: int, objects: Sequence[int]) -> list[Band]:
    """The bands with further reads of what is moved, each of a whole object."""
    parts = iter(shares(extra, objects))
    bands = []
    for band in plan.bands:
        loads = [_more(each, next(parts)) if id(each) in moved else each for each in band.loads]
        bands.append(replace(band, loads=tuple(loads)))
    return bands


def _more(load: Load, reads: int) -> Load:
    size = load.cell.bytes // load.cell.objects
    return replace(load, reads=load.reads + reads, retrieved=load.retrieved + reads * size)


def _rounded_down(number: int) -> int:
    digits = len(str(number)) - 2
    return number // 10**digits * 10**digits if digits > 0 else number
