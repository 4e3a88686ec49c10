"""Containers that do not start, that end again and again, or that never get ready.

Source of the rules: krane's container judgements (CreateContainerConfigError unless a cache is
being filled, exit code 128), and Skaffold's lesson that one end is no failure.
"""

import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

from opskit.findings import Rule, Severity
from opskit.rollout.judge.situation import Situation, State, Symptom, states, symptom
from opskit.rollout.workload import Object

_DEBUG = "https://kubernetes.io/docs/tasks/debug/debug-application/debug-pods/"
_PROBES = "https://kubernetes.io/docs/concepts/workloads/pods/probes/"
#: What the container runtime says when it could not run a container that may be run later.
_CANNOT_RUN = 128
#: A container that ended longer ago than this, in seconds, has come back.
_LONG_AGO = 900
_NOT_STARTED = ("CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError")


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
        yield _of(state, text, "CreateContainerConfigError", since + situation.policy.config_grace)


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
    for state in _ending(situation):
        if not state.init and state.ended.get("reason") != "OOMKilled":
            yield _crash(situation, state)


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
    for state in _ending(situation):
        if state.ended.get("reason") == "OOMKilled":
            limit = ((state.spec.get("resources") or {}).get("limits") or {}).get("memory")
            yield _crash(situation, state, f", with a limit of {limit}" if limit else "")


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
    for state in _ending(situation):
        if state.init and state.ended.get("reason") != "OOMKilled":
            yield _crash(situation, state)


@symptom(
    Rule(
        "ROL112",
        Severity.ERROR,
        "a container runs and does not get ready",
        "It runs, and its readiness probe says no. Without a startup probe nothing tells how long "
        "a start may take, so that this fails no rollout before the timeout.",
        "look at what the probe asks for; a startup probe says when a start has failed",
        _PROBES,
    )
)
def not_ready(situation: Situation) -> Iterator[Symptom]:
    for state in states(situation.judged):
        running = (state.status.get("state") or {}).get("running")
        if state.init or running is None or state.status.get("ready"):
            continue
        if _recent_error(situation, state):
            continue
        grace = _readiness(situation, state)
        since = situation.memory.since(situation.now, "ready", state.uid, state.name)
        text = _probe_event(situation, state)
        fatal_at = None if grace is None else since + grace
        made = _of(state, text or "it runs and is not ready", "NotReady", fatal_at)
        yield replace(made, usual=not text)


def _readiness(situation: Situation, state: State) -> float | None:
    """How long it may take to get ready, in seconds; None where nothing tells."""
    if situation.policy.ready_grace is not None:
        return situation.policy.ready_grace
    probe = state.spec.get("readinessProbe")
    if not probe or not state.spec.get("startupProbe") or not state.status.get("started"):
        return None
    rounds: int = probe.get("periodSeconds", 10) * probe.get("failureThreshold", 3)
    return max(30.0, float(probe.get("initialDelaySeconds", 0) + rounds))


def _probe_event(situation: Situation, state: State) -> str:
    texts = [
        str(event.get("message"))
        for event in situation.events_of(state.uid)
        if event.get("reason") == "Unhealthy"
        if state.name in ((event.get("involvedObject") or {}).get("fieldPath") or state.name)
    ]
    return texts[-1] if texts else ""


@symptom(
    Rule(
        "ROL113",
        Severity.ERROR,
        "a container cannot be started",
        "The container runtime cannot start it: a command that is not in the image, a mount that "
        "cannot be made, a user that is not there.",
        "correct what the message names, in the image or in the pod template",
        _DEBUG,
    )
)
def cannot_start(situation: Situation) -> Iterator[Symptom]:
    for state in states(situation.judged):
        waiting = state.waiting.get("reason") in _NOT_STARTED
        ended = state.ended.get("reason") in _NOT_STARTED and not state.status.get("ready")
        if not (waiting or ended):
            continue
        said = state.waiting if waiting else state.ended
        text, reason = str(said.get("message") or said["reason"]), said["reason"]
        since = situation.memory.since(situation.now, "start", state.uid, state.name)
        often = state.restarts >= situation.policy.max_restarts
        at = situation.now if often else since + situation.policy.pull_grace
        yield _of(state, text, reason, at)


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
    return codes == {_CANNOT_RUN}


def _ending(situation: Situation) -> Iterator[State]:
    """The containers that ended, are not ready now, and did not end long ago."""
    for state in states(situation.judged):
        done = state.init and state.status.get("ready")
        if not state.ended or done or state.status.get("ready"):
            continue
        if _recent_error(situation, state):
            yield state


def _recent_error(situation: Situation, state: State) -> bool:
    ended = state.ended
    if not ended or ended.get("exitCode") in (0, _CANNOT_RUN, None):
        return False
    if ended.get("reason") in _NOT_STARTED:
        return False
    if state.waiting.get("reason") == "CrashLoopBackOff":
        return True
    try:
        at = datetime.fromisoformat(str(ended.get("finishedAt")))
    except ValueError:
        return True
    now = time.time() if situation.wall is None else situation.wall
    return now - at.replace(tzinfo=at.tzinfo or UTC).timestamp() < _LONG_AGO


def _crash(situation: Situation, state: State, more: str = "") -> Symptom:
    code, why = state.ended.get("exitCode"), state.ended.get("reason")
    named = f" ({why})" if why and why != "Error" else ""
    often = f"restarted {_times(state.restarts)}" if state.restarts else "not restarted yet"
    text = f"ended with exit code {code}{named}{more}; {often}"
    enough = state.restarts >= situation.policy.max_restarts
    reason = state.waiting.get("reason") or str(why or "Error")
    fatal_at = situation.now if enough else None
    return Symptom(text, reason, state.pod_name, state.name, fatal_at, restarts=True)


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _of(state: State, text: str, reason: str, fatal_at: float | None) -> Symptom:
    return Symptom(text, reason, state.pod_name, state.name, fatal_at)
