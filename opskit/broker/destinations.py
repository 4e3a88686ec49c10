"""Destination names and the patterns that match them, as the broker's own filters do.

Source: `DestinationFilter.parseFilter` and its four filters in apache/activemq
(activemq-client, package `org.apache.activemq.filter`). Among what surprises: `A.>` matches `A`
itself; a `*` in the *name* under a `>` pattern counts as equal to anything; `a.>.b` is no
wildcard; a composite filter matches when any of its parts does, and each part may name a type of
its own (`a,topic://b`). What may follow a `?` is options, no part of the name.
"""

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
    steps = wanted[:-1]
    while steps and steps[-1] == ">":
        steps = steps[:-1]
    return len(given) >= len(steps) and all(
        "*" in (want, have) or want == have for want, have in zip(steps, given, strict=False)
    )


def has_wildcard(name: str) -> bool:
    """Whether any part of the name is a pattern."""
    return any(path[-1] == ">" or "*" in path for path in (p.split(".") for p in parts(name)))
