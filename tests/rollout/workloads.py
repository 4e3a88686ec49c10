"""Manifests for a real control plane, where an image's tag says what becomes of its pods."""

from typing import Any

Object = dict[str, Any]


def container(tag: str, name: str = "web", **more: Any) -> Object:
    return {"name": name, "image": f"registry.example.com/{name}:{tag}", **more}


def workload(kind: str, name: str, tag: str, *, spec: Object | None = None, **pod: Any) -> Object:
    """A workload of one container; `pod` adds to its pod's spec, `spec` to its own."""
    labels = {"app": name}
    return {
        "apiVersion": "batch/v1" if kind == "CronJob" else "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": {"part-of": "shop", **labels}},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [container(tag)], **pod},
            },
            **(spec or {}),
        },
    }


def deployment(name: str, tag: str, *, replicas: int = 1, **more: Any) -> Object:
    return workload("Deployment", name, tag, spec={"replicas": replicas}, **more)
