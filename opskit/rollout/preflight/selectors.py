"""Label selectors, node affinity, taints: which pods and nodes they mean.

The meanings are those of the Kubernetes documentation, "Labels and Selectors", "Assigning Pods to
Nodes" and "Taints and Tolerations".
"""

from collections.abc import Mapping, Sequence
from typing import Any

Object = Mapping[str, Any]

#: Taints that the system sets for a state that passes, as a node that is not ready.
_PASSING = "node.kubernetes.io/"


def matches(selector: Object | None, labels: Mapping[str, str]) -> bool:
    """Whether a label selector means something with these labels; an empty one means all."""
    if selector is None:
        return False
    wanted = selector.get("matchLabels") or {}
    return all(labels.get(name) == value for name, value in wanted.items()) and all(
        holds(each, labels) for each in selector.get("matchExpressions") or ()
    )


def holds(expression: Object, labels: Mapping[str, str]) -> bool:
    """Whether one expression of a selector holds: In, NotIn, Exists, DoesNotExist, Gt, Lt."""
    value = labels.get(str(expression.get("key")))
    values = expression.get("values") or ()
    match expression.get("operator"):
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
        case "Gt" | "Lt" as operator:
            return _compared(operator, value, values)
    return False


def _compared(operator: str, value: str | None, values: Sequence[str]) -> bool:
    try:
        ours, theirs = int(str(value)), int(values[0])
    except (ValueError, IndexError):
        return False
    return ours > theirs if operator == "Gt" else ours < theirs


def takes(node: Object, pod: Object) -> bool:
    """Whether a node may run a pod with this spec: node name, node selector, the affinity that is
    required, and taints. Cordoned nodes, and those with a taint that passes, count as able.
    """
    meta = node.get("metadata") or {}
    labels, name = meta.get("labels") or {}, meta.get("name", "")
    if pod.get("nodeName") not in (None, "", name):
        return False
    wanted = pod.get("nodeSelector") or {}
    return (
        all(labels.get(key) == value for key, value in wanted.items())
        and _in_affinity(pod, labels, name)
        and all(_tolerated(taint, pod) for taint in (node.get("spec") or {}).get("taints") or ())
    )


def _in_affinity(pod: Object, labels: Mapping[str, str], name: str) -> bool:
    affinity = (pod.get("affinity") or {}).get("nodeAffinity") or {}
    required = affinity.get("requiredDuringSchedulingIgnoredDuringExecution")
    if required is None:
        return True
    return any(_term(each, labels, name) for each in required.get("nodeSelectorTerms") or ())


def _term(term: Object, labels: Mapping[str, str], name: str) -> bool:
    """Terms are alternatives; an empty one means no node."""
    expressions, fields = term.get("matchExpressions") or (), term.get("matchFields") or ()
    if not expressions and not fields:
        return False
    return all(holds(each, labels) for each in expressions) and all(
        holds(each, {"metadata.name": name}) for each in fields
    )


def _tolerated(taint: Object, pod: Object) -> bool:
    if taint.get("effect") not in ("NoSchedule", "NoExecute"):
        return True
    if str(taint.get("key", "")).startswith(_PASSING):
        return True
    return any(_tolerates(each, taint) for each in pod.get("tolerations") or ())


def _tolerates(toleration: Object, taint: Object) -> bool:
    if toleration.get("effect") not in (None, "", taint.get("effect")):
        return False
    key, operator = toleration.get("key") or "", toleration.get("operator") or "Equal"
    if not key:
        return bool(operator == "Exists")
    if key != taint.get("key"):
        return False
    return bool(
        operator == "Exists" or (toleration.get("value") or "") == (taint.get("value") or "")
    )
