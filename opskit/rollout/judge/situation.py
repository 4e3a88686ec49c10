"""What is known about one workload at one moment, and what the rules make of it."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, Literal, NamedTuple

from opskit.findings import Finding, Registry, Rule
from opskit.rollout.kinds import Kind
from opskit.rollout.verdict import Cause, Verdict
from opskit.rollout.workload import Object

Quorum = Literal["any", "all"]


@dataclass(frozen=True, slots=True)
class Policy:
    """From when on a symptom fails the rollout. Times are in seconds, from when it was first seen.

    `quorum` says whether one doomed pod fails the rollout or only all pods of the new revision;
    None is as krane does: all for a Deployment, any for a StatefulSet or a DaemonSet. `tolerate`
    holds reasons (`ImagePullBackOff`) and codes of rules that fail nothing before the timeout;
    `all` is every one. `ready_grace` None leaves readiness to the probes.
    """

    timeout: float = 600.0
    max_restarts: int = 2
    schedule_grace: float = 60.0
    pull_grace: float = 45.0
    config_grace: float = 10.0
    quota_grace: float = 15.0
    ready_grace: float | None = None
    quorum: Quorum | None = None
    tolerate: frozenset[str] = frozenset()

    def tolerates(self, symptom: "Symptom") -> bool:
        return bool({"all", symptom.reason.lower(), symptom.code.lower()} & self._tolerated)

    @property
    def _tolerated(self) -> set[str]:
        return {each.lower() for each in self.tolerate}


class Memory:
    """When each symptom was first seen; what is not seen in a round is forgotten.

    Only our own clock counts, so that clocks that differ do no harm.
    """

    def __init__(self) -> None:
        self._since: dict[tuple[str, ...], float] = {}
        self._touched: set[tuple[str, ...]] = set()

    def since(self, now: float, *key: str) -> float:
        """When `key` was first seen, on the clock of `now`; now, if it was not there before."""
        self._touched.add(key)
        return self._since.setdefault(key, now)

    def end_round(self) -> None:
        """Forget what was not seen since the last round."""
        self._since = {key: at for key, at in self._since.items() if key in self._touched}
        self._touched.clear()


@dataclass(frozen=True, slots=True)
class Symptom:
    """Something that is wrong with a workload.

    `reason` is Kubernetes' word; `pod` and `container` are empty where it is about the workload
    itself. It fails the rollout from `fatal_at` on (on the clock of the situation); None is never:
    it only explains a rollout that does not end. `restarts` asks for the log of the container that
    ended, rather than of the one that runs. What is `usual` is no news while a rollout goes on: a
    start takes its time.
    """

    message: str
    reason: str
    pod: str = ""
    container: str = ""
    fatal_at: float | None = None
    restarts: bool = False
    code: str = ""
    usual: bool = False

    def fatal(self, now: float) -> bool:
        return self.fatal_at is not None and self.fatal_at <= now


@dataclass(frozen=True)
class Situation:
    """One workload and what belongs to it, as plain objects of the API.

    `pods` are those of the newest revision only, `older` the others of a StatefulSet or a
    DaemonSet, `former` the names of a Deployment's other ReplicaSets, and `events` those about the
    workload, its newest ReplicaSet and these pods. `now` is a clock in seconds, for the graces of
    `policy` and `memory`; `wall` is the time of the cluster's own stamps, in seconds since 1970
    (None: our clock's).
    """

    kind: Kind
    workload: Object
    pods: Sequence[Object]
    events: Sequence[Object]
    now: float
    replica_set: Object | None = None
    policy: Policy = field(default_factory=Policy)
    memory: Memory = field(default_factory=Memory)
    wall: float | None = None
    older: Sequence[Object] = ()
    former: Sequence[str] = ()

    @cached_property
    def judged(self) -> list[Object]:
        """The pods that may fail a rollout: none that is being deleted or was pushed out."""
        return [pod for pod in self.pods if not _leaving(pod)]

    @cached_property
    def outdated(self) -> list[Object]:
        """The older pods that stay unless somebody or something deletes them."""
        return [pod for pod in self.older if not _leaving(pod)]

    def events_of(self, uid: str) -> list[Object]:
        """The events about the object with this uid."""
        return self._by_object.get(uid, [])

    @cached_property
    def _by_object(self) -> dict[str, list[Object]]:
        found: dict[str, list[Object]] = {}
        for event in self.events:
            uid = (event.get("involvedObject") or {}).get("uid", "")
            found.setdefault(uid, []).append(event)
        return found


def _leaving(pod: Object) -> bool:
    status = pod.get("status") or {}
    pushed = status.get("phase") == "Failed" and status.get("reason") in _PUSHED_OUT
    return pushed or bool(pod["metadata"].get("deletionTimestamp"))


#: Why pods end through no fault of their own (krane's list, and what the kubelet writes today).
_PUSHED_OUT = ("Evicted", "Preempting", "NodeShutdown", "Terminated", "NodeAffinity")


class State(NamedTuple):
    """A container of a pod with its spec and its status."""

    pod: Object
    name: str
    init: bool
    spec: Object
    status: Object

    @property
    def waiting(self) -> Mapping[str, Any]:
        return (self.status.get("state") or {}).get("waiting") or {}

    @property
    def ended(self) -> Mapping[str, Any]:
        """How it ended last: now, or before it was started again."""
        now = (self.status.get("state") or {}).get("terminated")
        before = (self.status.get("lastState") or {}).get("terminated")
        return now or before or {}

    @property
    def restarts(self) -> int:
        return int(self.status.get("restartCount") or 0)

    @property
    def pod_name(self) -> str:
        name: str = self.pod["metadata"]["name"]
        return name

    @property
    def uid(self) -> str:
        uid: str = self.pod["metadata"]["uid"]
        return uid


def states(pods: Iterable[Object]) -> Iterator[State]:
    """Every container of the pods that has a status, init containers first."""
    for pod in pods:
        spec, status = pod.get("spec") or {}, pod.get("status") or {}
        for init, specs, statuses in (
            (True, "initContainers", "initContainerStatuses"),
            (False, "containers", "containerStatuses"),
        ):
            named = {each.get("name"): each for each in spec.get(specs) or ()}
            for each in status.get(statuses) or ():
                yield State(pod, each["name"], init, named.get(each["name"]) or {}, each)


Detect = Callable[[Situation], Iterable[Symptom]]

#: The rules of failed rollouts, for `opskit rule` and for reports: they find what verdicts say.
RULES: Registry[Sequence[Verdict]] = Registry()
#: The symptoms' detectors, in the order of their codes.
DETECTORS: list[tuple[str, Detect]] = []


def symptom(rule: Rule) -> Callable[[Detect], Detect]:
    """Register a detector under its rule; used as a decorator."""

    def register(detect: Detect) -> Detect:
        DETECTORS.append((rule.code, detect))
        told(rule)
        return detect

    return register


def told(rule: Rule) -> None:
    """Register a rule whose findings are the causes of verdicts with its code."""
    RULES.rule(rule)(partial(_findings, rule.code))


def _findings(code: str, verdicts: Sequence[Verdict]) -> Iterator[Finding]:
    for verdict in verdicts:
        for cause in verdict.causes:
            if cause.code == code:
                yield finding(verdict, cause)


def finding(verdict: Verdict, cause: Cause) -> Finding:
    """A cause as a finding about its workload."""
    place = " ".join(each for each in (cause.object, cause.container) if each)
    name = f"{verdict.target.namespace}/{verdict.target}"
    same = cause.object == str(verdict.target)
    told = {
        "also": ", ".join(cause.others),
        "events": "\n".join(cause.events),
        "log": "\n".join(cause.log) or cause.log_note,
    }
    return Finding(
        cause.message if same else f"{place}: {cause.message}",
        object=name,
        observed=cause.reason,
        data={
            "cluster": verdict.cluster,
            "namespace": verdict.target.namespace,
            "target": str(verdict.target),
            "place": cause.object,
            "container": cause.container,
            "events": list(cause.events),
            "log": list(cause.log),
        },
        told={label: text for label, text in told.items() if text},
    )
