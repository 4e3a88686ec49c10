"""ROL050 to ROL053: the workload itself: the image it has, and what keeps it from rolling out."""

from collections.abc import Iterator

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.images import same
from opskit.rollout.kinds import DAEMON_SET, DEPLOYMENT, STATEFUL_SET
from opskit.rollout.preflight.facts import Facts, Workload
from opskit.rollout.preflight.rules.rules import RULES
from opskit.rollout.workload import containers


@RULES.rule(
    Rule(
        "ROL050",
        Severity.INFO,
        title="the image that runs already",
        why="A manifest that does not change starts no rollout, even if the tag was moved.",
        fix="roll out the digest (--pin-digest), or 'opskit rollout restart' to pull a moved tag",
        reference="Kubernetes documentation, Deployments, Updating a Deployment",
    )
)
def no_change(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None or not workload.container:
        return
    wanted = str(facts.reference)
    if facts.pins and facts.found:
        wanted = str(facts.reference.pinned(facts.found.digest))
    image = _image(workload)
    if same(image, wanted):
        yield Finding(
            f"no change: container {workload.container} of {workload.name} has {image} already",
            object=workload.name,
            observed=image,
        )


@RULES.rule(
    Rule(
        "ROL051",
        Severity.WARNING,
        title="imagePullPolicy Never",
        why="The kubelet pulls nothing: where the image is not on the node, the pod waits in "
        "ErrImageNeverPull.",
        fix="set imagePullPolicy: IfNotPresent",
        reference="Kubernetes documentation, Images, Image pull policy",
    )
)
def never_pulled(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None or not workload.container:
        return
    every = [*(workload.pod.get("initContainers") or ()), *(workload.pod.get("containers") or ())]
    for each in every:
        if each.get("name") == workload.container and each.get("imagePullPolicy") == "Never":
            yield Finding(
                f"container {workload.container} of {workload.name} never pulls its image",
                object=workload.name,
                observed="imagePullPolicy Never",
                expected="IfNotPresent",
            )


@RULES.rule(
    Rule(
        "ROL052",
        Severity.ERROR,
        title="a Deployment that is paused",
        why="Its pods stay as they are until it is resumed: a rollout makes no progress.",
        fix="opskit rollout resume TARGET",
        reference="Kubernetes documentation, Deployments, Pausing and Resuming a rollout",
    )
)
def paused(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload and workload.kind is DEPLOYMENT and workload.spec.get("paused"):
        yield Finding(f"{workload.name} is paused", object=workload.name, observed="paused")


@RULES.rule(
    Rule(
        "ROL053",
        Severity.WARNING,
        title="a strategy that waits for somebody to delete the pods",
        why="With OnDelete, or with a partition, pods keep the old image until they are deleted or "
        "the partition is lowered.",
        fix="set updateStrategy RollingUpdate, and partition 0",
        reference="Kubernetes documentation, StatefulSets, Update strategies",
    )
)
def held_back(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None or workload.kind not in (STATEFUL_SET, DAEMON_SET):
        return
    strategy = workload.spec.get("updateStrategy") or {}
    partition = int((strategy.get("rollingUpdate") or {}).get("partition") or 0)
    if strategy.get("type") == "OnDelete":
        said, told = "only when they are deleted", "OnDelete"
    elif partition:
        said, told = f"only from number {partition} on", f"partition {partition}"
    else:
        return
    yield Finding(
        f"pods of {workload.name} get the new image {said}", object=workload.name, observed=told
    )


def _image(workload: Workload) -> str:
    found = (
        each.image for each in containers(workload.template) if each.name == workload.container
    )
    return next(found, "")
