"""What a sweep of a part of the use means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.profile.model import Cell, Monthly, Profile
from opskit.storage.sweep import sweep

TB = 10**12
USE = Profile(
    (Cell("a", 30, 3 * TB), Cell("b", 10, TB)), Monthly(egress=2 * TB, reads=1000, retrieved=5)
)


@pytest.mark.parametrize(
    ("text", "low", "high", "base"),
    [
        ("egress=0..10x", 0, 20 * TB, 2 * TB),
        ("egress=0.5x..1.5x", TB, 3 * TB, 2 * TB),
        ("egress=0..50TB", 0, 50 * TB, 2 * TB),
        (" Egress = 1GB .. 2GiB ", 10**9, 2 * 2**30, 2 * TB),
        ("stored=1TB..500TB", TB, 500 * TB, 4 * TB),
        ("avg_object=4KB..4MB", 4000, 4_000_000, 100_000_000_000),
        ("reads=1x..3X", 1000, 3000, 1000),
        ("writes=0..1M", 0, 10**6, 0),
        ("retrieved=0..2x", 0, 10, 5),
    ],
)
def test_sweeps(text: str, low: int, high: int, base: int) -> None:
    found = sweep(text, USE)
    assert (found.low, found.high, found.base) == (low, high, base)


def test_where_nothing_leaves_1x_is_what_is_stored() -> None:
    use = replace(USE, monthly=Monthly())
    assert sweep("egress=0..3x", use).high == 12 * TB


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no sweep"),
        ("egress", "is no sweep"),
        ("egress=5TB", "is no sweep"),
        ("egres=0..1x", "cannot be swept"),
        ("egress=1x..1x", "is empty"),
        ("egress=2TB..1TB", "are reversed"),
        ("egress=10x..0", "are reversed"),
        ("egress=5x..1TB", "is no number"),
        ("egress=0x..0x", "is empty"),
        ("egress=0..10T", "is no size"),
        ("egress=-1..10x", "is negative"),
        ("egress=0..x", "is not a number"),
        ("egress=0..10000000x", "too many times"),
        ("writes=0..10x", "the profile has no writes that 1x could be"),
        ("reads=0..1GB", "is no number"),
        ("avg-object=0..1MB", "objects of no size"),
    ],
)
def test_what_is_no_sweep(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        sweep(text, USE)


@given(st.integers(0, 10**18))
def test_what_is_stored_keeps_its_proportions(amount: int) -> None:
    found = sweep("stored=0..1EB", USE).apply(USE, amount)
    assert found.bytes == amount
    assert abs(found.stored[0].bytes - 3 * found.stored[1].bytes) <= 4


def test_sweeps_change_their_part_alone() -> None:
    assert sweep("egress=0..1x", USE).apply(USE, 7).monthly == replace(USE.monthly, egress=7)
    halves = sweep("avg-object=1KB..1TB", USE).apply(USE, 500_000_000_000)
    assert [each.objects for each in halves.stored] == [6, 2]
    assert halves.bytes == USE.bytes
    nothing = Profile((Cell("a", 0, 0),))
    assert sweep("stored=0..1TB", nothing).apply(nothing, 9).bytes == 9
