"""Manifests of small workloads, as dicts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def deployment(
    name: str,
    containers: Mapping[str, str],
    *,
    replicas: int = 1,
    init: Mapping[str, str] | None = None,
    cpu: str = "",
    kind: str = "Deployment",
    **pod: Any,
) -> dict[str, Any]:
    """A Deployment (or StatefulSet, DaemonSet by ``kind``) of ``{container: image}``.

    Its pods have the label ``app``. ``init`` are init containers, ``cpu`` is requested by each
    container, and what else is given stands in the pod's spec.
    """
    spec: dict[str, Any] = {
        "selector": {"matchLabels": {"app": name}},
        "template": {
            "metadata": {"labels": {"app": name}},
            "spec": {"containers": _containers(containers, cpu), **pod},
        },
    }
    if init:
        spec["template"]["spec"]["initContainers"] = _containers(init, cpu)
    if kind != "DaemonSet":
        spec["replicas"] = replicas
    if kind == "StatefulSet":
        spec["serviceName"] = name
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}


def _containers(images: Mapping[str, str], cpu: str) -> list[dict[str, Any]]:
    resources = {"resources": {"requests": {"cpu": cpu}}} if cpu else {}
    return [{"name": name, "image": image, **resources} for name, image in images.items()]
