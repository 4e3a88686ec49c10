"""Patterns of paths, held against a matcher that is as simple as it can be."""

import re
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opskit.storage.hybrid.globs import compiled


@pytest.mark.parametrize(
    ("pattern", "fits", "fits_not"),
    [
        ("accounting/**", ["accounting/a", "accounting/x/y"], ["accounting", "x/accounting/a"]),
        ("accounting", ["accounting", "x/accounting/y", "accounting/a"], ["accountings", "a"]),
        ("accounting/", ["accounting/a", "x/accounting/a"], ["accounting"]),
        ("/top", ["top", "top/a"], ["a/top"]),
        ("*.pdf", ["a.pdf", "x/y.pdf", "x.pdf/z", ".pdf"], ["a.pdfx", "a.PDF"]),
        ("a/**/b", ["a/b", "a/x/b", "a/x/y/b", "a/b/c"], ["ab", "x/a/b"]),
        ("**/logs/*.gz", ["logs/a.gz", "x/y/logs/b.gz"], ["logs/x/a.gz"]),
        ("**", ["a", "a/b"], []),
        ("a/*/c", ["a/b/c", "a/b/c/d"], ["a/c", "a/b/x/c"]),
        ("?[a-c].t[!x]t", ["xa.tat", "d/xc.tyt"], ["xd.tat", "xa.txt", "a.tat"]),
        ("x/[!a]b", ["x/cb"], ["x/ab", "x//b"]),
        (r"a\*b", ["a*b"], ["axb"]),
        ("a.b", ["a.b"], ["axb"]),
        ("new*line", ["new\nline"], []),
        ("ü*", ["ü1", "x/ü"], ["u1"]),
        ("*\udcff*", ["a\udcffb"], ["ab"]),
    ],
)
def test_what_fits(pattern: str, fits: list[str], fits_not: list[str]) -> None:
    made = compiled([pattern])
    assert [each for each in fits if not made.fullmatch(each)] == []
    assert [each for each in fits_not if made.fullmatch(each)] == []


def test_one_of_several() -> None:
    made = compiled(["a/**", "*.pdf"])
    assert made.fullmatch("a/x")
    assert made.fullmatch("b/x.pdf")
    assert not made.fullmatch("b/x")


def reference(names: Sequence[str], parts: Sequence[str]) -> bool:
    """Whether names fit parts of a pattern; what is below a match matches."""
    if not parts:
        return True
    if parts[0] == "**":
        if len(parts) == 1:
            return len(names) > 0
        return any(reference(names[index:], parts[1:]) for index in range(len(names) + 1))
    return bool(names) and fnmatchcase(names[0], parts[0]) and reference(names[1:], parts[1:])


_NAMES = st.lists(st.text("ab.", min_size=1, max_size=4), min_size=1, max_size=5)
_PARTS = st.lists(
    st.one_of(st.just("**"), st.text("ab.*?", min_size=1, max_size=4)), min_size=1, max_size=5
)


@given(_NAMES, _PARTS)
def test_as_the_reference_has_it(names: list[str], parts: list[str]) -> None:
    parts = [re.sub(r"^\*{3,}$", "*", each) for each in parts]
    if any(each in (".", "..") for each in parts):
        return
    made = compiled(["/" + "/".join(parts) if len(parts) > 1 else parts[0]])
    wanted = parts if len(parts) > 1 else ["**", *parts]
    assert bool(made.fullmatch("/".join(names))) == reference(names, wanted)


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("!a", "there is no `!`"),
        ("", "matches no path"),
        ("/", "matches no path"),
        ("a//b", "matches no path"),
        ("../a", "matches no path"),
        ("a[b", "not closed"),
        ("a[z-a]", "no set of characters"),
        ("a\\", "ends in a backslash"),
        ("a" * 1001, "more than 1000"),
    ],
)
def test_patterns_that_mean_nothing(pattern: str, words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        compiled([pattern])


def test_no_pattern_takes_long() -> None:
    start = time.perf_counter()
    assert not compiled(["*a" * 40 + "b"]).fullmatch("a" * 4000)
    assert not compiled(["**/a/" * 40 + "b"]).fullmatch("/".join("a" * 2000))
    assert time.perf_counter() - start < 1
