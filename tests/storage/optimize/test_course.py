"""Where objects are in each month, and what they pay when they leave a class early."""

from opskit.storage.optimize.course import Course, Flow, Move, Stay, course
from opskit.storage.optimize.loads import Load
from opskit.storage.optimize.world import Chain, Step
from tests.storage.optimize.made import MIB, alike, world

IA_THEN_DEEP = (Step(30, "standard-ia"), Step(90, "deep-archive"))


def way(chain: Chain, class_: str = "standard", *, months: int = 12, **more: object) -> Course:
    return course(world(months=months), Load(alike(5, MIB, class_, **more)), chain)  # type: ignore[arg-type]


def test_objects_come_of_age_and_move_on() -> None:
    assert way(IA_THEN_DEEP, age=0) == Course(
        [
            Stay("standard", 0, 1, 0),
            Stay("standard-ia", 1, 3, 1),
            Stay("deep-archive", 3, 12, 3),
        ],
        [Move(1, "standard-ia", "standard"), Move(3, "deep-archive", "standard-ia")],
    )


def test_what_is_old_enough_goes_to_the_last_class_at_once() -> None:
    found = way(IA_THEN_DEEP, age=365)
    assert found.moves == [Move(0, "deep-archive", "standard")]
    assert [each.class_ for each in found.stays] == ["deep-archive"]


def test_what_comes_late_to_a_class_leaves_it_early() -> None:
    """60 days old, it comes to Standard-IA now, and goes on in 15 days: 15 are paid for."""
    steps = (Step(30, "standard-ia"), Step(75, "glacier"))
    assert way(steps, age=60).moves == [
        Move(0, "standard-ia", "standard"),
        Move(1, "glacier", "standard-ia", early=15),
    ]


def test_what_a_class_was_uploaded_to_may_leave_it_early() -> None:
    steps = (Step(30, "deep-archive"),)
    assert way(steps, "glacier", age=10).moves == [Move(1, "deep-archive", "glacier", early=60)]
    assert way(steps, "glacier", age=80).moves == [Move(0, "deep-archive", "glacier", early=10)]
    assert way(steps, "glacier", age=90).moves == [Move(0, "deep-archive", "glacier")]


def test_no_object_moves_up_the_waterfall() -> None:
    steps = (Step(30, "standard-ia"), Step(180, "glacier"))
    assert way(steps, "deep-archive").moves == []
    assert way(steps, "onezone-ia", age=30).moves == [Move(5, "glacier", "onezone-ia")]


def test_a_step_behind_the_horizon_is_not_taken() -> None:
    assert way((Step(90, "glacier"),), months=3, age=0).moves == []
    assert len(way((Step(90, "glacier"),), months=4, age=0).moves) == 1


def test_former_versions_stay() -> None:
    assert way(IA_THEN_DEEP, noncurrent=True).moves == []


def test_what_comes_and_goes_is_billed_for_its_days() -> None:
    steps = (Step(30, "standard-ia"), Step(60, "glacier"))
    assert way(steps, kept=30).flows == [Flow("standard", 30, 30, False)]
    assert way(steps, kept=40).flows == [
        Flow("standard", 30, 30, False),
        Flow("standard-ia", 10, 30, True),
    ]
    assert way(steps, kept=70).flows == [
        Flow("standard", 30, 30, False),
        Flow("standard-ia", 30, 30, True),
        Flow("glacier", 10, 90, True),
    ]
