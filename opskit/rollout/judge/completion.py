"""When a rollout is complete, as `kubectl rollout status` has it, and how far it is.

Source: kubectl's polymorphichelpers/rollout_status.go. Unlike there, a StatefulSet counts its
available pods, which heed minReadySeconds, rather than the ready ones; a rollout that is taken back
before it ends is complete only when its pods are gone, although the two revisions are the same
again at once (measured, 1.36); and pods that somebody replaces by hand (OnDelete) are counted, too,
where kubectl refuses to look.
"""

from typing import NamedTuple

from opskit.rollout.kinds import CRON_JOB, DAEMON_SET, DEPLOYMENT, Kind
from opskit.rollout.workload import Object, observed


class Progress(NamedTuple):
    """How many pods are wanted, are of the new revision, and serve; and what is waited for.

    `waiting` is empty when the rollout is complete.
    """

    desired: int
    updated: int
    available: int
    waiting: str = ""

    @property
    def complete(self) -> bool:
        return not self.waiting


def progress(kind: Kind, workload: Object) -> Progress:
    """How far the rollout of a workload is. Counts are read anew each time: an autoscaler may
    have changed them.
    """
    status = workload.get("status") or {}
    if kind is CRON_JOB:
        return Progress(0, 0, 0)  # its next run takes the image
    measure = {DEPLOYMENT: _deployment, DAEMON_SET: _daemon_set}.get(kind, _stateful_set)
    found = measure(workload["spec"], status)
    if not observed(workload):
        return found._replace(waiting="the controller has not seen the change yet")
    return found


def _deployment(spec: Object, status: Object) -> Progress:
    desired = spec.get("replicas", 1)
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    waiting = ""
    if updated < desired:
        waiting = f"{updated} of {desired} pods are of the new revision"
    elif status.get("replicas", 0) > updated:
        waiting = f"{_old(status.get('replicas', 0) - updated)} to end"
    elif available < updated:
        waiting = f"{available} of {updated} new pods are available"
    elif spec.get("paused") and not desired:  # no pod tells whether it has taken the template
        waiting = "it is paused: no new pods are made"
    return Progress(desired, updated, available, waiting)


def _old(count: int) -> str:
    return f"{count} old pod has" if count == 1 else f"{count} old pods have"


def _daemon_set(spec: Object, status: Object) -> Progress:
    desired = status.get("desiredNumberScheduled", 0)
    updated, available = status.get("updatedNumberScheduled", 0), status.get("numberAvailable", 0)
    waiting = ""
    if updated < desired:
        waiting = f"{updated} of {desired} pods are of the new revision"
    elif available < desired:
        waiting = f"{available} of {desired} pods are available"
    return Progress(desired, updated, available, waiting)


def _stateful_set(spec: Object, status: Object) -> Progress:
    desired = spec.get("replicas", 1)
    strategy = spec.get("updateStrategy") or {}
    by_hand = strategy.get("type") == "OnDelete"  # then currentRevision stays as it is
    partition = (strategy.get("rollingUpdate") or {}).get("partition") or 0
    wanted = desired if by_hand else max(0, desired - partition)
    settled = status.get("updateRevision") == status.get("currentRevision")
    updated, available = status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
    if settled:  # the controller no longer counts them as updated
        updated = max(updated, status.get("currentReplicas", 0))
    waiting = ""
    if available < desired:
        waiting = f"{available} of {desired} pods are available"
    elif wanted < desired:
        if updated < wanted:
            waiting = f"{updated} of {wanted} pods (its partition) are of the new revision"
    elif updated < desired or not (by_hand or settled):
        waiting = f"{updated} of {desired} pods are of the new revision"
    return Progress(desired, updated, available, waiting)
