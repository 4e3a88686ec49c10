"""The places that a design says something about, found by how they start."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from opskit.emrfs import places, prefixes, samples
from opskit.emrfs.iam.policy import Policy
from opskit.emrfs.model import Design, Kind, PrefixMatch, Role
from opskit.emrfs.prefixes import Path


@dataclass(frozen=True, slots=True)
class Landmarks:
    """Sorted: the mapped prefixes in their normal form, the buckets that policies of mapped roles
    name, and further samples, where a denial or a boundary leaves something open.
    """

    prefixes: Sequence[str]
    buckets: Sequence[str]
    others: Sequence[str]
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
        return cls(mapped, buckets, sorted(set(_open(role))), design.prefix_match, lengths, *names)

    def below(self, head: str, most: int) -> Iterator[tuple[str, Path]]:
        """Places that start with `head`: a name, empty for one that has none, and a sample."""
        for text in _starting(self.prefixes, head, most):
            yield text, _inside(text)
        for bucket in _starting(self.buckets, head, most):
            yield bucket, Path(bucket, samples.PROBE)
        for text in _starting(self.others, head, most):
            yield "", _inside(text)

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


def _open(role: Role) -> Iterator[str]:
    """What denials leave out, and what a boundary allows."""
    limits = [role.boundary] if role.boundary is not None else []
    for policy in [*(role.permissions or ()), *limits]:
        yield from _left(policy, boundary=policy is role.boundary)


def _left(policy: Policy, *, boundary: bool) -> Iterator[str]:
    for statement in policy.statements:
        texts = statement.not_resources if statement.effect == "Deny" else None
        if boundary and statement.effect == "Allow":
            texts = statement.resources
        for text in texts or ():
            found = samples.head(text.rpartition(":::")[2])
            if found:
                yield found
