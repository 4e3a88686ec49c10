"""Months, legal moves, and the tiers of Intelligent-Tiering."""

import pytest

from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.world import Part, World
from tests.storage.optimize.made import GIB, KIB, MIB, alike, without, world

TIERED = "intelligent-tiering"


@pytest.mark.parametrize(
    ("age", "days", "month"),
    [
        (0, 0, 0),
        (0, 1, 1),
        (0, 30, 1),
        (0, 31, 2),
        (0, 90, 3),
        (29, 30, 1),
        (30, 30, 0),
        (0, 365, 12),
    ],
)
def test_months(age: int, days: int, month: int) -> None:
    assert world().month_of(age, days) == month


def test_moves_are_those_of_the_catalog_to_what_is_offered() -> None:
    found = world("glacier", "deep-archive")
    assert found.moves("standard", "glacier")
    assert not found.moves("standard", "standard-ia")
    assert not found.moves("deep-archive", "glacier")
    assert found.moves("intelligent-tiering-ia", "glacier")  # a tier goes where its class goes


def test_least_ages_and_stays() -> None:
    found = world()
    assert [found.least_age(name) for name in ("standard-ia", "onezone-ia", "glacier")] == [
        30,
        30,
        0,
    ]
    assert [found.min_days(name) for name in ("standard-ia", "glacier", TIERED)] == [30, 90, 0]


def test_a_move_is_a_lifecycle_request_or_a_write() -> None:
    assert world().entry("glacier") == "lifecycle"
    assert World(without("lifecycle"), frozenset(["glacier"]), 12).entry("glacier") == "write"


def test_unread_objects_sink_through_the_tiers() -> None:
    load = Load(alike(100, MIB))
    parts = [world().parts(load, TIERED, since) for since in (0, 1, 2, 3, 50)]
    names = [[each.class_ for each in found] for found in parts]
    assert names == [
        [TIERED],
        [f"{TIERED}-ia"],
        [f"{TIERED}-ia"],
        [f"{TIERED}-archive-instant"],
        [f"{TIERED}-archive-instant"],
    ]
    assert all(found == [Part(found[0].class_, 100, 100 * MIB)] for found in parts[1:])


def test_each_read_keeps_another_object_up() -> None:
    load = Load(alike(100, MIB), reads=10)
    assert world().parts(load, TIERED, 3) == [
        Part(TIERED, 10, 10 * MIB),
        Part(f"{TIERED}-ia", 20, 20 * MIB),
        Part(f"{TIERED}-archive-instant", 70, 70 * MIB),
    ]
    busy = Load(alike(100, MIB), reads=5000)
    assert world().parts(busy, TIERED, 3) == [Part(TIERED, 100, 100 * MIB)]


def test_small_objects_and_those_that_come_and_go_stay_up() -> None:
    for cell in (alike(100, 64 * KIB), alike(100, GIB, kept=200)):
        assert world().parts(Load(cell), TIERED, 9) == (Part(TIERED, 100, cell.bytes),)
    assert world().parts(Load(alike(100, 128 * KIB)), TIERED, 9)[0].class_ != TIERED


def test_other_classes_have_no_tiers() -> None:
    assert world().parts(Load(alike(3, MIB)), "glacier", 9) == (Part("glacier", 3, 3 * MIB),)
    assert world().settled("glacier") == 0
    assert world().settled(TIERED) == 3
