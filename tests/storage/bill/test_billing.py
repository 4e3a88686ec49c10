"""The rules of a bill, each where it makes a difference and where it makes none; its algebra."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.storage.bill.billing import Biller, bill
from opskit.storage.bill.lines import Bill, widening
from opskit.storage.bill.usage import AVERAGE, ClassUse, Month, Usage, month, usage
from opskit.storage.catalog.load import load
from opskit.storage.catalog.model import Provider, StorageClass, Units
from opskit.storage.catalog.prices import Prices
from opskit.storage.profile.model import Cell, Monthly, Profile
from tests.storage.shift.catalogs import DAY, GB, provider

TB = 1000 * GB
STANDARD = {"class_": "standard"}
FLAT = ("storage", "0.02", "USD/GB-month", STANDARD)


def prices(*rows: tuple[Any, ...], region: int = 0, **more: Any) -> Prices:
    made = provider("made", rows, **more)
    return Prices(made, made.regions[region], DAY)


def units(**more: Any) -> Units:
    told = {"gb": GB, "tb": 1000, "month": "730h", "source": "page", "read_on": DAY}
    return Units(**(told | {"status": "verified"} | more))


def of(where: Prices, *cells: Cell, egress: int = 0, **use: Any) -> Bill:
    name = cells[0].class_ if cells else "standard"
    return bill(where, Usage([ClassUse(name, cells, **use)], egress))


def standard(size: int, objects: int = 0, **more: Any) -> Cell:
    return Cell("standard", objects, size, **more)


TIERED = (
    ("storage", "0.03", "USD/GB-month", STANDARD | {"tier": "0-100"}),
    ("storage", "0.02", "USD/GB-month", STANDARD | {"tier": "100-500"}),
    ("storage", "0.01", "USD/GB-month", STANDARD | {"tier": "500-"}),
)


@pytest.mark.parametrize(
    ("gb", "total"),
    [
        (0, "0"),
        (100, "3"),
        (101, "3.02"),
        (500, "11"),
        (501, "11.01"),
        (1000, "16"),
    ],
)
def test_graduated_tiers(gb: int, total: str) -> None:
    assert of(prices(*TIERED), standard(gb * GB)).total == Decimal(total)


def test_tiers_go_on_where_another_part_of_the_bill_left_them() -> None:
    where = prices(*TIERED)
    biller = Biller(where)
    biller.storage("standard", [standard(80 * GB)])
    biller.storage("standard", [standard(80 * GB)])
    assert biller.bill.total == of(where, standard(160 * GB)).total


def test_a_tier_without_a_price_is_missing() -> None:
    found = of(prices(TIERED[0]), standard(150 * GB))
    assert found.missing == ["storage of standard (above 100 GB-month)"]
    assert not of(prices(TIERED[0]), standard(100 * GB)).missing


def test_what_has_no_price_is_missing_only_where_it_is_used() -> None:
    assert of(prices(FLAT), standard(GB), reads=1).missing == ["read of standard"]
    assert of(prices(FLAT), standard(GB), egress=1).missing == ["egress"]
    assert of(prices(FLAT), standard(GB)).complete


def test_free_storage_is_one_pool() -> None:
    where = prices(FLAT, ("free-storage", 10, "GB"))
    assert of(where, standard(10 * GB)).total == 0
    assert of(where, standard(15 * GB)).total == Decimal("0.1")
    two = Usage(
        [ClassUse("standard", [standard(8 * GB)]), ClassUse("standard", [standard(8 * GB)])]
    )
    assert bill(where, two).total == Decimal("0.12")


def test_free_requests() -> None:
    where = prices(
        FLAT,
        ("write", 5, "USD/1M"),
        ("list", 5, "USD/1M"),
        ("read", 1, "USD/1M"),
        ("free-writes", 1_000_000, "requests"),
        ("free-reads", 10_000_000, "requests"),
    )
    assert of(where, standard(0), writes=600_000, lists=400_000, reads=10_000_000).total == 0
    assert of(where, standard(0), writes=600_000, lists=1_400_000).total == 5
    assert of(where, standard(0), reads=11_000_000).total == 1


def test_lists_have_their_own_line_where_they_cost_another_price() -> None:
    where = prices(FLAT, ("write", 5, "USD/1M"), ("list", 1, "USD/1M"))
    found = of(where, standard(0), writes=1_000_000, lists=1_000_000)
    assert [each.item for each in found.lines] == ["storage", "write", "list"]
    assert found.total == 6


def test_least_size_of_objects() -> None:
    where = prices(FLAT, ("min-size", 128, "KB", STANDARD))
    small = of(where, standard(10**6 * 1024, objects=10**6))
    assert small.total == Decimal(10**6 * 128 * 1024) / GB * Decimal("0.02")
    assert [each.item for each in small.rules] == ["min-size"]
    large = of(where, standard(10**6 * 1024 * 1024, objects=10**6))
    assert large.total == Decimal(10**6 * 1024 * 1024) / GB * Decimal("0.02")
    assert not large.rules


def test_overhead_at_two_rates() -> None:
    where = prices(
        FLAT,
        ("storage", "0.001", "USD/GB-month", {"class_": "cold"}),
        ("overhead", 32, "KB", {"class_": "cold"}),
        ("overhead-standard", 8, "KB", {"class_": "cold"}),
    )
    found = of(where, Cell("cold", 10**6, 10**9))
    own = (Decimal(10**9) + 32 * 1024 * 10**6) / GB * Decimal("0.001")
    assert found.total == own + Decimal(8 * 1024 * 10**6) / GB * Decimal("0.02")
    assert of(where, Cell("cold", 0, 10**9)).total == Decimal("0.001")


def test_least_time_of_objects_that_are_deleted_early() -> None:
    rows = (FLAT, ("min-days", 30, "days", STANDARD))
    where = prices(*rows, units=units(month="30d"))
    assert of(where, standard(GB, kept=5)).total == Decimal("0.02")
    assert of(where, standard(GB, kept=60)).total == Decimal("0.04")
    assert of(prices(FLAT, units=units(month="30d")), standard(GB, kept=6)).total == Decimal(
        "0.004"
    )


def test_least_amount_stored() -> None:
    where = prices(FLAT, ("minimum-storage", 1, "TB"))
    assert of(where, standard(GB)).total == 20
    assert of(where, standard(2 * TB)).total == 40


def test_least_charge_and_base_fee() -> None:
    where = prices(FLAT, ("minimum-charge", 50, "USD/month"))
    assert of(where, standard(GB)).total == 50
    assert of(where, standard(5 * TB)).total == 100
    where = prices(FLAT, ("base-fee", 5, "USD/month"), ("free-storage", 250, "GB"))
    assert of(where, standard(GB)).total == 5
    assert of(where, standard(260 * GB)).total == Decimal("5.2")


def test_monitoring_of_objects_that_are_large_enough() -> None:
    where = prices(
        FLAT,
        ("monitoring", "0.0025", "USD/1k-month", STANDARD),
        ("monitoring-min-size", 128, "KB", STANDARD),
    )
    assert of(where, standard(2000 * 128 * 1024, 2000)).of("monitoring") == Decimal("0.005")
    assert of(where, standard(2000 * 128 * 1024 - 1, 2000)).of("monitoring") == 0


def test_free_egress_and_multiples_of_what_is_stored() -> None:
    egress = ("egress", "0.1", "USD/GB")
    where = prices(FLAT, egress, ("free-egress", 100, "GB"))
    assert of(where, standard(GB), egress=100 * GB).of("egress") == 0
    assert of(where, standard(GB), egress=101 * GB).of("egress") == Decimal("0.1")
    where = prices(FLAT, egress, ("free-egress-times", 3, "times"))
    assert of(where, standard(GB), egress=3 * GB).of("egress") == 0
    assert of(where, standard(GB), egress=4 * GB).of("egress") == Decimal("0.1")


def test_what_comes_and_goes_counts_as_stored_for_its_days_alone() -> None:
    rows = (FLAT, ("egress", "0.1", "USD/GB"), ("free-egress-times", 3, "times"))
    where = prices(*rows, units=units(month="30d"))
    assert of(where, standard(2 * GB, kept=15), egress=3 * GB).of("egress") == 0
    assert of(where, standard(2 * GB, kept=15), egress=4 * GB).of("egress") == Decimal("0.1")


def test_a_limit_of_the_policy_is_no_amount_of_money() -> None:
    where = prices(FLAT, ("egress", 0, "USD/GB"), ("egress-limit-times", 1, "times"))
    inside = of(where, standard(GB), egress=GB)
    assert inside.complete
    outside = of(where, standard(GB), egress=GB + 1)
    assert outside.breaches == [
        "egress is 1.01 times what is stored, and the policy allows 1 (its page)"
    ]
    assert not outside.complete
    assert not outside.of("egress")
    assert of(where, standard(0), egress=1).breaches


def test_amounts_and_requests_are_rounded_up() -> None:
    rows = (FLAT, ("write", 5, "USD/1M"), ("egress", "0.1", "USD/GB"))
    where = prices(*rows, units=units(round="up", requests_to=1_000_000))
    assert of(where, standard(GB + 1)).total == Decimal("0.04")
    assert of(where, standard(0), writes=1).of("write") == 5
    assert of(where, standard(0), writes=1_000_001).of("write") == 10
    assert of(where, standard(0), egress=1).of("egress") == Decimal("0.1")
    assert of(prices(*rows), standard(0), writes=1).of("write") == Decimal("0.000005")


def test_listings_and_reports_are_not_rounded_as_amounts_are() -> None:
    rows = (FLAT, ("inventory", "2.5", "USD/1M"))
    biller = Biller(prices(*rows, units=units(round="up")))
    biller.requests("inventory", "*", 1_000_000)
    assert biller.bill.total == Decimal("2.5")


def test_a_class_has_the_prices_of_the_one_it_is_part_of() -> None:
    classes = (
        StorageClass("standard", "Standard", "hot"),
        StorageClass("inner", "Inner", "cool", part_of="standard"),
    )
    where = prices(FLAT, ("read", 1, "USD/1M", STANDARD), classes=classes)
    assert of(where, Cell("inner", 0, GB), reads=1_000_000).total == Decimal("1.02")


def test_what_is_written_costs_where_uploads_have_a_price() -> None:
    """S3 Express One Zone: 1,000 writes of 100 GB at 0.0032 a GB; others charge requests alone."""
    rows = (FLAT, ("write", "1", "USD/1k"))
    upload = ("upload", "0.0032", "USD/GB", STANDARD)
    use = {"writes": 1000, "written": 100 * GB}
    assert of(prices(*rows, upload), **use).of("upload") == Decimal("0.32")
    assert of(prices(*rows, upload), **use).total == Decimal("1.32")
    assert of(prices(*rows), **use).total == 1
    assert not of(prices(*rows), **use).missing


def test_free_lists_are_used_up_before_lists_cost() -> None:
    rows = (("write", 0, "USD/1k"), ("list", "0.004", "USD/1k"))
    free = ("free-lists", 75_000, "requests")
    assert of(prices(*rows, free), lists=75_000).total == 0
    assert of(prices(*rows, free), lists=76_000).total == Decimal("0.004")
    assert of(prices(*rows), lists=76_000).total == Decimal("0.304")


def test_retrieval_at_a_speed() -> None:
    cold = {"class_": "cold"}
    where = prices(
        ("storage", 0, "USD/GB-month", cold),
        ("retrieval", "0.02", "USD/GB", cold | {"variant": "standard"}),
        ("retrieval", "0.001", "USD/GB", cold | {"variant": "bulk"}),
        ("retrieval-request", 1, "USD/1k", cold | {"variant": "bulk"}),
    )
    cell = Cell("cold", 0, GB)
    assert of(where, cell, retrieved=GB).total == Decimal("0.02")
    assert of(where, cell, retrieved=GB, restores=1000, speed="bulk").total == Decimal("1.001")


def test_a_hot_class_needs_no_price_of_retrieval_and_others_do() -> None:
    assert of(prices(FLAT), standard(GB), retrieved=GB).complete
    cool = ("storage", "0.01", "USD/GB-month", {"class_": "cool"})
    assert of(prices(cool), Cell("cool", 0, GB), retrieved=GB).missing == ["retrieval of cool"]


def test_doubts_name_what_was_used_and_nothing_else() -> None:
    unsure = {"status": "unverified"}
    where = prices(
        FLAT,
        ("egress", "0.1", "USD/GB", {"status": "conflict"}),
        ("free-egress", 1, "GB", unsure),
        ("min-size", 128, "KB", STANDARD | unsure),
        ("read", 0, "USD/1k", unsure),
    )
    assert of(where, standard(GB)).doubts == []
    assert of(where, standard(GB, 1), reads=1).doubts == ["unverified: read"]
    assert of(where, standard(1, 1)).doubts == ["unverified: min-size"]
    assert of(where, standard(GB), egress=1).doubts == ["unverified: free-egress"]
    assert of(where, standard(GB), egress=2 * GB).doubts == [
        "unverified: free-egress",
        "sources disagree on: egress",
    ]
    vague = prices(FLAT, units=units(status="unverified"))
    assert of(vague, standard(GB)).doubts == ["unverified: what it calls a GB and a month"]


def test_the_band_widens_with_age_and_no_sooner() -> None:
    found = of(prices(FLAT), standard(1000 * GB))
    assert found.band(DAY + timedelta(90)) == (20, 20)
    low, high = found.band(DAY + timedelta(90 + 365))
    assert (low, high) == (17, 23)
    assert widening(found.lines[0].fact, DAY - timedelta(1)) == 0
    assert found.oldest() == DAY


def test_months() -> None:
    assert month("") is AVERAGE
    assert month("2024-02").hours == 29 * 24
    assert Month(744).factor(units(month="actual")) == 1
    assert Month(744).factor(units(month="30d")) == Decimal(744) / 720
    assert Month(730).factor(units(month="730h")) == 1
    assert of(prices(FLAT, units=units(month="30d")), standard(GB)).total == Decimal("0.02")


@pytest.mark.parametrize("text", ["2026", "2026-13", "2026-1", "26-01", "٢٠٢٦-01", "2026-01-01"])
def test_what_is_no_month(text: str) -> None:
    from opskit.errors import UsageError

    with pytest.raises(UsageError, match="is no month"):
        month(text)


def test_a_profile_as_usage() -> None:
    made = provider("made", [FLAT])
    use = usage(
        Profile(
            (Cell("cold", 30, 30 * GB), standard(10 * GB, 10), standard(5, 5, noncurrent=True)),
            Monthly(egress=4 * GB, reads=8, writes=3, lists=2, deletes=1),
        ),
        made,
        speed="bulk",
    )
    cold, hot = use.classes
    assert (cold.reads, cold.restores, cold.speed, cold.writes) == (6, 6, "bulk", 0)
    assert (hot.reads, hot.restores, hot.writes, hot.lists, hot.deletes) == (2, 0, 3, 2, 1)
    assert cold.retrieved + hot.retrieved == 8 * ((40 * GB + 5) // 45)
    assert cold.retrieved // hot.retrieved in (2, 3)
    assert use.egress == 4 * GB
    assert (hot.written, cold.written) == (3 * GB, 0)
    assert [each.bytes for each in hot.cells] == [10 * GB, 5]


SIZES = st.integers(0, 200 * TB)
COUNTS = st.integers(0, 10**8)
#: Decimals have 28 digits, and a byte of a TiB needs 40.
NOISE = Decimal("1E-15")
#: Of each of many providers.
few = settings(max_examples=20)


@pytest.fixture(scope="module", params=sorted(load().providers))
def real(request: pytest.FixtureRequest) -> Prices:
    """Each provider of the catalog, at its first region."""
    found = load().provider(request.param)
    return Prices(found, found.regions[0], date(2026, 11, 28))


def classes(found: Provider) -> list[str]:
    return [each.name for each in found.classes if not each.part_of]


@few
@given(data=st.data(), size=SIZES, objects=st.integers(0, 10**9), egress=SIZES, more=COUNTS)
def test_a_bill_grows_with_each_part_of_the_use(
    real: Prices, data: st.DataObject, size: int, objects: int, egress: int, more: int
) -> None:
    """But for egress that is free by what is stored: more of that is less egress to pay for."""
    name = data.draw(st.sampled_from(classes(real.provider)))
    what = data.draw(
        st.sampled_from(["reads", "writes", "lists", "deletes", "retrieved", "egress"])
    )
    base = {"reads": more, "retrieved": egress}
    cell = Cell(name, objects, size)
    leaves = egress + (more if what == "egress" else 0)
    changed = base if what == "egress" else base | {what: base.get(what, 0) + more}
    before = of(real, cell, egress=egress, **base)
    after = of(real, cell, egress=leaves, **changed)
    assert after.total >= before.total - NOISE or after.breaches
    assert set(before.breaches) <= set(after.breaches) or after.breaches
    assert set(before.missing) <= set(after.missing)
    assert before.total >= 0


@few
@given(size=SIZES, more=SIZES, objects=st.integers(0, 10**6))
def test_a_bill_grows_with_what_is_stored(real: Prices, size: int, more: int, objects: int) -> None:
    for name in classes(real.provider):
        before = of(real, Cell(name, objects, size))
        assert of(real, Cell(name, objects, size + more)).total >= before.total - NOISE


@few
@given(objects=st.integers(0, 10**6), more=st.integers(0, 10**6))
def test_a_bill_grows_with_the_number_of_objects(real: Prices, objects: int, more: int) -> None:
    """But for a fee for monitoring, which objects below a size do not pay."""
    for name in classes(real.provider):
        before = of(real, Cell(name, objects, 10 * GB)).total
        after = of(real, Cell(name, objects + more, 10 * GB))
        assert after.total >= before - NOISE or real.amount("monitoring-min-size", name)


def test_a_bill_is_continuous_at_the_edges_of_tiers(real: Prices) -> None:
    """A byte more costs a byte more; where amounts are rounded up, a unit."""
    rounds = real.provider.units.round == "up"
    for fact in real.provider.facts:
        edge = fact.bounds[1]
        if fact.item not in ("storage", "egress") or edge is None:
            continue
        unit = real.provider.units.gb * (real.provider.units.tb if "/TB" in fact.unit else 1)
        step = 2 * fact.value * (1 if rounds else Decimal(1) / unit)
        before, after = (at_edge(real, fact.item, fact.class_, edge * unit + n) for n in (0, 1))
        assert -NOISE <= after - before <= step + NOISE


def at_edge(real: Prices, item: str, class_: str, size: int) -> Decimal:
    biller = Biller(real)
    if item == "storage":
        biller.storage(class_ if class_ != "*" else "standard", [Cell(class_, 0, size)])
    else:
        biller.egress(size, stored=size)
    return biller.bill.total


@given(one=SIZES, other=SIZES, reads=COUNTS, writes=COUNTS)
def test_bills_add_up_where_no_pool_is_shared(
    one: int, other: int, reads: int, writes: int
) -> None:
    rows = (
        *TIERED,
        ("storage", "0.01", "USD/GB-month", {"class_": "cool"}),
        ("read", 1, "USD/1M"),
        ("write", 5, "USD/1M"),
        ("list", 5, "USD/1M"),
        ("min-size", 128, "KB", {"class_": "cool"}),
    )
    where = prices(*rows)
    hot = ClassUse("standard", [standard(one)], reads=reads)
    cool = ClassUse("cool", [Cell("cool", 100, other)], writes=writes)
    both = bill(where, Usage([hot, cool])).total
    apart = bill(where, Usage([hot])).total + bill(where, Usage([cool])).total
    assert abs(both - apart) < NOISE


@given(one=st.integers(0, TB), other=st.integers(0, TB))
def test_two_cells_are_as_one(one: int, other: int) -> None:
    where = prices(*TIERED, ("free-storage", 10, "GB"))
    apart = of(where, standard(one), standard(other)).total
    assert abs(apart - of(where, standard(one + other)).total) < NOISE


def test_prices_of_other_days(real: Prices) -> None:
    """Before the first fact nothing has a price, and nothing is made up."""
    first = min(each.effective_from for each in real.provider.facts)
    early = replace(real, day=first - timedelta(1))
    name = classes(real.provider)[0]
    found = of(early, Cell(name, 1, GB))
    assert found.missing == [f"storage of {name}"]
    assert found.total == 0
