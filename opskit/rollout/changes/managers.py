"""Who else looks after a workload's images, and will put the old one back.

Argo CD, Flux and Helm are known by the field manager under which they own the image, and by the
labels and annotations that they put on all that they apply: Argo CD's "Resource Tracking", Flux's
"Kustomization" and "HelmRelease", Helm's "Labels and Annotations".
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from opskit.rollout.kinds import Kind
from opskit.rollout.workload import annotations, labels

Object = Mapping[str, Any]

ARGO = "Argo CD"
FLUX = "Flux"
HELM = "Helm"

_MANAGERS = {
    "argocd-controller": ARGO,
    "argocd-application-controller": ARGO,
    "kustomize-controller": FLUX,
    "helm-controller": FLUX,
    "helm": HELM,
}
_MARKS = {
    "argocd.argoproj.io/tracking-id": ARGO,
    "argocd.argoproj.io/instance": ARGO,
    "kustomize.toolkit.fluxcd.io/name": FLUX,
    "helm.toolkit.fluxcd.io/name": FLUX,
    "meta.helm.sh/release-name": HELM,
}
_WHEN = {
    ARGO: "puts it back when it syncs",
    FLUX: "puts it back at its next reconciliation",
    HELM: "puts it back at the next upgrade of the release",
}


def image_owners(kind: Kind, workload: Object, container: str) -> list[str]:
    """The field managers that own the image of a container, as `managedFields` tells."""
    return [
        str(entry.get("manager", ""))
        for entry in (workload.get("metadata") or {}).get("managedFields") or ()
        if container in _owned(kind, entry.get("fieldsV1") or {})
    ]


def _owned(kind: Kind, fields: Object) -> Iterator[str]:
    """The names of the containers whose image is among the fields."""
    node: Any = fields
    for part in (*kind.template, "spec"):
        node = node.get(f"f:{part}") or {}
    for list_name in ("f:initContainers", "f:containers"):
        for key, value in (node.get(list_name) or {}).items():
            if key.startswith("k:") and "f:image" in (value or {}):
                with suppress(ValueError):
                    yield str(json.loads(key[2:]).get("name", ""))


def put_back(kind: Kind, workload: Object, containers: Iterable[str]) -> list[str]:
    """A sentence for each tool that will put the image of one of the containers back."""
    found: dict[str, str] = {}
    for container in containers:
        for manager in image_owners(kind, workload, container):
            if tool := _MANAGERS.get(manager):
                found.setdefault(tool, f"field manager {manager}")
    for mark, tool in _MARKS.items():
        value = annotations(workload).get(mark) or labels(workload).get(mark)
        if value:
            found.setdefault(tool, f"{mark}: {value}")
    if FLUX in found:
        found.pop(HELM, None)  # Flux's releases are Helm's too
    return [
        f"{tool} looks after this workload and {_WHEN[tool]}: change it there ({how})"
        for tool, how in found.items()
    ]
