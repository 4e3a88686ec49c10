"""Control planes that a plan rolls out to, and what was done to them."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.controlplane.cluster import wait_until
from tests.controlplane.plane import Plane

IMAGE = "registry.example.com/web"
WEB = "/apis/apps/v1/namespaces/shop/deployments/web"


def workload(image: str, name: str = "web", replicas: int = 2) -> dict[str, Any]:
    """A Deployment."""
    labels = {"app": name}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "labels": labels},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    }


def started(start_plane: Callable[..., Plane], names: str = "abc") -> list[Plane]:
    """Planes with the namespace `shop` and a Deployment `web` of version 1 that serves."""
    planes = [start_plane(name=name) for name in names]
    for plane in planes:
        plane.api.post("/api/v1/namespaces", {"metadata": {"name": "shop"}})
        plane.apply("shop", workload(f"{IMAGE}:1"))
    for plane in planes:
        wait_until(lambda plane=plane: available(plane) == 2, f"{plane.name} does not serve")
    return planes


def available(plane: Plane) -> int:
    return int(plane.api.get(WEB)["status"].get("availableReplicas", 0))


def image(plane: Plane) -> str:
    return str(plane.api.get(WEB)["spec"]["template"]["spec"]["containers"][0]["image"])


def kubeconfig(file: Path, planes: Sequence[Plane]) -> Path:
    """One kubeconfig with a context for each plane."""
    configs = [yaml.safe_load(plane.kubeconfig.read_text()) for plane in planes]
    merged = dict(configs[0])
    for key in ("clusters", "users", "contexts"):
        merged[key] = [entry for config in configs for entry in config[key]]
    file.write_text(yaml.safe_dump(merged))
    return file


def writes(plane: Plane) -> list[tuple[str, str]]:
    """What opskit changed: verb and resource of each request that is no reading."""
    return [
        (each.verb, each.resource)
        for each in plane.requests(agent="opskit")
        if each.verb not in ("get", "list", "watch")
    ]


def revisions(plane: Plane) -> int:
    """How many pod templates the Deployment has had, in changes: each rollout is one more."""
    return int(plane.api.get(WEB)["metadata"]["generation"])


def plan(
    waves: Sequence[Mapping[str, Any]], images: str = f"{IMAGE}:2", **more: Any
) -> dict[str, Any]:
    """A plan; each wave names its clusters by their contexts."""
    return {
        "images": {"web": images},
        "targets": ["deploy/web"],
        "namespace": "shop",
        "waves": [
            {**wave, "clusters": [{"context": name} for name in wave["clusters"]]} for wave in waves
        ],
        **more,
    }
