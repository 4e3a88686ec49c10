"""The end of a soak, on a clock that is set: what is not decided then is watched on."""

from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from opskit.clients.kubewatch import Changed, Listed, Recovered, Trouble
from opskit.errors import UnknownError
from opskit.rollout.judge.situation import Policy
from opskit.rollout.targets import parse
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.watch.feeds import Scope
from opskit.rollout.watch.following import Heard
from opskit.rollout.wave import soak as soaking
from tests.rollout.wave.planes import workload

WEB = parse("deploy/web", "shop")
LIST = Scope("shop", "deployments", "/deployments", True)
EVENTS = Scope("shop", "events", "/events", False)
AWAY = Trouble(UnknownError("the network is away"), final=False)


def web(available: int) -> dict[str, Any]:
    """The Deployment with so many of two pods that serve."""
    made = workload("web:1")
    made["metadata"] |= {"namespace": "shop", "uid": "u", "generation": 1, "resourceVersion": "1"}
    counts = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": available}
    return {**made, "status": {"observedGeneration": 1, **counts}}


def soaked(
    monkeypatch: pytest.MonkeyPatch, seconds: float, heard: Sequence[tuple[float, Heard]]
) -> Verdict:
    """The verdict where this is heard at these seconds."""
    clock, left = [0.0], list(heard)

    class Script:
        def __init__(self, *_: object) -> None: ...

        def stop(self) -> None: ...

        def take(self, seconds: float) -> Iterator[Heard]:
            assert seconds > 0
            clock[0] += seconds
            while left and left[0][0] <= clock[0]:
                yield left.pop(0)[1]

    monkeypatch.setattr(soaking, "Following", Script)
    cluster: Any = SimpleNamespace(name="a", skew=0.0)
    policy = Policy(timeout=60.0)
    [verdict] = soaking.soak(cluster, [WEB], seconds, policy, clock=lambda: clock[0])
    return verdict


def begun(available: int) -> list[tuple[float, Heard]]:
    return [(0.0, (None, [LIST])), (0.0, (LIST, Listed([web(available)])))]


def changed(at: float, available: int) -> tuple[float, Heard]:
    return at, (LIST, Changed(web(available), gone=False))


def test_what_never_serves_fails_also_in_a_soak_shorter_than_a_drop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = soaked(monkeypatch, 10.0, begun(0))
    assert (verdict.outcome, verdict.causes[-1].reason) == (Outcome.FAILED, "StoppedServing")
    assert 15.0 <= verdict.seconds <= 17.0


def test_a_drop_in_the_last_seconds_is_watched_until_it_is_decided(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    verdict = soaked(monkeypatch, 30.0, [*begun(2), changed(25.0, 1)])
    assert verdict.outcome is Outcome.FAILED
    verdict = soaked(monkeypatch, 30.0, [*begun(2), changed(25.0, 1), changed(35.0, 2)])
    assert (verdict.outcome, verdict.seconds) == (Outcome.COMPLETE, 35.0)


def test_a_network_that_is_away_at_the_end_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    away = (25.0, (LIST, AWAY))
    back: list[tuple[float, Heard]] = [(50.0, (LIST, Recovered()))]
    verdict = soaked(monkeypatch, 30.0, [*begun(2), away, *back])
    assert verdict.outcome is Outcome.COMPLETE
    assert 50.0 <= verdict.seconds <= 52.0
    verdict = soaked(monkeypatch, 30.0, [*begun(2), away])
    assert verdict.outcome is Outcome.UNKNOWN
    assert 90.0 <= verdict.seconds <= 92.0


def test_a_list_that_is_not_needed_does_not_hold_it(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = soaked(monkeypatch, 30.0, [*begun(2), (25.0, (EVENTS, AWAY))])
    assert (verdict.outcome, verdict.seconds) == (Outcome.COMPLETE, 30.0)
