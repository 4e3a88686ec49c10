r"""Patterns with `*` (any text, also none) and `?` (one character), matched in bounded time.

A pattern is a text in which `\*`, `\?` and `\\` stand for the character itself; IAM's own
patterns know no escape and come in through `variables.substitute`. A wildcard matches any
character, `/` and `:` and line ends included. Matching walks the text once: a piece between two
stars is taken where it is found first, which is always right, and never taken back. A piece
without `?` is found by the interpreter's own search; one with `?` by a search that keeps one bit
for each character of the piece. The time grows with the length of the text, not with the number
of the ways a pattern could fit.
"""

import re
from functools import lru_cache
from typing import NamedTuple

_WILD = re.compile(r"[*?\\]")
_TOKEN = re.compile(r"\\(?P<escaped>.)|(?P<star>\*)|(?P<one>\?)|(?P<plain>.)", re.DOTALL)
_STAR, _ONE = "*", "?"

#: A character that stands for itself (True), or a wildcard (False).
Token = tuple[str, bool]


def escape(text: str) -> str:
    """The pattern that only `text` matches."""
    return _WILD.sub(r"\\\g<0>", text) if _WILD.search(text) else text


def tokens(pattern: str) -> list[Token]:
    """A pattern in parts; a backslash at the end stands for itself."""
    found: list[Token] = []
    for each in _TOKEN.finditer(pattern):
        text = each["escaped"] or each[0]
        found.append((text, not (each["star"] or each["one"])))
    return found


def text_of(parts: list[Token]) -> str:
    """The pattern again; stars in a row become one."""
    written: list[str] = []
    for text, literal in parts:
        if literal or text == _ONE or written[-1:] != [_STAR]:
            written.append(escape(text) if literal else text)
    return "".join(written)


class Piece(NamedTuple):
    """What stands between two stars: `runs` are its literal texts with their offsets, `text` is
    the whole where it has no `?`.
    """

    size: int
    runs: tuple[tuple[int, str], ...]
    text: str | None

    @classmethod
    def of(cls, parts: list[Token]) -> "Piece":
        runs: list[tuple[int, str]] = []
        start, text = 0, ""
        for offset, (char, literal) in enumerate([*parts, (_ONE, False)]):
            if literal:
                start, text = (start, text + char) if text else (offset, char)
            elif text:
                runs.append((start, text))
                text = ""
        whole = all(literal for _, literal in parts)
        return cls(len(parts), tuple(runs), "".join(char for char, _ in parts) if whole else None)

    def at(self, text: str, start: int) -> bool:
        """Whether it stands at `start`, where there is room for it."""
        if self.text is not None:
            return text.startswith(self.text, start)
        return all(text.startswith(run, start + offset) for offset, run in self.runs)

    def find(self, text: str, start: int, end: int) -> int:
        """The first place from `start` where it stands before `end`; -1 for none."""
        if self.text is not None:
            return text.find(self.text, start, end)
        if not self.runs:
            return start if start + self.size <= end else -1
        return self._scan(text, start, end)

    def _scan(self, text: str, start: int, end: int) -> int:
        """Bit `i` of `state` says that the first `i` + 1 characters of the piece fit here."""
        anything = (1 << self.size) - 1
        for offset, run in self.runs:
            anything &= ~(((1 << len(run)) - 1) << offset)
        masks: dict[str, int] = {}
        for offset, run in self.runs:
            for index, char in enumerate(run, offset):
                masks[char] = masks.get(char, anything) | 1 << index
        last, state = 1 << (self.size - 1), 0
        for position in range(start, end):
            state = (state << 1 | 1) & masks.get(text[position], anything)
            if state & last:
                return position - self.size + 1
        return -1


class Glob:
    """A pattern, ready to be matched."""

    __slots__ = ("_first", "_last", "_middle", "_room")

    def __init__(self, pattern: str) -> None:
        pieces: list[list[Token]] = [[]]
        for token in tokens(pattern):
            if token == (_STAR, False):
                pieces.append([])
            else:
                pieces[-1].append(token)
        self._first = Piece.of(pieces[0])
        self._last = Piece.of(pieces[-1]) if len(pieces) > 1 else None
        self._middle = [Piece.of(piece) for piece in pieces[1:-1] if piece]
        self._room = sum(map(len, pieces))

    def matches(self, text: str) -> bool:
        size, first, last = len(text), self._first, self._last
        if last is None:
            return size == first.size and first.at(text, 0)
        end = size - last.size
        if size < self._room or not first.at(text, 0) or not last.at(text, end):
            return False
        start = first.size
        for piece in self._middle:
            found = piece.find(text, start, end)
            if found < 0:
                return False
            start = found + piece.size
        return True


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> Glob:
    return Glob(pattern)


def matches(pattern: str, text: str) -> bool:
    return compiled(pattern).matches(text)


class Plain(NamedTuple):
    """A pattern without wildcards, or with one star at its end."""

    text: str
    open_ended: bool


def plain(pattern: str) -> Plain | None:
    """The simple form of a pattern; None where it has none."""
    body = pattern[:-1] if pattern.endswith("*") else pattern
    if not _WILD.search(body):
        return Plain(body, body is not pattern)
    parts = tokens(pattern)
    open_ended = bool(parts) and parts[-1] == (_STAR, False)
    while parts and parts[-1] == (_STAR, False):
        parts.pop()
    if all(literal for _, literal in parts):
        return Plain("".join(text for text, _ in parts), open_ended)
    return None


def residuals(pattern: str, prefix: str) -> set[str]:
    """Patterns for what may follow `prefix` in the texts that match `pattern`: one of them matches
    the rest if and only if `pattern` matches the whole.
    """
    parts = tokens(pattern)
    states = _with_stars(parts, {0})
    for char in prefix:
        moved: set[int] = set()
        for state in states:
            if state < len(parts):
                text, literal = parts[state]
                if text == _STAR and not literal:
                    moved.add(state)
                elif text == char or not literal:
                    moved.add(state + 1)
        states = _with_stars(parts, moved)
    # what follows a star needs no pattern of its own: the star may be nothing
    stars = {state for state in states if parts[state : state + 1] == [(_STAR, False)]}
    return {text_of(parts[state:]) for state in states if state - 1 not in stars}


def _with_stars(parts: list[Token], states: set[int]) -> set[int]:
    found = set(states)
    for state in states:
        while parts[state : state + 1] == [(_STAR, False)]:
            state += 1
            found.add(state)
    return found
