"""The pull of data: the anchors exactly, the law, verdicts, ranks and what is missing."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.catalog.load import Catalog, load
from opskit.storage.catalog.model import Region
from opskit.storage.choice import Choice
from opskit.storage.gravity import Gravity, Pull, gravity
from opskit.storage.gravity_rows import (
    explained,
    fields,
    months,
    place,
    reasons,
    regions,
    shown_band,
)
from opskit.storage.profile.model import Cell, Monthly, Profile
from tests.storage.shift.catalogs import DAY, GB, SOURCE, TARGET, catalog, fact, provider, usual

TB = 1000 * GB
TODAY = date(2026, 11, 28)
#: Large objects, so that requests come to nothing that is seen.
HUNDRED = Profile((Cell("standard", 20, 100 * 2**40),))


def at(found: Gravity, provider_: str, class_: str = "standard") -> Pull:
    [row] = [e for e in found.rows if (e.month.provider.name, e.class_) == (provider_, class_)]
    return row


def weigh(profile: Profile, prices: Catalog, region: str = "", **more: object) -> Gravity:
    return gravity(profile, prices, Choice((), "all", region), DAY, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def hundred() -> Gravity:
    return gravity(HUNDRED, load(), Choice((), "all", ""), TODAY)


@pytest.mark.parametrize(
    ("provider_", "class_", "leave", "keep", "months"),
    [
        ("aws", "standard", "7980.20", "2304", "3.46"),
        ("aws", "deep-archive", "8236.20", "101.376", "81.2"),
        ("r2", "standard", "0", None, "0"),
        ("b2", "standard", "0", None, "0"),
        ("wasabi", "standard", "0", None, "0"),
    ],
)
def test_the_anchors(
    hundred: Gravity, provider_: str, class_: str, leave: str, keep: str | None, months: str
) -> None:
    row = at(hundred, provider_, class_)
    assert row.leaving.of("retrieval", "egress") == Decimal(leave)
    if keep is not None:
        assert round(row.month.of("storage"), 3) == Decimal(keep)
        assert row.without_requests == Decimal(leave) / row.keep
    places = len(months.partition(".")[2])
    assert row.without_requests is not None
    assert f"{row.without_requests:.{places}f}" == months


def test_requests_stand_apart(hundred: Gravity) -> None:
    small = gravity(
        Profile((Cell("standard", 100 * 2**20, 100 * 2**40),)),
        load(),
        Choice(("aws",), "all", ""),
        TODAY,
    )
    few, many = at(hundred, "aws", "deep-archive"), at(small, "aws", "deep-archive")
    assert many.leaving.of("read") == Decimal(100 * 2**20) / 1000 * Decimal("0.0004")
    assert many.leaving.of("retrieval-request") == Decimal(100 * 2**20) / 1000 * Decimal("0.025")
    assert many.leaving.of("retrieval", "egress") == few.leaving.of("retrieval", "egress")
    assert many.gravity is not None
    assert many.without_requests is not None
    assert many.gravity > many.without_requests


def test_bulk_is_the_cheapest_and_another_speed_may_be_asked_for(hundred: Gravity) -> None:
    assert [each.speed for each in at(hundred, "aws", "deep-archive").removed] == ["bulk"]
    dear = gravity(
        HUNDRED, load(), Choice(("aws",), "all", ""), TODAY, speed="standard", allow_unverified=True
    )
    row = at(dear, "aws", "deep-archive")
    assert row.leaving.of("retrieval") == 2048
    quick = gravity(HUNDRED, load(), Choice(("aws",), "all", ""), TODAY, speed="expedited")
    # one that has no such speed is restored at its cheapest
    assert [e.speed for e in at(quick, "aws", "deep-archive").removed] == ["bulk"]
    assert [e.speed for e in at(quick, "aws", "glacier").removed] == ["expedited"]


def test_an_unknown_speed() -> None:
    with pytest.raises(UsageError, match="none of these") as error:
        weigh(HUNDRED, usual(), speed="warp")
    assert error.value.where == "--speed"
    assert "bulk" in error.value.hint


def test_the_law_takes_egress_and_leaves_the_rest() -> None:
    found = weigh(Profile((Cell("standard", 1000, 20 * TB),)), usual(), "europe")
    row = at(found, "near", "cold")
    assert row.leaving.of("egress") == 1395
    assert row.by_law is not None
    assert row.by_law.total == row.leaving.total - 1395
    assert row.by_law.of("retrieval") == 50
    assert row.gravity_by_law == row.by_law.total / row.keep
    outside = at(weigh(HUNDRED, usual(), "main"), "near")
    assert outside.by_law is None
    assert outside.gravity_by_law is None


def test_once_the_law_holds_today_is_as_later() -> None:
    choice = Choice((), "all", "europe")
    profile = Profile((Cell("standard", 1000, 20 * TB),))
    before = at(gravity(profile, usual(), choice, date(2027, 1, 11)), "near")
    after = at(gravity(profile, usual(), choice, date(2027, 1, 12)), "near")
    assert before.leaving.of("egress") == 1395
    assert after.leaving.of("egress") == 0
    assert after.gravity == after.gravity_by_law


def test_the_region_eu_is_each_providers_first_there() -> None:
    found = gravity(HUNDRED, load(), Choice(("aws", "b2", "storj"), "hot", "eu"), TODAY)
    regions = {each.month.provider.name: each.month.region for each in found.rows}
    assert all(each.eu for each in regions.values())
    assert set(regions) == {"aws", "b2"}
    assert any("storj" in note for note in found.notes)
    with pytest.raises(UsageError, match="storj"):
        gravity(HUNDRED, load(), Choice(("storj",), "hot", "eu"), TODAY)


@pytest.mark.parametrize(
    ("reads", "verdict"),
    [(0, "free to use"), (1, "free to use"), (3, "dear to use"), (10, "Hotel California")],
)
def test_the_verdict_is_on_use_against_keeping(reads: int, verdict: str) -> None:
    profile = Profile((Cell("standard", 1000, TB),), Monthly(retrieved=reads * TB // 10))
    row = at(weigh(profile, usual()), "near", "cool")
    assert row.keep == 10
    assert row.use == reads
    assert row.verdict == verdict


def test_a_limit_is_in_words_and_never_money() -> None:
    rows = [*(r for r in TARGET if r[0] not in ("free-egress-times", "egress"))]
    rows += [("egress", 0, "USD/GB"), ("egress-limit-times", 1, "times")]
    prices = catalog(provider("near", SOURCE), provider("far", rows))
    alone = at(weigh(HUNDRED, prices), "far")
    assert alone.leaving.of("egress") == 0
    assert alone.leaving.breaches == []
    assert alone.limit
    assert alone.limit.months == 1
    profile = Profile(HUNDRED.stored, Monthly(egress=60 * 2**40))
    beside = at(weigh(profile, prices), "far")
    assert beside.limit
    assert beside.limit.months == 3
    assert "3 months" in str(beside.limit)
    full = at(weigh(Profile(HUNDRED.stored, Monthly(egress=100 * 2**40)), prices), "far")
    assert full.limit
    assert full.limit.months is None
    assert "ask the provider" in str(full.limit)


def test_a_broken_limit_has_no_price_and_no_rank() -> None:
    strict = [*TARGET, ("egress-limit-times", 1, "times")]
    prices = catalog(provider("near", SOURCE), provider("far", strict))
    use = Profile((Cell("standard", 1000, TB),), Monthly(egress=2 * TB))
    found = weigh(use, prices)
    row = at(found, "far")
    assert (row.verdict, row.rank, row.use) == ("policy breach", None, None)
    assert [each.rank for each in found.rows[:3]] == [1, 2, 3]
    assert fields(row, DAY)["use"] is None
    assert any("policy breach: egress is 2.00 times" in each for each in reasons(found))
    within = at(weigh(replace(use, monthly=Monthly(egress=TB)), prices), "far")
    assert (within.verdict, within.rank) == ("free to use", 1)


def test_nothing_is_said_of_a_use_that_nobody_gave() -> None:
    rows = weigh(Profile((Cell("standard", 1000, TB),)), usual()).rows
    assert {(each.verdict, each.use) for each in rows if each.kept} == {("no use given", None)}
    given = weigh(Profile((Cell("standard", 1000, TB),), Monthly(retrieved=0)), usual()).rows
    assert {each.verdict for each in given if each.kept} == {"free to use"}


def test_a_speed_is_for_use_as_well_as_for_leaving() -> None:
    use = Profile((Cell("cold", 1000, TB),), Monthly(retrieved=TB))
    usual_, bulk = (at(weigh(use, NEAR, speed=speed), "near", "cold") for speed in ("", "bulk"))
    assert usual_.month.of("retrieval") == 20
    assert (usual_.speeds, usual_.removed[0].speed) == ({"cold": "standard"}, "bulk")
    assert bulk.month.of("retrieval") == Decimal("2.5")
    assert (bulk.speeds, bulk.removed[0].speed) == ({"cold": "bulk"}, "bulk")
    assert fields(usual_, DAY)["use_speeds"] == {"cold": "standard"}
    assert "in a usual month, cold is restored at the speed standard" in explained(
        weigh(use, NEAR), DAY
    )


def test_a_band_whose_ends_look_alike_is_not_shown() -> None:
    use = Profile((Cell("standard", 10, TB),))
    day = DAY + timedelta(90 + 73)
    [near] = gravity(use, NEAR, Choice((), "standard"), day).rows
    low, high = (months(each) for each in near.band(day) or ())
    assert shown_band(near, day) == f"{low} - {high}"
    small = [("egress", "0.0001", "USD/GB") if row[0] == "egress" else row for row in TARGET]
    tiny = [row for row in small if row[0] != "free-egress-times"]
    [far] = gravity(use, catalog(provider("far", tiny)), Choice((), "standard"), day).rows
    assert far.band(day)
    assert shown_band(far, day) == ""


def test_a_class_that_nobody_knows_has_no_price() -> None:
    cells = (Cell("standard", 10, TB), Cell("reduced-redundancy", 1, GB))
    found = weigh(Profile(cells, provider="near"), NEAR)
    row = at(found, "near", "as it is")
    assert "storage of reduced-redundancy" in row.missing
    assert row.rank is None
    assert found.notes == ["near has no class reduced-redundancy: what is in it has no price"]


def test_what_lacks_a_price_or_is_unverified_has_no_rank() -> None:
    rows = [row for row in SOURCE if row[0] != "read"]
    unsure = [fact("storage", 1, "USD/GB-month", class_="standard", status="unverified")]
    prices = catalog(
        provider("near", SOURCE),
        provider("far", rows),
        provider("new", SOURCE, facts=(*provider("x", TARGET).facts[1:], *unsure)),
    )
    found = weigh(Profile((Cell("standard", 1000, TB),)), prices)
    assert at(found, "near").rank is not None
    lacking = at(found, "far")
    assert lacking.rank is None
    assert "read of standard" in lacking.missing
    assert at(found, "new").rank is None
    assert at(found, "new").doubts == ["unverified: storage"]
    ranks = [each.rank for each in found.rows if each.rank is not None]
    assert ranks == list(range(1, len(ranks) + 1))
    allowed = weigh(Profile((Cell("standard", 1000, TB),)), prices, allow_unverified=True)
    assert at(allowed, "new").rank is not None
    assert at(allowed, "far").rank is None


def test_without_a_price_of_storage_nothing_is_said() -> None:
    prices = catalog(provider("near", TARGET))
    row = at(weigh(HUNDRED, prices), "near", "cold")
    assert row.missing == ["storage of cold", "retrieval of cold (standard)"]
    assert row.gravity is None
    assert row.verdict == "not known"


def test_the_profile_as_it_is_stands_beside_the_classes() -> None:
    cells = (Cell("standard", 10, TB), Cell("cold", 10, TB))
    found = weigh(Profile(cells, provider="near", region="europe"), usual())
    row = at(found, "near", "as it is")
    assert row.month.region.name == "europe"
    assert {each.class_ for each in row.removed} == {"standard", "cold"}
    one = weigh(Profile(cells[1:], provider="near", region="main"), usual())
    assert at(one, "near", "cold")  # and only once


def test_a_profile_is_weighed_in_its_own_region() -> None:
    use = Profile((Cell("standard", 10, TB),), provider="near", region="europe")
    found = weigh(use, usual())
    names = [place(found, each) for each in found.rows if each.month.provider.name == "near"]
    assert sorted(names) == ["near cold", "near cool", "near standard"]
    assert regions(found) == "far europe, near europe"
    assert at(found, "far").month.region.name == "europe"
    abroad = weigh(replace(use, region="main"), usual())
    assert regions(abroad) == ""
    assert at(abroad, "far").month.region.name == "main"
    asked = weigh(use, usual(), "main")
    names = [place(asked, each) for each in asked.rows if each.class_ == "standard"]
    assert sorted(names) == ["far standard", "near standard, europe", "near standard, main"]
    inside = (Region("main", "Main", eu=True), Region("europe", "Europe", eu=True))
    both = catalog(provider("near", SOURCE, regions=inside))
    assert {each.month.region.name for each in weigh(use, both, "eu").rows} == {"europe"}


def test_regions_that_say_nothing_are_not_said() -> None:
    assert regions(weigh(HUNDRED, usual())) == ""
    assert regions(weigh(HUNDRED, usual(), "europe")) == ""
    assert regions(weigh(HUNDRED, NEAR)) == "near main"


def test_uploads_that_were_not_completed_are_kept_and_not_taken_away() -> None:
    use = Profile((Cell("standard", 10, TB),))
    plain = at(weigh(use, usual()), "far")
    more = at(weigh(replace(use, upload_bytes=TB), usual()), "far")
    assert (plain.keep, more.keep) == (6, 12)
    assert more.leaving.total == plain.leaving.total


def test_old_prices_make_gravity_a_band() -> None:
    use = Profile((Cell("standard", 10, TB),))
    day = DAY + timedelta(90 + 73)  # 3 % either way
    found = gravity(use, NEAR, Choice((), "standard"), day)
    [row] = found.rows
    low, high = row.keep_band(day)
    assert (low, high) == (row.keep * Decimal("0.97"), row.keep * Decimal("1.03"))
    band = row.band(day)
    assert band
    assert row.gravity
    assert band == (
        row.leaving.total * Decimal("0.97") / high,
        row.leaving.total * Decimal("1.03") / low,
    )
    assert "163 days old" in found.stale
    fresh = gravity(use, NEAR, Choice((), "standard"), DAY)
    assert fresh.rows[0].band(DAY) is None
    assert not fresh.stale


def test_nothing_is_stored() -> None:
    with pytest.raises(UsageError, match="nothing"):
        weigh(Profile(()), usual())


@given(st.integers(1, 10**15), st.integers(1, 10**15), st.integers(0, 10**9))
def test_more_data_never_costs_less_to_take_away(one: int, other: int, objects: int) -> None:
    small, large = sorted((one, other))
    rows = [at(weigh(Profile((Cell("standard", objects, size),)), NEAR), "near", "cold")
            for size in (small, large)]  # fmt: skip
    assert rows[0].leaving.total <= rows[1].leaving.total


NEAR = catalog(provider("near", SOURCE))
