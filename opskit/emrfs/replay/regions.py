"""All places cut into regions within which two files of role mappings have one answer each.

A place's text is `bucket/key`. Prefixes of mappings and plain patterns of policies (`lake/raw/*`)
cut the texts at their ends, so that a region is a range of texts and its number is found by
searching a sorted list. Patterns with wildcards inside (`lake/*/raw/?`) are marks: whether a text
matches is told for each. Policies on listings have patterns over the listed prefix besides.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from opskit.emrfs import prefixes
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.glob import plain
from opskit.emrfs.iam.patterns import Cuts
from opskit.emrfs.model import Design, Kind, Role


#: What the regions are made for. For the others it is looked whether they are enough.
ACTIONS = (
    *("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
    "s3:ListBucket",
)


class Mark(NamedTuple):
    """A pattern (`opskit.emrfs.iam.glob`) and what it is over: `place`, `bucket` or `object`."""

    over: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Regions:
    """`places` and `listed` are sorted starts, the first of them empty: region `i` goes from one
    to the next. `patterns` are those that they come from.
    """

    places: Sequence[str]
    listed: Sequence[str]
    marks: Sequence[Mark]
    patterns: Cuts

    def fit(self, cuts: Cuts) -> bool:
        """Whether answers that depend on `cuts` are the same all over a region."""
        known = self.patterns
        return (
            cuts.exact
            and cuts.places <= known.places
            and cuts.buckets <= known.buckets
            and cuts.prefixes <= known.prefixes
        )

    def prefix(self, text: str) -> str:
        """The longest text that a cut is made at and that `text` starts with; else the bucket."""
        from bisect import bisect_right

        at = bisect_right(self.places, text) - 1
        while at > 0:
            if text.startswith(self.places[at]):
                return self.places[at]
            # what lies between is no start of this text, and neither is what it starts with
            common = _common(self.places[at], text)
            at = bisect_right(self.places, common) - 1
        return text.partition("/")[0] + "/"


def _common(one: str, other: str) -> str:
    size = 0
    for size, (a, b) in enumerate(zip(one, other, strict=False)):  # noqa: B007
        if a != b:
            return one[:size]
    return one[: min(len(one), len(other))]


class Side(NamedTuple):
    """A file of role mappings, ready to be asked: `roles` by their ARN, each one object."""

    design: Design
    authorizer: Authorizer
    roles: Mapping[str, Role]


def side(design: Design) -> Side:
    roles = {str(role.arn): role for role in design.every_role()}
    if design.base_role is not None:
        roles.setdefault(str(design.base_role.arn), design.base_role)
    return Side(design, Authorizer(design), roles)


def regions(sides: Iterable[Side]) -> Regions:
    """The regions of all the files together."""
    places, listed = {""}, {""}
    marks: set[Mark] = set()
    found: tuple[set[str], set[str], set[str]] = (set(), set(), set())
    for each in sides:
        places.update(_mapped(each.design))
        for role in each.roles.values():
            for action in ACTIONS:
                # those that are not exact are told by `fit`
                for kept, new in zip(found, each.authorizer.cuts(role, action), strict=False):
                    kept.update(new)
    patterns = Cuts(*map(frozenset, found))
    for pattern in patterns.places:
        _cut(pattern, "", "place", places, marks)
    for pattern in patterns.buckets:
        _cut(pattern, "/", "bucket", places, marks)
    for pattern in patterns.prefixes:
        _cut(pattern, "", "object", listed, marks)
    return Regions(sorted(places), sorted(listed), sorted(marks), patterns)


def _mapped(design: Design) -> Iterator[str]:
    for _, identifier in design.identifiers(Kind.PREFIX):
        for start, end in prefixes.spans(prefixes.normal(identifier.text), design.prefix_match):
            yield start
            if end is not None:
                yield end


def _cut(pattern: str, closed: str, over: str, starts: set[str], marks: set[Mark]) -> None:
    """Cut where a pattern begins and ends; `closed` is what follows a whole name."""
    simple = plain(pattern)
    if simple is None:
        marks.add(Mark(over, pattern))
        return
    if simple.open_ended:
        starts.add(simple.text)
        end = prefixes.after(simple.text)
    else:
        starts.add(simple.text + closed)
        end = prefixes.after(simple.text + closed) if closed else simple.text + "\0"
    if end is not None:
        starts.add(end)
