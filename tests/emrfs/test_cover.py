"""Pieces: together they hold what was chosen and nothing else, and they are few."""

from collections.abc import Callable, Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.iam.glob import matches
from opskit.emrfs.prefixes import Path
from opskit.emrfs.regions.atoms import Atom, Atoms, Mark
from opskit.emrfs.regions.cells import Cell, Places
from opskit.emrfs.regions.cover import Choice, Piece
from opskit.emrfs.regions.describe import describe, told
from opskit.emrfs.regions.tree import Node
from tests.emrfs.test_cells import ATOMS, LIST_MARKS, OBJECT_MARKS, PLACES, all_cells, signature


def within(node: Node, text: str) -> bool:
    return text == node.text if node.atom.exact else text.startswith(node.text)


def holds(piece: Piece, path: Path) -> bool:
    """Whether a place is in a piece, as its fields say."""
    over = {"place": path.text, "bucket": path.bucket, "key": path.key}
    listed = piece.listed
    return (
        within(piece.node, path.text)
        and not any(within(each, path.text) for each in piece.cut)
        and all(matches(mark.pattern, over[mark.over]) for mark in piece.like)
        and not any(matches(mark.pattern, over[mark.over]) for mark in piece.unlike)
        and (
            listed is None
            or (
                within(listed.node, path.key)
                and not any(within(each, path.key) for each in listed.cut)
            )
        )
    )


def deepest(root: Node, text: str) -> Node:
    inner = [child for child in root.children if within(child, text)]
    return deepest(inner[0], text) if inner else root


def place(places: Places, path: Path) -> tuple[Node, Node | None]:
    """Where in the trees a place is."""
    node = deepest(places.root, path.text)
    apart = places.listed is not None and "/" not in node.text
    return node, deepest(places.listed, path.key) if apart and places.listed else None


def check(atoms: Atoms, numbers: Iterable[int], paths: list[Path]) -> None:
    places = Places(atoms)
    found = all_cells(places, atoms.marks).cells
    wanted = [cell for number, cell in enumerate(found) if number in set(numbers)]
    keys = {(cell.node, cell.listed, cell.matched) for cell in wanted}
    touched = {cell.node for cell in wanted}
    # nodes of which nothing is wanted may be given without their cells
    others = {cell.node for cell in found} - touched
    within = [cell for cell in found if cell.node in touched]
    chosen = {id(cell) for cell in wanted}
    for choice in (Choice(found, chosen), Choice(within, chosen, others)):
        pieces = list(told(places, choice))
        for path in [*paths, *(cell.witness for cell in found)]:
            key = (*place(places, path), signature(atoms, path)[2])
            assert any(holds(piece, path) for piece in pieces) is (key in keys)
        for piece in pieces:
            assert holds(piece, piece.cell.witness)
        assert len(pieces) <= len(wanted)


CHOSEN = st.sets(st.integers(0, 30))


@settings(deadline=None, max_examples=300)
@given(ATOMS, OBJECT_MARKS, CHOSEN, st.lists(PLACES, max_size=30))
def test_objects(
    atoms: frozenset[Atom], marks: list[Mark], chosen: set[int], places: list[Path]
) -> None:
    check(Atoms(atoms, frozenset(), tuple(marks), exact=True), chosen, places)


@settings(deadline=None, max_examples=200)
@given(ATOMS, ATOMS, LIST_MARKS, CHOSEN, st.lists(PLACES, max_size=30))
def test_listings(
    atoms: frozenset[Atom],
    listed: frozenset[Atom],
    marks: list[Mark],
    chosen: set[int],
    places: list[Path],
) -> None:
    check(Atoms(atoms, listed, tuple(marks), exact=True), chosen, places)


def regions(
    prefixes: Iterable[str], marks: tuple[Mark, ...], wanted: Callable[[Cell], bool]
) -> list[str]:
    places = Places(Atoms(frozenset(map(Atom, prefixes)), frozenset(), marks, exact=True))
    found = all_cells(places, marks).cells
    chosen = {id(cell) for cell in found if wanted(cell)}
    return [region.text for region in describe(places, Choice(found, chosen))]


def test_a_pattern_is_told_once_however_many_prefixes_there_are() -> None:
    pattern = Mark("place", "lake/*.parquet")
    marks = (pattern, Mark("place", "*x*y"))
    lake = ["lake/", *(f"lake/{number}/" for number in range(40))]

    def wanted(cell: Cell) -> bool:
        return pattern in cell.matched and not cell.witness.text.startswith("lake/7")

    assert regions(lake, marks, wanted) == [
        "s3://lake/ where it matches lake/*.parquet except s3://lake/7/"
    ]


def test_prefixes_that_lie_deep_within_each_other() -> None:
    deep = ["a/" * depth for depth in range(1, 3000)]
    assert len(regions(deep, (), lambda cell: len(cell.node.text) % 4 == 2)) == 1500
