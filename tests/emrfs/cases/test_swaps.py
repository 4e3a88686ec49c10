"""Whether the order of two neighbours decides for anybody."""

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.cases.swaps import witness
from opskit.emrfs.model import Design, Directory, Identifier, Kind, RoleMapping
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver

NAMES = st.sampled_from("abc")
PREFIXES = st.sampled_from(("s3://xxx/", "s3://xxx/a", "s3://xxx/a/", "s3://yyy", "s3://xxx/ab*"))
MAPPING = st.one_of(
    st.tuples(st.just(Kind.USER), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.GROUP), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.PREFIX), st.lists(PREFIXES, min_size=1, max_size=2)),
)
DIRECTORIES = st.dictionaries(NAMES, st.lists(NAMES, max_size=2, unique=True), max_size=3)
#: Every text that could matter, and every set of groups.
KEYS = ("", "a", "a/", "a/b", "ab", "abc", "b")
GROUPS = ((), ("a",), ("b",), ("c",), ("a", "b"), ("b", "c"), ("a", "c"), ("b", "a"))


def _design(
    mappings: list[tuple[Kind, list[str]]], users: dict[str, list[str]], complete: bool, match: str
) -> Design:
    made = [
        RoleMapping(index, f"role{index}", kind, tuple(map(Identifier, names)))
        for index, (kind, names) in enumerate(mappings)
    ]
    directory = Directory({user: tuple(groups) for user, groups in users.items()}, {}, complete)
    return Design("x", "x", made, directory=directory, prefix_match=match)  # type: ignore[arg-type]


def _swapped(design: Design, index: int) -> Design:
    order = list(range(len(design.mappings)))
    order[index : index + 2] = [index + 1, index]
    made = [
        RoleMapping(
            number,
            design.mappings[old].role,
            design.mappings[old].kind,
            design.mappings[old].identifiers,
        )
        for number, old in enumerate(order)
    ]
    return Design("x", "x", made, directory=design.directory, prefix_match=design.prefix_match)


def _role(design: Design, user: str, groups: tuple[str, ...], path: Path) -> str | None:
    index = Resolver(design).index(user, groups, path)
    return None if index is None else design.mappings[index].role


@settings(deadline=None)
@given(
    st.lists(MAPPING, min_size=2, max_size=4),
    DIRECTORIES,
    st.booleans(),
    st.sampled_from(("string", "path")),
)
def test_a_witness_where_and_only_where_somebody_would_notice(
    mappings: list[tuple[Kind, list[str]]], users: dict[str, list[str]], complete: bool, match: str
) -> None:
    design = _design(mappings, users, complete, match)
    people = [(user, tuple(groups)) for user, groups in users.items()]
    if not complete:
        strangers = [name for name in (*"abc", "somebody") if name not in users]
        people += [(user, groups) for user in strangers for groups in GROUPS]
    paths = [Path(bucket, key) for bucket in ("xxx", "yyy", "yyyy", "zzz") for key in KEYS]
    for index in range(len(mappings) - 1):
        other = _swapped(design, index)
        found = witness(Resolver(design), *design.mappings[index : index + 2])
        if found is not None:
            before = _role(design, found.user, found.groups, found.path)
            assert before != _role(other, found.user, found.groups, found.path)
        else:
            for user, groups in people:
                for path in paths:
                    assert _role(design, user, groups, path) == _role(other, user, groups, path)
