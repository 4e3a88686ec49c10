"""The places that a design says something about, found by how they start."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, product

from opskit.emrfs import places, prefixes, samples
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Kind, PrefixMatch, Role
from opskit.emrfs.prefixes import Path

#: How many denials are brought together, and in how many ways.
_DENIALS, _CHOICES = 3, 50


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Sorted: the mapped prefixes in their normal form, the buckets that policies of mapped roles
    name. `open` has for each denial and boundary the patterns that it leaves open.
    """

    prefixes: Sequence[str]
    buckets: Sequence[str]
    open: Sequence[Sequence[str]]
    match: PrefixMatch
    _lengths: Sequence[int]
    _prefixes: frozenset[str]
    _buckets: frozenset[str]

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
        names = frozenset(mapped), frozenset(buckets)
        return cls(
            mapped,
            buckets,
            list(_open(role, design.partition)),
            design.prefix_match,
            lengths,
            *names,
        )

    def below(self, head: str, most: int) -> Iterator[tuple[str, Path]]:
        """Places that start with `head`: a name, empty for one that has none, and a sample."""
        for text in _starting(self.prefixes, head, most):
            yield text, _inside(text)
        for bucket in _starting(self.buckets, head, most):
            yield bucket, Path(bucket, samples.PROBE)

    def left(self, pattern: str) -> Iterator[str]:
        """Texts in a pattern that the denials and the boundary leave open."""
        choices = islice(product(*self.open[:_DENIALS]), _CHOICES) if self.open else ()
        for choice in choices:
            text = samples.common((pattern, *choice))
            if text is not None:
                yield text

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


def _open(role: Role, partition: str) -> Iterator[tuple[str, ...]]:
    """What each denial leaves out, and what a boundary allows."""
    limits = [role.boundary] if role.boundary is not None else []
    for policy in [*(role.permissions or ()), *limits]:
        allowed: list[str] = []
        for statement in policy.statements:
            if statement.effect == "Deny" and statement.not_resources:
                yield tuple(_patterns(policy, statement.not_resources, partition))
            elif policy is role.boundary and statement.effect == "Allow":
                allowed += _patterns(policy, statement.resources, partition)
        if allowed:
            yield tuple(allowed)


def _patterns(policy: Policy, texts: tuple[str, ...] | None, partition: str) -> Iterator[str]:
    return samples.patterns(texts, policy.version, lambda _: None, partition)
