"""Pods that find no node, or no volume."""

from collections.abc import Iterator

from opskit.findings import Rule, Severity
from opskit.rollout.judge.situation import Situation, Symptom, symptom
from opskit.rollout.workload import condition

_VOLUMES = ("FailedMount", "FailedAttachVolume", "FailedBinding", "ProvisioningFailed")


@symptom(
    Rule(
        "ROL110",
        Severity.ERROR,
        "no node takes the pod",
        "The scheduler finds no node: too little CPU or memory, labels, taints, or volumes that "
        "are elsewhere. An autoscaler may add one, so it is waited for, and longer when the "
        "autoscaler says that it does.",
        "add capacity, lower the requests, or correct the selector; --schedule-grace sets how "
        "long to wait",
        "https://kubernetes.io/docs/concepts/scheduling-eviction/kube-scheduler/",
    )
)
def unschedulable(situation: Situation) -> Iterator[Symptom]:
    for pod in situation.judged:
        scheduled = condition(pod, "PodScheduled")
        if scheduled.get("status") != "False" or scheduled.get("reason") != "Unschedulable":
            continue
        uid = pod["metadata"]["uid"]
        scale_ups = [
            str(event.get("count") or 1) + str(event.get("lastTimestamp"))
            for event in situation.events_of(uid)
            if event.get("reason") == "TriggeredScaleUp"
        ]
        # a new scale-up is a new symptom, which starts the grace anew
        since = situation.memory.since(situation.now, "schedule", uid, *scale_ups[-1:])
        yield Symptom(
            str(scheduled.get("message") or "no node fits"),
            "Unschedulable",
            pod["metadata"]["name"],
            "",
            since + situation.policy.schedule_grace,
        )


@symptom(
    Rule(
        "ROL122",
        Severity.WARNING,
        "a volume cannot be mounted",
        "The pod waits for a volume: a claim that is not bound, a Secret that is missing, a disk "
        "that another node holds. It may come, so that this fails no rollout before the timeout.",
        "look at the claim and the volume: kubectl describe pvc",
        "https://kubernetes.io/docs/concepts/storage/persistent-volumes/",
    )
)
def volumes(situation: Situation) -> Iterator[Symptom]:
    for pod in situation.judged:
        if (pod.get("status") or {}).get("phase") != "Pending":
            continue
        found = [
            event
            for event in situation.events_of(pod["metadata"]["uid"])
            if event.get("reason") in _VOLUMES
        ]
        if found:
            yield Symptom(
                str(found[-1].get("message")), found[-1]["reason"], pod["metadata"]["name"]
            )
