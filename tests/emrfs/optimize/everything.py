"""Random mappings, and whether two lists of them differ, told by trying everything."""

from collections.abc import Sequence
from itertools import permutations, product

from hypothesis import strategies as st

from opskit.emrfs.model import Design, Groups, Identifier, Kind, PrefixMatch, RoleMapping
from opskit.emrfs.prefixes import Path
from opskit.emrfs.resolve import Resolver

_NAMES = st.lists(st.sampled_from("abc"), min_size=1, max_size=3)
_PREFIXES = st.lists(
    st.sampled_from(
        (
            *("s3://lake", "s3://lake/", "s3://lake/r", "s3://lake/raw", "s3://lake/raw/"),
            *("s3://lake/raw/*", "s3://lake/raw/x", "s3://lak", "s3://other/", "s3:///"),
        )
    ),
    min_size=1,
    max_size=3,
)
_WHO = st.one_of(
    st.tuples(st.just(Kind.USER), _NAMES),
    st.tuples(st.just(Kind.GROUP), _NAMES),
    st.tuples(st.just(Kind.PREFIX), _PREFIXES),
)
Written = Sequence[tuple[tuple[Kind, list[str]], str]]
_FILLED = st.lists(st.sampled_from(("a", "b", "${X}", "a;b")), min_size=1, max_size=2)
_PLACED = st.lists(
    st.sampled_from(("s3://lake/", "s3://lake/raw/", "s3://${X}/", "s3://lake/;s3://lak")),
    min_size=1,
    max_size=2,
)
_UNCLEAR = st.one_of(
    st.tuples(st.sampled_from((Kind.USER, Kind.GROUP)), _FILLED),
    st.tuples(st.just(Kind.PREFIX), _PLACED),
)
#: With roles and identifiers of which it is not known what they are.
UNCLEAR = st.lists(st.tuples(_UNCLEAR, st.sampled_from(("R", "S", "${If P}"))), max_size=7)
MAPPINGS: st.SearchStrategy[Written] = st.lists(st.tuples(_WHO, st.sampled_from("RST")), max_size=8)
READINGS: list[tuple[PrefixMatch, Groups]] = list(product(("string", "path"), ("all", "primary")))
_GROUPS = [groups for size in range(4) for groups in permutations("abc", size)]
_PLACES = [
    Path(bucket, key)
    for bucket in ("lake", "lak", "lakes", "lake-2", "other", "z")
    for key in ("", "r", "rx", "raw", "raw/", "raw/x", "raw/x/y", "raw/z", "rawx", "z")
]


def made(mappings: Written) -> Design:
    """A design with nothing but mappings."""
    found = Design("x", "x", [], account="111122223333")
    for index, ((kind, names), role) in enumerate(mappings):
        found.mappings.append(RoleMapping(index, role, kind, tuple(map(Identifier, names))))
    return found


def differ(before: Design, after: Design) -> bool:
    """Whether somebody gets another role somewhere, in one of the readings."""
    return any(_differ(before, after, *reading) for reading in READINGS)


def _differ(before: Design, after: Design, match: PrefixMatch, groups: Groups) -> bool:
    one, two = (Resolver(each, prefix_match=match, group_match=groups) for each in (before, after))
    people = list(product("abcz", _GROUPS))
    named = {(one.by_name(*each), two.by_name(*each)) for each in people}
    placed = {(one.by_path(path), two.by_path(path)) for path in _PLACES}
    return any(
        _role(before, first[0], place[0]) != _role(after, first[1], place[1])
        for first, place in product(named, placed)
    )


def _role(design: Design, one: int | None, other: int | None) -> str:
    first = min((each for each in (one, other) if each is not None), default=None)
    return "" if first is None else design.mappings[first].role
