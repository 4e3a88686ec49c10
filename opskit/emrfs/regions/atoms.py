"""What a place's answers may depend on: prefixes, whole names, and patterns with wildcards inside.

A place's text is `bucket/key`. Prefixes of mappings and plain patterns of policies (`lake/raw/*`)
either lie within each other or are apart, so that they make a tree. Patterns with wildcards inside
(`lake/*/raw/?`) are marks: whether a place matches is told for each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from opskit.emrfs import prefixes
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.glob import Plain, plain
from opskit.emrfs.iam.patterns import Cuts
from opskit.emrfs.model import Design, Kind, PrefixMatch, Role


class Atom(NamedTuple):
    """All texts that start with `text`, or that very text."""

    text: str
    exact: bool = False


class Mark(NamedTuple):
    """A pattern (`opskit.emrfs.iam.glob`) and what it is over: `place`, `bucket` or `key`."""

    over: str
    pattern: str


@dataclass(frozen=True, slots=True)
class Atoms:
    """`places` are over `bucket/key`, `listed` over the key alone (conditions on the prefix of a
    listing). Where it is not `exact`, answers depend on the place in a way that is not cut.
    """

    places: frozenset[Atom]
    listed: frozenset[Atom]
    marks: tuple[Mark, ...]
    exact: bool


def roles(design: Design) -> list[Role]:
    """The roles that may decide, the base role included."""
    return [*design.every_role(), *([design.base_role] if design.base_role else [])]


def atoms(
    sides: Iterable[tuple[Design, Authorizer]],
    action: str,
    *,
    matches: Iterable[PrefixMatch] | None = None,
) -> Atoms:
    """What the answers of some designs to one action depend on. `matches` are the readings of
    prefixes; each design's own if they are not given.
    """
    readings = tuple(matches or ())
    places: set[Atom] = set()
    cuts = Cuts()
    for design, authorizer in sides:
        for match in readings or (design.prefix_match,):
            places.update(_mapped(design, match))
        for role in roles(design):
            cuts |= authorizer.cuts(role, action)
    return cut(cuts, places)


def cut(cuts: Cuts, mapped: Iterable[Atom] = ()) -> Atoms:
    """The atoms and marks of patterns, and of what is mapped."""
    places, listed = set(mapped), set[Atom]()
    for over, _, simple in _patterns(cuts):
        if simple is None:
            continue
        if over == "bucket" and not simple.open_ended:
            places.add(Atom(simple.text + "/"))
        else:
            found = listed if over == "key" else places
            found.add(Atom(simple.text, exact=not simple.open_ended))
    return Atoms(frozenset(places), frozenset(listed), tuple(sorted(marks(cuts))), cuts.exact)


def marks(cuts: Cuts) -> frozenset[Mark]:
    """The patterns with wildcards inside."""
    return frozenset(Mark(over, text) for over, text, simple in _patterns(cuts) if simple is None)


def _patterns(cuts: Cuts) -> Iterator[tuple[str, str, Plain | None]]:
    """What each pattern is over, the pattern, and its simple form."""
    yield from (("place", each, plain(each)) for each in cuts.places)
    # no bucket has a name with a slash
    yield from (("bucket", each, plain(each)) for each in cuts.buckets if "/" not in each)
    yield from (("key", each, plain(each)) for each in cuts.prefixes)


def _mapped(design: Design, match: PrefixMatch) -> Iterator[Atom]:
    for _, identifier in design.identifiers(Kind.PREFIX):
        text = prefixes.normal(identifier.text)
        folder = text.rstrip("/")
        if folder and match == "string":
            yield Atom(text)
        elif folder:
            yield Atom(folder, exact=True)
            yield Atom(folder + "/")
