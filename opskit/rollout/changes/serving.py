"""How the pods of revisions are now: whether all of one serve, and what is wrong with one of them.

What a revision does now says more than a note on how its rollout once ended.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from opskit.clients.kubeerrors import ApiError
from opskit.rollout.judge.completion import Progress, progress
from opskit.rollout.judge.ended import unsteady
from opskit.rollout.judge.judging import symptoms
from opskit.rollout.judge.situation import Situation
from opskit.rollout.kinds import CRON_JOB, DAEMON_SET, DEPLOYMENT, STATEFUL_SET, Kind, core_path
from opskit.rollout.reader import Reader
from opskit.rollout.targets import Target
from opskit.rollout.workload import about_set, condition, labels, observed, owner, selector

Object = Mapping[str, Any]

_HASH = "controller-revision-hash"
#: What a Deployment's condition `Progressing` says once its rollout has ended, well or not.
_ENDED = ("NewReplicaSetAvailable", "ProgressDeadlineExceeded")


class Standing(NamedTuple):
    """How many pods a revision has, how many of them serve, and what is wrong with the first."""

    pods: int = 0
    serving: int = 0
    trouble: str = ""

    @property
    def whole(self) -> bool:
        """Whether there are pods, and all of them serve."""
        return self.pods == self.serving > 0 and not self.trouble


def own_pods(reader: Reader, target: Target, workload: Object) -> list[Object] | None:
    """The pods that the workload's selector finds; None where they may not be looked at."""
    path = core_path(target.namespace, "pods")
    try:
        pods, _ = reader.list(path, {"labelSelector": selector(workload)})
    except ApiError:
        return None
    return list(pods)


def standing(
    kind: Kind, workload: Object, revision: Object, pods: Sequence[Object] | None
) -> Standing:
    """How the pods of a ReplicaSet or a ControllerRevision are; without pods what it says itself.

    A ReplicaSet counts its pods, and heeds minReadySeconds in it; a ControllerRevision does not.
    """
    own = [pod for pod in pods or () if _of(kind, pod, workload, revision)]
    ill = trouble(kind, workload, own)
    if kind is not DEPLOYMENT:
        ready = [pod for pod in own if condition(pod, "Ready").get("status") == "True"]
        return Standing(len(own), len(ready), ill)
    status = revision.get("status") or {}
    made, available = status.get("replicas") or 0, status.get("availableReplicas") or 0
    return Standing(int(made), int(available), ill)


def _of(kind: Kind, pod: Object, workload: Object, revision: Object) -> bool:
    if pod["metadata"].get("deletionTimestamp"):
        return False
    meta = revision["metadata"]
    if kind is DEPLOYMENT:
        return owner(pod) == str(meta["uid"])
    mark = labels(revision).get(_HASH) if kind is DAEMON_SET else meta["name"]
    return owner(pod) == str(workload["metadata"]["uid"]) and labels(pod).get(_HASH) == mark


def trouble(kind: Kind, workload: Object, pods: Sequence[Object]) -> str:
    """What is wrong with the first pod that has something; not that it only starts."""
    if not pods:
        return ""
    situation = Situation(kind, workload, pods, (), 0.0)
    for each in symptoms(situation):
        if each.pod and not each.usual:
            return f"pod {each.pod}: {each.message}"
    return next((f"pod {each.state.pod_name}: {each}" for each in unsteady(situation)), "")


def rolls(kind: Kind, workload: Object, newest: str = "") -> bool:
    """Whether the rollout of its present pod template goes on, as far as its status tells.

    `newest` is the name of the ReplicaSet with that template.
    """
    status = workload.get("status") or {}
    if not observed(workload):
        return True
    if kind is DEPLOYMENT:
        told = condition(workload, "Progressing")
        former = newest and about_set(told) not in ("", newest)
        return bool(former) or told.get("reason", _ENDED[0]) not in _ENDED
    if kind is STATEFUL_SET:
        made = progress(kind, workload)
        differ = status.get("updateRevision") != status.get("currentRevision")
        return differ or made.updated < made.desired
    return bool(status.get("updatedNumberScheduled", 0) < status.get("desiredNumberScheduled", 0))


def proved(made: Progress) -> bool:
    """Whether a rollout that is complete has shown something: there are pods, and all are new."""
    return 0 < made.desired <= made.updated


def unproved(kind: Kind, workload: Object) -> str:
    """Why a rollout that is complete shows nothing of its revision, as a sentence; else empty."""
    made = progress(kind, workload)
    if kind is CRON_JOB or proved(made):
        return ""
    if made.desired:
        strategy = (workload["spec"].get("updateStrategy") or {}).get("rollingUpdate") or {}
        held = f" (partition {strategy['partition']})" if strategy.get("partition") else ""
        return (
            f"{made.updated} of {made.desired} pods are new{held}: it is not recorded as good "
            "before all are"
        )
    why = "no node matches it" if kind is DAEMON_SET else "it is scaled to 0"
    return f"no pod runs it, {why}: it is not recorded as good"
