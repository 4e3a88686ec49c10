"""Waiting and slowing down, and the load that keeps ranges from being split."""

import time

import pytest

from opskit.storage.profile.listing.pace import Load, Pace, Patience, StoppedError


def test_a_burst_of_throttled_requests_halves_the_slots_once() -> None:
    pace = Pace(64)
    sent = time.monotonic()
    for _ in range(40):
        pace.slower(sent)
    assert pace.limit == 32
    pace.slower(time.monotonic() + 1)
    assert pace.limit == 16


def test_slots_come_back_with_good_answers_and_never_pass_the_workers() -> None:
    pace = Pace(4)
    for _ in range(5):
        pace.slower(time.monotonic() + 1)
    assert pace.limit == 1
    pace.succeeded()
    assert pace.limit == 2
    for _ in range(50):
        pace.succeeded()
    assert pace.limit == 4


def test_waits_are_drawn_below_a_bound_that_doubles() -> None:
    patience = Patience(first=1, longest=10)
    for attempt, bound in ((1, 2), (2, 4), (3, 8), (4, 10), (50, 10)):
        waits = [patience.seconds(attempt) for _ in range(400)]
        assert 0 <= min(waits) < max(waits) <= bound
        assert max(waits) > bound / 2


def test_nobody_waits_for_a_scan_that_is_stopped() -> None:
    pace = Pace(1)
    pace.stop.set()
    began = time.monotonic()
    with pytest.raises(StoppedError):
        pace.wait(60)
    with pytest.raises(StoppedError), pace.slot():
        pass
    assert time.monotonic() - began < 1


def test_more_requests_are_of_use_where_answers_take_longer() -> None:
    useful = []
    for seconds in (0.001, 1, 30):
        load = Load()
        assert load.useful() == 16
        for _ in range(8):
            load.answered(seconds)
        end = time.process_time() + 0.08  # 10 ms for each
        while time.process_time() < end:
            pass
        useful.append(load.useful())
    assert useful[0] == 4
    assert 70 < useful[1] < 160 < 2000 < useful[2] < 4600
