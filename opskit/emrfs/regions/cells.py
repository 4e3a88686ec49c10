"""Cells: all places that no answer to one action can tell apart, with one place in each."""

from collections.abc import Sequence
from typing import NamedTuple

from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import Atom, Atoms, Mark
from opskit.emrfs.regions.tree import Node, tree
from opskit.emrfs.regions.walk import Budget, Walker

Marks = frozenset[Mark]


class Cell(NamedTuple):
    """The places in `node` (and, for listings in buckets that nothing names, with keys in
    `listed`) that match those marks and no others. `witness` is one of them.
    """

    node: Node
    listed: Node | None
    matched: Marks
    witness: Path


class Cells(NamedTuple):
    """The cells of a node; `complete` is False where some may be missing."""

    cells: Sequence[Cell]
    complete: bool


class Places:
    """All places as a tree of nodes, and the cells of each: as few marks as matter are asked for,
    because each may double the cells.

    `listed` is the tree of what is listed, where answers depend on that: in buckets that nothing
    names it is apart from the bucket, and in others it is part of the tree of places, `root`.
    """

    def __init__(self, atoms: Atoms) -> None:
        listing = bool(atoms.listed) or any(mark.over != "place" for mark in atoms.marks)
        self.root = tree(atoms.places | _in_buckets(atoms) if listing else atoms.places)
        self.listed = tree(atoms.listed) if listing else None
        self.nodes = tuple(self.root.walk())
        self._budget = Budget()
        self._walkers: dict[Marks, Walker] = {}
        self._known: dict[tuple[Node, Marks], Cells] = {}

    def cells(self, node: Node, marks: Marks) -> Cells:
        """The cells of a node that those marks make; none where no place is in the node alone."""
        key = node, marks
        found = self._known.get(key)
        if found is None:
            apart = self.listed is not None and "/" not in node.text
            found = self._known[key] = (self._listings if apart else self._cells)(node, marks)
        return found

    def _walker(self, marks: Marks) -> Walker:
        if marks not in self._walkers:
            self._walkers[marks] = Walker(marks, self._budget)
        return self._walkers[marks]

    def _cells(self, node: Node, marks: Marks) -> Cells:
        texts, complete = self._walker(marks).texts(node)
        return Cells([Cell(node, None, m, _path(text)) for m, text in texts.items()], complete)

    def _listings(self, node: Node, marks: Marks) -> Cells:
        """Listings in buckets that nothing names."""
        assert self.listed is not None
        over = {name: frozenset(m for m in marks if m.over == name) for name in ("bucket", "key")}
        buckets = self._walker(over["bucket"]).texts(node)
        complete = buckets.complete
        found = []
        for listed in self.listed.walk():
            keys = self._walker(over["key"]).texts(listed, in_key=True)
            complete = complete and keys.complete
            for more, key in keys.texts.items():
                for matched, text in buckets.texts.items():
                    path = Path(text.partition("/")[0], key)
                    found.append(Cell(node, listed, matched | more, path))
        return Cells(found, complete)


def _path(text: str) -> Path:
    bucket, _, key = text.partition("/")
    return Path(bucket, key)


def _in_buckets(atoms: Atoms) -> set[Atom]:
    """Each bucket that has a name, and in it what is listed."""
    buckets = {atom.text.partition("/")[0] for atom in atoms.places if "/" in atom.text}
    listed = {
        Atom(f"{bucket}/{atom.text}", atom.exact) for bucket in buckets for atom in atoms.listed
    }
    return listed | {Atom(f"{bucket}/") for bucket in buckets}
