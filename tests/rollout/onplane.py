"""Workloads on a control plane of the tests, and the cluster as opskit sees it."""

from typing import Any

from opskit.clients.kube import Cluster
from opskit.clients.kubeconfig import connect
from opskit.rollout.kinds import KINDS
from opskit.rollout.targets import Target
from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane

Object = dict[str, Any]
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_OWN = {"name", "namespace", "uid", "resourceVersion", "creationTimestamp", "managedFields"}


def connected(plane: Plane) -> Cluster:
    return connect("", str(plane.kubeconfig))


def workload(
    kind: str = "Deployment", name: str = "web", replicas: int = 2, **images: str
) -> Object:
    """A workload whose containers are named by the keywords; init ones are called init..."""
    found = next(each for each in KINDS if each.name == kind)
    containers = [{"name": key, "image": image} for key, image in images.items()]
    pods: Object = {
        "containers": [each for each in containers if not each["name"].startswith("init")]
    }
    if init := [each for each in containers if each["name"].startswith("init")]:
        pods["initContainers"] = init
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": pods}
    spec: Object = {"selector": {"matchLabels": labels}, "template": template}
    if kind == "CronJob":
        pods["restartPolicy"] = "Never"
        spec = {"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}}
    if kind in ("Deployment", "StatefulSet"):
        spec["replicas"] = replicas
    meta = {"name": name, "labels": labels}
    return {"apiVersion": f"{found.group}/v1", "kind": kind, "metadata": meta, "spec": spec}


def put(plane: Plane, target: Target, replicas: int = 2, **images: str) -> None:
    """Make a workload, or change it, as the administrator."""
    thing = workload(target.kind.name, target.name, replicas, **images)
    plane.api.request(
        "PATCH",
        f"{target.path}?fieldManager=tests&force=true",
        thing,
        "application/apply-patch+yaml",
    )


def observed(plane: Plane, target: Target) -> Object:
    """The workload once its controller has seen its present state."""

    def seen() -> bool:
        thing = plane.api.get(target.path)
        there = thing.get("status", {}).get("observedGeneration", 0)
        return bool(there >= thing["metadata"]["generation"])

    wait_until(seen, f"{target} was not observed")
    found: Object = plane.api.get(target.path)
    return found


def rolled_out(plane: Plane, target: Target) -> Object:
    """The workload once its rollout is complete."""
    from opskit.rollout.judge.completion import progress

    wait_until(
        lambda: progress(target.kind, plane.api.get(target.path)).complete,
        f"{target} is not rolled out",
    )
    found: Object = plane.api.get(target.path)
    return found


def image(thing: Object, container: str = "web") -> str:
    """The image of a container of a Deployment, a StatefulSet or a DaemonSet."""
    pods = thing["spec"]["template"]["spec"]
    named = {each["name"]: each["image"] for each in pods["containers"]}
    return str(named[container])


def bare(thing: Object, name: str) -> Object:
    """An object without what differs between two that were treated alike."""
    import json

    meta = {key: value for key, value in thing["metadata"].items() if key not in _OWN}
    if notes := {k: v for k, v in meta.pop("annotations", {}).items() if k != _APPLIED}:
        meta["annotations"] = notes
    kept = {key: value for key, value in thing.items() if key != "status"}
    found: Object = json.loads(json.dumps({**kept, "metadata": meta}).replace(name, "NAME"))
    return found
