"""Ranges of keys: however they are split and in whatever order pages come, each key is counted."""

import random
from bisect import bisect_right
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.storage.profile.listing.journal import gaps
from opskit.storage.profile.listing.space import Range, Space
from opskit.storage.profile.listing.splitting import Alphabet, common, middle, past

_CHARACTERS = st.one_of(
    st.sampled_from("ab/09-"),
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from("\ud7ff\ue000\uffff\U00010000\U0010ffff\x01"),
)
_KEY = st.text(_CHARACTERS, min_size=1, max_size=12)
_KEYS = st.lists(_KEY, unique=True, max_size=60).map(sorted)


def walk(keys: list[str], prefix: str, page: int, workers: int, seed: int) -> list[str]:
    """The keys that workers count who get their pages late and in any order."""
    chance = random.Random(seed)
    space, counted = Space(prefix, [("", None)]), list[str]()
    wanted = [key for key in keys if key.startswith(prefix)]
    flying: list[tuple[Range, list[str], bool]] = []

    def ask(taken: Range) -> None:
        at = bisect_right(wanted, taken.at)
        flying.append((taken, wanted[at : at + page], at + page < len(wanted)))

    while not space.finished:
        while len(flying) < workers and chance.random() < 0.9:
            taken = space.take()
            if taken is None:
                break
            ask(taken)
        if not flying:
            continue
        taken, found, more = flying.pop(chance.randrange(len(flying)))
        counted += found[: space.advance(taken, found, more)]
        if not taken.done:
            ask(taken)
    return counted


@given(_KEYS, st.integers(1, 9), st.integers(1, 20), st.integers(0, 9))
@settings(max_examples=300, deadline=None)
def test_each_key_is_counted_once(keys: list[str], page: int, workers: int, seed: int) -> None:
    assert sorted(walk(keys, "", page, workers, seed)) == keys


@given(_KEYS, st.text(_CHARACTERS, max_size=2), st.integers(1, 9), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_each_key_below_a_prefix_is_counted_once(
    keys: list[str], prefix: str, page: int, seed: int
) -> None:
    wanted = [key for key in keys if key.startswith(prefix)]
    assert sorted(walk(keys, prefix, page, 8, seed)) == wanted


@given(_KEYS, st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_the_order_is_that_of_utf_8(keys: list[str], page: int) -> None:
    assert keys == sorted(keys, key=str.encode)


@given(_KEY, st.none() | _KEY, st.lists(_KEY, max_size=5), st.integers(0, 12))
def test_a_split_lies_inside_and_can_be_sent(
    at: str, until: str | None, seen: list[str], depth: int
) -> None:
    if until is not None and until <= at:
        at, until = until, at + "x"
    alphabet = Alphabet()
    alphabet.learn([at, *seen])
    found = middle(at, until, 0, depth, alphabet)
    if found is not None:
        assert at < found[0]
        assert until is None or found[0] < until
        found[0].encode()


@given(_KEY, _KEY)
def test_past_is_above_all_that_begin_so(prefix: str, rest: str) -> None:
    above = past(prefix)
    if above is None:
        assert set(prefix) == {"\U0010ffff"}
    else:
        assert above > prefix + rest
        assert above.encode() > (prefix + rest).encode()


@given(_KEY, _KEY)
def test_common_is_the_length_of_what_is_alike(one: str, other: str) -> None:
    length = common(one, other)
    assert one[:length] == other[:length]
    assert one[length : length + 1] != other[length : length + 1] or not one[length:]


def test_idle_workers_get_the_keys_wherever_they_are() -> None:
    """All in one folder far down: 16 workers ask for little more than twice the pages."""
    keys = [f"a/b/c/d/e/f/2025/{number:07}" for number in range(40_000)]
    space, asked = Space("", [("", None)]), 0
    flying: list[Range] = []
    while not space.finished:
        while len(flying) < 16 and (taken := space.take()):
            flying.append(taken)
        for taken in flying[:]:
            at = bisect_right(keys, taken.at)
            space.advance(taken, keys[at : at + 1000], at + 1000 < len(keys))
            asked += 1
            if taken.done:
                flying.remove(taken)
    assert asked < 40 * 3


@given(st.lists(_KEY, unique=True, max_size=8).map(sorted), st.integers(0, 255))
def test_gaps_are_what_ranges_leave(cuts: list[str], chosen: int) -> None:
    edges = ["", *cuts, None]
    ranges = list(pairwise(edges))
    done = [each for number, each in enumerate(ranges) if chosen >> number & 1]
    left = gaps(done)  # type: ignore[arg-type]
    for key in (*cuts, "", "zzz"):
        inside = [a < key and (b is None or key <= b) for a, b in left]  # type: ignore[operator]
        covered = [a < key and (b is None or key <= b) for a, b in done]  # type: ignore[operator]
        assert not key or inside.count(True) + covered.count(True) == 1
