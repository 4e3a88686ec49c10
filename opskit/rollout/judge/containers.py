"""Containers that do not start, or that end again and again.

Source of the rules: krane's container judgements (CreateContainerConfigError unless a cache is
being filled, exit code 128), and Skaffold's lesson that one end is no failure.
"""

from collections.abc import Iterator

from opskit.findings import Rule, Severity
from opskit.rollout.judge.ended import CANNOT_RUN, NOT_STARTED, crash, ending, probe_kill
from opskit.rollout.judge.situation import Situation, Symptom, states, symptom
from opskit.rollout.workload import Object

_DEBUG = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/"


@symptom(
    Rule(
        "ROL105",
        Severity.ERROR,
        "a Secret, a ConfigMap or a key that the container needs is missing",
        "The kubelet cannot put the container's configuration together, and waits for ever.",
        "create what the message names, in the workload's namespace, or correct the reference",
        "https://kubernetes.io/docs/tasks/inject-data-application/distribute-credentials-secure/",
    )
)
def configuration(situation: Situation) -> Iterator[Symptom]:
    for state in states(situation.judged):
        text = str(state.waiting.get("message") or "")
        if state.waiting.get("reason") != "CreateContainerConfigError" or _cache(text):
            continue
        since = situation.memory.since(situation.now, "config", state.uid, state.name)
        fatal_at, reason = since + situation.policy.config_grace, "CreateContainerConfigError"
        yield Symptom(text, reason, state.pod_name, state.name, fatal_at)


def _cache(text: str) -> bool:
    return "failed to sync" in text and "cache" in text


@symptom(
    Rule(
        "ROL107",
        Severity.ERROR,
        "a container ends with an error, again and again",
        "The container was started, ended with an exit code other than 0, and was started anew; "
        "from --max-restarts on that is no accident.",
        "correct what its last lines complain of, and roll out again",
        _DEBUG + "#my-pod-is-crashing-or-otherwise-unhealthy",
    )
)
def crashes(situation: Situation) -> Iterator[Symptom]:
    for state in ending(situation):
        if state.init or state.ended.get("reason") == "OOMKilled":
            continue
        if probe_kill(situation, state) is None:
            yield crash(situation, state)


@symptom(
    Rule(
        "ROL108",
        Severity.ERROR,
        "a container needs more memory than its limit",
        "The kernel kills the container when it reaches its memory limit, each time anew.",
        "raise resources.limits.memory, or let the program use less",
        "https://kubernetes.io/docs/tasks/configure-pod-container/assign-memory-resource/",
    )
)
def out_of_memory(situation: Situation) -> Iterator[Symptom]:
    for state in ending(situation):
        if state.ended.get("reason") == "OOMKilled":
            limit = ((state.spec.get("resources") or {}).get("limits") or {}).get("memory")
            yield crash(situation, state, f", with a limit of {limit}" if limit else "")


@symptom(
    Rule(
        "ROL109",
        Severity.ERROR,
        "an init container fails, again and again",
        "The pod's containers are started only when its init containers have ended well.",
        "correct what its last lines complain of, and roll out again",
        "https://kubernetes.io/docs/tasks/debug/debug-application/debug-init-containers/",
    )
)
def init_fails(situation: Situation) -> Iterator[Symptom]:
    for state in ending(situation):
        if not state.init or state.ended.get("reason") == "OOMKilled":
            continue
        if probe_kill(situation, state) is None:
            yield crash(situation, state)


@symptom(
    Rule(
        "ROL113",
        Severity.ERROR,
        "a container cannot be started",
        "The container runtime cannot start it: a command that is not in the image, a mount that "
        "cannot be made, a user that is not there. With exit code 128 it may be started later, so "
        "that this fails no rollout before the timeout.",
        "correct what the message names, in the image or in the pod template",
        _DEBUG,
    )
)
def cannot_start(situation: Situation) -> Iterator[Symptom]:
    for state in states(situation.judged):
        waiting = state.waiting.get("reason") in NOT_STARTED
        ended = state.ended.get("reason") in NOT_STARTED and not state.status.get("ready")
        if not (waiting or ended):
            continue
        said = state.waiting if waiting else state.ended
        text, reason = str(said.get("message") or said["reason"]), said["reason"]
        since = situation.memory.since(situation.now, "start", state.uid, state.name)
        often = state.restarts >= situation.policy.max_restarts
        at = situation.now if often else since + situation.policy.pull_grace
        passes = state.ended.get("exitCode") == CANNOT_RUN
        yield Symptom(text, reason, state.pod_name, state.name, None if passes else at)


@symptom(
    Rule(
        "ROL116",
        Severity.ERROR,
        "a pod has failed",
        "The pod ended as a whole: it ran past its deadline, or the node refused it.",
        "look at the pod's status: kubectl describe pod",
        "https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase",
    )
)
def pod_failed(situation: Situation) -> Iterator[Symptom]:
    for pod in situation.judged:
        status = pod.get("status") or {}
        if status.get("phase") != "Failed" or _only_cannot_run(pod):
            continue
        text = str(status.get("message") or status.get("reason") or "it ended")
        yield Symptom(
            text, str(status.get("reason") or "Failed"), pod["metadata"]["name"], "", situation.now
        )


def _only_cannot_run(pod: Object) -> bool:
    codes = {state.ended.get("exitCode") for state in states([pod]) if state.ended}
    return codes == {CANNOT_RUN}
