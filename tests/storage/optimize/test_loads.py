"""Whose the reads are."""

from decimal import Decimal

import pytest

from opskit.errors import UsageError
from opskit.storage.bill.usage import usage
from opskit.storage.optimize.loads import share, spread
from opskit.storage.profile.model import Monthly, Profile
from tests.storage.optimize.made import AWS, MIB, alike, profile


def reads(*args: object, **more: object) -> list[tuple[int, int]]:
    found = spread(*args, **more)  # type: ignore[arg-type]
    return [(each.reads, each.retrieved // MIB) for each in found.loads]


def test_all_alike_as_in_the_bill() -> None:
    own = profile(alike(7, MIB), alike(13, MIB, "standard-ia"), alike(11, MIB, age=0), reads=1001)
    found = spread(own)
    by_class = dict.fromkeys(("standard", "standard-ia"), 0)
    for each in found.loads:
        by_class[each.cell.class_] += each.reads
    billed = {each.class_: each.reads for each in usage(own, AWS).classes}
    assert by_class == billed
    assert sum(by_class.values()) == 1001
    assert "alike" in found.words


def test_former_versions_are_not_read() -> None:
    assert reads(profile(alike(5, MIB), alike(5, MIB, noncurrent=True), reads=10)) == [
        (10, 10),
        (0, 0),
    ]


def test_what_is_idle_is_not_read() -> None:
    own = profile(alike(5, MIB, idle=200), alike(5, MIB, idle=7), alike(5, MIB), reads=10)
    assert reads(own) == [(0, 0), (5, 5), (5, 5)]
    assert "last 30 days" in spread(own).words
    idle = profile(alike(5, MIB, idle=200), alike(5, MIB, idle=90), reads=10)
    assert reads(idle) == [(5, 5), (5, 5)]  # somebody reads something


def test_a_share_for_old_objects() -> None:
    own = profile(alike(5, MIB, age=30), alike(5, MIB, age=7), reads=1000)
    assert reads(own, Decimal("0.05")) == [(50, 50), (950, 950)]
    assert reads(own, Decimal(0)) == [(0, 0), (1000, 1000)]
    assert "5.00 %" in spread(own, Decimal("0.05")).words


@pytest.mark.parametrize("age", [0, 400])
def test_without_young_or_old_ones_all_are_alike(age: int) -> None:
    own = profile(alike(5, MIB, age=age), alike(5, MIB, age=age), reads=10)
    assert reads(own, Decimal("0.05")) == [(5, 5), (5, 5)]
    assert "30 days old" in spread(own, Decimal("0.05")).words


def test_bytes_read_go_by_bytes() -> None:
    own = Profile((alike(5, MIB), alike(5, 3 * MIB)), Monthly(reads=10, retrieved=400 * MIB))
    assert reads(own) == [(5, 100), (5, 300)]


def test_no_cells() -> None:
    assert spread(profile()).loads == []


@pytest.mark.parametrize(("text", "value"), [("5%", "0.05"), (" 0.05 ", "0.05"), ("100 %", "1")])
def test_shares(text: str, value: str) -> None:
    assert share(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "5", "-1%", "101%", "x", "nan%", "NaN", "inf", "5%%"])
def test_what_is_no_share(text: str) -> None:
    with pytest.raises(UsageError, match="no share"):
        share(text)
