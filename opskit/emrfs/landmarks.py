"""The places that a design says something about, found by how they start."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import NamedTuple

from opskit.emrfs import places, prefixes, samples
from opskit.emrfs.iam.layer import acts
from opskit.emrfs.iam.policy import Policy, Statement
from opskit.emrfs.iam.truth import Truth
from opskit.emrfs.model import Design, Kind, PrefixMatch, Role
from opskit.emrfs.prefixes import Path

#: How many denials are brought together, and in how many ways.
_DENIALS, _CHOICES = 3, 50


class Open(NamedTuple):
    """The patterns that a denial leaves open, or that a boundary allows (no statement)."""

    statement: Statement | None
    patterns: tuple[str, ...]

    def about(self, action: str) -> bool:
        """Whether it bears on an action, in lower case."""
        return self.statement is None or acts(self.statement, action, {}) is not Truth.NO


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Sorted: the mapped prefixes in their normal form, the buckets that policies of mapped roles
    name. `open` has for each denial and boundary the patterns that it leaves open.
    """

    prefixes: Sequence[str]
    buckets: Sequence[str]
    open: Sequence[Open]
    match: PrefixMatch
    _lengths: Sequence[int]
    _prefixes: frozenset[str]
    _buckets: frozenset[str]
    _about: dict[str, list[tuple[str, ...]]]

    @classmethod
    def of(cls, design: Design, role: Role) -> "Landmarks":
        """Of a design, as they matter to one of its roles."""
        written = (each.text for _, each in design.identifiers(Kind.PREFIX))
        mapped = sorted({text for each in written if (text := prefixes.normal(each))})
        others = (each for each in design.every_role() if each.arn != role.arn)
        buckets = sorted(
            set(places.buckets_of(p for each in others for p in each.permissions or ()))
        )
        lengths = sorted(set(map(len, mapped)))
        return cls(
            mapped,
            buckets,
            list(_open(role, design.partition)),
            design.prefix_match,
            lengths,
            frozenset(mapped),
            frozenset(buckets),
            {},
        )

    def below(self, head: str, most: int) -> Iterator[tuple[str, Path]]:
        """Places that start with `head`: a name, empty for one that has none, and a sample."""
        for text in _starting(self.prefixes, head, most):
            yield text, _inside(text)
        for bucket in _starting(self.buckets, head, most):
            yield bucket, Path(bucket, samples.PROBE)

    def left(self, pattern: str, action: str) -> Iterator[str]:
        """Texts in a pattern that the denials and the boundary leave open for an action."""
        about = self._about.get(action)
        if about is None:
            found = (each.patterns for each in self.open if each.about(action.lower()))
            about = self._about[action] = list(islice(found, _DENIALS))
        for choice in islice(product(*about), _CHOICES) if about else ():
            yield from samples.common((pattern, *choice))

    def is_prefix(self, name: str) -> bool:
        return name in self._prefixes

    def is_bucket(self, name: str) -> bool:
        return name in self._buckets

    def covering(self, text: str) -> list[str]:
        """The mapped prefixes that cover a place's text."""
        found = (text[:length] for length in self._lengths)
        return [
            each
            for each in found
            if each in self._prefixes and prefixes.matches(each, text, self.match)
        ]


def _starting(listed: Sequence[str], head: str, most: int) -> Iterator[str]:
    start = bisect_left(listed, head)
    for text in islice(listed, start, start + most):
        if not text.startswith(head):
            return
        yield text


def _inside(text: str) -> Path:
    """A place below a prefix."""
    bucket, _, key = text.partition("/")
    return Path(bucket, f"{key.rstrip('/')}/{samples.PROBE}".lstrip("/"))


def _open(role: Role, partition: str) -> Iterator[Open]:
    """What each denial leaves out, and what a boundary allows."""
    for policy in role.permissions or ():
        yield from _denials(policy, partition)
    if role.boundary is not None:
        yield from _denials(role.boundary, partition)
        allowed = [
            pattern
            for statement in role.boundary.statements
            if statement.effect == "Allow"
            for pattern in _patterns(role.boundary, statement.resources, partition)
        ]
        if allowed:
            yield Open(None, tuple(dict.fromkeys(allowed)))


def _denials(policy: Policy, partition: str) -> Iterator[Open]:
    for statement in policy.statements:
        if statement.effect == "Deny" and statement.not_resources:
            yield Open(statement, tuple(_patterns(policy, statement.not_resources, partition)))


def _patterns(policy: Policy, texts: tuple[str, ...] | None, partition: str) -> Iterator[str]:
    return samples.patterns(texts, policy.version, lambda _: None, partition)
