"""Each rule: where it fires, and where it stays quiet."""

from dataclasses import replace
from typing import Any

import pytest

from opskit.rollout.judge.judging import judge, symptoms
from opskit.rollout.judge.situation import DETECTORS, RULES, Memory
from tests.rollout.objects import (
    ago,
    container,
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

NOT_FOUND = 'failed to pull and unpack image "r/web:9": r/web:9: not found'
DENIED = "pull access denied, repository does not exist or may require authorization"
UNSCHEDULABLE = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable"}
UNSCHEDULABLE |= {"message": "0/3 nodes are available: 3 Insufficient cpu."}
CONFIG = 'secret "db" not found'
STARTED = {"readinessProbe": {"periodSeconds": 10, "failureThreshold": 3}}


def codes(*pods: Any, **more: Any) -> set[str]:
    return {each.code for each in symptoms(situation(*pods, **more))}


def with_spec(made: dict[str, Any], **spec: Any) -> dict[str, Any]:
    made["spec"]["containers"][0].update(spec)
    return made


def failed(reason: str, **more: Any) -> dict[str, Any]:
    return pod(status={"phase": "Failed", "reason": reason, **more})


def killed(container_name: str = "web") -> dict[str, Any]:
    """That a liveness probe had a container of web-1 killed."""
    about = {"uid": "uid-web-1", "fieldPath": f"spec.containers{{{container_name}}}"}
    text = f"Container {container_name} failed liveness probe, will be restarted"
    said = event(pod(), "Killing", text, involvedObject=about)
    return {"events": ({**said, "type": "Normal"},)}


def probed(text: str) -> dict[str, Any]:
    return {"events": (event(pod(), "Unhealthy", text),)}


NEW = {"updatedReplicas": 3, "updateRevision": "b", "currentRevision": "a"}
BY_HAND = {"type": "OnDelete"}
LEAVING = pod(running(), metadata={"deletionTimestamp": "x"})
OWED = deployment(conditions=[{"type": "ReplicaFailure", "status": "True", "message": "quota"}])
_EXCEEDED = {"type": "Progressing", "reason": "ProgressDeadlineExceeded"}
LATE = deployment(conditions=[_EXCEEDED])
NAMED = deployment(
    conditions=[{**_EXCEEDED, "message": 'ReplicaSet "web-a" has timed out progressing.'}]
)
UNSEEN = {"generation": 3}

FIRES = [
    ("ROL101", [pod(waiting("InvalidImageName", "couldn't parse image name"))], {}),
    ("ROL102", [pod(waiting("ErrImagePull", NOT_FOUND))], {}),
    ("ROL102", [pod(waiting("ImagePullBackOff", f"Back-off pulling image: {NOT_FOUND}"))], {}),
    ("ROL103", [pod(waiting("ErrImagePull", "unexpected status: 401 Unauthorized"))], {}),
    ("ROL103", [pod(waiting("ErrImagePull", "no basic auth credentials"))], {}),
    ("ROL104", [pod(waiting("ErrImageNeverPull", "not present with pull policy of Never"))], {}),
    ("ROL105", [pod(waiting("CreateContainerConfigError", CONFIG))], {}),
    ("ROL106", [], {"workload": OWED}),
    ("ROL107", [pod(crashed())], {}),
    ("ROL108", [pod(crashed(137, reason="OOMKilled"))], {}),
    ("ROL109", [pod(waiting("PodInitializing"), init=(crashed(name="migrate"),))], {}),
    ("ROL110", [pod(status={"conditions": [UNSCHEDULABLE]})], {}),
    ("ROL111", [pod(waiting("ErrImagePull", "dial tcp 10.0.0.1:443: i/o timeout"))], {}),
    ("ROL111", [pod(waiting("ImagePullBackOff", 'Back-off pulling image "r/web:9"'))], {}),
    ("ROL112", [pod(running(ready=False))], {}),
    ("ROL113", [pod(waiting("CreateContainerError", "exec: no such file"))], {}),
    ("ROL114", [], {"workload": deployment(spec={"paused": True})}),
    ("ROL115", [], {"workload": LATE}),
    ("ROL115", [], {"workload": NAMED, "former": ("web-b",)}),
    ("ROL116", [failed("DeadlineExceeded")], {}),
    ("ROL118", [], {"workload": stateful_set(updateStrategy=BY_HAND), "older": (pod(running()),)}),
    ("ROL118", [], {"workload": daemon_set(updateStrategy=BY_HAND), "older": (pod(running()),)}),
    ("ROL125", [pod(crashed(137))], killed()),
    ("ROL125", [pod(crashed(0))], killed()),  # the program ends well when it is told to end
    ("ROL125", [pod(crashed(137))], probed("Liveness probe failed: HTTP 503")),
    ("ROL125", [pod(crashed(143))], probed("Startup probe failed: HTTP 503")),
]

QUIET = [
    ("ROL101", [pod(waiting("ContainerCreating"))], {}),
    ("ROL102", [pod(waiting("ImagePullBackOff", 'Back-off pulling image "r/web:9"'))], {}),
    ("ROL102", [pod(waiting("ErrImagePull", "no such host; not found; i/o timeout"))], {}),
    ("ROL102", [pod(waiting("ErrImagePull", NOT_FOUND), metadata={"deletionTimestamp": "x"})], {}),
    ("ROL103", [pod(waiting("ErrImagePull", "429 toomanyrequests: denied"))], {}),
    ("ROL104", [pod(running())], {}),
    (
        "ROL105",
        [pod(waiting("CreateContainerConfigError", "failed to sync secret cache: timed out"))],
        {},
    ),
    ("ROL106", [], {"workload": deployment()}),
    ("ROL107", [pod(running(restarts=7))], {}),
    ("ROL107", [pod(crashed(0))], {}),
    ("ROL107", [pod(crashed(128))], {}),
    ("ROL107", [pod(crashed(), status={"phase": "Failed", "reason": "Evicted"})], {}),
    (
        "ROL107",  # it ended hours ago, and is not ready now for another reason
        [
            pod(
                running(
                    ready=False,
                    restarts=3,
                    lastState={"terminated": {"exitCode": 1, "finishedAt": ago(7200)}},
                )
            )
        ],
        {},
    ),
    ("ROL108", [pod(crashed(137))], {}),
    (
        "ROL109",
        [pod(running(), init=(container({"terminated": {"exitCode": 0}}, ready=True),))],
        {},
    ),
    ("ROL110", [pod(waiting("ContainerCreating"))], {}),
    ("ROL111", [pod(waiting("ErrImagePull", NOT_FOUND))], {}),
    ("ROL112", [pod(running())], {}),
    ("ROL113", [pod(waiting("PodInitializing"))], {}),
    ("ROL106", [], {"workload": {**OWED, "metadata": {**OWED["metadata"], **UNSEEN}}}),
    ("ROL114", [], {"workload": deployment(spec={"paused": False})}),
    ("ROL114", [], {"workload": deployment(spec={"paused": True}, metadata=UNSEEN)}),
    ("ROL115", [], {"workload": NAMED, "former": ("web-a", "web-b")}),  # of the rollout before
    ("ROL115", [], {"workload": deployment(conditions=[{"type": "Progressing"}])}),
    ("ROL116", [failed("Evicted")], {}),
    ("ROL116", [failed("Preempting")], {}),
    ("ROL116", [pod(crashed(128), status={"phase": "Failed", "reason": "StartError"})], {}),
    ("ROL118", [], {"workload": stateful_set(updateStrategy={"type": "RollingUpdate"})}),
    ("ROL118", [], {"workload": stateful_set(status=NEW, updateStrategy=BY_HAND)}),
    ("ROL118", [], {"workload": stateful_set(updateStrategy=BY_HAND)}),  # its first pods come
    ("ROL118", [], {"workload": stateful_set(updateStrategy=BY_HAND), "older": (LEAVING,)}),
    ("ROL107", [pod(crashed(137))], killed()),
    ("ROL125", [pod(crashed(137))], {}),
    ("ROL125", [pod(crashed(137))], killed("side")),
    ("ROL125", [pod(crashed(137, reason="OOMKilled"))], killed()),
    ("ROL125", [pod(crashed(1))], probed("Liveness probe failed: connection refused")),
    ("ROL125", [pod(crashed(143))], probed("Readiness probe failed: HTTP 503")),
    ("ROL125", [pod(running())], killed()),
]


@pytest.mark.parametrize(("code", "pods", "more"), FIRES)
def test_a_rule_fires(code: str, pods: list[Any], more: dict[str, Any]) -> None:
    assert code in codes(*pods, **more)


@pytest.mark.parametrize(("code", "pods", "more"), QUIET)
def test_a_rule_stays_quiet(code: str, pods: list[Any], more: dict[str, Any]) -> None:
    assert code not in codes(*pods, **more)


def test_volumes_are_told_and_fail_nothing() -> None:
    made = pod(waiting("ContainerCreating"))
    said = event(made, "FailedMount", 'secret "tls" not found')
    [found] = symptoms(situation(made, events=(said,)))
    assert (found.code, found.fatal_at) == ("ROL122", None)
    assert codes(made, events=(event(made, "Pulled", "ok"),)) == set()


def test_a_broken_pod_of_an_older_revision_is_in_the_way_of_a_stateful_set() -> None:
    broken = pod(waiting("ErrImagePull", NOT_FOUND), name="db-1")
    made = replace(situation(workload=stateful_set()), older=[broken])
    found = judge(made)
    assert [each.code for each in found.causes] == ["ROL123"]
    assert "older revision" in found.causes[0].message
    slow = replace(made, older=[pod(running(ready=False), name="db-1")])
    assert not symptoms(slow)
    parallel = stateful_set(podManagementPolicy="Parallel")
    assert not symptoms(replace(situation(workload=parallel), older=[broken]))
    assert not symptoms(replace(situation(workload=deployment()), older=[broken]))


def test_every_rule_of_a_symptom_has_both() -> None:
    detected = {code for code, _ in DETECTORS} - {"ROL122", "ROL123"}
    assert {case[0] for case in FIRES} == {case[0] for case in QUIET} == detected
    assert detected < {rule.code for rule in RULES.rules}


def test_a_back_off_is_explained_by_the_event_before_it() -> None:
    made = pod(waiting("ImagePullBackOff", "Back-off pulling image"))
    image = made["spec"]["containers"][0]["image"]
    said = event(made, "Failed", f'Failed to pull image "{image}": manifest unknown')
    assert codes(made, events=(said,)) == {"ROL102"}
    other = event(made, "Failed", 'Failed to pull image "r/other:1": manifest unknown')
    assert codes(made, events=(other,)) == {"ROL111"}


@pytest.mark.parametrize(
    ("made", "grace", "policy"),
    [
        (pod(waiting("ErrImagePull", "i/o timeout")), 45, {}),
        (pod(waiting("ErrImagePull", "i/o timeout")), 7, {"pull_grace": 7}),
        (pod(waiting("CreateContainerConfigError", CONFIG)), 10, {}),
        (pod(status={"conditions": [UNSCHEDULABLE]}), 60, {}),
        (pod(status={"conditions": [UNSCHEDULABLE]}), 5, {"schedule_grace": 5}),
        (pod(running(ready=False)), 20, {"ready_grace": 20}),
    ],
)
def test_a_grace_counts_from_when_it_was_first_seen(
    made: dict[str, Any], grace: float, policy: dict[str, Any]
) -> None:
    memory = Memory()

    def at(now: float, *pods: Any) -> bool:
        return judge(situation(*pods, now=now, memory=memory, **policy)).failed

    first = judge(situation(made, now=100, memory=memory, **policy))
    assert not first.failed
    assert first.look_again == 100 + grace
    assert not at(100 + grace - 0.1, made)
    assert at(100 + grace, made)
    assert not at(100 + grace + 1, pod(running()))  # healed
    assert not at(100 + grace + 2, made)  # and seen anew


def test_quota_has_to_hold_and_names_it() -> None:
    memory = Memory()
    text = 'pods "web-1" is forbidden: exceeded quota: small, requested: pods=1'
    owed = deployment(conditions=[{"type": "ReplicaFailure", "status": "True", "message": text}])
    assert not judge(situation(workload=owed, now=0, memory=memory)).failed
    [cause] = judge(situation(workload=owed, now=15, memory=memory)).causes
    assert "exceeded quota: small" in cause.message


def test_a_scale_up_starts_the_grace_anew() -> None:
    made, memory = pod(status={"conditions": [UNSCHEDULABLE]}), Memory()
    up = event(made, "TriggeredScaleUp", "pod triggered scale-up", lastTimestamp=ago(0))
    assert not judge(situation(made, now=0, memory=memory)).failed
    assert not judge(situation(made, now=59, memory=memory, events=(up,))).failed
    assert not judge(situation(made, now=110, memory=memory, events=(up,))).failed
    assert judge(situation(made, now=119, memory=memory, events=(up,))).failed


@pytest.mark.parametrize(
    ("restarts", "most", "fails"), [(1, 2, False), (2, 2, True), (2, 3, False)]
)
def test_restarts_are_allowed_for(restarts: int, most: int, fails: bool) -> None:
    found = judge(situation(pod(crashed(restarts=restarts)), max_restarts=most))
    assert found.failed is fails


def test_readiness_is_judged_only_where_a_startup_probe_tells_that_it_has_started() -> None:
    def grace(**spec: Any) -> float | None:
        made = with_spec(pod(running(ready=False)), **spec)
        return judge(situation(made, now=100)).look_again

    assert grace(**STARTED) is None
    assert grace(**STARTED, startupProbe={}) is None
    assert grace(**STARTED, startupProbe={"periodSeconds": 1}) == 130


def test_two_of_three_doomed_pods_fail_no_deployment() -> None:
    doomed = [pod(crashed(), name=f"web-{number}") for number in range(2)]
    well = pod(running(), name="web-9")
    assert not judge(situation(*doomed, well)).failed
    assert judge(situation(*doomed, well, quorum="any")).failed
    assert judge(situation(*doomed)).failed
    assert judge(situation(*doomed, well, workload=stateful_set())).failed


@pytest.mark.parametrize("word", ["CrashLoopBackOff", "crashloopbackoff", "ROL107", "all"])
def test_what_is_tolerated_fails_nothing(word: str) -> None:
    made = situation(pod(crashed()), tolerate=frozenset({word}))
    found = judge(made)
    assert not found.failed
    assert [each.code for each in found.symptoms] == ["ROL107"]


def test_a_deadline_is_explained_by_the_pods() -> None:
    found = judge(situation(pod(running(ready=False)), workload=LATE))
    assert [each.code for each in found.causes] == ["ROL112", "ROL115"]
