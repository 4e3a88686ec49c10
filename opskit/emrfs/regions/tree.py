"""The tree of prefixes that lie within each other, and whole names among them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from opskit.emrfs.regions.atoms import Atom


@dataclass(eq=False, slots=True)
class Node:
    """An atom, and the atoms within it that lie in no other one within it."""

    atom: Atom
    children: list["Node"] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.atom.text

    def walk(self) -> Iterator["Node"]:
        """This node and all within it."""
        todo = [self]
        while todo:
            node = todo.pop()
            yield node
            todo.extend(reversed(node.children))


def tree(atoms: Iterable[Atom]) -> Node:
    """The tree below the atom that covers everything."""
    root = Node(Atom(""))
    open_ = [root]
    for atom in sorted(set(atoms) - {root.atom}):
        while not _within(atom, open_[-1].atom):
            open_.pop()
        node = Node(atom)
        open_[-1].children.append(node)
        if not atom.exact:
            open_.append(node)
    return root


def _within(inner: Atom, outer: Atom) -> bool:
    return not outer.exact and inner.text.startswith(outer.text)
