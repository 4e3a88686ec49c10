"""Coverage of patterns: never said where it is not so, and found in the usual cases."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from opskit.emrfs.iam.glob import matches
from opskit.emrfs.union.cover import Cover, covers, reduced

PATTERNS = st.text("ab*?", max_size=5)
WORDS = [
    "",
    *(a + b + c + d for a in "ab" for b in ("", *"ab") for c in ("", *"ab") for d in ("", *"abx")),
]


@pytest.mark.parametrize(
    ("broad", "narrow", "expected"),
    [
        ("*", "", True),
        ("*", "a?b*", True),
        ("a*", "ab", True),
        ("a*", "b", False),
        ("a*c", "a?c", True),
        ("a?c", "a*c", False),
        ("a?c", "abc", True),
        ("abc", "a?c", False),
        ("a*b*c", "axbxc", True),
        ("*", "${aws:username}", True),
        ("x/*", "x/${aws:username}/*", True),
        # a variable may be of any length
        ("????????????????????", "${aws:username}abcde", False),
        ("${aws:username}/*", "${aws:username}/a", True),
        ("${aws:userid}/*", "${aws:username}/a", False),
        ("a${*}", "a${*}", True),
        ("a*", "a${*}", True),
        ("a${*}", "a*", False),
        ("a?", "a${?}", True),
        ("*", "{{resolve:ssm:x}}", True),
        ("a?????????????????", "a{{resolve:ssm:x}}", False),
    ],
)
def test_cases(broad: str, narrow: str, expected: bool) -> None:
    assert covers(broad, narrow) is expected


@given(PATTERNS, PATTERNS)
def test_it_is_never_wrong(broad: str, narrow: str) -> None:
    if covers(broad, narrow):
        assert [w for w in WORDS if matches(narrow, w) and not matches(broad, w)] == []


@given(PATTERNS, st.text("ab", max_size=4))
def test_on_texts_it_is_matching(broad: str, text: str) -> None:
    assert covers(broad, text) is matches(broad, text)


@example(["a*", "a**"])
@given(st.lists(PATTERNS, max_size=6))
def test_what_is_left_matches_the_same(patterns: list[str]) -> None:
    left = reduced(patterns)
    assert set(left) <= set(patterns)
    for word in WORDS:
        assert any(matches(p, word) for p in left) is any(matches(p, word) for p in patterns)
    assert bool(left) is bool(patterns)
    assert [p for p in left if any(covers(o, p) for o in left if o != p)] == []


@given(st.lists(PATTERNS, max_size=6), PATTERNS)
def test_many_at_once_is_one_after_the_other(patterns: list[str], narrow: str) -> None:
    assert Cover(patterns).covers(narrow) is any(covers(p, narrow) for p in patterns)


def test_hostile_patterns_take_no_time() -> None:
    assert not covers("a*" * 200 + "b", "a" * 400 + "?")
    assert len(reduced(f"arn:aws:s3:::b{n}/*" for n in range(5_000))) == 5_000
