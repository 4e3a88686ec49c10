"""Patterns: what they match, in bounded time, and what is left of them behind a prefix."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs.iam.glob import escape, matches, plain, residuals, text_of, tokens
from opskit.emrfs.iam.index import NONE, Patterns

PATTERNS = st.text("ab/*?\\", max_size=8)
TEXTS = st.text("ab/*", max_size=8)


def expression(pattern: str) -> str:
    made = ""
    for text, literal in tokens(pattern):
        made += re.escape(text) if literal else {"*": "[^\0]*", "?": "[^\0]"}[text]
    return made


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("", "", True),
        ("", "a", False),
        ("*", "", True),
        ("*", "a/b\n:c", True),
        ("?", "", False),
        ("?", "\N{GRINNING FACE}", True),
        ("a*", "a", True),
        ("a*a", "a", False),
        ("a*b*c", "a-b-b-c", True),
        ("*ab*ab", "ab", False),
        ("*a*a*", "ab", False),
        ("*ab*ba*", "xaba", False),
        ("*a?*?b*", "xaab", False),
        ("a?c", "a/c", True),
        (r"a\*", "a*", True),
        (r"a\*", "ab", False),
        (r"a\?", "a?", True),
        (r"a\\", "a\\", True),
        ("a\\", "a\\", True),
        ("lake", "l\N{CYRILLIC SMALL LETTER A}ke", False),
        ("A*", "ab", False),
        ("*a?b*", "xx-aab", True),
        ("*??", "a", False),
    ],
)
def test_what_patterns_match(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) is expected


@settings(max_examples=500, deadline=None)
@given(PATTERNS, TEXTS)
def test_as_a_regular_expression_would(pattern: str, text: str) -> None:
    assert matches(pattern, text) is bool(re.fullmatch(expression(pattern), text))


@given(TEXTS, TEXTS)
def test_an_escaped_text_matches_itself_alone(text: str, other: str) -> None:
    assert matches(escape(text), text)
    assert matches(escape(text), other) is (text == other)


@given(PATTERNS, TEXTS)
def test_a_pattern_written_again_means_the_same(pattern: str, text: str) -> None:
    assert matches(text_of(tokens(pattern)), text) is matches(pattern, text)


@settings(max_examples=500, deadline=None)
@given(PATTERNS, st.text("ab/", max_size=4), TEXTS)
def test_what_is_left_behind_a_prefix(pattern: str, prefix: str, rest: str) -> None:
    left = residuals(pattern, prefix)
    assert any(matches(each, rest) for each in left) is matches(pattern, prefix + rest)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", {"*"}),
        ("arn:aws:s3:::lake/a*", {"lake/a*"}),
        ("arn:aws:s3:::*", {"*"}),
        ("arn:aws:sqs:*", set()),
        ("arn:*:s3:::lake/*", {"lake/*", "s3:::lake/*", "*:s3:::lake/*"}),
    ],
)
def test_what_is_left_of_resources_in_s3(pattern: str, expected: set[str]) -> None:
    assert residuals(pattern, "arn:aws:s3:::") == expected


@given(PATTERNS, TEXTS)
def test_the_plain_form_means_the_same(pattern: str, text: str) -> None:
    found = plain(pattern)
    if found is not None:
        expected = text.startswith(found.text) if found.open_ended else text == found.text
        assert matches(pattern, text) is expected


@settings(max_examples=300)
@given(st.lists(PATTERNS, max_size=8), TEXTS)
def test_the_first_of_many(patterns: list[str], text: str) -> None:
    many = Patterns()
    for number, pattern in enumerate(patterns):
        many.add(pattern, number)
    hits = [number for number, pattern in enumerate(patterns) if matches(pattern, text)]
    assert many.first(text) == min(hits, default=NONE)


@pytest.mark.parametrize("piece", ["*a", "*a?", "*?a", "*a*?", "?", "a?"])
def test_hostile_patterns_take_time_like_the_text(piece: str) -> None:
    """Eight times the text and the pattern: sixty-four times the time is the square, which a
    search in both allows; a search that goes back would need far more, or never end.
    """

    def seconds(size: int) -> float:
        pattern, text = "*" + piece * size + "b*c", "a" * (4 * size)
        best = 1.0
        for _ in range(3):
            start = time.perf_counter()
            assert not matches(pattern, text)
            best = min(best, time.perf_counter() - start)
        return best

    small, large = seconds(256), seconds(2048)
    assert large < 130 * max(small, 1e-5)
