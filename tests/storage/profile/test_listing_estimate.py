"""Samples: exact where the requests suffice, and intervals that hold as often as is said.

Whether they hold is simulated (`study.py`, with its limits); a few samples here, more by hand.
"""

from collections.abc import Mapping

import pytest

from opskit.clients.aws import RefusedError
from opskit.errors import UnknownError
from opskit.storage.profile.listing.estimate import COVERAGE, LEAST_CALLS, LEAST_DRAWS
from tests.storage.profile.listings import amounts, counted, scanned
from tests.storage.profile.study import SHAPES, Bucket, study
from tests.storage.s3server import Faults, Object, generated, running

LAKE = list(generated(30_000))


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


@pytest.mark.parametrize("objects", [[], [Object("a", 5)], LAKE], ids=["none", "one", "lake"])
def test_requests_that_suffice_give_all_of_it(objects: list[Object]) -> None:
    with running(objects) as server:
        found = scanned(server, budget=200)
        assert len(server.requests) <= 200
    assert counted(found) == amounts(objects)
    assert found.sample is not None
    number, size = amounts(objects)
    assert found.sample["objects"] == {"estimate": number, "low": number, "high": number}
    assert found.sample["bytes"] == {"estimate": size, "low": size, "high": size}
    assert (found.sample["exact"], found.sample["share"]) == (True, 1.0)


@pytest.mark.parametrize("budget", [1, 2, 3, 10, 25])
@pytest.mark.parametrize("fault", [None, 500, 503])
def test_no_more_requests_are_sent_than_allowed(budget: int, fault: int | None) -> None:
    def hook(number: int, query: Mapping[str, str]) -> int | None:
        return fault if number % 4 == 0 else None

    with running(LAKE, Faults(hook=hook)) as server:
        found = scanned(server, budget=budget)
        assert len(server.requests) <= budget
    assert found.sample is not None
    assert found.sample["calls"] <= budget
    assert found.objects == found.sample["objects"]["estimate"]
    assert found.bytes == found.sample["bytes"]["estimate"]
    assert found.sample["interval"] is False
    assert found.sample["objects"]["low"] is None
    assert str(LEAST_DRAWS) in found.sample["why"]


def test_a_sample_over_http_is_near_and_says_what_it_leaves_out() -> None:
    with running(LAKE) as server:
        samples = [scanned(server, budget=40) for _ in range(7)]
    ratios = sorted(each.objects / len(LAKE) for each in samples)
    assert 0.2 < ratios[3] < 5  # any one of so few requests may be far off, and says so
    found = samples[0]
    assert "former versions and incomplete uploads are not looked for" in " ".join(found.notes)


@pytest.mark.parametrize("faults", [Faults(ignore_start_after=True), Faults(unsorted=True)])
def test_an_endpoint_that_cannot_be_sampled(faults: Faults) -> None:
    with running(LAKE, faults) as server, pytest.raises(UnknownError) as error:
        scanned(server, budget=50)
    assert "cannot be sampled" in str(error.value)
    assert "--budget-calls" in error.value.hint


def test_a_sample_that_is_refused() -> None:
    with running(LAKE, Faults(denied=("",))) as server, pytest.raises(RefusedError):
        scanned(server, budget=50)


@pytest.mark.parametrize("shape", SHAPES)
def test_intervals_hold_as_often_as_is_said(shape: str) -> None:
    row = study(Bucket.of(shape, "even", 200_000), LEAST_CALLS, 12)
    # Of 12 samples so many hold by chance in all but 1 of 1,000 runs; seeds make it one run.
    assert min(row.objects, row.bytes) >= row.intervals * COVERAGE - 3
    assert row.error < 0.6


def test_intervals_are_printed_where_they_are_worth_it() -> None:
    assert study(Bucket.of("uniform", "even", 200_000), LEAST_CALLS, 8).intervals >= 6


def test_no_interval_is_printed_where_few_objects_have_most_of_the_bytes() -> None:
    bucket = Bucket.of("uniform", "heavy", 300_000)
    assert study(bucket, LEAST_CALLS, 8).intervals == 0
    assert "bytes" in str(bucket.sample(LEAST_CALLS, 1).sample["why"])


def test_no_interval_is_printed_below_the_floor() -> None:
    bucket = Bucket.of("uniform", "even", 300_000)
    said = bucket.sample(LEAST_CALLS - 1, 1).sample
    assert said["interval"] is False
    assert said["coverage"] is None
    assert "too few requests" in said["why"]


@pytest.mark.parametrize("fault", [500, 503, "reset"])
@pytest.mark.parametrize("budget", [1, 2])
def test_requests_that_are_spent_without_an_answer_are_an_error(
    budget: int, fault: int | str
) -> None:
    with running(LAKE, Faults(hook=lambda *_: fault)) as server, pytest.raises(UnknownError):
        scanned(server, budget=budget)
    assert len(server.requests) <= budget


def test_requests_for_a_first_page_alone_do_not_say_how_much_there_is() -> None:
    with running(LAKE) as server:
        found = scanned(server, budget=1)
    assert found.sample is not None
    assert (found.objects, found.sample["share"]) == (1000, None)
