"""Moves as a whole: by hand, and equal to a simulation of each month written apart from them."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.catalog.load import Catalog, load
from opskit.storage.catalog.model import StorageClass
from opskit.storage.profile.model import Cell, Monthly, Profile
from opskit.storage.shift.answer import Shift
from opskit.storage.shift.asked import Asked, terms
from opskit.storage.shift.move import shift
from opskit.storage.shift.rows import fields
from opskit.storage.shift.telling import assumed, what
from tests.storage.shift.catalogs import DAY, GB, SOURCE, TARGET, catalog, provider, usual
from tests.storage.shift.simulation import Side, Simulation, Use, World

F = Fraction
TB = 1000 * GB
HOT = (StorageClass("standard", "Standard", "hot"),)


def asked(source: str = "near/standard", target: str = "far", **more: object) -> Asked:
    return Asked(source, target, DAY)._replace(**more)  # type: ignore[arg-type]


def plan(profile: Profile, prices: Catalog | None = None, **more: object) -> Shift:
    return shift(profile, terms(asked(**more), prices or usual()))  # type: ignore[arg-type]


def stored(size: int, objects: int = 0, age: int = 999, **monthly: int) -> Profile:
    return Profile((Cell("standard", objects, size, age=age),), Monthly(**monthly))


def test_a_move_by_hand() -> None:
    found = plan(stored(20 * TB, 1_000_000), link="1Gbps", util="1", as_you_go=True)
    assert found.once["retrieval"] == 0
    assert found.once["requests"] == Decimal("0.4")
    assert found.once["egress"] == 10_000 * Decimal("0.09") + 9_900 * Decimal("0.05")
    parts = 1_000_000 * 4  # 20 MB each: three parts of 8 MiB and what begins the upload
    assert found.once["puts"] == Decimal(4) + parts // 1000 * Decimal("0.001")
    assert found.one_time == Decimal("1403.4")
    assert found.monthly == (Decimal(20 + 190), Decimal(120))
    # 20 TB at 1 Gbit/s are 160,000 s: the base of the first month is between before and after
    share = F(160_000, 730 * 3600)
    assert found.course.length == share
    assert found.break_even == 16  # 1,403.40 by 90 a month is 15.6 months, and the first is mixed
    assert found.saved(15) < 0 <= found.saved(16)


def test_the_source_is_kept_until_all_has_moved() -> None:
    """A move of a month: half of it is kept twice on the average, at 0.01 above 1,000 GB."""
    profile = stored(20 * TB, 1_000_000)
    whole, rolling = plan(profile, over="1"), plan(profile, over="1", as_you_go=True)
    assert whole.once["kept-twice"] == 210 - 110
    assert rolling.once["kept-twice"] == 0
    assert whole.one_time - rolling.one_time == 100
    assert len(whole.months) == len(rolling.months) == 1
    longer = plan(profile, over="1", dual_months="2")
    assert longer.once["kept-twice"] == 100 + 2 * 210
    assert len(longer.months) == 3


def test_what_is_free_by_what_is_stored_counts_all_until_it_is_deleted() -> None:
    free = catalog(provider("near", TARGET, classes=HOT), provider("far", SOURCE))
    fast = plan(stored(20 * TB), free, source="near", target="far", link="10Gbps")
    assert fast.once["egress"] == 0
    assert any("end with the month of the bill" in each for each in assumed(fast))
    rolling = plan(
        stored(20 * TB), free, source="near", target="far", link="10Gbps", as_you_go=True
    )
    assert rolling.once["egress"] > 0
    assert any("without --delete-as-you-go all" in each for each in assumed(rolling))


def test_early_deletion_is_counted_when_the_source_is_deleted() -> None:
    """At 180 days at least, a move of two months leaves 180 - 2 x 730/24 of them."""
    found = plan(stored(TB, age=0), source="near/cold", over="2")
    days = 180 - 2 * F(730, 24)
    assert abs(F(found.once["early-deletion"]) - days * 24 / 730) < F(1, 10**6)
    assert found.months[0].once["early-deletion"] == 0


def test_one_class_of_several_is_moved_with_its_share_of_the_use() -> None:
    cells = (Cell("standard", 100, TB), Cell("cool", 300, 3 * TB))
    use = Monthly(egress=400 * GB, reads=4000, writes=1000, retrieved=800 * GB)
    found = plan(Profile(cells, use, uploads=1, upload_bytes=TB), source="near/cool")
    assert [each.class_ for each in found.moved] == ["cool"]
    assert found.moved[0].bytes == 3 * TB
    assert found.before.of("storage") == 30
    assert found.before.of("retrieval") == 6
    assert found.before.of("egress") == 200 * Decimal("0.09")
    assert found.before.of("write") == 0  # that is for the class that is hot
    assert found.profile.upload_bytes == 0
    assert found.profile.notes == ("only what is in cool: 3 TB of 4 TB, with its share of the use",)
    hot = plan(Profile(cells, use, uploads=1, upload_bytes=TB), source="near/standard")
    assert hot.profile.upload_bytes == TB
    assert hot.before.of("write") == Decimal("0.005")
    assert hot.profile.monthly.egress + found.profile.monthly.egress == 400 * GB


def test_a_class_in_which_nothing_is() -> None:
    there = replace(stored(TB, 100), provider="near")
    found = plan(there, source="near/cold")
    assert [each.class_ for each in found.moved] == ["cold"]
    assert "nothing in it is in cold" in found.profile.notes[0]
    mixed = replace(there, stored=(*there.stored, Cell("cool", 1, TB)))
    other = plan(mixed, source="far/standard", target="near")
    assert "it is of near" in other.profile.notes[0]
    assert other.moved[0].bytes == 2 * TB
    assert plan(stored(TB, 100), source="near/cold").profile.notes == ()
    assert plan(there, source="near/standard").profile.notes == ()


def test_a_class_that_nobody_knows_has_no_price() -> None:
    cells = (Cell("standard", 100, TB), Cell("reduced-redundancy", 1, GB))
    found = plan(Profile(cells, provider="near"), source="near")
    assert "near: storage of reduced-redundancy" in found.missing
    assert "near has no class reduced-redundancy" in found.profile.notes


def test_waiting_for_the_law() -> None:
    profile = stored(20 * TB, 1_000_000)
    place = "near/standard@europe"

    def note(**more: object) -> str:
        found = plan(profile, source=place, **more)
        return " ".join(each for each in assumed(found) if "is free" in each and "switch" in each)

    assert "2027-01-12, 2 days later, its egress costs $1,395.00 less" in note(on=date(2027, 1, 10))
    assert note(on=date(2026, 2, 10)).startswith("begun on 2027-01-12")
    assert note(on=date(2025, 1, 10)) == (
        "from 2027-01-12 on, egress of a switch of provider in the EU is free"
    )
    assert "less" not in note(on=date(2027, 1, 12))
    outside = plan(profile, source="near/standard@main", on=date(2027, 1, 10))
    assert outside.waiting is None
    inside = plan(profile, source=place, target="near/standard@main", on=date(2027, 1, 10))
    assert inside.waiting is None  # no switch of provider
    assert plan(profile, source=place, device="1,99TB,1").waiting is None  # nothing to save


def test_within_a_provider_nothing_says_how_long_it_takes() -> None:
    profile = stored(10 * TB, 2_500_000)
    free = plan(profile, target="near/standard@europe")
    assert "requests and traffic between regions; Near copies at a rate of its own" in what(free)
    assert "requests only" in what(plan(profile, target="near/cool"))
    assert fields(free)["months"] is None
    assert any("3,500 objects a second" in each for each in assumed(free))
    for more in ({"link": "1Gbps"}, {"over": "1"}):
        timed = plan(profile, target="near/standard@europe", **more)
        assert "rate of its own" not in what(timed)
        assert fields(timed)["months"] is not None


def test_the_tiers_and_what_is_free_are_of_each_month() -> None:
    short = plan(stored(20 * TB), link="1Gbps", util="1")
    long = plan(stored(20 * TB), over="2")
    assert short.once["egress"] == 900 + 495
    assert long.once["egress"] == 2 * Decimal("0.09") * 9_900  # the free 100 GB twice
    assert len(long.months) == 2


def test_the_usual_egress_uses_up_the_cheap_end_first() -> None:
    alone = plan(stored(20 * TB), over="1").once["egress"]
    beside = plan(stored(20 * TB, egress=10 * TB), over="1").once["egress"]
    # half of the usual egress is still at the source, less the 100 GB that are free
    assert alone == 900 + 495
    assert beside == (10_000 - 4_900) * Decimal("0.09") + 14_900 * Decimal("0.05")


def test_archives_are_restored_at_the_cheapest_speed() -> None:
    profile = stored(10 * TB, 1_000_000)
    cheap = plan(profile, source="near/cold")
    assert cheap.once["retrieval"] == 25
    assert cheap.once["requests"] == Decimal("0.4") + 25
    dear = plan(profile, source="near/cold", speed="standard")
    assert dear.once["retrieval"] == 200
    assert dear.once["requests"] == Decimal("0.4") + 100
    # a day in `standard`: 1,000 GB at 0.02 and 9,000 at 0.01 a month of 730 hours
    assert round(cheap.once["restored-copies"], 6) == round(Decimal(110) * 24 / 730, 6)
    assert plan(profile, source="near/cold", restored_days="0").once["restored-copies"] == 0


def test_early_deletion_is_charged_for_the_days_that_are_left() -> None:
    young = plan(stored(TB, age=0), source="near/cold", link="1000Gbps")
    assert float(young.once["early-deletion"]) == pytest.approx(180 * 24 / 730, rel=1e-3)
    half = plan(stored(TB, age=90), source="near/cold", link="1000Gbps")
    assert float(half.once["early-deletion"]) == pytest.approx(90 * 24 / 730, rel=1e-3)
    assert plan(stored(TB, age=180), source="near/cold").once["early-deletion"] == 0
    assert plan(stored(TB, age=0), source="near/cold", dual_months="6").once["early-deletion"] == 0


def test_what_is_kept_twice_costs_what_the_source_takes_for_it() -> None:
    found = plan(stored(20 * TB), dual_months="3", as_you_go=True)
    assert round(found.once["kept-twice"], 9) == 3 * 210
    assert plan(stored(20 * TB), as_you_go=True).once["kept-twice"] == 0


def test_uploads_that_were_not_completed_end_with_the_source() -> None:
    """The first 1,000 GB of the data are at 0.02, all that is above, and so they, at 0.01."""
    profile = stored(20 * TB, 1_000_000)
    plain = plan(profile)
    more = plan(replace(profile, uploads=3, upload_bytes=TB))
    assert more.before.total - plain.before.total == 10
    assert more.after.total == plain.after.total
    assert more.moved == plain.moved
    assert round(more.one_time - plain.one_time, 9) == 0
    base, other = more.months[0].base, plain.months[0].base
    assert 0 < base - other < 10  # as long as they are there
    assert any("1 TB" in each for each in assumed(more))
    assert not any("uploads" in each for each in assumed(plain))
    kept = plan(replace(profile, upload_bytes=TB), dual_months="3")
    twice = plan(profile, dual_months="3").once["kept-twice"]
    assert round(kept.once["kept-twice"] - twice, 9) == 30


def test_old_prices_make_bands() -> None:
    """All prices are off by 3 %, but for what people say themselves."""
    late = DAY + timedelta(90 + 73)
    cells = (Cell("cold", 1_000_000, 10 * TB),)
    use = Profile(cells, Monthly(egress=TB))
    found = plan(use, source="near", as_of=late, nat="0.045/GB", link="1Gbps")
    share = Decimal("0.03")
    assert found.bands["before"] == approx(found.before.total, share)
    assert found.bands["after"] == approx(found.after.total, share)
    priced = found.one_time - found.once["nat"]
    low, high = found.bands["one_time"]
    assert found.once["early-deletion"] > 0
    assert found.once["restored-copies"] > 0
    assert found.once["puts"] > 0
    assert round(high - found.one_time, 9) == round(priced * share, 9)
    assert round(found.one_time - low, 9) == round(priced * share, 9)
    assert found.bands["saved"][0] == found.bands["before"][0] - found.bands["after"][1]
    assert "163 days old" in found.stale
    fresh = plan(use, source="near")
    assert not fresh.stale
    assert all(low == high for low, high in fresh.bands.values())


def approx(total: Decimal, share: Decimal) -> tuple[Decimal, Decimal]:
    return total * (1 - share), total * (1 + share)


def test_nat_and_devices_are_what_is_said() -> None:
    by_line = plan(stored(20 * TB), nat="0.045/GB")
    assert by_line.once["nat"] == 900
    sent = plan(stored(20 * TB), device="300,8TB,15,0.03/GB")
    assert sent.once["device"] == 3 * 300 + 600
    assert sent.once["egress"] == sent.once["nat"] == 0
    assert sent.course.length == F(15 * 24, 730)


def test_a_move_within_a_provider() -> None:
    far_off = plan(stored(TB), target="near/standard@europe")
    assert far_off.once["egress"] == 20
    to_cool = plan(stored(TB, 1000), target="near/cool")
    assert to_cool.once["egress"] == 0
    assert to_cool.once["puts"] > 0


def test_a_switch_in_the_eu_costs_no_egress_from_its_day_on() -> None:
    profile = stored(20 * TB, 1_000_000)
    place = "near/standard@europe"
    before = plan(profile, source=place, on=date(2027, 1, 11))
    after = plan(profile, source=place, on=date(2027, 1, 12))
    assert before.once["egress"] == 1395
    assert after.once["egress"] == 0
    assert after.once["requests"] == Decimal("0.4")  # not settled, and counted
    outside = plan(profile, source="near/standard@main", on=date(2028, 1, 1))
    assert outside.once["egress"] == 1395
    within = plan(profile, source=place, target="near/standard@main", on=date(2028, 1, 1))
    assert within.once["egress"] == 400  # no switch of provider
    # one that lasts: months that begin before the day are charged
    long = plan(profile, source=place, on=date(2026, 12, 20), over="4")
    charged = [each.once["egress"] for each in long.months]
    assert charged[0] == Decimal("0.09") * 4_900
    assert charged[1:] == [0, 0, 0]


def test_what_is_deleted_soon_is_not_moved() -> None:
    cells = (Cell("standard", 100, TB, age=999), Cell("standard", 100, TB, kept=7))
    found = plan(Profile(cells))
    assert [each.bytes for each in found.moved] == [TB]
    nothing = plan(Profile(cells[1:]))
    assert nothing.one_time == 0


def test_never() -> None:
    back = plan(stored(20 * TB, 1000), source="far", target="near/standard")
    assert back.break_even is None
    assert not back.pays
    same = catalog(provider("near", SOURCE), provider("far", SOURCE))
    equal = plan(stored(20 * TB), same, target="far/standard")
    assert equal.monthly[0] == equal.monthly[1]
    assert equal.break_even is None


def test_at_once() -> None:
    free = catalog(provider("near", TARGET, classes=HOT), provider("far", SOURCE))
    found = plan(stored(20 * TB), free, source="near", target="far/cold", dual_months="1")
    assert found.once["egress"] == 0
    assert found.one_time == found.once["kept-twice"]
    sent = {"device": "1,99TB,1", "as_you_go": True}
    cheap = plan(stored(20 * TB), free, source="near", target="far/cold", **sent)
    assert cheap.one_time == 1
    assert cheap.break_even == 1


def test_what_is_free_is_a_multiple_of_the_average_that_is_stored() -> None:
    free = catalog(provider("near", TARGET, classes=HOT), provider("far", SOURCE))
    way = {"source": "near", "target": "far", "as_you_go": True}
    at_once = plan(stored(20 * TB), free, over="1", **way)
    # deleted as it goes, half of it is stored on the average: 30 of the 20 TB are free
    assert at_once.once["egress"] == 0
    fast = plan(stored(20 * TB), free, link="10Gbps", **way)
    average = F(20_000) * fast.course.length / 2
    assert abs(F(fast.once["egress"]) - (20_000 - 3 * average) / 100) < F(1, 1000)


def test_beyond_the_horizon_is_no_pay_back() -> None:
    assert plan(stored(20 * TB, 1_000_000), horizon="16").pays
    assert not plan(stored(20 * TB, 1_000_000), horizon="15").pays


def limited() -> Catalog:
    rows = (
        *(row for row in TARGET if row[0] != "free-egress-times"),
        ("egress-limit-times", 1, "times"),
    )
    return catalog(provider("near", rows, classes=HOT), provider("far", TARGET, classes=HOT))


def test_a_limit_is_said_in_words_and_in_months() -> None:
    profile = stored(100 * TB, egress=50 * TB)
    found = plan(profile, limited(), source="near", link="1Gbps")
    assert len(found.breaches) == 1
    assert "near: egress is" in found.breaches[0]
    assert found.once["egress"] == 0
    assert found.limit
    assert found.limit.months == 2
    assert found.advice == "--over 2"
    within = plan(profile, limited(), source="near", over="2")
    assert within.breaches == []
    assert within.advice == ""
    rolling = plan(profile, limited(), source="near", link="1Gbps", as_you_go=True)
    assert rolling.advice == "--over 2 --dual-months 2"
    more = {"over": "2", "dual_months": "2", "as_you_go": True}
    assert plan(profile, limited(), source="near", **more).breaches == []
    never = plan(stored(100 * TB, egress=100 * TB), limited(), source="near")
    assert never.limit
    assert never.limit.months is None
    assert never.advice == ""


def test_no_price() -> None:
    rows = [row for row in TARGET if row[0] != "write"]
    short = catalog(provider("near", SOURCE), provider("far", rows, classes=HOT))
    assert plan(stored(TB, 100), short).missing == ["far: write of standard"]
    assert plan(stored(TB, 100)).missing == []


def test_what_is_not_verified_is_said() -> None:
    rows = [*SOURCE, ("min-days", 30, "days", {"class_": "standard", "status": "unverified"})]
    prices = catalog(provider("near", rows), provider("far", TARGET, classes=HOT))
    assert plan(stored(TB, age=0), prices).doubts == ["near: unverified: min-days"]
    assert plan(stored(TB)).doubts == []


def test_currencies_need_a_rate() -> None:
    euro = [(item, value, unit.replace("USD", "EUR"), *more) for item, value, unit, *more in TARGET]
    prices = catalog(provider("near", SOURCE), provider("far", euro, classes=HOT, currency="EUR"))
    with pytest.raises(UsageError, match="USD, far in EUR") as error:
        plan(stored(20 * TB), prices)
    assert "--rate EUR=1.10" in error.value.hint
    assert plan(stored(20 * TB), prices, rates=("EUR=1.10",)).monthly[1] == Decimal("132")


def test_a_move_without_an_end() -> None:
    with pytest.raises(UsageError, match="months"):
        plan(stored(1000 * TB), link="1bps")


def test_the_catalog_as_it_is() -> None:
    found = shift(stored(100 * 2**40, 20), terms(asked("aws/standard", "r2"), load()))
    assert found.missing == []
    assert found.monthly[0] == 2304
    # the month of the move: what has moved no longer needs the tiers, and nothing else leaves
    assert round(found.once["egress"], 2) == Decimal("7980.20")


MONEY = st.integers(0, 100_000).map(lambda n: F(n, 10**6))
TIERS = st.one_of(
    st.tuples(st.tuples(st.none(), MONEY)),
    st.tuples(st.tuples(st.integers(1, 5000), MONEY), st.tuples(st.none(), MONEY)),
)
SIDES = st.builds(
    Side,
    storage=TIERS,
    egress=TIERS,
    read=MONEY,
    write=MONEY,
    part=MONEY,
    retrieval=MONEY,
    free_storage=st.integers(0, 500),
    free_egress=st.integers(0, 500),
    free_times=st.integers(0, 3),
    base_fee=st.sampled_from([F(0), F(5)]),
    minimum=st.sampled_from([F(0), F(50)]),
    min_days=st.sampled_from([0, 30, 180]),
)
CELLS = st.lists(
    st.tuples(st.integers(0, 10**7), st.integers(1, 20 * TB), st.integers(0, 400)),
    min_size=1,
    max_size=3,
)
USES = st.builds(
    Use,
    egress=st.integers(0, 10 * TB),
    reads=st.integers(0, 10**8),
    writes=st.integers(0, 10**7),
    retrieved=st.integers(0, 10 * TB),
)


@settings(max_examples=150, deadline=None)
@given(
    SIDES,
    SIDES,
    CELLS,
    USES,
    st.integers(20, 2000),
    st.integers(0, 3),
    st.sampled_from([None, 0, 2]),
    MONEY,
    st.booleans(),
)
def test_a_move_is_what_its_months_come_to(
    source: Side,
    target: Side,
    cells: list[tuple[int, int, int]],
    use: Use,
    megabits: int,
    lag: int,
    free_from: int | None,
    nat: Fraction,
    as_you_go: bool,
) -> None:
    prices = catalog(
        provider("near", source.rows(), classes=HOT), provider("far", target.rows(), classes=HOT)
    )
    where = "near@main" if free_from is None else "near@europe"
    on = {None: DAY, 0: date(2027, 1, 12), 2: date(2026, 11, 20)}[free_from]
    micro = nat.numerator * (10**6 // nat.denominator)
    profile = Profile(
        tuple(Cell("standard", n, s, age=a) for n, s, a in cells),
        Monthly(use.egress, use.reads, use.writes, retrieved=use.retrieved),
    )
    found = plan(
        profile,
        prices,
        source=where,
        on=on,
        as_of=DAY,
        dual_months=str(lag),
        as_you_go=as_you_go,
        link=f"{megabits}Mbps",
        util="1",
        nat=f"{micro // 10**6}.{micro % 10**6:06d}/GB",
    )
    seconds = max(
        F(sum(each[1] for each in cells) * 8, megabits * 10**6),
        F(sum(each[0] for each in cells), 3500),
        F(1),
    )
    assert found.course.length == seconds / (730 * 3600)
    world = World(
        source, target, cells, use, found.course.length, lag, 8 * 2**20, nat, as_you_go, free_from
    )
    months = len(found.months) + 40
    simulated = Simulation(world, months)
    for month in range(months + 1):
        assert abs(F(found.paid(month)) - simulated.paid[month]) < F(1, 10**6)
    assert abs(F(found.monthly[0]) - simulated.before) < F(1, 10**6)
    assert abs(F(found.monthly[1]) - simulated.after) < F(1, 10**6)
    tried, even = simulated.break_even(), found.break_even
    if simulated.after > simulated.before:
        assert even is None
    elif even is None or even > months:
        assert tried is None
    else:
        assert even == tried
