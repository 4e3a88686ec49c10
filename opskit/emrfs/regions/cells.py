"""Cells: all places that no answer to one action can tell apart, with one place in each."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import Atom, Atoms, Mark
from opskit.emrfs.regions.tree import Node, tree
from opskit.emrfs.regions.walk import Walker


class Cell(NamedTuple):
    """The places in `node` (and, for listings in buckets that nothing names, with keys in
    `listed`) that match those marks and no others. `witness` is one of them.
    """

    node: Node
    listed: Node | None
    matched: frozenset[Mark]
    witness: Path


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells, the tree they come from, and that of what is listed in buckets that nothing names.
    `complete` is False where cells may be missing, or where answers depend on more than was cut.
    """

    cells: Sequence[Cell]
    root: Node
    listed: Node | None
    marks: tuple[Mark, ...]
    complete: bool


def cells(atoms: Atoms) -> Cells:
    """Every cell that has a place in it."""
    listing = bool(atoms.listed) or any(mark.over != "place" for mark in atoms.marks)
    root = tree(atoms.places | set(_in_buckets(atoms)) if listing else atoms.places)
    found: list[Cell] = []
    walker = Walker(atoms.marks)
    elsewhere = _Elsewhere(atoms) if listing else None
    complete = atoms.exact
    for node in root.walk():
        if elsewhere is not None and "/" not in node.text:
            complete &= elsewhere.add(node, found)
            continue
        there = walker.texts(node)
        complete &= there.complete
        found += [Cell(node, None, marks, _path(text)) for marks, text in there.texts.items()]
    listed = elsewhere.root if elsewhere is not None else None
    return Cells(found, root, listed, atoms.marks, complete)


def _path(text: str) -> Path:
    bucket, _, key = text.partition("/")
    return Path(bucket, key)


def _in_buckets(atoms: Atoms) -> Iterator[Atom]:
    """Each bucket that has a name, and in it what is listed."""
    for bucket in {atom.text.partition("/")[0] for atom in atoms.places if "/" in atom.text}:
        yield Atom(f"{bucket}/")
        yield from (Atom(f"{bucket}/{atom.text}", atom.exact) for atom in atoms.listed)


class _Elsewhere:
    """Listings in buckets that nothing names: the bucket and the listed key are apart."""

    def __init__(self, atoms: Atoms) -> None:
        self._buckets = Walker([mark for mark in atoms.marks if mark.over == "bucket"])
        keys = Walker([mark for mark in atoms.marks if mark.over == "key"])
        self.root = tree(atoms.listed)
        self._keys = [(node, keys.texts(node, in_key=True)) for node in self.root.walk()]

    def add(self, node: Node, found: list[Cell]) -> bool:
        """The cells of a node; whether these are all."""
        buckets = self._buckets.texts(node)
        for marks, text in buckets.texts.items():
            for listed, keys in self._keys:
                for more, key in keys.texts.items():
                    path = Path(text.partition("/")[0], key)
                    found.append(Cell(node, listed, marks | more, path))
        return buckets.complete and all(keys.complete for _, keys in self._keys)
