"""The sum over objects against the bill: the same where no graduated rate has two tiers."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.storage.optimize.evaluate import Evaluator
from opskit.storage.optimize.loads import Load, spread
from opskit.storage.optimize.plan import banded
from opskit.storage.optimize.rates import SCALE, Rates
from opskit.storage.optimize.world import Chain, Step
from opskit.storage.profile.model import Cell
from tests.storage.optimize.made import GIB, MIB, alike, cells, profile, world
from tests.storage.optimize.test_search import ALL

#: A cent: reads of what comes and goes are whole numbers in a bill.
CENT = Decimal("0.01")


@settings(max_examples=80, deadline=None)
@given(st.lists(cells(1000), min_size=1, max_size=5), st.integers(0, 10**5), st.sampled_from(ALL))
def test_the_sum_is_the_bill(own: list[Cell], reads: int, chain: Chain) -> None:
    stored = profile(*own, reads=reads)
    bands = banded(spread(stored).loads)
    found = world()
    judge = Evaluator(found, stored, bands)
    billed = judge.outcome([chain] * len(bands)).total
    rates = Rates(found)
    summed = sum(rates.cost(load, chain) for each in bands for load in each.loads)
    assert abs(Decimal(summed) / SCALE - billed) < CENT


def test_a_tier_is_taken_for_everything() -> None:
    """The rates of S3 Standard in us-east-1: $0.023, $0.022 above 50 TB, $0.021 above 500 TB."""
    load = Load(alike(1000, GIB))
    months = [Rates(world(months=1), tier).cost(load, ()) for tier in (0, 1, 2, 3)]
    assert months == [23 * SCALE, 22 * SCALE, 21 * SCALE, 21 * SCALE]


def test_by_hand() -> None:
    """1,000 objects of 1 GiB in Deep Archive: what is stored, 32 KB and 8 KB each, the requests."""
    chain = (Step(30, "deep-archive"),)
    cost = Decimal(Rates(world()).cost(Load(alike(1000, GIB)), chain)) / SCALE
    added = Decimal(1000 * 32) / 2**20 * Decimal("0.00099")
    added += Decimal(1000 * 8) / 2**20 * Decimal("0.023")
    assert abs(cost - (12 * (Decimal("0.99") + added) + Decimal("0.05"))) < Decimal("1e-6")


def test_reads_of_an_archive_are_restored_requested_and_billed_by_the_gb() -> None:
    rates = Rates(world(months=1))
    load = Load(alike(1000, GIB), reads=1000, retrieved=1000 * GIB)
    more = rates.month(load, "deep-archive", 0) - rates.month(
        Load(alike(1000, GIB)), "deep-archive", 0
    )
    # 1,000 GB at $0.02, 1,000 restores at $0.10, 1,000 GETs at $0.0004 for 1,000
    assert more == (20 * SCALE) + SCALE // 10 + 4 * SCALE // 10**4


def test_what_is_left_early_is_paid_to_the_end() -> None:
    """10 days old in Glacier, moved on 20 days later: 60 days of $0.0036 a GB-month are due."""
    rates = Rates(world(months=1))
    load = Load(alike(1024, MIB, "glacier", age=30))
    early = rates.cost(load, (Step(30, "deep-archive"),))
    late = rates.cost(Load(alike(1024, MIB, "glacier", age=90)), (Step(30, "deep-archive"),))
    month = Decimal("0.0036") * (1 + Decimal(32) / 1024) + Decimal("0.023") * 8 / 1024
    due = month * 60 / (Decimal(730) / 24)
    assert abs(Decimal(early - late) / SCALE - due) < Decimal("1e-6")
