"""What is suggested, and what is said of small objects."""

from decimal import Decimal

from opskit.storage.optimize.advice import small_objects, suggestions
from opskit.storage.optimize.plan import Terms, plan
from opskit.storage.profile.model import Profile
from tests.storage.optimize.made import ANY, GIB, KIB, PRICES, alike, planned, prices, profile


def test_the_trap_of_small_objects_has_its_figures() -> None:
    said = small_objects(planned(alike(10**9, 4 * KIB)))
    assert "$209.47 a month and not $87.74" in said
    assert "$50,000.00" in said
    assert "By default, S3 does not move objects below 128 KiB" in said


def test_small_objects_that_would_be_cheaper_and_do_not_pay() -> None:
    said = small_objects(planned(alike(10**7, 100 * KIB), months=1))
    assert "instead of" in said


def test_nothing_is_said_of_large_objects_or_of_moved_ones() -> None:
    assert small_objects(planned(alike(10**5, GIB))) == ""
    moved = planned(alike(10**8, 64 * KIB), months=120)
    assert moved.changes
    assert small_objects(moved) == ""


def test_other_providers_have_no_such_default() -> None:
    found = plan(profile(alike(10**6, 4 * KIB, "hot")), prices("azure"), Terms(wish=ANY))
    assert small_objects(found) == ""


def test_small_objects_without_a_class_to_go_to() -> None:
    said = small_objects(planned(alike(10**6, 4 * KIB, "deep-archive")))
    assert "stay where they are" in said
    assert "would cost" not in said


def test_uploads_that_were_not_completed() -> None:
    own = Profile((alike(10, GIB),), uploads=3, upload_bytes=100 * GIB)
    [found] = suggestions(plan(own, PRICES, Terms()))
    assert (found.kind, found.days, found.saves) == ("abort", 7, Decimal("2.3"))


def test_former_versions_may_go_or_move() -> None:
    found = planned(alike(10, GIB), alike(1000, GIB, noncurrent=True))
    expire, move = suggestions(found)
    assert (expire.kind, expire.saves) == ("expire", 23)
    assert (move.kind, move.class_, move.days) == ("transition", "deep-archive", 30)
    assert round(move.saves, 2) == Decimal("22.01")
    assert move.once == Decimal("0.05")


def test_small_former_versions_do_not_move() -> None:
    """It would pay, but by default S3 does not move them."""
    found = planned(alike(10**8, 64 * KIB, noncurrent=True), months=120)
    assert [each.kind for each in suggestions(found)] == ["expire"]


def test_nothing_to_suggest() -> None:
    assert suggestions(planned(alike(10, GIB))) == []
