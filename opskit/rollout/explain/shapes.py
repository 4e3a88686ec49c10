"""The shape that objects of a recording have to have: what the rules read of them.

A server answers with whole objects; a file may have been edited, or cut. Fields that no rule reads
may be anything.
"""

from typing import Annotated, Any

import msgspec
from msgspec import Meta as Limits
from msgspec import Struct

Texts = dict[str, str] | None
Count = Annotated[int, Limits(ge=0)]


class Owner(Struct, kw_only=True):
    uid: str
    controller: bool | None = None


class Meta(Struct, kw_only=True):
    name: str
    uid: str
    namespace: str = ""
    labels: Texts = None
    annotations: Texts = None
    ownerReferences: list[Owner] | None = None  # noqa: N815 (as Kubernetes names it)
    generation: Count = 0
    creationTimestamp: str | None = None  # noqa: N815
    deletionTimestamp: str | None = None  # noqa: N815
    finalizers: list[str] | None = None


class Condition(Struct, kw_only=True):
    type: str
    status: str = ""
    reason: str | None = None
    message: str | None = None


class Ended(Struct, kw_only=True):
    exitCode: int | None = None  # noqa: N815
    reason: str | None = None
    message: str | None = None
    finishedAt: str | None = None  # noqa: N815


class Waiting(Struct, kw_only=True):
    reason: str | None = None
    message: str | None = None


class State(Struct, kw_only=True):
    waiting: Waiting | None = None
    running: dict[str, Any] | None = None
    terminated: Ended | None = None


class ContainerStatus(Struct, kw_only=True):
    name: str
    state: State | None = None
    lastState: State | None = None  # noqa: N815
    restartCount: Count = 0  # noqa: N815
    ready: bool = False
    started: bool | None = None


class Probe(Struct, kw_only=True):
    periodSeconds: Count = 10  # noqa: N815
    failureThreshold: Count = 3  # noqa: N815
    initialDelaySeconds: Count = 0  # noqa: N815


class Container(Struct, kw_only=True):
    name: str
    image: str = ""
    resources: dict[str, dict[str, Any] | None] | None = None
    readinessProbe: Probe | None = None  # noqa: N815
    startupProbe: Probe | None = None  # noqa: N815


class PodSpec(Struct, kw_only=True):
    containers: list[Container]
    initContainers: list[Container] | None = None  # noqa: N815


class PodStatus(Struct, kw_only=True):
    phase: str = ""
    reason: str | None = None
    message: str | None = None
    conditions: list[Condition] | None = None
    containerStatuses: list[ContainerStatus] | None = None  # noqa: N815
    initContainerStatuses: list[ContainerStatus] | None = None  # noqa: N815


class Pod(Struct, kw_only=True):
    metadata: Meta
    spec: PodSpec
    status: PodStatus | None = None


class TemplateMeta(Struct, kw_only=True):
    labels: Texts = None


class Template(Struct, kw_only=True):
    spec: PodSpec
    metadata: TemplateMeta | None = None


class Expression(Struct, kw_only=True):
    key: str
    operator: str
    values: list[str] | None = None


class Selector(Struct, kw_only=True):
    matchLabels: Texts = None  # noqa: N815
    matchExpressions: list[Expression] | None = None  # noqa: N815


class Rolling(Struct, kw_only=True):
    partition: Count | None = None


class Strategy(Struct, kw_only=True):
    type: str | None = None
    rollingUpdate: Rolling | None = None  # noqa: N815


class Spec(Struct, kw_only=True):
    template: Template
    selector: Selector | None = None
    replicas: Count = 1
    paused: bool = False
    updateStrategy: Strategy | None = None  # noqa: N815


class Status(Struct, kw_only=True):
    observedGeneration: Count = 0  # noqa: N815
    replicas: Count = 0
    updatedReplicas: Count = 0  # noqa: N815
    availableReplicas: Count = 0  # noqa: N815
    currentReplicas: Count = 0  # noqa: N815
    desiredNumberScheduled: Count = 0  # noqa: N815
    currentNumberScheduled: Count = 0  # noqa: N815
    updatedNumberScheduled: Count = 0  # noqa: N815
    numberAvailable: Count = 0  # noqa: N815
    conditions: list[Condition] | None = None


class Workload(Struct, kw_only=True):
    metadata: Meta
    spec: Spec
    status: Status | None = None


class JobTemplate(Struct, kw_only=True):
    spec: Spec


class CronSpec(Struct, kw_only=True):
    jobTemplate: JobTemplate  # noqa: N815
    suspend: bool = False


class CronJob(Struct, kw_only=True):
    metadata: Meta
    spec: CronSpec


class Involved(Struct, kw_only=True):
    uid: str = ""
    fieldPath: str | None = None  # noqa: N815


class Event(Struct, kw_only=True):
    metadata: Meta
    involvedObject: Involved | None = None  # noqa: N815
    series: dict[str, Any] | None = None
    reason: str | None = None
    message: str | None = None
    type: str | None = None


class Revision(Struct, kw_only=True):
    metadata: Meta
    data: dict[str, Any] | None = None
    revision: Count = 0


class OtherStatus(Struct, kw_only=True):
    """Of a job, an autoscaler, a disruption budget."""

    conditions: list[Condition] | None = None
    desiredReplicas: Count = 0  # noqa: N815
    disruptionsAllowed: Count = 0  # noqa: N815


class Job(Struct, kw_only=True):
    metadata: Meta
    status: OtherStatus | None = None


class ScalerSpec(Struct, kw_only=True):
    scaleTargetRef: dict[str, Any] | None = None  # noqa: N815
    maxReplicas: Count | None = None  # noqa: N815


class Scaler(Struct, kw_only=True):
    metadata: Meta
    spec: ScalerSpec
    status: OtherStatus | None = None


class BudgetSpec(Struct, kw_only=True):
    selector: Selector | None = None


class Budget(Struct, kw_only=True):
    metadata: Meta
    spec: BudgetSpec
    status: OtherStatus | None = None


_SHAPES: dict[str, type[Struct]] = {
    **dict.fromkeys(("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"), Workload),
    "CronJob": CronJob,
    "Pod": Pod,
    "Event": Event,
    "ControllerRevision": Revision,
    "Job": Job,
    "HorizontalPodAutoscaler": Scaler,
    "PodDisruptionBudget": Budget,
}


def trouble(thing: dict[str, Any]) -> str:
    """What is wrong with the shape of an object; empty where nothing is."""
    shape = _SHAPES.get(thing["kind"])
    if shape is None:
        return ""
    try:
        msgspec.convert(thing, shape)
    except msgspec.ValidationError as error:
        return str(error)
    return ""
