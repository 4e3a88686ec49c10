"""The clusters of a plan, each connected to when it is first needed."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from opskit.clients.kube import Cluster
from opskit.errors import OpskitError
from opskit.rollout.wave.document import ClusterSpec

Found = TypeVar("Found")
Connect = Callable[[ClusterSpec], Cluster]
_AT_ONCE = 8


def connect(spec: ClusterSpec, kubeconfig: str = "") -> Cluster:
    """A connection as the plan says."""
    if spec.eks:
        from opskit.clients import eks

        return eks.connect(
            spec.eks, spec.region, spec.profile, spec.role_arn, namespace=spec.namespace
        )
    from opskit.clients import kubeconfig as contexts

    return contexts.connect(spec.context, kubeconfig)


class Clusters:
    """Connections by the clusters' labels; may be used by several threads."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._known: dict[str, Cluster] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()

    def __call__(self, spec: ClusterSpec) -> Cluster:
        """The connection; raises what connecting raises, each time."""
        with self._lock:
            lock = self._locks.setdefault(spec.label, threading.Lock())
        with lock:
            if spec.label not in self._known:
                self._known[spec.label] = self._connect(spec)
            return self._known[spec.label]


def each_of(
    specs: Sequence[ClusterSpec], ask: Callable[[ClusterSpec], Found]
) -> dict[str, Found | OpskitError]:
    """What `ask` returns or raises for each cluster, by label; several are asked at a time."""

    def told(spec: ClusterSpec) -> Found | OpskitError:
        try:
            return ask(spec)
        except OpskitError as error:
            return error

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip((each.label for each in specs), pool.map(told, specs), strict=True))
