"""Which lists have to be followed to watch some workloads: one a namespace and kind."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from opskit.clients.kubeerrors import NotFoundError
from opskit.rollout.kinds import DAEMON_SET, DEPLOYMENT, apps_path, core_path
from opskit.rollout.reader import Reader
from opskit.rollout.targets import Target
from opskit.rollout.workload import selector


class Scope(NamedTuple):
    """One list of one namespace. Without a `needed` one nothing can be said of its workloads."""

    namespace: str
    plural: str
    path: str
    needed: bool
    fields: str = ""
    labels: str = ""

    @property
    def query(self) -> dict[str, str | int | bool]:
        asked: dict[str, str | int | bool] = {}
        if self.fields:
            asked["fieldSelector"] = self.fields
        if self.labels:
            asked["labelSelector"] = self.labels
        return asked


def feeds(cluster: Reader, targets: Sequence[Target]) -> list[Scope]:
    """The lists to follow. What one workload alone needs is narrowed to it, if it is there."""
    by_namespace: dict[str, list[Target]] = {}
    for target in targets:
        by_namespace.setdefault(target.namespace, []).append(target)
    return [
        scope
        for namespace, here in by_namespace.items()
        for scope in _of_namespace(cluster, namespace, here)
    ]


def _of_namespace(cluster: Reader, namespace: str, targets: Sequence[Target]) -> Iterator[Scope]:
    fields = labels = ""
    if len(targets) == 1:
        fields = f"metadata.name={targets[0].name}"
        with suppress(NotFoundError):  # the list says so, too
            labels = selector(cluster.get(targets[0].path))
    kinds = {target.kind for target in targets}
    for kind in sorted(kinds, key=lambda each: each.name):
        yield Scope(namespace, kind.plural, kind.path(namespace), True, fields=fields)
    if DEPLOYMENT in kinds:
        path = apps_path(namespace, "replicasets")
        yield Scope(namespace, "replicasets", path, False, labels=labels)
    if DAEMON_SET in kinds:
        path = apps_path(namespace, "controllerrevisions")
        yield Scope(namespace, "controllerrevisions", path, False, labels=labels)
    if any(kind.template == DEPLOYMENT.template for kind in kinds):
        path = core_path(namespace, "pods")
        yield Scope(namespace, "pods", path, False, labels=labels)
        yield Scope(namespace, "events", core_path(namespace, "events"), False)
