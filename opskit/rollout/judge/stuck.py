"""A StatefulSet that waits for a broken pod of the revision that it is to leave.

Measured on Kubernetes 1.36: after a bad image is taken back, the controller replaces nothing
before the broken pod is ready, which it never is. The documentation calls it forced rollback.
"""

from collections.abc import Iterator
from dataclasses import replace

from opskit.findings import Rule, Severity
from opskit.rollout.judge import containers, images, probes
from opskit.rollout.judge.situation import Situation, Symptom, symptom
from opskit.rollout.kinds import STATEFUL_SET

_BREAKAGES = (
    images.invalid_name,
    images.missing,
    images.denied,
    images.never_pulled,
    images.pull_fails,
    containers.configuration,
    containers.crashes,
    containers.out_of_memory,
    containers.init_fails,
    containers.cannot_start,
    probes.killed,
)


@symptom(
    Rule(
        "ROL123",
        Severity.ERROR,
        "a broken pod of an older revision is in the way",
        "With the pod management policy OrderedReady a StatefulSet replaces no pod before the one "
        "that it made last is ready. A pod that can never be ready has to be deleted by hand.",
        "delete the pod that is named: kubectl delete pod; 'opskit rollout undo' does so itself",
        "https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback",
    )
)
def in_the_way(situation: Situation) -> Iterator[Symptom]:
    ordered = situation.workload["spec"].get("podManagementPolicy", "OrderedReady")
    if situation.kind is not STATEFUL_SET or ordered != "OrderedReady":
        return
    older = replace(situation, pods=situation.older)
    for detect in _BREAKAGES:
        for each in detect(older):
            text = f"{each.message}; the pod is of an older revision, and the controller waits"
            yield replace(each, message=text)
