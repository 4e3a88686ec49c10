"""What a role reaches, against what IAM says of single places."""

from time import perf_counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs import samples
from opskit.emrfs.authorize import Authorizer
from opskit.emrfs.iam.glob import matches
from opskit.emrfs.iam.policy import parse
from opskit.emrfs.model import Bucket, Design, Role
from opskit.emrfs.prefixes import Path
from opskit.emrfs.reach import reach
from tests.emrfs.rules.rule_designs import BASE, allow, deny, policy, roles

PREFIXES = [{"role": "Eng", "prefixes": ["s3://lake/raw/", "s3://lake/tmp"]}]


def base_of(model: Design) -> Role:
    assert model.base_role is not None
    return model.base_role


def reached(statements: list[dict[str, Any]], **more: Any) -> list[tuple[str, tuple[str, ...]]]:
    model = roles(base=policy(*statements), mappings=PREFIXES, **more)
    return [(each.uri, each.actions) for each in reach(model, base_of(model))]


def test_each_pattern_of_each_statement_with_its_actions() -> None:
    found = reached(
        [
            allow("s3:GetObject", ["arn:aws:s3:::a/*", "arn:aws:s3:::b/x/*"]),
            allow(["s3:ListBucket", "s3:PutObject"], "arn:aws:s3:::a"),
        ]
    )
    assert found == [
        ("s3://a/*", ("s3:GetObject",)),
        ("s3://b/x/*", ("s3:GetObject",)),
        ("s3://a", ("s3:ListBucket",)),
    ]


def test_what_another_statement_gives_is_told_there_alone() -> None:
    found = reached([allow("s3:Get*", "*"), allow("s3:*Object", "arn:aws:s3:::a/*")])
    assert found[0] == ("s3://*", ("s3:GetObject", "s3:GetObjectVersion"))
    assert found[1] == ("s3://a/*", ("s3:PutObject", "s3:DeleteObject"))


def test_a_mapped_prefix_inside_of_a_denied_bucket_is_found() -> None:
    """The denial leaves out one folder, and nothing else says that it is there."""
    hole = {"Effect": "Deny", "Action": "s3:*", "NotResource": "arn:aws:s3:::lake/hole/*"}
    assert reached([allow("s3:GetObject", "*"), hole]) == [("s3://*", ("s3:GetObject",))]


def test_prefixes_and_whole_patterns_inside_of_them() -> None:
    model = roles(
        base=policy(allow("s3:GetObject", ["arn:aws:s3:::lake/*", "arn:aws:s3:::lake/raw/x/*"])),
        mappings=PREFIXES,
    )
    wide, narrow = reach(model, base_of(model))
    assert (wide.prefixes, wide.inside) == (("lake/raw/", "lake/tmp"), False)
    assert (narrow.prefixes, narrow.inside) == (("lake/raw/",), True)


def test_a_boundary_that_leaves_a_folder_open() -> None:
    model = roles(base=policy(allow("s3:*", "*")))
    base = base_of(model)
    base.boundary = parse(policy(allow("s3:GetObject", "arn:aws:s3:::b/x/*")), "limit")
    assert [(each.uri, each.actions) for each in reach(model, base)] == [
        ("s3://*", ("s3:GetObject",))
    ]


@pytest.mark.parametrize(
    ("pattern", "place"),
    [
        ("*", Path("opskit-probe", "opskit-probe")),
        ("b*", Path("bopskit-probe", "opskit-probe")),
        ("b/*", Path("b", "opskit-probe")),
        ("b/a?c", Path("b", "axc")),
        ("*/k", Path("opskit-probe", "k")),
        ("*k", Path("opskit-probe", "opskit-probek")),
        ("b", None),
        (r"b/\*", Path("b", "*")),
    ],
)
def test_a_sample_is_matched_by_its_pattern(pattern: str, place: Path | None) -> None:
    assert samples.object_sample(pattern) == place
    if place is not None:
        assert matches(pattern, place.text)


@pytest.mark.parametrize(
    ("patterns", "texts"),
    [
        (("lake/*", "*/raw/?"), ["lake/raw/x"]),
        (("l*/tmp/*", "lake*"), ["lakeopskit-probe/tmp/opskit-probe", "lake/tmp/"]),
        (
            ("lake*", "*"),
            ["lakeopskit-probe", "lakeopskit-probe/opskit-probe", "lake", "lake/opskit-probe"],
        ),
        (("lake", "other"), []),
        (("a?", "a"), []),
        ((r"b/\*", "b/*"), ["b/*"]),
    ],
)
def test_texts_that_several_patterns_match(patterns: tuple[str, ...], texts: list[str]) -> None:
    assert list(samples.common(patterns)) == texts


BUCKETS, KEYS = ("lake", "lakes", "other"), ("raw/a", "raw", "tmp/b", "x")
PATTERNS = ("*", "lake", "lake/*", "lake*", "lake/raw/*", "l*/tmp/*", "other/x", "*/raw/?")
ACTIONS = ("s3:GetObject", "s3:PutObject", "s3:ListBucket")


@st.composite
def statement(draw: st.DrawFn) -> dict[str, Any]:
    effect = draw(st.sampled_from(("Allow", "Allow", "Deny")))
    listed = [
        text if text == "*" else f"arn:aws:s3:::{text}"
        for text in draw(st.lists(st.sampled_from(PATTERNS), min_size=1, max_size=2))
    ]
    negated = effect == "Deny" and draw(st.booleans())
    return {
        "Effect": effect,
        "Action": draw(st.sampled_from(("s3:*", "s3:GetObject", "s3:*Object", "s3:List*"))),
        ("NotResource" if negated else "Resource"): listed,
    }


@settings(max_examples=100, deadline=None)
@given(st.lists(statement(), min_size=1, max_size=4))
def test_no_access_is_left_out(statements: list[dict[str, Any]]) -> None:
    """Whatever IAM allows somewhere, a row is there that covers the place and has the action."""
    model = roles(base=policy(*statements), mappings=PREFIXES)
    base = base_of(model)
    rows = reach(model, base)
    desk = Authorizer(model)
    for bucket in BUCKETS:
        for key in KEYS:
            for action in ACTIONS:
                if desk.decide(base, action, Path(bucket, key)).allowed:
                    text = bucket if action == "s3:ListBucket" else f"{bucket}/{key}"
                    assert any(
                        matches(row.pattern, text) and action in row.actions for row in rows
                    ), (action, text)


@settings(max_examples=100, deadline=None)
@given(st.lists(statement(), min_size=1, max_size=4))
def test_no_row_is_made_up(statements: list[dict[str, Any]]) -> None:
    """Denials of everything leave nothing."""
    model = roles(base=policy(*statements, deny("s3:*", "*")), mappings=PREFIXES)
    assert reach(model, base_of(model)) == []


def test_many_statements_and_prefixes_take_bounded_time() -> None:
    mappings = [{"role": "Eng", "prefixes": [f"s3://lake/p{i}/" for i in range(500)]}]
    model = roles(mappings=mappings)
    base = base_of(model)
    statements = [allow("s3:Get*", f"arn:aws:s3:::*{i}*b?*") for i in range(1000)]
    statements += [allow("s3:*", f"arn:aws:s3:::lake/p{i}/*") for i in range(2000)]
    base.permissions = (parse(policy(*statements), "many"),)
    start = perf_counter()
    found = reach(model, base)
    assert perf_counter() - start < 20
    assert len(found) >= 2000
    assert str(base.arn) == BASE


DASHED = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::lake/*-*"}
BUT_RAW = {
    "Effect": "Deny",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"StringNotLike": {"s3:prefix": ["raw/*"]}},
}


def test_what_denials_leave_open_is_found_where_samples_are_denied() -> None:
    lake = allow("s3:GetObject", "arn:aws:s3:::lake/*")
    assert reached([lake, DASHED]) == [("s3://lake/*", ("s3:GetObject",))]
    listing = allow("s3:ListBucket", "arn:aws:s3:::lake")
    assert reached([listing, BUT_RAW]) == [("s3://lake", ("s3:ListBucket",))]
    closed = {"Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::lake/*"}
    assert reached([lake, closed]) == []


def test_what_a_bucket_policy_leaves_open_is_found() -> None:
    model = roles(base=policy(allow("s3:GetObject", "arn:aws:s3:::lake/*")), mappings=PREFIXES[:0])
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "NotResource": "arn:aws:s3:::lake/logs/*",
    }
    model.buckets = {"lake": Bucket("lake", policy=parse({"Statement": denial}, "bucket"))}
    found = reach(model, base_of(model))
    assert [(each.uri, each.actions) for each in found] == [("s3://lake/*", ("s3:GetObject",))]


def test_exceptions_that_are_too_many_are_not_taken_for_nothing() -> None:
    """In bounded time, and never as if there were nothing."""
    many = [f"arn:aws:s3:::lake/*{number}*b*c{number}*" for number in range(200)]
    hidden = ["arn:aws:s3:::lake/*-*", *many]
    lake = allow("s3:GetObject", "arn:aws:s3:::lake/*")
    model = roles(base=policy(lake, deny("s3:*", hidden)), mappings=PREFIXES)
    start = perf_counter()
    found = reach(model, base_of(model))
    assert perf_counter() - start < 5
    assert [each.uri for each in found] == ["s3://lake/*"]
    assert found[0].actions or found[0].why
