"""Plans: cheaper than doing nothing or none at all, legal, and exact in what they cost."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from opskit.errors import UnknownError, UsageError
from opskit.storage.bill.monthly import monthly_bill
from opskit.storage.optimize.advice import suggestions
from opskit.storage.optimize.evaluate import Outcome
from opskit.storage.optimize.offer import Wish
from opskit.storage.optimize.plan import Plan, Terms, plan
from opskit.storage.optimize.report import report
from opskit.storage.optimize.world import Chain, Step
from opskit.storage.profile.document import read_profile
from opskit.storage.profile.model import Cell, Monthly, Profile
from tests.storage.optimize.made import (
    ANY,
    DAY,
    GIB,
    INSTANT,
    KIB,
    MIB,
    PRICES,
    alike,
    cells,
    planned,
    prices,
    profile,
    without,
)
from tests.storage.optimize.test_search import ALL, LEAST_AGE, LEAST_STAY, WATERFALL

TB = 10**12
some_cells = st.lists(cells(10**9), min_size=1, max_size=6)


def classes(found: Plan) -> list[list[str]]:
    return [[each.class_ for each in chain] for chain in found.chains]


def test_small_objects_are_left_alone() -> None:
    """10^9 objects of 4 KiB: $87.74 a month; Deep Archive is $209.47, and $50,000 to move."""
    found = planned(alike(10**9, 4 * KIB))
    assert not found.changes
    assert found.outcome is found.nothing
    assert round(found.nothing.months[0].total, 2) == Decimal("87.74")
    assert found.payback is None


def test_archives_for_what_nobody_reads() -> None:
    found = planned(alike(1000, GIB))
    assert classes(found) == [["deep-archive"]]
    assert found.nothing.total == 12 * 23
    assert found.outcome.once == Decimal("0.05")
    assert round(found.outcome.months[-1].bill.total, 4) == Decimal("0.9902")
    assert found.payback == 1


def test_what_is_read_stays_instant() -> None:
    found = planned(alike(1000, GIB), reads=5000)
    assert not {"glacier", "deep-archive"} & {name for own in classes(found) for name in own}


def test_moves_that_do_not_pay_in_time_are_not_made() -> None:
    cell = alike(10**6, 256 * KIB)  # $5.62 a month, and $10 to $50 to move
    assert not planned(cell, months=1).changes
    assert planned(cell, months=12).changes
    assert planned(cell, months=36).payback is not None


def test_instant_only() -> None:
    found = planned(alike(10**6, 4 * MIB), wish=INSTANT)
    assert classes(found) == [["intelligent-tiering"]]


def test_unverified_prices_only_if_allowed() -> None:
    wish = Wish(wait=Decimal(0), allow_unverified=True)
    cell = alike(10**6, 4 * MIB)
    assert classes(planned(cell, wish=wish)) == [["glacier-ir"]]
    assert "glacier-ir" not in classes(planned(cell, wish=INSTANT))[0]


def test_young_and_old_have_chains_of_their_own_age() -> None:
    young, old = alike(10**5, GIB, age=0, idle=0), alike(10**5, GIB, age=400, idle=400)
    [chain] = planned(young, old, reads=10**5).chains
    assert chain == (Step(30, "glacier"), Step(365, "deep-archive"))


@settings(max_examples=50, deadline=None)
@given(some_cells, st.integers(0, 10**9), st.sampled_from((1, 6, 24)), st.booleans())
def test_never_worse_than_doing_nothing(
    own: list[Cell], reads: int, months: int, wide: bool
) -> None:
    found = planned(*own, reads=reads, wish=ANY if wide else Wish(), months=months)
    assert found.outcome.total <= found.nothing.total
    assert found.changes is (found.outcome.total < found.nothing.total)
    assert found.saving == found.nothing.total - found.outcome.total
    assert (found.payback is not None) is found.changes
    assert not [lack for each in found.outcome.bills for lack in each.missing]
    for chain in found.chains:
        _legal(chain)


def _legal(chain: Chain) -> None:
    for step in chain:
        assert step.days >= LEAST_AGE.get(step.class_, 1)
    for before, later in pairwise(chain):
        assert later.class_ in WATERFALL[before.class_]
        assert later.days - before.days >= max(LEAST_STAY.get(before.class_, 0), 1)


@settings(max_examples=15, deadline=None)
@given(st.lists(cells(1000), min_size=1, max_size=3), st.integers(0, 10**4))
def test_no_one_chain_for_all_sizes_is_cheaper(own: list[Cell], reads: int) -> None:
    """Below 50 TB the plan is the best there is, but for a cent a month that a rule is worth."""
    from opskit.storage.optimize.evaluate import Evaluator

    found = planned(*own, reads=reads)
    judge = Evaluator(found.world, found.profile, found.bands)
    worth = Decimal("0.01") * (found.world.months * len(found.bands) + 1)
    for chain in ALL[::19]:
        assert judge.outcome([chain] * len(found.bands)).total >= found.outcome.total - worth


@settings(max_examples=40, deadline=None)
@given(some_cells, st.integers(0, 10**9), st.integers(0, 10**13))
def test_doing_nothing_is_the_bill_of_the_profile(own: list[Cell], reads: int, egress: int) -> None:
    told = Monthly(egress=egress, reads=reads, writes=70_000, lists=900, deletes=5)
    kept = [each for each in own if not each.class_.startswith("intelligent") and not each.idle]
    stored = Profile(tuple(kept), told, uploads=3, upload_bytes=egress)
    if kept:
        found = plan(stored, PRICES, Terms())
        expected = monthly_bill(stored, PRICES).total
        assert abs(found.nothing.months[0].total - expected) < Decimal("0.001")
        assert abs(found.nothing.months[-1].total - expected) < Decimal("0.001")


@settings(max_examples=60, deadline=None)
@given(some_cells)
def test_tiers_begin_where_the_bill_of_the_profile_has_them(own: list[Cell]) -> None:
    """Nobody reads anything: each object is in the tier of its days without a read."""
    found = plan(Profile(tuple(own)), PRICES, Terms())
    expected = monthly_bill(Profile(tuple(own)), PRICES).total
    assert abs(found.nothing.months[0].total - expected) < Decimal("0.001")


def test_doing_nothing_is_what_the_estimate_has_of_the_example() -> None:
    from importlib.resources import files

    from opskit.storage.catalog.load import load
    from opskit.storage.choice import Choice
    from opskit.storage.estimate import Terms as Of
    from opskit.storage.estimate import estimate

    lake = read_profile(Path(str(files("opskit.examples"))) / "storage/lake.yaml")
    told = estimate(lake, load(), Choice(("aws",)), Of(DAY))
    [as_it_is] = [each for each in told.rows if each.as_it_is]
    found = plan(lake, prices("aws", lake.region), Terms())
    nothing = found.nothing.months[0].total
    assert nothing == as_it_is.bill.total
    without = changed(lake, uploads=0, upload_bytes=0)
    [abort] = [each for each in suggestions(found) if each.kind == "abort"]
    assert abort.saves == nothing - monthly_bill(without, prices("aws", lake.region)).total


def test_a_class_that_the_catalog_has_not_stays_as_it_is() -> None:
    odd = alike(7, GIB, "reduced-redundancy")
    found = plan(profile(alike(1000, GIB), odd, reads=1007), PRICES, Terms(wish=ANY))
    assert found.unknown == [odd]
    assert found.changes
    assert sum(load.reads for band in found.bands for load in band.loads) == 1000
    alone = plan(profile(alike(1000, GIB), reads=1000), PRICES, Terms(wish=ANY))
    assert found.chains == alone.chains
    (note, *_) = report(found).notes
    assert "no class 'reduced-redundancy' in the catalog: 7 objects in it (7.52 GB) stay" in note


def test_graduated_rates_are_billed_as_they_are() -> None:
    """1 PiB in one class: 51,200 GB at .023, 460,800 at .022, the rest at .021."""
    found = planned(alike(2**20, GIB), months=1)
    month = 51_200 * Decimal("0.023") + 460_800 * Decimal("0.022") + 536_576 * Decimal("0.021")
    assert found.nothing.months[0].total == month


def test_moves_are_paid_as_writes_where_there_is_no_other_price() -> None:
    cell = alike(1000, GIB)
    found = plan(profile(cell), without("lifecycle"), Terms(wish=ANY))
    assert classes(found) == [["deep-archive"]]
    assert found.outcome.once == Decimal("0.05")


def test_objects_that_come_and_go_pay_for_each_move_and_least_time() -> None:
    short = planned(alike(10**6, 4 * MIB, kept=60))
    assert not any("deep-archive" in own for own in classes(short))
    long = planned(alike(10**4, GIB, kept=900))
    assert long.changes
    assert long.outcome.once == 0
    monthly = long.outcome.months[0].bill.of("lifecycle")
    assert monthly > 0


@pytest.mark.parametrize(
    ("provider", "class_"), [("azure", "hot"), ("gcs", "standard"), ("r2", "standard")]
)
def test_other_providers(provider: str, class_: str) -> None:
    stored = profile(alike(10**5, GIB, class_, age=400))
    found = plan(stored, prices(provider), Terms(wish=ANY))
    assert found.changes
    assert found.outcome.total < found.nothing.total


def test_a_provider_of_one_class_has_no_plan() -> None:
    found = plan(profile(alike(10**5, GIB)), prices("b2"), Terms(wish=ANY))
    assert not found.changes
    assert found.offer.classes == []


def test_classes_by_the_names_of_the_api() -> None:
    stored = profile(alike(1000, GIB, "STANDARD_IA"))
    assert plan(stored, PRICES, Terms()).profile.stored[0].class_ == "standard-ia"


def test_a_profile_of_no_provider_is_in_the_hot_class() -> None:
    own = plan(profile(alike(10, GIB)), prices("azure"), Terms())
    assert own.profile.stored[0].class_ == "hot"
    mixed = plan(profile(alike(10, GIB), alike(10, GIB, "hot")), prices("azure"), Terms())
    assert [each.class_ for each in mixed.unknown] == ["standard"]


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(UsageError, match="has no class 'warm'") as caught:
        plan(profile(alike(10, GIB, "warm")), PRICES, Terms())
    assert "standard-ia" in caught.value.hint


def test_without_a_number_of_objects_nothing_can_be_said() -> None:
    with pytest.raises(UsageError, match="number of objects"):
        plan(profile(Cell("standard", 0, TB)), PRICES, Terms())


def test_a_missing_price_is_no_answer() -> None:
    with pytest.raises(UnknownError, match="storage of standard"):
        plan(profile(alike(10, GIB)), without("storage"), Terms())


def test_nothing_stored() -> None:
    with pytest.raises(UsageError, match="nothing in it that is stored"):
        plan(profile(), PRICES, Terms())


def test_ages_of_a_step_are_those_that_all_have() -> None:
    found = planned(alike(1000, GIB, age=400))
    assert found.chains == [(Step(365, "deep-archive"),)]


def test_cells_of_nothing_and_of_empty_objects() -> None:
    empty = Cell("standard", 10**6, 0, age=400)
    none = Cell("standard", 0, 0, size=GIB, age=400)
    found = planned(empty, none, alike(10, GIB, age=10**6), alike(10, GIB, kept=10**6))
    assert found.outcome.total <= found.nothing.total
    report(found)


@pytest.mark.parametrize(
    ("costs", "month"),
    [
        ((5, 5, 5), 1),
        ((15, 5, 5), 2),
        ((15, 8, 6), 3),
        ((5, 20, 1), 3),  # ahead, behind, and ahead for good
        ((10, 10, 9), 1),
        ((5, 5, 25), None),
    ],
)
def test_the_month_of_paying_back(costs: tuple[int, ...], month: int | None) -> None:
    def outcome(*totals: int) -> Outcome:
        return Outcome([SimpleNamespace(total=Decimal(each)) for each in totals])  # type: ignore[misc]

    found = replace(planned(alike(1000, GIB)), nothing=outcome(10, 10, 10), outcome=outcome(*costs))
    assert found.payback == month
