"""The end of an invocation, with real signals and with a clock."""

import threading
import time

import pytest

from opskit.rollout.codepipeline.deadline import Deadline, TooLateError
from tests.rollout.codepipeline.pipeline import Clock, Context


class Soon:
    """A context that leaves a fraction of a second for the work."""

    def get_remaining_time_in_millis(self) -> int:
        return 300


@pytest.mark.parametrize(("seconds", "soft"), [(900, 855), (100, 60), (10, 6), (0, 0), (-5, 0)])
def test_a_watch_ends_before_the_work_and_the_work_before_lambda(
    seconds: float, soft: float
) -> None:
    clock = Clock(0)
    deadline = Deadline(Context(clock, seconds), clock)
    assert deadline.soft == pytest.approx(soft)
    assert deadline.left() == max(0, seconds)


def test_outside_lambda_there_are_fifteen_minutes() -> None:
    assert 899 < Deadline(None).left() <= 900


def test_work_that_hangs_is_cut_off() -> None:
    started = time.monotonic()
    assert not issubclass(TooLateError, Exception)  # nobody catches it on the way
    with pytest.raises(TooLateError), Deadline(Soon()).enforced():
        threading.Event().wait(10)
    assert 0.1 < time.monotonic() - started < 8


def test_work_that_ends_in_time_is_left_alone() -> None:
    with Deadline(Soon()).enforced():
        pass
    time.sleep(0.4)  # nothing rings later


def test_elsewhere_than_in_the_main_thread_nothing_rings() -> None:
    seen = []

    def work() -> None:
        with Deadline(Soon()).enforced():
            time.sleep(0.4)
            seen.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == ["done"]
