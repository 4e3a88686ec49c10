"""Rules held against files and against cells: the two agree wherever a cell can be told."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.storage.hybrid.globs import compiled
from opskit.storage.hybrid.rules import Plan, Rule, size_range
from opskit.storage.profile.edges import AGES, SIZES, age_edge, size_edge
from opskit.storage.profile.model import Cell
from opskit.storage.profile.tally import Named

DAY = 86_400
FILE = Named(5000, "accounting/2019/Ledger.PDF", 400 * DAY, 380 * DAY)


@pytest.mark.parametrize(
    ("asks", "fits"),
    [
        ({}, True),
        ({"larger": 5000}, True),
        ({"larger": 5001}, False),
        ({"smaller": 5001}, True),
        ({"smaller": 5000}, False),
        ({"unchanged": 400}, True),
        ({"unchanged": 401}, False),
        ({"changed": 401}, True),
        ({"changed": 400}, False),
        ({"untouched": 380}, True),
        ({"untouched": 381}, False),
        ({"extensions": (".xlsx", ".pdf")}, True),
        ({"extensions": (".xlsx",)}, False),
        ({"extensions": ("df",)}, True),
        ({"paths": compiled(["accounting/**"])}, True),
        ({"paths": compiled(["/Ledger.PDF"])}, False),
        ({"larger": 1, "untouched": 381, "paths": compiled(["**"])}, False),
    ],
)
def test_a_file(asks: dict[str, object], fits: bool) -> None:
    assert Rule("r", **asks).fits(FILE) is fits  # type: ignore[arg-type]


def test_without_times_of_reading_untouched_goes_by_changes() -> None:
    assert Rule("r", untouched=390).fits(FILE._replace(idle=None))
    assert not Rule("r", untouched=390).fits(FILE)


def test_a_file_changed_after_it_was_read_is_touched() -> None:
    assert not Rule("r", untouched=30).fits(Named(1, "a", 3 * DAY, 90 * DAY))


def test_a_file_of_the_future_is_changed() -> None:
    assert Rule("r", changed=1).fits(Named(1, "a", -DAY, -DAY))
    assert not Rule("r", unchanged=1).fits(Named(1, "a", -DAY, -DAY))


def test_the_first_rule_decides() -> None:
    plan = Plan((Rule("a", larger=10_000), Rule("b", larger=10), Rule("c")))
    assert [plan.judge(FILE._replace(size=size)) for size in (10_000, 500, 1)] == [1, 2, 3]
    assert Plan((Rule("a", larger=10_000),)).judge(FILE) == 0


CELL = Cell("standard", 10, 50_000, size=4096, age=365, idle=180)


@pytest.mark.parametrize(
    ("asks", "fits"),
    [
        ({}, True),
        ({"larger": 4096}, True),
        ({"larger": 4097}, None),
        ({"larger": 16_384}, False),
        ({"smaller": 16_384}, True),
        ({"smaller": 8000}, None),
        ({"smaller": 4096}, False),
        ({"unchanged": 365}, True),
        ({"unchanged": 400}, None),
        ({"unchanged": 730}, False),
        ({"changed": 730}, True),
        ({"changed": 365}, False),
        ({"untouched": 180}, True),
        ({"untouched": 200}, None),
        ({"untouched": 365}, False),
        ({"extensions": (".pdf",)}, None),
        ({"extensions": (".pdf",), "larger": 16_384}, False),
    ],
)
def test_a_cell(asks: dict[str, object], fits: bool | None) -> None:
    assert Rule("r", **asks).fits_cell(CELL) is fits  # type: ignore[arg-type]


def test_sizes_that_the_cell_does_not_tell() -> None:
    assert size_range(Cell("standard", 10, 0)) == (0, 1)
    assert size_range(Cell("standard", 10, 50_000)) == (0, None)
    assert size_range(replace(CELL, bytes=10 * 20_000)) == (4096, None)  # larger on the average
    assert size_range(replace(CELL, size=5000)) == (5000, None)  # no edge
    assert size_range(replace(CELL, size=SIZES[-1], bytes=10**15)) == (SIZES[-1], None)


def test_all_rules_that_may_fit_up_to_the_one_that_does() -> None:
    plan = Plan((Rule("a", larger=10**9), Rule("b", extensions=(".x",)), Rule("c"), Rule("d")))
    assert plan.judge_cell(CELL) == [(2, False), (3, True)]
    assert Plan(plan.rules[:2]).judge_cell(CELL) == [(2, False), (0, True)]
    assert Plan(plan.rules[2:]).judge_cell(CELL) == [(1, True)]


_BOUNDS = st.one_of(st.none(), st.integers(0, 4000))
_RULES = st.builds(
    Rule,
    name=st.just("r"),
    larger=st.one_of(st.none(), st.sampled_from(SIZES), st.integers(0, 2**30)),
    smaller=st.one_of(st.none(), st.sampled_from(SIZES), st.integers(0, 2**30)),
    untouched=st.one_of(_BOUNDS, st.sampled_from(AGES)),
    unchanged=st.one_of(_BOUNDS, st.sampled_from(AGES)),
    changed=st.one_of(_BOUNDS, st.sampled_from(AGES)),
    extensions=st.sampled_from([(), (".pdf",)]),
)
_FILES = st.builds(
    Named,
    size=st.integers(0, 2**31),
    path=st.sampled_from(["a.pdf", "b"]),
    age=st.integers(0, 4000 * DAY),
    idle=st.one_of(st.none(), st.integers(0, 4000 * DAY)),
)


@given(_FILES, st.lists(_RULES, max_size=4))
def test_what_is_told_of_a_cell_is_so_of_its_files(file: Named, rules: list[Rule]) -> None:
    idle = None if file.idle is None else age_edge(file.idle // DAY)
    cell = Cell(
        *("local", 1, file.size),
        size=size_edge(file.size),
        age=age_edge(file.age // DAY),
        idle=idle,
    )
    for rule in rules:
        told = rule.fits_cell(cell)
        assert told is None or told == rule.fits(file)
    plan = Plan(tuple(rules))
    assert plan.judge(file) in [number for number, _ in plan.judge_cell(cell)]


def test_a_path_is_matched_as_a_whole() -> None:
    assert not Rule("r", paths=re.compile("a")).fits(FILE)
