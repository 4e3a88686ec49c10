"""Pods that keep a StatefulSet from rolling out: not ready, and waited for before any other.

With the policy OrderedReady, the controller goes on only when each pod is ready, also a pod of a
revision that was taken back. It is never replaced unless somebody deletes it: "StatefulSets",
Forced rollback, Kubernetes documentation; measured with 1.36, also after kubectl's undo.
"""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import NotFoundError
from opskit.errors import OpskitError
from opskit.rollout.changes.plan import read
from opskit.rollout.changes.serving import trouble
from opskit.rollout.kinds import STATEFUL_SET, core_path
from opskit.rollout.reader import Reader
from opskit.rollout.targets import Target
from opskit.rollout.workload import condition, first_updated, labels, ordinal, owner, selector

Object = Mapping[str, Any]

OBSERVED_SECONDS = 10.0
_POLL_SECONDS = 0.1


def stuck_pods(cluster: Reader, target: Target, workload: Object, revision: str) -> list[Object]:
    """The pods that do not serve and are not of `revision`, in a StatefulSet that waits for them.

    A container that crashes is ready for a moment after each start: such a pod does not serve.
    """
    spec = workload["spec"]
    ordered = spec.get("podManagementPolicy", "OrderedReady") == "OrderedReady"
    strategy = spec.get("updateStrategy") or {}
    if target.kind is not STATEFUL_SET or not ordered or strategy.get("type") == "OnDelete":
        return []
    path = core_path(target.namespace, "pods")
    pods, _ = cluster.list(path, {"labelSelector": selector(workload)})
    first = first_updated(workload)
    return [
        pod
        for pod in pods
        if owner(pod) == workload["metadata"]["uid"]
        and not pod["metadata"].get("deletionTimestamp")
        and labels(pod).get("controller-revision-hash") != revision
        and (
            condition(pod, "Ready").get("status") != "True" or trouble(target.kind, workload, [pod])
        )
        and ordinal(pod) >= first
    ]


def names(pods: Sequence[Object]) -> str:
    return ", ".join(pod["metadata"]["name"] for pod in pods)


def warning(cluster: Reader, target: Target, workload: Object) -> list[str]:
    """The sentence about pods that a new image will wait for; that nobody could look is one too."""
    if target.kind is not STATEFUL_SET:
        return []
    try:
        pods = stuck_pods(cluster, target, workload, "")
    except OpskitError as error:
        return [f"whether a pod keeps it from rolling out could not be seen: {error.message}"]
    if not pods:
        return []
    shown = names(pods).replace(",", "")
    return [
        f"not ready: {names(pods)}; it is waited for, and gets no new image: if it stays so, "
        f"kubectl delete pod {shown} -n {target.namespace}"
    ]


def release(cluster: Cluster, target: Target) -> list[str]:
    """Delete the pods of other revisions that the StatefulSet waits for; what was done, told.

    Only once the controller has seen the present template, else it makes them as they were.
    Nothing for other kinds. Never raises what the cluster answers.
    """
    if target.kind is not STATEFUL_SET:
        return []
    try:
        workload = _observed(cluster, target)
        revision = (workload.get("status") or {}).get("updateRevision", "")
        pods = stuck_pods(cluster, target, workload, revision)
    except OpskitError as error:
        return [f"whether a pod keeps it from rolling out could not be seen: {error.message}"]
    return [_delete(cluster, target, pod) for pod in pods]


def _observed(cluster: Cluster, target: Target) -> Object:
    end = time.monotonic() + OBSERVED_SECONDS
    while True:
        workload = read(cluster, target)
        seen = (workload.get("status") or {}).get("observedGeneration", 0)
        if seen >= workload["metadata"].get("generation", 0):
            return workload
        if time.monotonic() > end:
            raise OpskitError("its controller has not seen the change yet")
        time.sleep(_POLL_SECONDS)


def _delete(cluster: Cluster, target: Target, pod: Object) -> str:
    name, uid = pod["metadata"]["name"], pod["metadata"]["uid"]
    options = {"kind": "DeleteOptions", "apiVersion": "v1", "preconditions": {"uid": uid}}
    try:
        cluster.request("DELETE", core_path(target.namespace, "pods", name), None, options)
    except NotFoundError:
        return f"pod {name} is gone already"
    except OpskitError as error:
        return f"pod {name} has to be deleted, and could not be: {error.message}"
    return f"pod {name} was deleted: it was not ready, and would have been waited for"
