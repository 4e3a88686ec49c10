"""An estimate of a bucket from a number of requests that does not suffice to list it.

Half of the requests explore: ranges are split where most keys are thought to be, and a page of each
half is counted. What lies behind those pages is estimated by random descents (D. E. Knuth,
"Estimating the efficiency of backtrack programs", 1975): a range is drawn by how many keys it is
thought to hold; a page of it is counted, the rest is split, one part is followed with a known
probability and counts by the inverse of that. The estimate is right on average whatever the guesses
are worth; they decide how much it varies.
"""

import random
import threading
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from opskit.storage.profile.listing import splitting
from opskit.storage.profile.listing.asking import SpentError
from opskit.storage.profile.listing.space import Range, Space
from opskit.storage.profile.listing.tally import Tally, Weighted

#: No part of a range is followed with less than this probability.
_LEAST_CHANCE = 0.1
#: No draw is longer; what is left is guessed.
_MOST_STEPS = 200
#: The part of the draws that is spread evenly over open ranges, whatever is thought of them.
_EVEN = 0.3
_PAGE = 1000


class Sheet(Protocol):
    """A page as the sampler needs it."""

    @property
    def truncated(self) -> bool: ...
    def names(self) -> list[str]: ...
    def count(self, stop: int) -> Tally: ...


Look = Callable[[str], Sheet]


class Sampler:
    """`certain` is counted, `draws` stand for the rest; `seen` is all of both, some of it twice.

    Threads may share one.
    """

    def __init__(self, look: Look, prefix: str, chance: random.Random) -> None:
        self.space = Space(prefix, [("", None)])
        self.certain, self.seen = Tally(), Tally()
        self.draws: list[Weighted] = []
        self._look, self._prefix, self._chance = look, prefix, chance
        self._walking: set[int] = set()
        self._worth: dict[int, float] = {}
        self._open: list[Range] = []
        self._parts: dict[int, _Part] = {}
        self._shares: list[float] = []
        self._lock = threading.Lock()

    def explore(self) -> bool:
        """Count a page where most keys are thought to be; whether there may be more."""
        with self._lock:
            if self.space.finished:
                return False
            taken = self.space.take(splits=False) or self._promising()
            if taken is None:
                return True
            self._walking.add(id(taken))
        try:
            sheet = self._look(taken.at)
            with self._lock:
                names = sheet.names()
                cut = self.space.advance(taken, names, sheet.truncated)
                tally = sheet.count(cut)
                self.certain.add(tally)
                self.seen.add(tally)
                if not taken.done:
                    if cut:
                        self._parts[id(taken)] = _Part.of(names, cut, tally, whole=False)
                    self._value(taken)
        finally:
            with self._lock:
                self._walking.discard(id(taken))
        return True

    def _promising(self) -> Range | None:
        """Half of the range that is thought to hold most, or now and then of any; all of one that
        is thought to fit on a page.
        """
        idle = [each for each in self.space.active if id(each) not in self._walking]
        if not idle:
            return None
        anyone = self._chance.random() < _EVEN
        of = self._chance.choice(idle) if anyone else max(idle, key=lambda e: self._worth[id(e)])
        half = self.space.half(of) if self._worth[id(of)] > _PAGE else None
        if half is None:
            return of
        self.space.active.append(half)
        self._value(of)
        self._value(half)
        return half

    def expected(self) -> float:
        """The requests that the rest is thought to take."""
        with self._lock:
            return sum(max(self._worth.get(id(each), 0) / _PAGE, 1) for each in self.space.active)

    def settle(self) -> None:
        """End the exploration: from here on ranges are drawn from those that are open."""
        self._open = [*self.space.active, *self.space.waiting]
        for each in self._open:
            self._value(each)
        guesses = [self._worth[id(each)] for each in self._open]
        total = sum(guesses)
        even = _EVEN / len(guesses)
        self._shares = [(1 - _EVEN) * each / total + even for each in guesses]

    def _value(self, of: Range) -> None:
        """Note how many keys a range is thought to hold."""
        part = self._parts.get(id(of))
        guess = self._guess(part, of.at, of.until) if part else _PAGE * of.left
        self._worth[id(of)] = max(guess, 1.0)

    def draw(self) -> None:
        """One random descent, added to the draws. SpentError is not raised, but ends it."""
        with self._lock:
            number = self._chance.choices(range(len(self._open)), self._shares)[0]
            chance = random.Random(self._chance.random())  # noqa: S311
        drawn = Weighted()
        if self._descend(self._open[number], 1 / self._shares[number], drawn, chance):
            with self._lock:
                self.draws.append(drawn)

    def _descend(self, of: Range, weight: float, drawn: Weighted, chance: random.Random) -> bool:
        """Whether there was a request left for the descent; the last one may end with a guess."""
        at, until, depth = of.at, of.until, of.depth
        known = self._parts.get(id(of))
        for step in range(_MOST_STEPS):
            page = self._part(at, until, weight, drawn)
            if page is None:
                if step == 0:
                    return False
                break
            if page.last is None:
                return True
            at, depth, known = page.last, max(depth, page.depth), page
            with self._lock:
                found = splitting.middle(at, until, self.space.floor, depth, self.space.alphabet)
            if found is None:
                continue
            point, below = found
            upper = self._part(point, until, weight, drawn)
            if upper is None:
                break
            if upper.last is None:
                until = point
                continue
            share = self._share(page, at, point, upper, until)
            if chance.random() < share:
                until, weight = point, weight / share
            else:
                at, depth, known, weight = upper.last, below, upper, weight / (1 - share)
        if known is not None:
            with self._lock:
                more = min(self._guesses(known, at, until)) / max(known.keys, 1)
            drawn.add(known.tally, weight * more)
        return True

    def _part(self, at: str, until: str | None, weight: float, drawn: Weighted) -> "_Part | None":
        """Count a page of a range; None where no request is left for it."""
        try:
            sheet = self._look(at)
        except SpentError:
            return None
        names = sheet.names()
        cut = len(names) if until is None else bisect_right(names, until)
        tally = sheet.count(cut)
        drawn.add(tally, weight)
        with self._lock:
            self.seen.add(tally)
        whole = cut < len(names) or not sheet.truncated
        with self._lock:
            self.space.alphabet.learn(names[: cut : max(cut // 8, 1)])
        return _Part.of(names, cut, tally, whole=whole)

    def _share(
        self, lower: "_Part", at: str, point: str, upper: "_Part", until: str | None
    ) -> float:
        """The chance to follow the lower part: its share of the keys, as far as pages tell."""
        assert upper.last is not None
        with self._lock:
            low = self._guess(lower, at, point)
            high = self._guess(upper, upper.last, until)
        share = low / (low + high) if low + high > 0 else 0.5
        return min(max(share, _LEAST_CHANCE), 1 - _LEAST_CHANCE)

    def _guess(self, page: "_Part", at: str, until: str | None) -> float:
        """Keys in `(at, until]`: the larger guess, as what is drawn too rarely does most harm."""
        return max(self._guesses(page, at, until))

    def _guesses(self, page: "_Part", at: str, until: str | None) -> Iterator[float]:
        """Keys in `(at, until]`, were they as dense as in the page before it, or in its end."""
        assert page.last is not None
        place = self.space.alphabet.place
        for first, keys in ((page.first, page.keys), (page.tail, page.keys // 4)):
            shared = splitting.common(first, page.last)
            shared = min(shared, splitting.common(at, until) if until else self.space.floor)
            limit = 1.0 if until is None else place(until, shared)
            left = max(limit - place(at, shared), 0.0)
            walked = place(page.last, shared) - place(first, shared)
            yield keys * left / max(walked, 1e-15)


@dataclass(frozen=True)
class _Part:
    """A page of a range: its first key, the one at three quarters, its last where more follow, and
    how many keys.
    """

    first: str
    tail: str
    last: str | None
    keys: int
    tally: Tally

    @classmethod
    def of(cls, names: list[str], cut: int, tally: Tally, *, whole: bool) -> "_Part":
        if not cut:
            return cls("", "", None, 0, tally)
        tail = names[cut - 1 - cut // 4]
        return cls(names[0], tail, None if whole else names[cut - 1], cut, tally)

    @property
    def depth(self) -> int:
        return splitting.common(self.first, self.last) + 1 if self.last else 0
