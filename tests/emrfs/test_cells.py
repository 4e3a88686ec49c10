"""Cells: every place is in one, and those in the same cell are not told apart."""

from collections.abc import Iterable

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.iam.glob import matches
from opskit.emrfs.prefixes import BUCKET, Path
from opskit.emrfs.regions.atoms import Atom, Atoms, Mark
from opskit.emrfs.regions.cells import Cells, Places
from opskit.emrfs.regions.tree import tree

TEXTS = st.text(st.sampled_from("ab/"), max_size=5)
ATOMS = st.frozensets(st.builds(Atom, TEXTS, st.booleans()), max_size=5)
PATTERNS = st.text(st.sampled_from("ab/*?"), min_size=1, max_size=5)
OBJECT_MARKS = st.lists(st.builds(Mark, st.just("place"), PATTERNS), max_size=2, unique=True)
LIST_MARKS = st.lists(
    st.builds(Mark, st.sampled_from(("bucket", "key")), PATTERNS), max_size=2, unique=True
)
PLACES = st.builds(
    Path,
    st.text(st.sampled_from("abc"), min_size=1, max_size=3),
    st.text(st.sampled_from("ab/c"), max_size=4),
)


def signature(atoms: Atoms, path: Path) -> tuple[object, object, frozenset[Mark]]:
    """All that answers may depend on, looked at one by one."""

    def within(atom: Atom, text: str) -> bool:
        return text == atom.text if atom.exact else text.startswith(atom.text)

    over = {"place": path.text, "bucket": path.bucket, "key": path.key}
    return (
        frozenset(atom for atom in atoms.places if within(atom, path.text)),
        frozenset(atom for atom in atoms.listed if within(atom, path.key)),
        frozenset(mark for mark in atoms.marks if matches(mark.pattern, over[mark.over])),
    )


def all_cells(places: Places, marks: Iterable[Mark]) -> Cells:
    """The cells of all nodes."""
    found = [places.cells(node, frozenset(marks)) for node in places.nodes]
    return Cells([cell for each in found for cell in each.cells], all(e.complete for e in found))


def check(atoms: Atoms, places: list[Path]) -> None:
    found = all_cells(Places(atoms), atoms.marks)
    assert found.complete
    known = {signature(atoms, cell.witness) for cell in found.cells}
    for path in places:
        assert signature(atoms, path) in known
    for cell in found.cells:
        assert cell.matched == signature(atoms, cell.witness)[2]
        assert BUCKET.fullmatch(cell.witness.bucket)


@settings(deadline=None)
@given(ATOMS, OBJECT_MARKS, st.lists(PLACES, max_size=30))
def test_no_place_is_missed(atoms: frozenset[Atom], marks: list[Mark], places: list[Path]) -> None:
    check(Atoms(atoms, frozenset(), tuple(marks), exact=True), places)


@settings(deadline=None)
@given(ATOMS, ATOMS, LIST_MARKS, st.lists(PLACES, max_size=30))
def test_no_listing_is_missed(
    atoms: frozenset[Atom], listed: frozenset[Atom], marks: list[Mark], places: list[Path]
) -> None:
    check(Atoms(atoms, listed, tuple(marks), exact=True), places)


def test_a_tree() -> None:
    root = tree([Atom("a/b"), Atom("a/"), Atom("a/b", exact=True), Atom("b/"), Atom("a/bc")])
    assert [node.text for node in root.walk()] == ["", "a/", "a/b", "a/b", "a/bc", "b/"]


def test_a_pattern_of_many_stars_is_walked_in_bounded_time() -> None:
    marks = tuple(Mark("place", f"*{letter}*a*b*{letter}*") for letter in "abcdefgh")
    found = all_cells(Places(Atoms(frozenset({Atom("b/")}), frozenset(), marks, True)), marks)
    assert not found.complete
