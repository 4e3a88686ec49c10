"""What the controllers say: pods that may not be made, a pause, a deadline that has passed."""

from collections.abc import Iterator

from opskit.findings import Rule, Severity
from opskit.rollout.judge.completion import progress
from opskit.rollout.judge.situation import Situation, Symptom, symptom
from opskit.rollout.kinds import CRON_JOB, DAEMON_SET, DEPLOYMENT
from opskit.rollout.workload import about_set, condition, observed

_DEPLOYMENTS = "https://kubernetes.io/docs/concepts/workloads/controllers/deployment/"
_REFUSED = ("quota", "forbidden", "denied the request")


@symptom(
    Rule(
        "ROL106",
        Severity.ERROR,
        "the pods may not be created",
        "A quota, an admission webhook or a policy refuses the pods. That is tried again, and may "
        "pass when old pods end, so it has to hold for --quota-grace seconds.",
        "raise the quota that the message names, lower the requests, or satisfy the policy",
        "https://kubernetes.io/docs/concepts/policy/resource-quotas/",
    )
)
def refused(situation: Situation) -> Iterator[Symptom]:
    text = _creation_failure(situation)
    if not text:
        return
    hard = any(word in text for word in _REFUSED)
    since = situation.memory.since(situation.now, "create")
    fatal_at = since + situation.policy.quota_grace if hard else None
    yield Symptom(text, "FailedCreate", fatal_at=fatal_at)


def _creation_failure(situation: Situation) -> str:
    """Why no pod can be made: a Deployment has a condition, the others only events."""
    if not observed(situation.workload):
        return ""
    failure = condition(situation.workload, "ReplicaFailure")
    if failure.get("status") == "True":
        return str(failure.get("message") or failure.get("reason"))
    if situation.kind in (DEPLOYMENT, CRON_JOB):
        return ""
    status = situation.workload.get("status") or {}
    wanted = (
        status.get("desiredNumberScheduled", 0)
        if situation.kind is DAEMON_SET
        else situation.workload["spec"].get("replicas", 1)
    )
    there = status.get("currentNumberScheduled", 0) or status.get("replicas", 0)
    if there >= wanted:
        return ""
    events = situation.events_of(situation.workload["metadata"]["uid"])
    last = events[-1] if events else {}
    return str(last.get("message")) if last.get("reason") == "FailedCreate" else ""


@symptom(
    Rule(
        "ROL114",
        Severity.ERROR,
        "the Deployment is paused",
        "A paused Deployment starts no pods of a new revision: waiting for it has no end.",
        "'opskit rollout resume' goes on",
        _DEPLOYMENTS + "#pausing-and-resuming-a-deployment",
    )
)
def paused(situation: Situation) -> Iterator[Symptom]:
    workload = situation.workload
    if situation.kind is DEPLOYMENT and workload["spec"].get("paused") and observed(workload):
        yield Symptom("it is paused: no new pods are made", "Paused", fatal_at=situation.now)


@symptom(
    Rule(
        "ROL115",
        Severity.ERROR,
        "the Deployment made no progress before its deadline",
        "progressDeadlineSeconds passed without a pod that got available. What kept them is "
        "told beside it where it is known.",
        "look at the pods; raise progressDeadlineSeconds where starts are this slow",
        _DEPLOYMENTS + "#failed-deployment",
    )
)
def deadline(situation: Situation) -> Iterator[Symptom]:
    progressing = condition(situation.workload, "Progressing")
    if not observed(situation.workload) or about_set(progressing) in situation.former:
        return
    if progressing.get("reason") == "ProgressDeadlineExceeded":
        text = str(progressing.get("message") or "the progress deadline has passed")
        yield Symptom(text, "ProgressDeadlineExceeded", fatal_at=situation.now)


@symptom(
    Rule(
        "ROL118",
        Severity.ERROR,
        "the pods are replaced by hand",
        "The update strategy is OnDelete: a pod takes the new template when somebody deletes it, "
        "so that nobody can tell when the rollout ends. It is complete when all pods have it.",
        "delete the pods one by one, or set the strategy to RollingUpdate",
        "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#update-strategies",
    )
)
def on_delete(situation: Situation) -> Iterator[Symptom]:
    strategy = (situation.workload["spec"].get("updateStrategy") or {}).get("type")
    made = progress(situation.kind, situation.workload)
    if strategy == "OnDelete" and made.updated < made.desired and situation.outdated:
        yield Symptom(
            "its update strategy is OnDelete: pods are replaced when somebody deletes them",
            "OnDelete",
            fatal_at=situation.now,
        )
