"""What a profile lacks: the words for it, and the bounds that a sample gives."""

from typing import Any

import pytest

from opskit.storage.profile import gaps
from opskit.storage.profile.model import Cell, Profile

CELLS = (Cell("standard", 600, 6_000), Cell("glacier", 400, 4_000))
WIDE = {
    "objects": {"estimate": 1000, "low": 500, "high": 2000},
    "bytes": {"estimate": 10_000, "low": 8_000, "high": 20_000},
    "interval": True,
    "exact": False,
}


def test_the_bounds_of_a_sample_keep_the_shares() -> None:
    low, high = gaps.bounds(Profile(CELLS, sample=WIDE))
    assert [(each.objects, each.bytes) for each in low.stored] == [(300, 4800), (200, 3200)]
    assert (high.objects, high.bytes) == (2000, 20_000)
    assert gaps.words(WIDE) == "500 to 2,000 objects, 8 KB to 20 KB"


@pytest.mark.parametrize("sample", [None, {**WIDE, "exact": True}])
def test_what_saw_everything_has_no_gaps(sample: dict[str, Any] | None) -> None:
    whole = Profile(CELLS, sample=sample)
    assert not gaps.bounds(whole)
    assert not list(gaps.doubts(whole))
    assert not gaps.notes(sample)
    assert not gaps.has_no_most(whole)
    assert not gaps.has_no_least(whole)


@pytest.mark.parametrize(
    "sample",
    [
        {},
        {**WIDE, "interval": False},
        {**WIDE, "objects": 5},
        {**WIDE, "bytes": {"low": None, "high": 5}},
        {**WIDE, "bytes": {"low": "1", "high": 5}},
        {**WIDE, "bytes": {"low": 6, "high": 5}},
        {**WIDE, "bytes": {"low": -6, "high": 5}},
    ],
)
def test_a_sample_without_an_interval_may_be_anything(sample: dict[str, Any]) -> None:
    found = Profile(CELLS, sample=sample)
    assert gaps.has_no_least(found)
    assert gaps.has_no_most(found)
    assert gaps.notes(sample) == ("the profile is estimated from a sample: no interval is known",)


def test_a_part_that_was_not_counted_leaves_the_most_open() -> None:
    note = "not counted: 1 folder that could not be read: locked (permission denied)"
    found = Profile(
        CELLS, notes=("another note", "not counted: here that says nothing"), skipped=(note,)
    )
    assert found.remarks == (note, *found.notes)
    assert list(gaps.doubts(found)) == [note]
    assert gaps.has_no_most(found)
    assert not gaps.has_no_least(found)
