"""How containers ended: with an error, killed by a probe, and whether they stand since then."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from opskit.rollout.judge.situation import Situation, State, Symptom, states
from opskit.rollout.workload import Object

#: What the container runtime says when it could not run a container that may be run later.
CANNOT_RUN = 128
NOT_STARTED = ("CreateContainerError", "RunContainerError", "ContainerCannotRun", "StartError")
#: How long a container that ended again and again has to run until it counts, in seconds.
STAND_SECONDS = 60.0
#: A container that ended longer ago than this, in seconds, has come back.
_LONG_AGO = 900.0
#: How a container ends that is stopped from outside: SIGKILL and SIGTERM.
_STOPPED = (137, 143)
#: The kubelet's words (pkg/kubelet/prober and kuberuntime): in events Unhealthy, and Killing.
_FAILED = re.compile(r"(Liveness|Startup) probe failed:? ?(.*)", re.DOTALL)
_KILLING = re.compile(r"failed (liveness|startup) probe")


class Kill(NamedTuple):
    """That a probe, `liveness` or `startup`, had a container killed, and why it failed."""

    probe: str
    why: str


def erred(situation: Situation, state: State) -> bool:
    """Whether it ran and ended with an error, or a probe had it killed, when it ended last."""
    ended = state.ended
    if not ended or ended.get("reason") in NOT_STARTED or ended.get("exitCode") == CANNOT_RUN:
        return False
    return ended.get("exitCode") not in (0, None) or probe_kill(situation, state) is not None


def erred_lately(situation: Situation, state: State) -> bool:
    """The same, where it was not long ago or it waits to be started again."""
    if not erred(situation, state):
        return False
    ago = ended_ago(situation, state)
    return state.waiting.get("reason") == "CrashLoopBackOff" or ago is None or ago < _LONG_AGO


def ended_ago(situation: Situation, state: State) -> float | None:
    """How long ago it ended last, in seconds on the cluster's clock; None where nothing tells."""
    at = _seconds(state.ended.get("finishedAt"))
    now = time.time() if situation.wall is None else situation.wall
    return None if at is None else now - at


def ending(situation: Situation) -> Iterator[State]:
    """The containers that ended with an error, are not ready now, and did not end long ago."""
    for state in states(situation.judged):
        if not state.status.get("ready") and erred_lately(situation, state):
            yield state


def crash(situation: Situation, state: State, more: str = "", killed: str = "") -> Symptom:
    """That it ended, and how often; fatal from `--max-restarts` on. `killed` says who ended it."""
    code, why = state.ended.get("exitCode"), state.ended.get("reason")
    named = f" ({why})" if why and why != "Error" else ""
    often = f"restarted {times(state.restarts)}" if state.restarts else "not restarted yet"
    text = f"{killed or 'ended with'} exit code {code}{named}{more}; {often}"
    enough = state.restarts >= situation.policy.max_restarts
    reason = state.waiting.get("reason") or str(why or "Error")
    fatal_at = situation.now if enough else None
    return Symptom(text, reason, state.pod_name, state.name, fatal_at, restarts=True)


def times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


class Standing(NamedTuple):
    """A container that ended again and again, and runs for too short a time to count yet."""

    state: State
    ago: float

    @property
    def left(self) -> float:
        """In how many seconds it has stood long enough."""
        return max(0.5, STAND_SECONDS - self.ago)

    def __str__(self) -> str:
        often = f"{self.state.name} restarted {times(self.state.restarts)}"
        return f"{often}, {self.ago:.0f} s ago: it has to stand for {STAND_SECONDS:.0f} s"


def unsteady(situation: Situation) -> list[Standing]:
    """What has to stand yet, that which ended last first.

    Also a container that is not ready: the workload's own counts may not have heard of its end.
    """
    found = [
        Standing(state, ago)
        for state in states(situation.judged)
        if state.restarts >= situation.policy.max_restarts
        if erred(situation, state) and (ago := _stood(situation, state)) < STAND_SECONDS
    ]
    return sorted(found, key=lambda each: each.ago)


def _stood(situation: Situation, state: State) -> float:
    """Since when, on the cluster's clock or on ours: a node whose clock is ahead does no harm."""
    key = ("stand", state.uid, state.name, str(state.restarts))
    seen = situation.now - situation.memory.since(situation.now, *key)
    return max(seen, ended_ago(situation, state) or 0.0)


def probe_kill(situation: Situation, state: State) -> Kill | None:
    """What the events say of a probe that ended the container; None where none did.

    A probe that fails without the word that the container is killed for it counts where the
    container was stopped from outside.
    """
    ended, found, stopped = state.ended, None, state.ended.get("exitCode") in _STOPPED
    began, end = _seconds(ended.get("startedAt")), _seconds(ended.get("finishedAt"))
    for event in said_of(situation, state):
        text, at = str(event.get("message")), _at(event)
        killing, failed = _KILLING.search(text), _FAILED.match(text)
        if at is not None and end is not None and at < end - _LONG_AGO:
            continue
        if not stopped and at is not None and began is not None and at < began:
            continue  # it was killed in an earlier run, and ended by itself in this one
        if event.get("reason") == "Unhealthy" and failed and (stopped or found):
            found = Kill(failed[1].lower(), failed[2])
        elif event.get("reason") == "Killing" and killing:
            why = found.why if found and found.probe == killing[1] else ""
            found = Kill(killing[1], why)
    return found


def said_of(situation: Situation, state: State) -> list[Object]:
    """The events about a container: those of its pod that name no other one."""
    return [e for e in situation.events_of(state.uid) if container_of(e) in ("", state.name)]


def container_of(event: Object) -> str:
    """The container that an event is about, as its fieldPath `spec.containers{web}` has it."""
    path = str((event.get("involvedObject") or {}).get("fieldPath") or "")
    return path.partition("{")[2].rstrip("}")


def _at(event: Object) -> float | None:
    series = (event.get("series") or {}).get("lastObservedTime")
    return _seconds(series or event.get("lastTimestamp") or event.get("eventTime"))


def _seconds(stamp: object) -> float | None:
    try:
        at = datetime.fromisoformat(str(stamp))
    except ValueError:
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).timestamp()
