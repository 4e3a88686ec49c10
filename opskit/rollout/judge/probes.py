"""Containers that a probe says no to: never ready, or killed for it again and again."""

from collections.abc import Iterator
from dataclasses import replace

from opskit.findings import Rule, Severity
from opskit.rollout.judge.ended import crash, ending, erred_lately, probe_kill, said_of
from opskit.rollout.judge.situation import Situation, State, Symptom, states, symptom

_PROBES = "https://kubernetes.io/docs/concepts/workloads/pods/probes/"


@symptom(
    Rule(
        "ROL112",
        Severity.ERROR,
        "a container runs and does not get ready",
        "It runs, and its readiness probe says no. Without a startup probe nothing tells how long "
        "a start may take, so that this fails no rollout before the timeout.",
        "compare what the readiness probe asks for (kubectl describe pod) with what the program "
        "answers, and correct the one that is wrong; raise --timeout where starts are this slow",
        _PROBES,
    )
)
def not_ready(situation: Situation) -> Iterator[Symptom]:
    for state in states(situation.judged):
        running = (state.status.get("state") or {}).get("running")
        if state.init or running is None or state.status.get("ready"):
            continue
        if erred_lately(situation, state):
            continue
        grace = _readiness(situation, state)
        since = situation.memory.since(situation.now, "ready", state.uid, state.name)
        text = _probe_event(situation, state)
        fatal_at = None if grace is None else since + grace
        shown = text or "it runs and is not ready"
        made = Symptom(shown, "NotReady", state.pod_name, state.name, fatal_at)
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
    said = said_of(situation, state)
    texts = [str(event.get("message")) for event in said if event.get("reason") == "Unhealthy"]
    return texts[-1] if texts else ""


@symptom(
    Rule(
        "ROL125",
        Severity.ERROR,
        "a probe has the container killed, again and again",
        "Its liveness or its startup probe failed, so that the kubelet ended the container (exit "
        "code 137 or 143, or whatever the program makes of SIGTERM) and started it anew; from "
        "--max-restarts on that is no accident. The program itself may be well.",
        "compare what the probe asks for with what the program answers, and its period, timeout "
        "and threshold with how long a start and an answer take; a startup probe gives time",
        "https://kubernetes.io/docs/tasks/configure-pod-container/"
        "configure-liveness-readiness-startup-probes/",
    )
)
def killed(situation: Situation) -> Iterator[Symptom]:
    for state in ending(situation):
        kill = probe_kill(situation, state)
        if kill is None or state.ended.get("reason") == "OOMKilled":
            continue
        why = f" ({kill.why})" if kill.why else ""
        yield crash(situation, state, killed=f"killed by its {kill.probe} probe{why},")
