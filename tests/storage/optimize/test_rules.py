"""Plans as rules: ranges of sizes, names, words."""

import pytest

from opskit.storage.optimize.evaluate import Band
from opskit.storage.optimize.rules import Target, range_of, rules, size_word, steps, target
from tests.storage.optimize.made import GIB, KIB, MIB, alike, planned


def test_neighbours_of_one_chain_are_one_rule() -> None:
    found = planned(alike(10**4, 4 * KIB), alike(10**5, 16 * MIB), alike(10**5, GIB))
    [rule] = rules(found)
    assert (rule.above, rule.below) == (16 * MIB - 1, None)
    assert rule.name == "opskit-16MiB-and-larger"
    assert rule.sizes == "16 MiB and larger"
    assert rule.bands == [1, 2]
    assert not rule.overrides


def test_rules_keep_apart_what_has_chains_of_its_own() -> None:
    found = planned(alike(10**7, 256 * KIB), alike(10**6, 16 * MIB))
    made = rules(found)
    assert [(each.above, each.below) for each in made] == [
        (256 * KIB - 1, 16 * MIB),
        (16 * MIB - 1, None),
    ]
    assert made[0].name == "opskit-256KiB-to-16MiB"


def test_sizes_that_are_not_known_are_left_to_the_default() -> None:
    [rule] = rules(planned(alike(10**5, GIB)))
    assert rule.above == GIB - 1
    from opskit.storage.profile.model import Cell

    [rule] = rules(planned(Cell("standard", 10**5, 10**5 * GIB, age=365)))
    assert (rule.above, rule.below, rule.name) == (None, None, "opskit-all-sizes")


def test_a_rule_for_small_objects_overrides_the_default() -> None:
    found = planned(alike(10**8, 100_000), months=120)
    made = rules(found)
    assert all(each.overrides for each in made)
    assert [each.above for each in made] == [64 * KIB - 1]


def test_words() -> None:
    found = planned(alike(10**5, GIB))
    assert steps(found, found.chains[0]) == "Glacier Deep Archive after 365 days"
    assert range_of(0, None) == "all sizes"
    assert range_of(0, MIB) == "below 1 MiB"
    assert range_of(50_000, 64 * KIB) == "50000 B to 64 KiB"
    assert size_word(3 * 2**40) == "3 TiB"
    assert size_word(0) == "0 B"


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("s3://lake", Target("lake")),
        ("s3://lake/raw/2026", Target("lake", "raw/2026")),
        ("/data/tree", Target()),
        ("", Target()),
    ],
)
def test_targets(source: str, place: Target) -> None:
    assert target(source) == place


def test_no_rules() -> None:
    assert rules(planned(alike(10, 4 * KIB))) == []
    assert Band(0, None, ()).movable == []
