"""The search against every chain that the rules of S3 allow, and its pieces against the whole."""

from collections.abc import Iterator, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from opskit.storage.optimize.evaluate import Band
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.pieces import Pieces
from opskit.storage.optimize.rates import SCALE, Rates
from opskit.storage.optimize.search import best, joined
from opskit.storage.optimize.world import Chain, Step
from tests.storage.optimize.made import KIB, MIB, TARGETS, alike, band, cells, world

EDGES = (1, 30, 60, 180, 365)
#: S3 User Guide, "Transitioning objects using Amazon S3 Lifecycle": what may follow what.
WATERFALL = {
    "standard-ia": ("intelligent-tiering", "onezone-ia", "glacier-ir", "glacier", "deep-archive"),
    "intelligent-tiering": ("onezone-ia", "glacier-ir", "glacier", "deep-archive"),
    "onezone-ia": ("glacier", "deep-archive"),
    "glacier-ir": ("glacier", "deep-archive"),
    "glacier": ("deep-archive",),
    "deep-archive": (),
}
LEAST_AGE = {"standard-ia": 30, "onezone-ia": 30}
LEAST_STAY = {"standard-ia": 30, "onezone-ia": 30, "glacier-ir": 90, "glacier": 90}
NOISE = 10**4  # a ten-millionth of a dollar: parts of days are rounded
loads = st.builds(Load, cells(), st.integers(0, 10**6), st.integers(0, 10**13))


def chains(before: Step | None = None) -> Iterator[Chain]:
    """All legal chains of steps at `EDGES`."""
    yield ()
    names: Sequence[str] = WATERFALL[before.class_] if before else TARGETS
    least = before.days + max(LEAST_STAY.get(before.class_, 0), 1) if before else 0
    for name in names:
        for days in EDGES:
            if days >= max(least, LEAST_AGE.get(name, 0)):
                step = Step(days, name)
                yield from ((step, *rest) for rest in chains(step))


ALL = list(chains())


def cost(rates: Rates, found: Band, chain: Chain) -> int:
    return sum(rates.cost(load, chain) for load in found.loads)


@settings(max_examples=40, deadline=None)
@given(st.lists(loads, min_size=1, max_size=4), st.sampled_from((1, 5, 13, 30)))
def test_no_legal_chain_is_cheaper(own: list[Load], months: int) -> None:
    rates, found = Rates(world(months=months)), band(own)
    chain = best(rates, found, EDGES)
    assert chain in ALL
    least = min(cost(rates, found, each) for each in ALL)
    assert abs(cost(rates, found, chain) - least) <= NOISE * months


@settings(max_examples=120, deadline=None)
@given(
    st.builds(Load, cells(ages=range(400)), st.integers(0, 10**6), st.integers(0, 10**13)).filter(
        lambda each: not each.cell.noncurrent
    ),
    st.sampled_from(ALL),
)
def test_the_pieces_of_a_chain_add_up_to_it(load: Load, chain: Chain) -> None:
    rates = Rates(world())
    pieces = Pieces(rates, [load])
    total = pieces.head(chain[0].days if chain else None)
    for number, step in enumerate(chain):
        until = chain[number + 1].days if number + 1 < len(chain) else None
        before = chain[number - 1].class_ if number else None
        total += pieces.leaving(before, step) + pieces.segment(step, until)
    assert abs(total - rates.cost(load, chain)) <= NOISE * 12


def test_of_chains_that_cost_the_same_the_latest_is_taken() -> None:
    rates = Rates(world("deep-archive"))
    old = band([Load(alike(10, 100 * MIB, age=400))])
    assert best(rates, old) == (Step(365, "deep-archive"),)


def test_nothing_moves_what_may_go_nowhere() -> None:
    rates = Rates(world())
    assert best(rates, band([Load(alike(10, 100 * MIB, "deep-archive"))])) == ()
    assert best(rates, band([Load(alike(10, 100 * MIB, noncurrent=True))])) == ()
    assert best(rates, band([])) == ()


def test_bands_share_a_rule_that_is_not_worth_two() -> None:
    rates = Rates(world("glacier", "deep-archive"))
    few = Band(256 * KIB, MIB, (Load(alike(1000, 256 * KIB)),))
    many = Band(MIB, None, (Load(alike(10**6, 4 * MIB)),))
    own = [best(rates, few), best(rates, many)]
    assert [each[0].class_ for each in own] == ["glacier", "deep-archive"]
    assert joined(rates, [few, many], own, SCALE) == [own[1]] * 2
    assert joined(rates, [few, many], own, 0) == own


def test_a_rule_that_saves_less_than_it_is_worth_is_none() -> None:
    rates = Rates(world())
    tiny = Band(MIB, None, (Load(alike(1, MIB)),))
    own = best(rates, tiny)
    assert own
    assert joined(rates, [tiny], [own], SCALE) == [()]
    assert joined(rates, [], [], SCALE) == []
