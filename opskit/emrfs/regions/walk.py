"""Shortest places that lie in a node of the tree, and in none within it, for each combination of
the marks that a place there can match.

Patterns are walked side by side as automata, character by character, from the node's own text on.
Characters that stand in no pattern and in no child are all alike: one of them stands for all.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from opskit.emrfs.iam.glob import tokens
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


class Automaton:
    """One mark: which of its states are reached is a set of bits."""

    def __init__(self, mark: Mark) -> None:
        self.mark = mark
        parts = tokens(mark.pattern)
        self._stars = {i for i, (text, literal) in enumerate(parts) if text == "*" and not literal}
        self._parts = parts
        self._end = 1 << len(parts)
        self.start = self._closed(1)
        self.letters = {text for text, literal in parts if literal}
        self._steps: dict[tuple[int, str], int] = {}

    def _closed(self, states: int) -> int:
        for star in sorted(self._stars):
            if states >> star & 1:
                states |= 1 << (star + 1)
        return states

    def step(self, states: int, char: str) -> int:
        found = self._steps.get((states, char))
        if found is None:
            found = 0
            for index, (text, literal) in enumerate(self._parts):
                if not states >> index & 1:
                    continue
                if index in self._stars:
                    found |= 1 << index
                elif not literal or text == char:
                    found |= 1 << (index + 1)
            found = self._steps[states, char] = self._closed(found)
        return found

    def accepts(self, states: int) -> bool:
        return bool(states & self._end)


class State(NamedTuple):
    """Where a text is: before the bucket's name, behind it, or in it; how far each mark is, and the
    rest of the text as long as it may still become a child (None when it cannot).
    """

    before: bool
    behind: bool
    marks: tuple[int, ...]
    rest: str | None


@lru_cache(maxsize=1024)
def automaton(mark: Mark) -> Automaton:
    """The automaton of a mark, with the steps that it has made before."""
    return Automaton(mark)


@dataclass(slots=True)
class Budget:
    """The states that may still be looked at in all; when they are used up, few are for a node."""

    left: int = 10 * MOST


class Walker:
    """Walks for one set of marks."""

    def __init__(self, marks: Iterable[Mark], budget: Budget | None = None) -> None:
        self._automata = [automaton(mark) for mark in sorted(marks)]
        self._budget = budget or Budget()
        self._letters = sorted(set().union(*(each.letters for each in self._automata), "/"))

    def texts(self, node: Node, *, in_key: bool = False) -> Found:
        """The texts of a node. With `in_key` they are keys, else `bucket/key`."""
        if node.atom.exact:
            return self._exact(node.text, in_key)
        closed, exact, starts = _children(node)
        state = self._behind(node.text, in_key)
        if state is None:
            return Found({}, complete=True)
        state = state._replace(rest="" if node.children else None)
        return self._search(node.text, state, in_key, closed, exact, starts)

    def _behind(self, text: str, in_key: bool) -> State | None:
        """The state behind a text; None where no place starts so."""
        bucket, slash, _ = text.partition("/")
        if not (in_key or BUCKET.fullmatch(bucket or ("" if slash else "x"))):
            return None
        state = State(not in_key, in_key, tuple(a.start for a in self._automata), None)
        if not self._automata:
            return state._replace(before=not (in_key or text), behind=bool(in_key or slash))
        for char in text:
            following = self._step(state, char, frozenset(), None)
            if following is None:
                return None
            state = following
        return state

    def _exact(self, text: str, in_key: bool) -> Found:
        state = self._behind(text, in_key)
        if state is None or not state.behind or not (in_key or _valid(text)):
            return Found({}, complete=True)
        return Found({self._matched(state): text}, complete=True)

    def _search(
        self,
        start: str,
        state: State,
        in_key: bool,
        closed: frozenset[str],
        exact: frozenset[str],
        starts: frozenset[str],
    ) -> Found:
        found: dict[frozenset[Mark], str] = {}
        seen, todo = {state}, deque([(state, start)])
        most = min(MOST, max(self._budget.left, _LEAST))
        while todo:
            state, text = todo.popleft()
            if state.behind and state.rest not in exact and (in_key or _valid(text)):
                found.setdefault(self._matched(state), text)
                if not self._automata:
                    break
            if len(seen) > most:
                self._budget.left -= len(seen)
                return Found(found, complete=False)
            for char in self._alphabet(state, starts):
                following = self._step(state, char, starts, state.rest)
                if following is None or following in seen or following.rest in closed:
                    continue
                seen.add(following)
                todo.append((following, text + char))
        self._budget.left -= len(seen)
        return Found(found, complete=True)

    def _step(
        self, state: State, char: str, starts: frozenset[str], rest: str | None
    ) -> State | None:
        """The state after one more character; None where no place is so."""
        behind = state.behind
        if not behind and char == "/":
            if state.before:
                return None
            behind = True
        elif not behind and not BUCKET.fullmatch(char):
            return None
        longer = None if rest is None or rest + char not in starts else rest + char
        marks = tuple(
            self._moved(automaton, states, char, state.behind)
            for automaton, states in zip(self._automata, state.marks, strict=True)
        )
        return State(False, behind, marks, longer)

    @staticmethod
    def _moved(automaton: Automaton, states: int, char: str, behind: bool) -> int:
        over = automaton.mark.over
        if over == "bucket" and (behind or char == "/"):
            return states
        if over == "key" and not behind:
            return states
        return automaton.step(states, char)

    def _matched(self, state: State) -> frozenset[Mark]:
        pairs = zip(self._automata, state.marks, strict=True)
        return frozenset(each.mark for each, states in pairs if each.accepts(states))

    def _alphabet(self, state: State, starts: frozenset[str]) -> list[str]:
        own = [] if state.rest is None else _following(starts).get(state.rest, [])
        letters = [*self._letters, *own]
        other = next(c for c in _candidates(state.behind) if c not in letters)
        return list(dict.fromkeys(["/", other, *letters]))


def _candidates(behind: bool) -> Iterable[str]:
    """Characters that may stand for those that nothing names."""
    yield from _IN_BUCKETS
    yield from (chr(number) for number in range(0x100, 0x3000))  # in buckets they lead nowhere


def _children(node: Node) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The rests of children that are prefixes, of those that are whole, and all their starts."""
    cut = len(node.text)
    closed = frozenset(each.text[cut:] for each in node.children if not each.atom.exact)
    exact = frozenset(each.text[cut:] for each in node.children if each.atom.exact)
    starts = frozenset(rest[:size] for rest in closed | exact for size in range(len(rest) + 1))
    return closed, exact, starts


@lru_cache(maxsize=8)
def _following(starts: frozenset[str]) -> dict[str, list[str]]:
    """What may follow each start of a child."""
    found: dict[str, list[str]] = {}
    for start in starts:
        if start:
            found.setdefault(start[:-1], []).append(start[-1])
    return found


def _valid(text: str) -> bool:
    bucket, slash, _ = text.partition("/")
    return bool(slash and BUCKET.fullmatch(bucket))
