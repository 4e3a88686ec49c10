"""Sets of cells as pieces of the tree of prefixes, few of them."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from opskit.emrfs.regions.cells import Cell, Marks
from opskit.emrfs.regions.tree import Node

_NONE: Marks = frozenset()
#: Combinations of patterns beyond which nothing is told by them.
_MANY = 32


class Listed(NamedTuple):
    """Keys in a node of the tree of what is listed, but for those in the nodes of `cut`."""

    node: Node
    cut: Sequence[Node]


class Piece(NamedTuple):
    """All in a node but what is in the nodes of `cut`, as far as it matches the patterns `like`
    and none of `unlike`, and its key is `listed`. `cell` is one of the cells in it.
    """

    node: Node
    cut: Sequence[Node]
    cell: Cell
    like: Marks = _NONE
    unlike: Marks = _NONE
    listed: Listed | None = None


@dataclass(slots=True)
class _Own:
    """The cells of one node alone, and how many there are in it, and wanted."""

    cells: list[Cell] = field(default_factory=list)
    wanted: list[Cell] = field(default_factory=list)
    total: int = 0
    inside: int = 0
    wanted_inside: int = 0


class Choice(NamedTuple):
    """The cells of some nodes, all by the same patterns, and the ids of those that are chosen.
    `others` are nodes with places of which none is.
    """

    cells: Sequence[Cell]
    chosen: Collection[int]
    others: Collection[Node] = ()


def fewest(top: Node, choice: Choice) -> list[Piece]:
    """The pieces of a node that the chosen cells make, node by node or patterns first."""
    found = list(pieces(top, choice))
    if len(found) < 2 or not any(each.like or each.unlike for each in found):
        return found
    other = _by_marks(top, choice)
    return found if other is None or len(other) >= len(found) else other


def pieces(top: Node, choice: Choice, listed: Node | None = None) -> Iterator[Piece]:
    """The same, node by node. `listed` is the tree of what is listed, where cells tell it apart."""
    counted = _counted(top, choice)
    todo = [top]
    while todo:
        node = todo.pop()
        own = counted[node]
        if not own.wanted_inside:
            continue
        rest = [child for child in node.children if counted[child].inside]
        part = [child for child in rest if counted[child].wanted_inside < counted[child].inside]
        full = len(rest) - len(part)
        if len(own.wanted) == own.total and (own.wanted or full > 1 or not part):
            yield Piece(node, part, _sample(node, set(part), counted))
            todo += reversed(part)
        else:
            if own.wanted:
                yield from _alone(node, rest, own, listed)
            todo += reversed(rest)


def _counted(top: Node, choice: Choice) -> dict[Node, _Own]:
    found = {node: _Own() for node in top.walk()}
    for cell in choice.cells:
        own = found[cell.node]
        own.cells.append(cell)
        if id(cell) in choice.chosen:
            own.wanted.append(cell)
    for node, own in found.items():
        own.total = len(own.cells) + (node in choice.others)
    for node in reversed(found):
        own, below = found[node], [found[child] for child in node.children]
        own.inside = own.total + sum(each.inside for each in below)
        own.wanted_inside = len(own.wanted) + sum(each.wanted_inside for each in below)
    return found


def _sample(node: Node, cut: Collection[Node], counted: Mapping[Node, _Own]) -> Cell:
    """A wanted cell in a node, outside of what is cut out."""
    return next(counted[e].wanted[0] for e in _outside(node, cut) if counted[e].wanted)


def _outside(node: Node, cut: Collection[Node]) -> Iterator[Node]:
    yield node
    for child in node.children:
        if child not in cut:
            yield from child.walk()


def _alone(node: Node, rest: Sequence[Node], own: _Own, listed: Node | None) -> Iterator[Piece]:
    """Some cells of one node without what is in it."""
    marks = frozenset(mark for cell in own.cells for mark in cell.matched)
    if listed is None or own.cells[0].listed is None:
        for cell in own.wanted:
            yield Piece(node, rest, cell, cell.matched, marks - cell.matched)
        return
    chosen = {id(cell) for cell in own.wanted}
    for like, cells in _in_buckets(own.cells).items():
        inner = {id(cell): _keyed(cell, like) for cell in cells}
        wanted = {id(inner[each]) for each in chosen & inner.keys()}
        unlike = frozenset(mark for mark in marks - like if mark.over == "bucket")
        for each in fewest(listed, Choice(list(inner.values()), wanted)):
            yield Piece(
                node,
                rest,
                each.cell,
                like | each.like,
                unlike | each.unlike,
                Listed(each.node, each.cut),
            )


def _in_buckets(cells: Sequence[Cell]) -> dict[Marks, list[Cell]]:
    """The cells by the patterns that the bucket matches."""
    found: dict[Marks, list[Cell]] = defaultdict(list)
    for cell in cells:
        found[frozenset(mark for mark in cell.matched if mark.over == "bucket")].append(cell)
    return found


def _keyed(cell: Cell, without: Marks) -> Cell:
    """The cell as one of the tree of what is listed."""
    assert cell.listed is not None
    return Cell(cell.listed, None, cell.matched - without, cell.witness)


def _by_marks(top: Node, choice: Choice) -> list[Piece] | None:
    """The pieces, patterns first: all that matches one set of patterns is told apart from the rest.
    None where there are too many sets.
    """
    marks = _telling(choice)
    layers: dict[Marks, list[Cell]] = defaultdict(list)
    own: dict[Node, Marks] = defaultdict(frozenset)
    for cell in choice.cells:
        layers[cell.matched & marks].append(cell)
        own[cell.node] |= cell.matched & marks
    if len(layers) > _MANY:
        return None
    inside: dict[Node, Marks] = {}
    for node in reversed(list(top.walk())):
        inside[node] = own[node].union(*(inside[child] for child in node.children))
    return [
        piece._replace(like=like, unlike=inside[piece.node] - like)
        for like, layer in layers.items()
        for piece in pieces(top, choice._replace(cells=layer))
    ]


def _telling(choice: Choice) -> Marks:
    """The patterns without which what is chosen could not be told from the rest of its node."""
    kept = frozenset(mark for cell in choice.cells for mark in cell.matched)
    for mark in sorted(kept):
        if _told(choice, kept - {mark}):
            kept -= {mark}
    return kept


def _told(choice: Choice, marks: Marks) -> bool:
    found: dict[tuple[Node, Marks], bool] = {}
    return all(
        found.setdefault((cell.node, cell.matched & marks), id(cell) in choice.chosen)
        is (id(cell) in choice.chosen)
        for cell in choice.cells
    )
