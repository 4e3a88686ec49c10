"""Destination names and the patterns that match them, as the broker's own filters do.

Source: `DestinationFilter.parseFilter` and its four filters in apache/activemq
(activemq-client, package `org.apache.activemq.filter`). Among what surprises: `A.>` matches `A`
itself; a `*` in the *name* under a `>` pattern counts as equal to anything; `a.>.b` is no
wildcard; a composite filter matches when any of its parts does, and each part may name a type of
its own (`a,topic://b`). What may follow a `?` is options, no part of the name.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from opskit.errors import UsageError

KINDS = ("queue", "topic", "tempQueue", "tempTopic")
_PREFIXES = {
    "queue": "queue",
    "topic": "topic",
    "temp-queue": "tempQueue",
    "temp-topic": "tempTopic",
}
_SCHEMES = {kind: prefix for prefix, kind in _PREFIXES.items()}
_SPACE = "".join(map(chr, range(0x21)))  # what Java's String.trim takes off


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination as messages are sent to it, or as a list names it.

    `kind` is one of KINDS, or whatever a file has for an element's name in a list.
    """

    kind: str
    name: str

    @property
    def temporary(self) -> bool:
        return self.kind.startswith("temp")

    @property
    def is_topic(self) -> bool:
        """Whether it is a topic, temporary or not."""
        return self.kind in ("topic", "tempTopic")

    @property
    def physical(self) -> str:
        """The name as the broker keeps it: without options and the white space around it."""
        return self.name.strip(_SPACE).partition("?")[0]

    @property
    def composite(self) -> bool:
        return "," in self.physical

    def __str__(self) -> str:
        return f"{_SCHEMES.get(self.kind, self.kind)}://{self.name}"


def parse(text: str) -> Destination:
    """`queue://a.b`, `topic://a.b`, `temp-queue://x` or `temp-topic://x`.

    Raises UsageError for anything else, a bare name included: queue or topic changes the answer.
    """
    prefix, separator, name = text.partition("://")
    if not separator or prefix.lower() not in _PREFIXES or not name:
        raise UsageError(
            f"not a destination: {text!r}",
            hint="write queue://NAME or topic://NAME, as in queue://TestingQ",
        )
    return Destination(_PREFIXES[prefix.lower()], name)


def parts(name: str) -> list[str]:
    """The destinations that a composite name (`a,b`) stands for, without their `?options`."""
    pieces = (part.strip(_SPACE) for part in name.partition("?")[0].split(","))
    return [piece for piece in pieces if piece]


def split(destination: Destination) -> list[Destination]:
    """The single destinations that it stands for: itself, or the parts of a composite."""
    if not destination.composite:
        return [Destination(destination.kind, destination.physical)]
    return [read(part, destination.kind) for part in parts(destination.name)]


def read(text: str, kind: str) -> Destination:
    """A destination with or without its prefix; `kind` is what it is without."""
    prefix, separator, name = text.partition("://")
    if separator and prefix in _PREFIXES:
        return Destination(_PREFIXES[prefix], name)
    return Destination(kind, text)


def covers(pattern: Destination, given: Destination) -> bool:
    """Whether an entry of a bridge's list matches a destination: by its type and by its filter.

    `given` is taken by its name even where that is a pattern or a composite, as a bridge does
    with its own static entries.
    """
    return pattern.kind == given.kind and any(
        part.kind == given.kind and _matches_one(part.physical.split("."), given.physical)
        for part in split(pattern)
    )


class Patterns:
    """The entries of a list in their order, made ready to be asked about many destinations.

    `first` says what `covers`, asked of one entry after the other, would say, without a look at
    each: plain names are in a dict, patterns in a tree with a step for each level of the name.
    """

    def __init__(self, entries: Iterable[Destination] = ()) -> None:
        self._plain: dict[tuple[str, str], list[int]] = {}
        self._stars: dict[str, _Step] = {}  # patterns with `*`, by kind
        self._rests: dict[str, _Step] = {}  # patterns that end with `>`, by kind
        self._count = 0
        for entry in entries:
            self.add(entry)

    def add(self, entry: Destination) -> None:
        """Add an entry behind the others."""
        for part in split(entry):
            if part.kind == entry.kind:
                self._add(part.kind, part.physical)
        self._count += 1

    def _add(self, kind: str, name: str) -> None:
        if "*" in name or name.endswith(">"):
            path = name.split(".")
            if path[-1] == ">":
                self._rests.setdefault(kind, _Step()).add(_prefix(path), self._count)
                return
            if "*" in path:
                self._stars.setdefault(kind, _Step()).add(path, self._count)
                return
        self._plain.setdefault((kind, name), []).append(self._count)

    def first(self, given: Destination) -> int | None:
        """The number, from 0, of the first entry that covers a destination."""
        return min((numbers[0] for numbers in self._hits(given)), default=None)

    def covering_any(self, given: Iterable[Destination]) -> set[int]:
        """The numbers of all entries that cover one of the destinations or more."""
        hits = {id(numbers): numbers for each in given for numbers in self._hits(each)}
        return {number for numbers in hits.values() for number in numbers}

    def _hits(self, given: Destination) -> Iterator[list[int]]:
        """The entries that cover a destination, those of one pattern together."""
        kind, name = given.kind, given.physical
        if plain := self._plain.get((kind, name)):
            yield plain
        path = name.split(".") if kind in self._stars or kind in self._rests else []
        if kind in self._stars:
            *_, last = self._stars[kind].along(path, loose=False)
            yield from (step.ends for step in last if step.ends)
        if kind in self._rests:
            for steps in self._rests[kind].along(path, loose=True):
                yield from (step.ends for step in steps if step.ends)


class _Step:
    """A level of the names of patterns: the levels below it, and the entries that end here."""

    __slots__ = ("below", "ends")

    def __init__(self) -> None:
        self.below: dict[str, _Step] = {}
        self.ends: list[int] = []

    def add(self, path: Sequence[str], number: int) -> None:
        step = self
        for level in path:
            step = step.below.setdefault(level, _Step())
        step.ends.append(number)

    def along(self, path: Sequence[str], *, loose: bool) -> Iterator[list["_Step"]]:
        """The steps that each further level of a name leads to, from none of its levels to all.

        `loose` takes a `*` in the name for equal to anything, as `>` patterns do.
        """
        steps = [self]
        yield steps
        for have in path:
            if loose and have == "*":
                steps = [below for step in steps for below in step.below.values()]
            else:
                wanted = {have, "*"}
                steps = [step.below[w] for step in steps for w in wanted if w in step.below]
            yield steps
            if not steps:
                return


@lru_cache(maxsize=65536)
def matches(pattern: str, name: str) -> bool:
    """Whether the broker's filter for `pattern` matches a destination called `name`."""
    return any(_matches_one(part.split("."), name.strip(_SPACE)) for part in parts(pattern))


def _matches_one(wanted: list[str], name: str) -> bool:
    given = name.split(".")
    if wanted[-1] == ">":
        return _matches_prefix(wanted, given)
    if "*" in wanted:
        return len(wanted) == len(given) and all(
            want in ("*", have) for want, have in zip(wanted, given, strict=True)
        )
    return wanted == given


def _matches_prefix(wanted: list[str], given: list[str]) -> bool:
    steps = _prefix(wanted)
    return len(given) >= len(steps) and all(
        "*" in (want, have) or want == have for want, have in zip(steps, given, strict=False)
    )


def _prefix(wanted: list[str]) -> list[str]:
    """The levels before the `>` with which a pattern ends; more of them say the same."""
    end = len(wanted) - 1
    while end and wanted[end - 1] == ">":
        end -= 1
    return wanted[:end]


def has_wildcard(name: str) -> bool:
    """Whether any part of the name is a pattern."""
    return any(path[-1] == ">" or "*" in path for path in (p.split(".") for p in parts(name)))
