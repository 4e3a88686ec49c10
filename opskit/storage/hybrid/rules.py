"""Rules on what stays and what moves, held against files and against cells of a profile."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opskit.storage.choice import Place
from opskit.storage.profile.edges import AGES, SIZES
from opskit.storage.profile.model import Cell
from opskit.storage.profile.tally import Named

_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Local:
    """What it costs to keep data here: money per so many bytes and month."""

    cost: Decimal
    currency: str
    per: int

    def of(self, size: int) -> Decimal:
        return self.cost * size / self.per


@dataclass(frozen=True)
class Rule:
    """What it takes to fall under it; what is None or empty asks nothing.

    Sizes are bytes, times days; `untouched` is neither read nor changed, as far as reads are
    known. What falls under it stays, or moves `to` a place, from which it is recalled at a `speed`,
    or at the cheapest where that is empty.
    """

    name: str
    paths: re.Pattern[str] | None = None
    extensions: tuple[str, ...] = ()
    larger: int | None = None
    smaller: int | None = None
    untouched: int | None = None
    unchanged: int | None = None
    changed: int | None = None
    to: Place | None = None
    speed: str = ""

    @property
    def needs_paths(self) -> bool:
        return self.paths is not None or bool(self.extensions)

    def fits(self, file: Named) -> bool:
        """Whether a file falls under it; what costs least to find out comes first."""
        if self.larger is not None and file.size < self.larger:
            return False
        if self.smaller is not None and file.size >= self.smaller:
            return False
        if self.unchanged is not None and file.age < self.unchanged * _DAY:
            return False
        if self.changed is not None and file.age >= self.changed * _DAY:
            return False
        if self.untouched is not None and _touched(file.age, file.idle) < self.untouched * _DAY:
            return False
        if self.extensions and not file.path.lower().endswith(self.extensions):
            return False
        return self.paths is None or self.paths.fullmatch(file.path) is not None

    def fits_cell(self, cell: Cell) -> bool | None:
        """Whether the objects of a cell fall under it; None where some may, and some not."""
        found = set(self._tell(cell))
        if False in found:
            return False
        return None if None in found or self.needs_paths else True

    def _tell(self, cell: Cell) -> Iterator[bool | None]:
        sizes, ages = size_range(cell), age_range(cell.age)
        touched = ages if cell.idle is None else _earlier(ages, age_range(cell.idle))
        yield _at_least(sizes, self.larger)
        yield _below(sizes, self.smaller)
        yield _at_least(ages, self.unchanged)
        yield _below(ages, self.changed)
        yield _at_least(touched, self.untouched)


@dataclass(frozen=True)
class Plan:
    """Rules in order, what it costs to keep data here, and the part read back in a month.

    `recall` is in percent, None where nobody says it.
    """

    rules: tuple[Rule, ...]
    local: Local | None = None
    recall: Decimal | None = None

    def judge(self, file: Named) -> int:
        """The number of the first rule that a file falls under, from 1 on; 0 where none fits."""
        for number, rule in enumerate(self.rules, 1):
            if rule.fits(file):
                return number
        return 0

    def judge_cell(self, cell: Cell) -> list[tuple[int, bool]]:
        """The numbers of the rules that objects of a cell may fall under, the last one 0 for none.

        With each, whether it fits all of them: the first of which that is so is the last.
        """
        found: list[tuple[int, bool]] = []
        for number, rule in enumerate(self.rules, 1):
            fits = rule.fits_cell(cell)
            if fits is not False:
                found.append((number, fits is True))
            if fits:
                return found
        return [*found, (0, True)]


#: From the first, below the second; no upper end for None.
Range = tuple[int, int | None]


def size_range(cell: Cell) -> Range:
    """The sizes that the objects of a cell may have: up to the next edge, where it is one."""
    if not cell.size:
        return (0, None) if cell.bytes else (0, 1)
    above = _next(SIZES, cell.size)
    average = cell.bytes // cell.objects if cell.objects else 0
    return cell.size, above if above is None or average < above else None


def age_range(days: int) -> Range:
    """The days that a cell of an age may have."""
    return days, _next(AGES, days)


def _next(edges: Sequence[int], value: int) -> int | None:
    index = bisect_right(edges, value)
    return edges[index] if value in edges and index < len(edges) else None


def _earlier(one: Range, other: Range) -> Range:
    ends = [each[1] for each in (one, other) if each[1] is not None]
    return min(one[0], other[0]), min(ends, default=None)


def _at_least(values: Range, bound: int | None) -> bool | None:
    if bound is None or values[0] >= bound:
        return True
    return False if values[1] is not None and values[1] <= bound else None


def _below(values: Range, bound: int | None) -> bool | None:
    found = _at_least(values, bound)
    return True if bound is None else None if found is None else not found


def _touched(age: int, idle: int | None) -> int:
    return age if idle is None else min(age, idle)
