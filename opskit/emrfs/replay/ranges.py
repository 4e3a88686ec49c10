"""All places as ranges of texts within which two files of role mappings have one answer each.

What answers depend on are atoms (`opskit.emrfs.regions.atoms`): prefixes and whole names over the
text `bucket/key` cut all texts into ranges, so that the number of a range is found by searching a
sorted list, in any engine. Texts order by code point, which is also the order of their UTF-8.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from opskit.emrfs import prefixes
from opskit.emrfs.regions.atoms import Atom, Atoms, Mark

#: The actions that the ranges are made for: those of nearly all that EMRFS does. Of any other it
#: is looked whether they are enough.
ACTIONS = (
    *("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"),
    "s3:ListBucket",
)


@dataclass(frozen=True, slots=True)
class Ranges:
    """`places` and `listed` are sorted starts, the first of them empty: range `i` goes from one
    to the next. The same for `marks`: whether a place matches is told for each.
    """

    places: Sequence[str]
    listed: Sequence[str]
    marks: Sequence[Mark]
    _atoms: Atoms

    @classmethod
    def of(cls, all_: Iterable[Atoms]) -> "Ranges":
        """The ranges for all of several actions."""
        found = list(all_)
        places = frozenset().union(*(each.places for each in found))
        listed = frozenset().union(*(each.listed for each in found))
        marks = tuple(sorted({mark for each in found for mark in each.marks}))
        atoms = Atoms(places, listed, marks, exact=True)
        return cls(_starts(places), _starts(listed), marks, atoms)

    def fit(self, atoms: Atoms) -> bool:
        """Whether answers that depend on `atoms` are the same all over a range."""
        known = self._atoms
        return (
            atoms.exact
            and atoms.places <= known.places
            and atoms.listed <= known.listed
            and set(atoms.marks) <= set(known.marks)
        )

    def within(self, text: str) -> str:
        """The longest prefix that was cut at and that covers `text`, else its bucket."""
        at = bisect_right(self.places, text) - 1
        while at > 0:
            start = self.places[at]
            if text.startswith(start) and Atom(start) in self._atoms.places:
                return start
            at = min(at, bisect_right(self.places, _common(start, text))) - 1
        return text.partition("/")[0] + "/"


def _starts(atoms: Iterable[Atom]) -> list[str]:
    return sorted({"", *(edge for atom in atoms for edge in _edges(atom))})


def _edges(atom: Atom) -> Iterator[str]:
    yield atom.text
    end = atom.text + "\0" if atom.exact else prefixes.after(atom.text)
    if end is not None:
        yield end


def _common(one: str, other: str) -> str:
    """What both start with."""
    size = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), None)
    return one[: min(len(one), len(other)) if size is None else size]
