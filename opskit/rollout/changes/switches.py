"""Changes that set no image: pause, resume, restart."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from opskit.clients.kube import Cluster
from opskit.errors import UsageError
from opskit.rollout.changes.jsonpatch import annotated, guarded, test
from opskit.rollout.changes.plan import Change, NotDoneError, read
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT
from opskit.rollout.targets import Target

Object = Mapping[str, Any]

#: The annotation of a pod template that kubectl's restart writes.
RESTARTED_AT = "kubectl.kubernetes.io/restartedAt"


def pause(cluster: Cluster, target: Target) -> Change:
    """The change that pauses a Deployment; UsageError for another kind."""
    _only_deployments(target, "paused")
    return _planned_pause(target, True, read(cluster, target))


def resume(cluster: Cluster, target: Target) -> Change:
    """The change that resumes a Deployment; UsageError for another kind."""
    _only_deployments(target, "resumed")
    return _planned_pause(target, False, read(cluster, target))


def restart(cluster: Cluster, target: Target, now: datetime | None = None) -> Change:
    """The change that has all pods replaced. UsageError for a CronJob; NotDoneError if paused."""
    return planned_restart(target, read(cluster, target), now)


def planned_restart(target: Target, workload: Object, now: datetime | None = None) -> Change:
    """As `restart`, for a workload that was read."""
    if target.kind is CRON_JOB:
        raise UsageError(
            f"{target}: a CronJob has no pods to replace",
            hint="each run starts new ones: kubectl create job --from=" + str(target) + " NAME",
        )
    refuse_if_paused(target, workload, "restarted")
    stamp = f"{now or datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    operations = annotated(workload, {RESTARTED_AT: stamp}, target.kind.template)
    if not operations:
        raise NotDoneError(
            "was restarted in this very second; nothing was changed",
            where=str(target),
            hint="wait a second to restart it again",
        )
    if target.kind is DEPLOYMENT:
        operations = [test(("spec", "paused"), None), *operations]
    return Change("restart", target, workload, operations, partial(planned_restart, target))


def refuse_if_paused(target: Target, workload: Object, what: str) -> None:
    """NotDoneError for a Deployment that is paused: a new template would wait for nobody knows."""
    if target.kind is DEPLOYMENT and workload["spec"].get("paused"):
        raise NotDoneError(
            f"is paused, and is not {what}",
            where=str(target),
            hint=f"resume it first: opskit rollout resume {target} -n {target.namespace}",
        )


def _only_deployments(target: Target, what: str) -> None:
    if target.kind is DEPLOYMENT:
        return
    hint = "only Deployments can"
    if target.kind is CRON_JOB:
        hint += f'; kubectl patch {target} -p \'{{"spec":{{"suspend":true}}}}\' stops its runs'
    raise UsageError(f"{target}: a {target.kind.name} cannot be {what}", hint=hint)


def _planned_pause(target: Target, paused: bool, workload: Object) -> Change:
    now = bool(workload["spec"].get("paused"))
    operations, note = [], ""
    if now != paused:
        operations = guarded(workload, ("spec", "paused"), True if paused else None)
    else:
        note = "is paused already" if paused else "is not paused"
    return Change(
        "pause" if paused else "resume",
        target,
        workload,
        operations,
        partial(_planned_pause, target, paused),
        note,
    )
