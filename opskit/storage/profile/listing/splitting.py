"""Where to split a range of keys of which little is known.

Keys are ordered as S3 orders them, by their UTF-8 bytes, which is the order of their code points
and so that of `str`. A range `(at, until]` is split at any string between; a bad choice costs a
request, never a key.
"""

from bisect import bisect_left
from collections.abc import Iterable

_SURROGATES, _AFTER_SURROGATES, _LAST = 0xD800, 0xE000, 0x10FFFF
#: A position of keys tells more than all characters only when it has shown a few of them.
_RICH = 4
_POSITIONS = 512
_DECIMAL = frozenset("0123456789")
_HEXADECIMAL = _DECIMAL | frozenset("abcdef")
_DIGITS = 48


def past(prefix: str) -> str | None:
    """The least string above all that begin with `prefix`; None where there is no such."""
    for end in range(len(prefix) - 1, -1, -1):
        code = ord(prefix[end])
        if code < _LAST:
            after = code + 1
            return prefix[:end] + chr(_AFTER_SURROGATES if after == _SURROGATES else after)
    return None


def common(one: str, other: str) -> int:
    """How many characters two strings begin with alike."""
    end = min(len(one), len(other))
    if one[:end] == other[:end]:
        return end
    low = 0
    while low < end:  # by halves: slices compare faster than a loop does
        middle = (low + end + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            end = middle - 1
    return low


class Alphabet:
    """The characters that keys are made of, at each position and anywhere."""

    def __init__(self) -> None:
        self._anywhere: set[str] = set()
        self._at: list[set[str]] = []
        self._orders: list[str | None] = []

    def learn(self, keys: Iterable[str]) -> None:
        for key in keys:
            self._anywhere.update(key)
            if len(key) > len(self._at):
                new = min(len(key), _POSITIONS) - len(self._at)
                self._at += [set() for _ in range(new)]
                self._orders += [None] * new
            for position, character in enumerate(key[:_POSITIONS]):
                seen = self._at[position]
                if character not in seen:
                    seen.add(character)
                    self._orders[position] = None

    def _order(self, position: int) -> str:
        """The characters of a position in order; of a hash all, though not all were seen."""
        seen = self._at[position]
        hexadecimal = seen <= _HEXADECIMAL and not seen.isdisjoint(_HEXADECIMAL - _DECIMAL)
        return "".join(sorted(_HEXADECIMAL if hexadecimal and seen & _DECIMAL else seen))

    def between(self, position: int, low: str, high: str) -> list[str]:
        """Characters seen above `low` and below `high`, "" for no bound; those of the position
        where it has shown enough of them, else those of all positions.
        """
        seen = self._at[position] if position < len(self._at) else set()
        for some in (seen, self._anywhere):
            found = [each for each in some if each > low and (not high or each < high)]
            if len(found) >= _RICH or some is self._anywhere:
                break
        return sorted(found)

    def place(self, text: str, start: int) -> float:
        """Where a string lies among all that begin with the same `start` characters, from 0 to 1,
        were all characters of a position equally frequent.
        """
        place, unit = 0.0, 1.0
        for position in range(start, min(len(text), start + _DIGITS, len(self._at))):
            order = self._orders[position]
            if order is None:
                order = self._orders[position] = self._order(position)
            character = text[position]
            rank = bisect_left(order, character)
            unit /= len(order)
            place += unit * rank
            if rank == len(order) or order[rank] != character:
                break
        return place


def closed(at: str, until: str | None, floor: int, alphabet: Alphabet) -> int:
    """How many characters of `at` all keys of `(at, until]` begin with, as far as is known."""
    if until is None:
        return floor
    alike = max(common(at, until), floor)
    if len(until) != alike + 1 or alike >= len(at):
        return alike
    next_ = past(at[: alike + 1]) == until
    return alike + (next_ or not alphabet.between(alike, at[alike], until[alike]))


def middle(
    at: str, until: str | None, floor: int, depth: int, alphabet: Alphabet
) -> tuple[str, int] | None:
    """A point inside `(at, until)`, and the depth at which keys above it are looked for next.

    `floor` is the length of the prefix that is listed. Keys differ at a depth below `depth`, as
    far as is known: folders and numbers share the beginnings of their names. The depth is halved
    first: the point is behind all that begins with half of what may be shared. Then the
    characters at that depth are halved.
    """
    shared = closed(at, until, floor, alphabet)
    if depth > len(at):
        depth = len(at)
    if depth - shared > 1:
        cut = (shared + depth + 1) // 2
        point = past(at[:cut])
        if point is not None and len(point) > floor and _inside(at, point, until):
            return point, cut
    return _by_characters(at, until, shared, floor, alphabet)


def _by_characters(
    at: str, until: str | None, shared: int, floor: int, alphabet: Alphabet
) -> tuple[str, int] | None:
    for depth in range(shared, len(at) + 1):
        low = at[depth : depth + 1]
        bounded = until is not None and until[:depth] == at[:depth]
        high = until[depth : depth + 1] if bounded and until else ""
        found = alphabet.between(depth, low, high)
        if found:
            point: str | None = at[:depth] + found[len(found) // 2]
        elif bounded:
            point = at[:depth] + high
        else:
            point = past(at[: depth + 1]) if low and depth == shared else None
        if point is not None and len(point) > floor and _inside(at, point, until):
            return point, depth + 1
    return None


def _inside(at: str, point: str, until: str | None) -> bool:
    return at < point and (until is None or point < until)
