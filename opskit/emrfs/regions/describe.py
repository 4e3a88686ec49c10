"""Sets of cells told as regions: prefixes, what is cut out of them, and patterns."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import Mark
from opskit.emrfs.regions.cells import Cell, Places
from opskit.emrfs.regions.cover import Choice, Piece, fewest, pieces
from opskit.emrfs.regions.tree import Node

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Region:
    """Places below `within` (or that very one, if `exact`; empty for everywhere), but not below
    `without`, that match the patterns `like` and none of `unlike`. A star at the end of a prefix
    says that names go on. Of what is cut out, `without_exact` are those very places, and not what
    is below them. `listed` is what is listed, where that is apart from the bucket, and `unlisted`
    is cut out of it. `witness` is one of the places.
    """

    within: str
    without: tuple[str, ...]
    without_exact: tuple[str, ...]
    like: tuple[str, ...]
    unlike: tuple[str, ...]
    exact: bool
    listed: str | None
    unlisted: tuple[str, ...]
    witness: Path = field(compare=False)

    @property
    def text(self) -> str:
        """As people read it; long lists are cut."""
        parts = [f"{self.within} itself" if self.exact else self.within]
        if not any((self.within, self.listed, self.like)):
            parts = ["everywhere"]
        if self.listed is not None:
            parts.append(f"listing {self._listing}")
        if self.like:
            parts.append(f"where it matches {_several(self.like, 'and')}")
        if self.unlike:
            parts.append(f"where it does not match {_several(self.unlike, 'or')}")
        if self.without:
            parts.append(f"except {_several(tuple(map(self._cut, self.without)), 'and')}")
        return " ".join(filter(None, parts))

    def _cut(self, name: str) -> str:
        """A name that ends with a slash would be read as all that is below it."""
        return f"{name} itself" if name.endswith("/") and name in self.without_exact else name

    @property
    def _listing(self) -> str:
        cut = _several(self.unlisted, "and") if self.unlisted else ""
        if self.listed == "*":
            return f"anything but {cut}" if cut else "anything"
        what = self.listed or "the whole bucket"
        return f"{what} but {cut}" if cut else what


def _several(texts: tuple[str, ...], word: str) -> str:
    if len(texts) > _SHOWN:
        return f"{', '.join(texts[:_SHOWN])} {word} {len(texts) - _SHOWN} more"
    return f" {word} ".join((", ".join(texts[:-1]), texts[-1])) if len(texts) > 1 else texts[0]


def describe(places: Places, choice: Choice) -> list[Region]:
    """The regions that the chosen cells make, few of them."""
    return [_region(each) for each in told(places, choice)]


def told(places: Places, choice: Choice) -> Iterator[Piece]:
    """The pieces that the chosen cells make. Where what is listed is apart from the bucket,
    patterns come first within one bucket only.
    """
    if places.listed is None:
        yield from fewest(places.root, choice)
        return
    tops = {each: top for top in _tops(places.root) for each in top.walk()}
    again: dict[Node, None] = {}
    for piece in pieces(places.root, choice, places.listed):
        top = tops.get(piece.node)
        if top is None:
            yield piece
        else:
            again[top] = None
    inside: dict[Node, list[Cell]] = {top: [] for top in again}
    for cell in choice.cells:
        top = tops.get(cell.node)
        if top in inside:
            inside[top].append(cell)
    for top, cells in inside.items():
        yield from fewest(top, choice._replace(cells=cells))


def _tops(root: Node) -> Iterator[Node]:
    """The uppermost nodes that name a bucket."""
    todo = [root]
    while todo:
        node = todo.pop()
        if "/" in node.text:
            yield node
        else:
            todo += reversed(node.children)


def _region(piece: Piece) -> Region:
    listed = piece.listed
    return Region(
        _name(piece.node),
        tuple(map(_name, piece.cut)),
        tuple(_name(node) for node in piece.cut if node.atom.exact),
        tuple(sorted(map(_pattern, piece.like))),
        tuple(sorted(map(_pattern, piece.unlike))),
        piece.node.atom.exact,
        None if listed is None else _key(listed.node),
        () if listed is None else tuple(map(_key, listed.cut)),
        piece.cell.witness,
    )


def _key(node: Node) -> str:
    return node.text if node.atom.exact else f"{node.text}*"


def _pattern(mark: Mark) -> str:
    return mark.pattern if mark.over == "place" else f"{mark.over} {mark.pattern}"


def _name(node: Node) -> str:
    if not node.text:
        return ""
    uri = f"s3://{node.text}"
    return uri if node.atom.exact or uri.endswith("/") else f"{uri}*"
