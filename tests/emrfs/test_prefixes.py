"""Prefixes as EMRFS compares them, and the ranges that they cut the texts into."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.emrfs import prefixes
from opskit.emrfs.model import PrefixMatch
from opskit.emrfs.prefixes import Path, Spans
from opskit.errors import UsageError

TEXTS = st.text(st.sampled_from("ab/\0é퟿\U0010ffff"), max_size=6)
MATCHES = st.sampled_from(("string", "path"))


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("s3://b/foo", "b/foo"),
        ("s3://b/foo/", "b/foo/"),
        ("s3://b/foo/*", "b/foo/"),
        ("s3://b/foo*", "b/foo"),
        ("s3://b/foo///**", "b/foo/"),
        ("s3a://b", "b"),
        ("s3://b/", "b/"),
        ("direct", "direct"),
        ("s3://", ""),
        ("https://b/x", "b/x"),
    ],
)
def test_the_scheme_goes_and_what_trails_is_trimmed(written: str, normal: str) -> None:
    assert prefixes.normal(written) == normal


@pytest.mark.parametrize(
    ("prefix", "text", "string", "path"),
    [
        ("b/foo", "b/foobar", True, False),
        ("b/foo", "b/foo", True, True),
        ("b/foo", "b/foo/x", True, True),
        ("b/foo/", "b/foo", False, True),
        ("b/foo/", "b/foo/x", True, True),
        ("b", "bb/x", True, False),
        ("b", "b/x", True, True),
        ("b/Foo", "b/foo", False, False),
    ],
)
def test_the_two_readings(prefix: str, text: str, string: bool, path: bool) -> None:
    assert prefixes.matches(prefix, text, "string") is string
    assert prefixes.matches(prefix, text, "path") is path


@settings(deadline=None)
@given(TEXTS, TEXTS, MATCHES)
def test_spans_cover_what_matches(prefix: str, text: str, match: PrefixMatch) -> None:
    inside = any(
        start <= text and (end is None or text < end)
        for start, end in prefixes.spans(prefix, match)
    )
    assert inside is prefixes.matches(prefix, text, match)


@settings(deadline=None)
@given(st.lists(TEXTS, max_size=8), TEXTS, MATCHES)
def test_the_smallest_number_wins(listed: list[str], text: str, match: PrefixMatch) -> None:
    spans = Spans.of(((prefix, number) for number, prefix in enumerate(listed)), match)
    numbers = [n for n, prefix in enumerate(listed) if prefixes.matches(prefix, text, match)]
    assert spans.at(text) == min(numbers, default=None)
    assert spans.starts == sorted(set(spans.starts))


@settings(deadline=None)
@given(TEXTS)
def test_ranges_order_as_their_bytes_do(prefix: str) -> None:
    end = prefixes.after(prefix)
    if end is not None:
        assert prefix.encode() < end.encode()
        assert (prefix + "\U0010ffff").encode() < end.encode()


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("s3://b", Path("b", "")),
        ("s3://b/", Path("b", "")),
        ("S3A://b/k/x y", Path("b", "k/x y")),
        ("s3n://b//x", Path("b", "/x")),
    ],
)
def test_a_place(uri: str, path: Path) -> None:
    assert prefixes.path(uri) == path


@pytest.mark.parametrize("text", ["", "b/x", "s3://", "s3:///x", "https://b/x", "s3://b c/x"])
def test_no_place(text: str) -> None:
    with pytest.raises(UsageError, match="no place in S3"):
        prefixes.path(text)
