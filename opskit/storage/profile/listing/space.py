"""The key space while it is listed: ranges that workers advance, and split when one is idle.

A range `(after, until]` owns its keys: a page is cut at `until` when it has come, under the lock of
the space, so that each key is counted by one range however the ranges are split meanwhile.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from opskit.storage.profile.listing import splitting
from opskit.storage.profile.listing.tally import Tally

#: Ranges with fewer keys to come than this are not worth a request of their own.
_LEAST_PAGES = 2.0
_UNKNOWN = 64.0


@dataclass(slots=True, eq=False)
class Range:
    """Keys above `after` up to `until`, None for the end; listed and counted up to `at`.

    `version` and `token` say where to go on inside a key, or behind an empty page. `pages` came
    since the beginning. `depth` is where keys are thought to differ, `left` the pages to come.
    """

    after: str
    until: str | None
    at: str
    depth: int = 0
    left: float = _UNKNOWN
    pages: int = 0
    version: str = ""
    token: str = ""
    empty: int = 0
    done: bool = False
    tally: Tally = field(default_factory=Tally)


class Space:
    """Ranges that wait and ranges that are listed. Not safe between threads by itself."""

    def __init__(self, prefix: str, gaps: Iterable[tuple[str, str | None]]) -> None:
        self.floor = len(prefix)
        self.alphabet = splitting.Alphabet()
        self.waiting = [Range(after, until, after) for after, until in gaps]
        self.active: list[Range] = []

    @property
    def finished(self) -> bool:
        return not self.waiting and not self.active

    def take(self, *, splits: bool = True) -> Range | None:
        """A range to list: one that waits, or half of the largest; None where none is worth it."""
        if not self.waiting and splits:
            self._split()
        if not self.waiting:
            return None
        taken = self.waiting.pop()
        self.active.append(taken)
        return taken

    def advance(self, taken: Range, keys: Sequence[str], more: bool, version: str = "") -> int:
        """Note that a page with these keys, in order, came for a range; how many of them are its.

        `more` tells whether there may be keys behind the page; with a `version` there are more
        versions of its last key.
        """
        cut = len(keys) if taken.until is None else bisect_right(keys, taken.until)
        taken.pages += 1
        if cut:
            taken.at = keys[cut - 1]
            self.alphabet.learn(keys[: cut : max(cut // 8, 1)])
            self._estimate(taken, keys[:cut])
        taken.version, taken.token, taken.empty = version, "", 0
        ended = taken.until is not None and taken.at >= taken.until and not version
        if cut < len(keys) or not more or ended:
            taken.done = True
            self.active.remove(taken)
        return cut

    def _estimate(self, taken: Range, keys: Sequence[str]) -> None:
        """How many pages are to come: as many as came, or fewer where half a page says so, by how
        far it went in the range.
        """
        first, at = keys[len(keys) // 2], taken.at
        walked = splitting.common(first, at)
        shared = splitting.closed(at, taken.until, self.floor, self.alphabet)
        if taken.depth <= shared:
            taken.depth = splitting.common(keys[0], keys[-1]) + 1
        taken.left = max(taken.left - 1, taken.pages)
        if walked > shared:  # there are keys of other beginnings, or none: nobody knows
            return
        start, now = (self.alphabet.place(each, shared) for each in (first, at))
        bounded = taken.until is not None and taken.until[:shared] == at[:shared]
        end = self.alphabet.place(taken.until, shared) if bounded and taken.until else 1.0
        measured = max(end - now, 0) / max(now - start, 1e-9) / 2
        taken.left = min(taken.left, measured)

    def _split(self) -> None:
        for each in sorted(self.active, key=lambda one: one.left, reverse=True):
            if each.left < _LEAST_PAGES:
                return
            half = self.half(each)
            if half is not None:
                self.waiting.append(half)
                return

    def half(self, of: Range) -> Range | None:
        """The upper part of a range, taken from it; None where nothing is between its ends."""
        found = splitting.middle(of.at, of.until, self.floor, of.depth, self.alphabet)
        if found is None:
            return None
        point, depth = found
        of.left /= 2
        upper = Range(point, of.until, point, depth, of.left)
        of.until = point
        return upper
