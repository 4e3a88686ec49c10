"""Which quotas count a workload's pods: the scopes of a ResourceQuota.

Their meanings are those of the Kubernetes documentation, "Resource Quotas", Quota scopes.
"""

from collections.abc import Mapping
from typing import Any

Object = Mapping[str, Any]


def counts(quota: Object, pod: Object) -> bool:
    """Whether a quota counts pods with this spec; an unknown scope counts them."""
    spec = quota.get("spec") or {}
    selector = (spec.get("scopeSelector") or {}).get("matchExpressions") or ()
    return all(_in_scope(scope, {}, pod) for scope in spec.get("scopes") or ()) and all(
        _in_scope(str(each.get("scopeName")), each, pod) for each in selector
    )


def _in_scope(scope: str, expression: Object, pod: Object) -> bool:
    match scope:
        case "Terminating":
            return pod.get("activeDeadlineSeconds") is not None
        case "NotTerminating":
            return pod.get("activeDeadlineSeconds") is None
        case "BestEffort":
            return _best_effort(pod)
        case "NotBestEffort":
            return not _best_effort(pod)
        case "PriorityClass":
            return _in_class(expression, str(pod.get("priorityClassName") or ""))
        case "CrossNamespacePodAffinity":
            return _crosses(pod)
    return True


def _best_effort(pod: Object) -> bool:
    said = [pod, *(pod.get("initContainers") or ()), *(pod.get("containers") or ())]
    return not any(
        (each.get("resources") or {}).get(column)
        for each in said
        for column in ("requests", "limits")
    )


def _in_class(expression: Object, name: str) -> bool:
    values = expression.get("values") or ()
    match expression.get("operator", "Exists"):
        case "In":
            return name in values
        case "NotIn":
            return name not in values
        case "DoesNotExist":
            return not name
    return bool(name)


def _crosses(pod: Object) -> bool:
    affinity = pod.get("affinity") or {}
    for kind in ("podAffinity", "podAntiAffinity"):
        terms = affinity.get(kind) or {}
        required = terms.get("requiredDuringSchedulingIgnoredDuringExecution") or ()
        preferred = terms.get("preferredDuringSchedulingIgnoredDuringExecution") or ()
        every = [*required, *(each.get("podAffinityTerm") or {} for each in preferred)]
        if any("namespaces" in each or "namespaceSelector" in each for each in every):
            return True
    return False
