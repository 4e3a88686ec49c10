"""Which mapping decides."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.load import load
from opskit.emrfs.model import Design, Identifier, Kind, RoleMapping
from opskit.emrfs.prefixes import Path, path
from opskit.emrfs.resolve import Resolver, resolve
from tests.emrfs.designs import EXAMPLES

ENG, SCI = ("grp_data_engineering",), ("grp_data_science",)
DEFAULT = "s3://emrfs-auth-default-bucket-demo/"


@pytest.fixture(scope="module")
def published() -> Design:
    return load(EXAMPLES / "emrfs.yaml")


@pytest.mark.parametrize(
    ("user", "groups", "place", "role"),
    [
        ("admin1", (), "s3://emrfs-auth-data-science-bucket-demo/", "admin_user"),
        ("admin1", ENG, DEFAULT, "admin_user"),
        ("dataeng1", ENG, "s3://emrfs-auth-data-science-bucket-demo/", "data_eng"),
        ("dataeng1", ENG, DEFAULT, "data_eng"),
        ("datascientist1", SCI, "s3://emrfs-auth-data-science-bucket-demo/x", "data_sci"),
        ("third", (), DEFAULT + "x", "default_s3_prefix"),
        ("third", (), "s3://emrfs-auth-default-bucket-demo", "default_s3_prefix"),
        ("third", (), "s3://emrfs-auth-default-bucket-demo2/x", None),
        ("third", (), "s3://elsewhere/", None),
    ],
)
def test_the_published_scenario(
    published: Design, user: str, groups: tuple[str, ...], place: str, role: str | None
) -> None:
    found = resolve(published, user, groups, path(place))
    assert found.fallback is (role is None)
    if role is None:
        assert len(found.skipped) == 4
        return
    assert found.hit is not None
    assert found.hit.mapping.role.endswith(role)
    assert [each.mapping.index for each in found.skipped] == list(range(found.hit.mapping.index))


def test_every_mapping_passed_over_says_why(published: Design) -> None:
    found = resolve(published, "ana", ("staff", "eng"), path("s3://elsewhere/x"))
    assert [each.why for each in found.skipped] == [
        "it is for the user admin1, not ana",
        "it is for the group grp_data_engineering; ana is in staff, eng",
        "it is for the group grp_data_science; ana is in staff, eng",
        "s3://elsewhere/x is not below s3://emrfs-auth-default-bucket-demo/",
    ]


def test_only_the_primary_group_where_that_is_how_it_is_read(published: Design) -> None:
    groups = ("staff", *ENG)
    everywhere = path("s3://elsewhere/x")
    assert not resolve(published, "ana", groups, everywhere, group_match="all").fallback
    found = resolve(published, "ana", groups, everywhere, group_match="primary")
    assert found.fallback
    assert "the primary group of ana is staff" in found.skipped[1].why


NAMES = st.sampled_from("abc")
PREFIXES = st.sampled_from(("s3://x/", "s3://x/a", "s3://x/a/", "s3://x", "s3://x/ab*"))
MAPPING = st.one_of(
    st.tuples(st.just(Kind.USER), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.GROUP), st.lists(NAMES, min_size=1, max_size=2)),
    st.tuples(st.just(Kind.PREFIX), st.lists(PREFIXES, min_size=1, max_size=2)),
)


@settings(deadline=None)
@given(
    st.lists(MAPPING, max_size=6),
    NAMES,
    st.lists(NAMES, max_size=2, unique=True),
    st.sampled_from(("", "a", "a/", "a/b", "ab", "b")),
    st.sampled_from(("string", "path")),
    st.sampled_from(("all", "primary")),
)
def test_indexes_and_the_walk_agree(
    mappings: list[tuple[Kind, list[str]]],
    user: str,
    groups: list[str],
    key: str,
    prefix_match: str,
    group_match: str,
) -> None:
    made = [
        RoleMapping(index, f"role{index}", kind, tuple(map(Identifier, names)))
        for index, (kind, names) in enumerate(mappings)
    ]
    design = Design("x", "x", made, prefix_match=prefix_match, groups=group_match)  # type: ignore[arg-type]
    place = Path("x", key)
    walked = resolve(design, user, groups, place)
    assert Resolver(design).index(user, groups, place) == (
        None if walked.hit is None else walked.hit.mapping.index
    )
