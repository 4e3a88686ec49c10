"""Mappings of one role and kind made one, where the order allows it.

Two mappings have to keep their order where their roles differ and a request can match both. Users
are apart from each other, and prefixes that do not cover each other are; all else can meet: a user
may be in any groups and ask for any place. What is not known (`Part.is_open`) keeps its order with
all, for below it nothing is certain. Two mappings can be one where no chain of such orders leads
through others from one to the other.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from heapq import heapify, heappop, heappush

from opskit.emrfs import prefixes
from opskit.emrfs.model import Kind
from opskit.emrfs.optimize.parts import Part, unclear


def merge(parts: Sequence[Part]) -> list[Part]:
    """The parts in an order in which as many as were found are one; as they were where none is."""
    order = _Order(_fixed(parts))
    into = list(range(len(parts)))
    alike: dict[tuple[str, Kind], list[int]] = defaultdict(list)
    for position, part in enumerate(parts):
        if not part.is_open:
            alike[part.role, part.kind].append(position)
    for positions in alike.values():
        kept: list[int] = []
        for position in positions:
            # the nearest first: less is moved
            other = next((each for each in reversed(kept) if order.free(each, position)), None)
            if other is None:
                kept.append(position)
            else:
                order.join(other, position)
                into[position] = other
    return [_joined([parts[each] for each in group]) for group in _sorted(into, order)]


def _joined(group: Sequence[Part]) -> Part:
    if len(group) == 1:
        return group[0]
    members = [member for part in group for member in part.members]
    listed = [identifier for part in group for identifier in part.identifiers]
    return Part(members, listed, group[0].role, is_open=False)


def _sorted(into: Sequence[int], order: "_Order") -> Iterator[list[int]]:
    """The groups of positions, each as far up as it was where the order allows it."""
    groups: dict[int, list[int]] = defaultdict(list)
    for position, group in enumerate(into):
        groups[group].append(position)
    whole = _mask(groups)
    left = {group: order.above(group, whole).bit_count() for group in groups}
    ready = [group for group, count in left.items() if not count]
    heapify(ready)
    while ready:
        group = heappop(ready)
        yield groups[group]
        for other in _bits(order.after(group, whole)):
            left[other] -= 1
            if not left[other]:
                heappush(ready, other)


class _Order:
    """What comes before what: sets of positions as bits of a number."""

    def __init__(self, fixed: Sequence[int]) -> None:
        count = len(fixed)
        self._after = [0] * count
        self._above = [0] * count
        for position in reversed(range(count)):
            found = 0
            for other in _bits(fixed[position] >> (position + 1)):
                if not found >> (other + position + 1) & 1:
                    found |= 1 << (other + position + 1) | self._after[other + position + 1]
            self._after[position] = found
        for position in range(count):
            for other in _bits(self._after[position]):
                self._above[other] |= 1 << position

    def after(self, one: int, among: int) -> int:
        """Those that have to stand behind one."""
        return self._after[one] & among

    def above(self, one: int, among: int) -> int:
        """Those that have to stand before one."""
        return self._above[one] & among

    def free(self, one: int, other: int) -> bool:
        """Whether nothing has to stand between the two, whichever comes first."""
        between = self._after[one] & self._above[other] | self._after[other] & self._above[one]
        return not between

    def join(self, one: int, other: int) -> None:
        """Make the other a part of the one."""
        after = self._after[one] | self._after[other]
        above = self._above[one] | self._above[other]
        for each in _bits(above):
            self._after[each] |= after | 1 << one
        for each in _bits(after):
            self._above[each] |= above | 1 << one
        self._after[one], self._above[one] = after, above


def _bits(number: int) -> Iterator[int]:
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


def _fixed(parts: Sequence[Part]) -> list[int]:
    """For each part those with which it has to keep its order."""
    everything = (1 << len(parts)) - 1
    opened = _mask(i for i, part in enumerate(parts) if part.is_open)
    same: dict[str, int] = defaultdict(int)
    kinds: dict[Kind, int] = defaultdict(int)
    for position, part in enumerate(parts):
        same[part.role] |= 1 << position
        kinds[part.kind] |= 1 << position
    meeting = _meeting(parts)
    found = []
    for position, part in enumerate(parts):
        apart = 0 if part.kind is Kind.GROUP else kinds[part.kind] & ~meeting[position]
        free = 0 if part.is_open else (apart | same[part.role]) & ~opened
        found.append(everything & ~free)
    return found


def _mask(positions: Iterable[int]) -> int:
    return sum(1 << position for position in positions)


def _meeting(parts: Sequence[Part]) -> list[int]:
    """For each part those whose prefixes cover or are covered by one of its own.

    A prefix that covers another by folders does so as plain text as well.
    """
    texts = [
        (prefixes.normal(identifier.text), position)
        for position, part in enumerate(parts)
        if part.kind is Kind.PREFIX
        for identifier in part.identifiers
        if not unclear(identifier.text)
    ]
    found = [0] * len(parts)
    open_: list[tuple[str, int]] = []
    for text, position in sorted(texts):
        if not text:
            continue
        while open_ and not text.startswith(open_[-1][0]):
            open_.pop()
        covering = open_[-1][1] if open_ else 0
        for other in _bits(covering & ~found[position]):
            found[other] |= 1 << position
        found[position] |= covering
        open_.append((text, covering | 1 << position))
    return found
