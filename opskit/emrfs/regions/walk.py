"""Shortest places that lie in a node of the tree, and in none within it, for each combination of
the marks that a place there can match.

Patterns are walked side by side, character by character, from the node's own text on. Characters
that stand in no pattern and in no child are all alike: one of them stands for all.
"""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from opskit.emrfs.iam.glob import text_of, tokens
from opskit.emrfs.prefixes import BUCKET
from opskit.emrfs.regions.atoms import Mark
from opskit.emrfs.regions.tree import Node

#: States that are looked at for one node: beyond, the answer is not complete, and says so.
MOST = 20_000
_LEAST = 100
_IN_BUCKETS = "xyzwvutsrqponmlkjihgfedcba0123456789-ABCDEFGHIJKLMNOPQRSTUVWXYZ_."


class Found(NamedTuple):
    """A shortest text for each set of marks; `complete` is False where there may be more sets."""

    texts: Mapping[frozenset[Mark], str]
    complete: bool


@dataclass(slots=True)
class Budget:
    """The states that may still be looked at in all; when they are used up, few are for a node."""

    left: int = 20 * MOST


class Patterns:
    """Marks walked at once: bit `i` of a number says that the text so far fits the first parts of
    a pattern. A star that is reached can do what all parts before it could, which are let go.
    """

    def __init__(self, marks: Iterable[Mark]) -> None:
        self.start = 0
        self.letters: set[str] = set()
        self.ends: dict[int, Mark] = {}
        self._any = self._stars = self._in_bucket = self._in_key = 0
        self._takes: dict[str, int] = defaultdict(int)
        self._below: dict[int, int] = {}
        self._matched: dict[int, frozenset[Mark]] = {}
        size = 0
        for mark in sorted(marks):
            size += self._add(mark, size)
        self._ends = sum(self.ends)
        self.letters.update(self._takes)

    def _add(self, mark: Mark, first: int) -> int:
        """Put a pattern behind those that there are; the number of its bits."""
        parts = tokens(text_of(tokens(mark.pattern)))  # stars in a row are one
        whole = 0
        for index, (text, literal) in enumerate(parts, first):
            bit = 1 << index
            whole |= bit
            if literal:
                self._takes[text] |= bit
            elif text == "*":
                self._stars |= bit
                self._below[bit] = whole - bit
            else:
                self._any |= bit
        end = 1 << (first + len(parts))
        self.ends[end] = mark
        if mark.over != "key":
            self._in_bucket |= whole | end
        if mark.over != "bucket":
            self._in_key |= whole | end
        self.start |= 1 << first
        if self._stars & (1 << first):
            self.start |= 2 << first
        return len(parts) + 1

    def step(self, states: int, char: str, *, behind: bool) -> int:
        """What fits with one more character, which stands behind the bucket's name or in it. A
        slash between the two is neither to patterns of buckets nor of keys.
        """
        active = self._in_key if behind else self._in_bucket
        if char == "/" and not behind:
            active &= self._in_key
        here = states & active
        stars = here & self._stars
        found = (here & (self._any | self._takes.get(char, 0))) << 1 | stars
        found |= (found & self._stars) << 1
        new = found & self._stars & ~stars
        while new:
            star = new & -new
            found &= ~self._below[star]
            new ^= star
        return found | (states & ~active)

    def matched(self, states: int) -> frozenset[Mark]:
        """The marks that match a text."""
        bits = states & self._ends
        found = self._matched.get(bits)
        if found is None:
            found = frozenset(mark for end, mark in self.ends.items() if end & bits)
            self._matched[bits] = found
        return found


class State(NamedTuple):
    """Where a text is: before the bucket's name, behind it, or in it; how far the patterns are, and
    the rest of the text as long as it may still become a child (None when it cannot).
    """

    before: bool
    behind: bool
    states: int
    rest: str | None


@dataclass(slots=True)
class _Children:
    """The rests of a node's children that are prefixes, of those that are whole, and what may
    follow each of their starts.
    """

    closed: set[str] = field(default_factory=set)
    exact: set[str] = field(default_factory=set)
    follows: dict[str, dict[str, None]] = field(default_factory=dict)
    letters: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, node: Node) -> "_Children":
        made = cls()
        for child in node.children:
            rest = child.text[len(node.text) :]
            (made.exact if child.atom.exact else made.closed).add(rest)
            made.letters.update(rest)
            for size, char in enumerate(rest):
                made.follows.setdefault(rest[:size], {})[char] = None
            made.follows.setdefault(rest, {})
        return made


class Walker:
    """Walks for one set of marks."""

    def __init__(self, marks: Iterable[Mark], budget: Budget | None = None) -> None:
        self._patterns = Patterns(marks)
        self._budget = budget or Budget()

    def texts(self, node: Node, *, in_key: bool = False) -> Found:
        """The texts of a node. With `in_key` they are keys, else `bucket/key`."""
        state = self._behind(node.text, in_key)
        if state is None or (node.atom.exact and not state.behind):
            return Found({}, complete=True)
        if node.atom.exact:
            return Found({self._patterns.matched(state.states): node.text}, complete=True)
        return self._search(node, state._replace(rest="" if node.children else None), in_key)

    def _behind(self, text: str, in_key: bool) -> State | None:
        """The state behind a text; None where no place starts so."""
        bucket, slash, key = ("", "", text) if in_key else text.partition("/")
        if not (in_key or BUCKET.fullmatch(bucket or ("" if slash else "x"))):
            return None
        states = self._patterns.start
        for part, behind in ((bucket + slash, False), (key, True)) if self._patterns.ends else ():
            for char in part:
                states = self._patterns.step(states, char, behind=behind)
        return State(not (in_key or text), in_key or bool(slash), states, None)

    def _search(self, node: Node, start: State, in_key: bool) -> Found:
        children = _Children.of(node)
        alphabets = self._alphabets(children)
        found: dict[frozenset[Mark], str] = {}
        seen, todo = {start}, deque([(start, node.text)])
        most = min(MOST, max(self._budget.left, _LEAST))
        while todo and len(seen) <= most:
            state, text = todo.popleft()
            if state.behind and state.rest not in children.exact and (in_key or _valid(text)):
                found.setdefault(self._patterns.matched(state.states), text)
                if not self._patterns.ends:
                    break  # there is one set only
            own = {} if state.rest is None else children.follows[state.rest]
            for char in alphabets[state.behind] | own:
                following = self._step(state, char, children)
                if following is not None and following not in seen:
                    seen.add(following)
                    todo.append((following, text + char))
        self._budget.left -= len(seen)
        return Found(found, complete=len(seen) <= most or not todo)

    def _step(self, state: State, char: str, children: _Children) -> State | None:
        """The state after one more character; None where no place is so, or a child is reached."""
        behind = state.behind
        if not behind:
            behind = char == "/"
            if state.before if behind else char not in _IN_BUCKETS:
                return None
        rest = None if state.rest is None else state.rest + char
        if rest in children.closed:
            return None
        states = self._patterns.step(state.states, char, behind=state.behind)
        return State(False, behind, states, rest if rest in children.follows else None)

    def _alphabets(self, children: _Children) -> dict[bool, dict[str, None]]:
        """The characters to go on with behind the bucket's name, and in it: one for all others."""
        letters = self._patterns.letters
        other = next(c for c in _candidates() if c not in letters | children.letters)
        return {
            True: dict.fromkeys(["/", other, *sorted(letters)]),
            False: dict.fromkeys(
                ["/", *(c for c in (other, *sorted(letters)) if c in _IN_BUCKETS)]
            ),
        }


def _candidates() -> Iterator[str]:
    yield from _IN_BUCKETS
    yield from map(chr, range(0x100, 0x10000))  # in buckets they lead nowhere


def _valid(text: str) -> bool:
    bucket, slash, _ = text.partition("/")
    return bool(slash and BUCKET.fullmatch(bucket))
