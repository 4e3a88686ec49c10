"""Sets of cells told as regions: prefixes, what is cut out of them, and patterns."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import Mark
from opskit.emrfs.regions.cells import Cell, Cells
from opskit.emrfs.regions.tree import Node

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Region:
    """Places below `within` (or that very one, if `exact`; empty for everywhere), but not below
    `without`, that match the patterns `like` and none of `unlike`. A star at the end of a prefix
    says that names go on. `listed` is the key that is listed. `witness` is one of the places.
    """

    within: str
    without: tuple[str, ...]
    like: tuple[str, ...]
    unlike: tuple[str, ...]
    exact: bool
    listed: str | None
    witness: Path = field(compare=False)

    @property
    def text(self) -> str:
        """As people read it; long lists are cut."""
        parts = [f"the object {self.within}" if self.exact else self.within]
        if not any((self.within, self.listed, self.like)):
            parts = ["everywhere"]
        if self.listed is not None:
            parts.append(f"listing {self.listed or 'anything else'}")
        if self.like:
            parts.append(f"where it matches {_several(self.like, 'and')}")
        if self.unlike:
            parts.append(f"where it does not match {_several(self.unlike, 'or')}")
        if self.without:
            parts.append(f"except {_several(self.without, 'and')}")
        return " ".join(filter(None, parts))


def _several(texts: tuple[str, ...], word: str) -> str:
    if len(texts) > _SHOWN:
        return f"{', '.join(texts[:_SHOWN])} {word} {len(texts) - _SHOWN} more"
    return f" {word} ".join((", ".join(texts[:-1]), texts[-1])) if len(texts) > 1 else texts[0]


def describe(all_: Cells, wanted: Iterable[Cell]) -> list[Region]:
    """The regions that a set of cells makes, as few as there are."""
    return list(_Telling(all_, wanted).regions(all_.root))


class _Own:
    """The cells of one node alone."""

    def __init__(self) -> None:
        self.wanted: list[Cell] = []
        self.total = 0
        self.marks: set[Mark] = set()

    def add(self, cell: Cell, wanted: bool) -> None:
        self.total += 1
        self.marks |= cell.matched
        if wanted:
            self.wanted.append(cell)

    @property
    def whole(self) -> bool:
        return len(self.wanted) == self.total


class _Telling:
    """How much of each node is wanted: its own cells, and all that is in it."""

    def __init__(self, all_: Cells, wanted: Iterable[Cell]) -> None:
        self._own: dict[Node, _Own] = {node: _Own() for node in all_.root.walk()}
        chosen = {id(cell) for cell in wanted}
        for cell in all_.cells:
            self._own[cell.node].add(cell, id(cell) in chosen)
        self._inside: dict[Node, tuple[int, int]] = {}
        for node in reversed(list(self._own)):
            own, below = self._own[node], [self._inside[child] for child in node.children]
            self._inside[node] = (
                len(own.wanted) + sum(wanted for wanted, _ in below),
                own.total + sum(total for _, total in below),
            )

    def regions(self, node: Node) -> Iterator[Region]:
        wanted, total = self._inside[node]
        if not wanted:
            return
        own = self._own[node]
        if wanted == total:
            yield _region(node, self._sample(node))
            return
        rest = [child for child in node.children if self._inside[child][1]]
        if own.wanted and own.whole:
            rest = [child for child in rest if self._inside[child][0] < self._inside[child][1]]
            yield _region(node, own.wanted[0], rest)
        else:
            for cell in own.wanted:
                yield _region(node, cell, rest, own.marks - cell.matched, alone=True)
        for child in rest:
            yield from self.regions(child)

    def _sample(self, node: Node) -> Cell:
        return next(self._own[each].wanted[0] for each in node.walk() if self._own[each].wanted)


def _region(
    node: Node,
    cell: Cell,
    cut: Iterable[Node] = (),
    unlike: Iterable[Mark] = (),
    *,
    alone: bool = False,
) -> Region:
    """A node without what is cut out of it; `alone` for one of its cells only."""
    return Region(
        _name(node),
        tuple(map(_name, cut)),
        tuple(sorted(map(_pattern, cell.matched))) if alone else (),
        tuple(sorted(map(_pattern, unlike))),
        node.atom.exact,
        _listed(cell) if alone else None,
        cell.witness,
    )


def _listed(cell: Cell) -> str | None:
    if cell.listed is None:
        return None
    return cell.listed.text if cell.listed.atom.exact else f"{cell.listed.text}*"


def _pattern(mark: Mark) -> str:
    return mark.pattern if mark.over == "place" else f"{mark.over} {mark.pattern}"


def _name(node: Node) -> str:
    if not node.text:
        return ""
    uri = f"s3://{node.text}"
    return uri if node.atom.exact or uri.endswith("/") else f"{uri}*"
