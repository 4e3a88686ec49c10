"""The options of a move: what they come to, and what is refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from msgspec.structs import replace

from opskit.errors import UsageError
from opskit.storage.profile.model import Cell, Profile
from opskit.storage.shift.asked import Asked, terms
from opskit.storage.shift.terms import Terms
from tests.storage.shift.catalogs import DAY, GB, usual


def made(source: str = "near", target: str = "far", **more: str) -> Terms:
    return terms(Asked(source, target, DAY)._replace(**more), usual())  # type: ignore[arg-type]


def test_what_is_taken_where_nothing_is_said() -> None:
    found = made()
    assert found.link
    assert (found.link.bits, found.link.use) == (10**9, Decimal("0.8"))
    assert found.part_size == 8 * 2**20
    assert found.horizon == 36
    assert made(target="near/cool").link is None  # the provider copies by itself
    assert made(device="1,1TB,1").link is None


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("link", "0Gbps", "0 bits"),
        ("link", "fast", "no speed"),
        ("util", "1.1", "no share"),
        ("util", "0", "no share"),
        ("util", "101%", "no share"),
        ("util", "%", "no share"),
        ("util", "nan", "no share"),
        ("part_size", "1MiB", "parts"),
        ("part_size", "6GiB", "parts"),
        ("part_size", "8", "no size"),
        ("nat", "0.045", "no price"),
        ("nat", "-1/GB", "no price"),
        ("nat", "1/hour", "no price"),
        ("device", "300,80TB", "no device"),
        ("device", "300,0TB,10", "takes something"),
        ("device", "300,80TB,0", "takes something"),
        ("device", "cheap,80TB,10", "no device"),
        ("device", "300,80TB,10,free", "no price"),
        ("speed", "warp", "restores nothing"),
        ("objects_per_second", "0", "ever move"),
        ("horizon", "0", "too few"),
        ("horizon", "soon", "no number of months"),
        ("horizon", "999", "too many"),
        ("dual_months", "-1", "no number of months"),
        ("dual_months", "9999", "too many"),
        ("over", "9999", "too many"),
        ("source", "", "--from is missing"),
        ("target", "", "--to is missing"),
        ("target", "near", "already"),
    ],
)
def test_what_is_refused(option: str, text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message) as error:
        made(**{option: text})
    assert error.value.hint


THERE = Profile((Cell("cool", 1, GB),), provider="near", region="europe")


@pytest.mark.parametrize(
    ("source", "target", "ends"),
    [
        ("", "far", "near@europe -> far@europe"),
        ("near", "far", "near@europe -> far@europe"),
        ("near/cool", "far", "near/cool@europe -> far@europe"),
        ("near/cool", "far@main", "near/cool@europe -> far@main"),
        ("near@main", "far", "near@main -> far@main"),
        ("", "near/cold", "near@europe -> near/cold@europe"),
        ("near@main", "near/cold", "near@main -> near/cold@main"),
        ("", "near/cold@main", "near@europe -> near/cold@main"),
        ("far", "near", "far@europe -> near@europe"),
        ("far@main", "near", "far@main -> near@europe"),
    ],
)
def test_where_the_profile_is_is_what_is_meant(source: str, target: str, ends: str) -> None:
    found = terms(Asked(source, target, DAY), usual(), THERE)
    assert f"{found.source} -> {found.target}" == ends


def test_a_place_of_the_profile_that_the_catalog_has_not() -> None:
    for source, profile, message in (
        ("", replace(THERE, provider="mars"), "no provider"),
        ("near", replace(THERE, region="eu-2"), "no region 'eu-2'"),
        ("", replace(THERE, provider=""), "--from is missing"),
    ):
        with pytest.raises(UsageError, match=message) as error:
            terms(Asked(source, "far", DAY), usual(), profile)
        assert error.value.hint
    assert terms(Asked("near@main", "far", DAY), usual(), replace(THERE, region="eu-2"))


def test_a_share_of_a_line() -> None:
    for text in ("0.8", "80%", " 80 % "):
        found = made(link="1Gbps", util=text)
        assert found.link
        assert found.link.use == Decimal("0.8")


def test_two_ways_at_once() -> None:
    for more in ({"link": "1Gbps"}, {"nat": "1/GB"}):
        with pytest.raises(UsageError, match="two ways"):
            made(device="300,80TB,10", **more)


def test_a_gb_is_what_the_source_says() -> None:
    assert made(nat="0.05/GB").nat.of(100 * GB) == 5  # type: ignore[union-attr]
    assert made(nat="1/TiB").nat.of(2**40) == 1  # type: ignore[union-attr]


def test_devices_go_all_at_once() -> None:
    found = made(device="300,80TB,10,0.03/GB")
    assert found.device
    assert found.device.number(80_000 * GB) == 1
    assert found.device.number(80_000 * GB + 1) == 2
    assert found.device.cost(100_000 * GB) == 600 + 3000
    assert found.course(10**18, 5).length == Fraction(10 * 24, 730)


def test_a_move_takes_as_long_as_its_slowest_limit() -> None:
    second = Fraction(1, 730 * 3600)
    by_bytes = made(link="8Gbps", util="1")
    assert by_bytes.course(100 * GB, 1).length == 100 * second
    assert by_bytes.course(GB, 35_000).length == 10 * second
    assert by_bytes.course(0, 0).length == second
    assert made(over="3").course(GB, 1).length == 3
