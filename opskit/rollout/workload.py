"""A view over the dict of a workload, of its pod template and of its containers."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from opskit.rollout.kinds import Kind

Object = Mapping[str, Any]

#: Where a Deployment says which revision it is at.
REVISION = "deployment.kubernetes.io/revision"
_SET = re.compile(r'ReplicaSet "([^"]+)"')
#: What kubectl and opskit write to say why a revision was made.
CHANGE_CAUSE = "kubernetes.io/change-cause"


@dataclass(frozen=True, slots=True)
class Container:
    """A container of a pod template: where it stands, its name and its image."""

    list_name: str
    index: int
    name: str
    image: str

    @property
    def init(self) -> bool:
        return self.list_name == "initContainers"


def template(kind: Kind, workload: Object) -> Object:
    """The pod template of a workload."""
    node: Any = workload
    for step in kind.template:
        node = node.get(step) or {}
    return node if isinstance(node, Mapping) else {}


def containers(pod_template: Object) -> Iterator[Container]:
    """The containers of a pod template (or of a pod), init containers first."""
    spec = pod_template.get("spec") or {}
    for list_name in ("initContainers", "containers"):
        for index, each in enumerate(spec.get(list_name) or ()):
            yield Container(list_name, index, each.get("name", ""), each.get("image", ""))


def images(pod_template: Object) -> dict[str, str]:
    """The image of each container of a pod template, by the container's name."""
    return {each.name: each.image for each in containers(pod_template)}


def annotations(thing: Object) -> Mapping[str, str]:
    return (thing.get("metadata") or {}).get("annotations") or {}


def labels(thing: Object) -> Mapping[str, str]:
    return (thing.get("metadata") or {}).get("labels") or {}


def condition(thing: Object, kind: str) -> Mapping[str, Any]:
    """The condition of that type in an object's status; empty where there is none."""
    for each in (thing.get("status") or {}).get("conditions") or ():
        if each.get("type") == kind:
            found: Mapping[str, Any] = each
            return found
    return {}


def observed(workload: Object) -> bool:
    """Whether its controller has seen the last change of a workload."""
    seen = (workload.get("status") or {}).get("observedGeneration", 0)
    return bool(workload["metadata"].get("generation", 0) <= seen)


def about_set(progressing: Mapping[str, Any]) -> str:
    """The name of the ReplicaSet that a Deployment's condition `Progressing` speaks of, if any.

    After a change it speaks of the former one until the new rollout has come further (measured,
    1.36): a reason such as ProgressDeadlineExceeded may be that of a rollout that is over.
    """
    found = _SET.search(str(progressing.get("message") or ""))
    return found[1] if found else ""


def owner(thing: Object) -> str:
    """The uid of the controller that owns an object; empty where none does."""
    for each in (thing.get("metadata") or {}).get("ownerReferences") or ():
        if each.get("controller"):
            return str(each.get("uid", ""))
    return ""


def revision(workload: Object) -> int:
    """The revision of a Deployment or of one of its ReplicaSets; 0 where it is not told."""
    text = annotations(workload).get(REVISION, "")
    return int(text) if text.isdigit() else 0


def ordinal(pod: Object) -> int:
    """The number of a StatefulSet's pod."""
    text = pod["metadata"]["name"].rpartition("-")[2]
    return int(text) if text.isdigit() else 0


def first_updated(stateful_set: Object) -> int:
    """The lowest number of a pod that gets a new template: those below the partition do not."""
    spec = stateful_set["spec"]
    rolling = (spec.get("updateStrategy") or {}).get("rollingUpdate") or {}
    return int(rolling.get("partition") or 0) + int((spec.get("ordinals") or {}).get("start") or 0)


def updated_ordinals(stateful_set: Object) -> range:
    """The numbers of the pods that get a new template: those that stay, from the partition on."""
    spec = stateful_set["spec"]
    end = int((spec.get("ordinals") or {}).get("start") or 0) + int(spec.get("replicas", 1))
    return range(first_updated(stateful_set), end)


def selector(workload: Object) -> str:
    """The workload's own selector as the API takes it in `labelSelector`."""
    found = (workload.get("spec") or {}).get("selector") or {}
    parts = [f"{name}={value}" for name, value in sorted((found.get("matchLabels") or {}).items())]
    for each in found.get("matchExpressions") or ():
        parts.append(_expression(each))
    return ",".join(parts)


def _expression(each: Object) -> str:
    key, operator = str(each["key"]), str(each["operator"])
    values = ",".join(each.get("values") or ())
    words = {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "Exists": key}
    return words.get(str(operator), f"!{key}")
