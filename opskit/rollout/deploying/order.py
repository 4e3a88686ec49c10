"""The order in which objects are applied, and what they are called."""

from collections.abc import Mapping
from typing import Any

from opskit.rollout.kinds import kind_of

Object = Mapping[str, Any]

#: What others refer to comes first, what needs others last; kinds not named come between.
_FIRST = (
    "Namespace",
    "CustomResourceDefinition",
    "PriorityClass",
    "StorageClass",
    "ResourceQuota",
    "LimitRange",
    "NetworkPolicy",
    "ServiceAccount",
    "ClusterRole",
    "ClusterRoleBinding",
    "Role",
    "RoleBinding",
    "Secret",
    "ConfigMap",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Service",
    "PodDisruptionBudget",
)
_LAST = (
    "Pod",
    "ReplicaSet",
    "DaemonSet",
    "StatefulSet",
    "Deployment",
    "Job",
    "CronJob",
    "HorizontalPodAutoscaler",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
)


def rank(kind: str) -> int:
    """The place of a kind in the order."""
    if kind in _FIRST:
        return _FIRST.index(kind)
    return len(_FIRST) + (_LAST.index(kind) + 1 if kind in _LAST else 0)


def name(thing: Object) -> str:
    """`deploy/web`, `configmap/conf`."""
    kind = kind_of(str(thing["kind"]))
    word = kind.short if kind else str(thing["kind"]).lower()
    return f"{word}/{thing['metadata']['name']}"
