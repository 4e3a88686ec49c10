"""How many reads a plan bears."""

import pytest

from opskit.storage.optimize.offer import Wish
from opskit.storage.optimize.plan import Plan, Terms, plan
from opskit.storage.optimize.sensitivity import bearable
from opskit.storage.profile.model import Monthly, Profile
from tests.storage.optimize.made import ANY, GIB, INSTANT, MIB, PRICES, alike, planned


def cost(found: Plan, reads: int) -> tuple[object, object]:
    """The plan's chains and nothing done, with so many reads of whole objects."""
    from opskit.storage.optimize.evaluate import Evaluator
    from opskit.storage.optimize.loads import spread
    from opskit.storage.optimize.plan import banded

    size = found.profile.bytes // found.profile.objects
    told = Monthly(reads=reads, retrieved=reads * size)
    own = Profile(found.profile.stored, told)
    judge = Evaluator(found.world, own, banded(spread(own).loads))
    return judge.outcome(found.chains).total, judge.outcome([()] * len(found.bands)).total


@pytest.mark.parametrize("wish", [ANY, INSTANT, Wish()])
@pytest.mark.parametrize("reads", [0, 500])
def test_up_to_so_many_and_no_more(wish: Wish, reads: int) -> None:
    found = planned(alike(10**5, 64 * MIB), reads=reads, wish=wish)
    bears = bearable(found)
    assert bears.planned == reads
    assert bears.most is not None
    assert bears.most >= reads
    planned_cost, nothing = cost(found, bears.most)
    assert planned_cost < nothing  # type: ignore[operator]
    planned_cost, nothing = cost(found, bears.most * 115 // 100 + 1)
    assert planned_cost > nothing  # type: ignore[operator]


def test_reads_of_what_stays_do_not_count() -> None:
    found = planned(alike(10**3, GIB), alike(10**3, 4096), reads=1000)
    assert bearable(found).planned == 500


def test_where_reads_cost_the_same_there_is_no_limit() -> None:
    """Deep Archive to nowhere: what is moved and restored costs the same to read."""
    found = plan(Profile((alike(10**5, GIB, "glacier"),)), PRICES, Terms())
    assert found.changes
    assert bearable(found).most is not None
