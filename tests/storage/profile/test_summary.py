"""A profile in tables for people."""

import pytest

from opskit.storage.profile import summary
from opskit.storage.profile.edges import AGES, SIZES
from opskit.storage.profile.model import Cell, Profile

KIB = 1024


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (0, 0, "0 %"),
        (0, 5, "0 %"),
        (1, 100_000, "<0.1 %"),
        (1, 8, "12.5 %"),
        (5, 5, "100 %"),
        (99_999_999, 100_000_000, ">99.9 %"),
    ],
)
def test_shares_never_round_to_nothing_or_all(part: int, whole: int, text: str) -> None:
    assert summary.percent(part, whole) == text


def test_by_class_the_largest_first_and_former_versions_apart() -> None:
    found = summary.by_class(
        Profile(
            (
                Cell("glacier", 1, 10),
                Cell("standard", 1, 60),
                Cell("standard", 2, 30, noncurrent=True),
            )
        )
    )
    assert [(row["class"], row["of_size"]) for row in found] == [
        ("standard", "60 %"),
        ("standard, former versions", "30 %"),
        ("glacier", "10 %"),
    ]


def test_each_edge_is_in_a_range_and_none_is_lost() -> None:
    cells = tuple(Cell("standard", 1, size, size=size) for size in SIZES)
    rows = summary.by_size(Profile(cells))
    assert sum(int(row["objects"]) for row in rows) == len(SIZES)
    assert rows[0]["size_range"] == "empty"
    assert {row["size_range"]: row["objects"] for row in rows}["4 to 128 KiB"] == "4"


def test_sizes_that_nobody_knows() -> None:
    assert summary.by_size(Profile((Cell("standard", 3, 900),))) == []
    assert summary.small(Profile((Cell("standard", 3, 900),))) == ""
    mixed = Profile((Cell("standard", 3, 900), Cell("standard", 1, 100, size=64)))
    assert [row["size_range"] for row in summary.by_size(mixed)] == ["below 4 KiB", "not known"]
    assert summary.small(mixed).startswith("25 % of the objects and 10 % of the bytes are below")


def test_small_is_below_128_kib() -> None:
    cells = (
        Cell("standard", 3, 3 * 127 * KIB, size=64 * KIB),
        Cell("standard", 1, 128 * KIB, size=128 * KIB),
    )
    assert summary.small(Profile(cells)).startswith("75 % of the objects")


def test_ages_by_change_and_by_read() -> None:
    cells = tuple(Cell("standard", 1, 1, size=1, age=age, idle=0) for age in AGES)
    rows = summary.by_age(Profile(cells))
    assert sum(int(row["objects"]) for row in rows) == len(AGES)
    assert [row["read_objects"] for row in rows] == [str(len(AGES)), *(["0"] * 7)]


def test_ages_that_nobody_knows() -> None:
    assert summary.by_age(Profile((Cell("standard", 1, 1, size=1),))) == []
    rows = summary.by_age(Profile((Cell("standard", 1, 1, size=1, age=30),)))
    assert [row["since"] for row in rows] == ["30 to 89 days"]
    assert "read_objects" not in rows[0]
