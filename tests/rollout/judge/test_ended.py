"""Containers that ended: when a rollout may count on them again, and who ended them."""

from typing import Any

import pytest

from opskit.rollout.judge.judging import judge, symptoms
from opskit.rollout.judge.situation import Memory
from tests.rollout.objects import (
    ago,
    crashed,
    daemon_set,
    deployment,
    event,
    pod,
    running,
    situation,
    stateful_set,
    waiting,
)

Object = dict[str, Any]
DONE = deployment(updated=1, available=1)


def healed(seconds: float, restarts: int = 3, **ended: Any) -> Object:
    """The status of a container that serves, and ended with an error so many seconds ago."""
    last = {"exitCode": 1, "reason": "Error", "finishedAt": ago(seconds), **ended}
    return running(restarts=restarts, lastState={"terminated": last})


@pytest.mark.parametrize("work", [DONE, stateful_set(desired=0), daemon_set(status={})])
def test_what_ended_again_and_again_has_to_stand(work: Object) -> None:
    if work["kind"] == "DaemonSet":
        work["status"]["desiredNumberScheduled"] = 0
    found = judge(situation(pod(healed(5)), workload=work, now=100))
    assert not found.complete
    assert not found.failed
    assert found.progress.waiting.startswith("web restarted 3 times, ")
    assert found.progress.waiting.endswith(" s ago: it has to stand for 60 s")
    assert found.look_again == pytest.approx(155, abs=2)


@pytest.mark.parametrize(
    ("seconds", "more"),
    [
        (5, {"restarts": 1}),
        (61, {}),
        (5, {"exitCode": 0}),
        (5, {"exitCode": 128, "reason": "StartError"}),
    ],
)
def test_what_is_complete_as_it_is(seconds: float, more: Object) -> None:
    assert judge(situation(pod(healed(seconds, **more)), workload=DONE)).complete
    assert judge(situation(pod(running(restarts=9)), workload=DONE)).complete


def test_it_is_complete_once_it_has_stood_and_failed_when_it_ends_again() -> None:
    memory = Memory()
    stamp = healed(0)
    assert judge(situation(pod(stamp), workload=DONE, now=0, memory=memory)).look_again
    late = judge(situation(pod(stamp), workload=DONE, now=60, memory=memory))
    assert late.complete
    again = judge(situation(pod(crashed(restarts=3)), now=30, memory=memory))
    assert [each.code for each in again.causes] == ["ROL107"]


@pytest.mark.parametrize("ahead", [True, False])
def test_a_clock_that_is_ahead_or_says_nothing_holds_it_no_longer(ahead: bool) -> None:
    memory, made = Memory(), pod(healed(0, finishedAt=ago(-3600) if ahead else None))
    assert not judge(situation(made, workload=DONE, now=0, memory=memory)).complete
    assert not judge(situation(made, workload=DONE, now=59, memory=memory)).complete
    assert judge(situation(made, workload=DONE, now=60, memory=memory)).complete


def test_an_end_that_the_workload_has_not_counted_yet_is_not_complete() -> None:
    assert not judge(situation(pod(crashed(restarts=3)), workload=DONE)).complete


def test_pods_that_crash_in_turn_fail_a_deployment() -> None:
    down, up = pod(crashed(restarts=3)), pod(healed(4), name="web-2")
    assert [each.code for each in judge(situation(down, up)).causes] == ["ROL107"]
    stood = pod(healed(70), name="web-2")
    assert not judge(situation(down, stood)).failed


@pytest.mark.parametrize(
    "made",
    [
        crashed(128, restarts=5, reason="StartError"),
        waiting(
            "RunContainerError",
            'exec: "/app": no such file',
            restarts=5,
            lastState={"terminated": {"exitCode": 128, "reason": "StartError"}},
        ),
    ],
)
def test_exit_code_128_is_told_and_fails_nothing(made: Object) -> None:
    memory = Memory()
    for now in (0.0, 500.0):
        found = judge(situation(pod(made), now=now, memory=memory))
        assert [each.code for each in found.symptoms] == ["ROL113"]
        assert not found.failed
        assert found.look_again is None


def test_what_else_cannot_be_started_fails_at_the_second_restart() -> None:
    made = pod(crashed(127, reason="ContainerCannotRun"))
    assert [each.code for each in judge(situation(made)).causes] == ["ROL113"]


def test_a_kill_names_the_probe_and_why_it_failed() -> None:
    made = pod(crashed(137, restarts=3))
    why = event(made, "Unhealthy", "Liveness probe failed: HTTP 503")
    kill = event(made, "Killing", "Container web failed liveness probe, will be restarted")
    [found] = judge(situation(made, events=(why, kill))).causes
    assert found.code == "ROL125"
    assert found.message == (
        "killed by its liveness probe (HTTP 503), exit code 137; restarted 3 times"
    )
    assert found.restarts


def test_a_kill_of_an_earlier_run_is_not_to_blame() -> None:
    made = pod(crashed(1))
    ended = made["status"]["containerStatuses"][0]["lastState"]["terminated"]
    ended["startedAt"] = ago(60)

    def code(seconds: float) -> list[str]:
        text = "Container web failed liveness probe, will be restarted"
        kill = event(made, "Killing", text, lastTimestamp=ago(seconds))
        return [each.code for each in symptoms(situation(made, events=(kill,)))]

    assert code(300) == ["ROL107"]
    assert code(10) == ["ROL125"]


def test_an_init_container_may_be_killed_by_its_startup_probe() -> None:
    made = pod(waiting("PodInitializing"), init=(crashed(137, name="proxy"),))
    text = "Container proxy failed startup probe, will be restarted"
    [found] = symptoms(situation(made, events=(event(made, "Killing", text),)))
    assert (found.code, found.container) == ("ROL125", "proxy")
