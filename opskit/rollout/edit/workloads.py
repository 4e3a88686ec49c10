"""Containers in workload manifests, and the kinds that have some."""

from collections.abc import Iterator

from opskit.rollout.edit.splice import Edit, replaced
from opskit.rollout.edit.spot import Spot
from opskit.rollout.edit.wanted import Slot, Wanted
from opskit.rollout.kinds import KINDS

_TEMPLATE = ("spec", "template")
#: Where each kind has its pod's spec (Kubernetes API reference, "Workload Resources").
POD_SPECS = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    **dict.fromkeys(("ReplicaSet", "ReplicationController", "Job"), (*_TEMPLATE, "spec")),
    **{kind.name: (*kind.template, "spec") for kind in KINDS},
}
_LISTS = ("containers", "initContainers")


def containers(root: Spot, kind: str) -> Iterator[Slot]:
    """The containers of a workload, or of the workloads in a List."""
    path = POD_SPECS.get(kind)
    if path is not None:
        yield from _of_workload(root, kind, path)
    elif kind.endswith("List"):
        for item in root.get("items") or ():
            inner = item.get("kind")
            name = (inner.text if inner else None) or kind.removesuffix("List")
            if name in POD_SPECS:
                yield from _of_workload(item, name, POD_SPECS[name])


def unknown(root: Spot, kind: str) -> Iterator[Slot]:
    """The containers of a pod's template in a kind that is not known, as an Argo Rollout: how its
    controller reads them is its own affair.
    """
    items = root.get("items") if kind.endswith("List") else None
    for each in [root] if items is None else items:
        found = each.get("kind") if items is not None else None
        name = (found.text if found else None) or kind
        if name not in POD_SPECS and name.removesuffix("List") not in POD_SPECS:
            yield from _of_workload(each, name, (*_TEMPLATE, "spec"))


def edits(slot: Slot, wanted: Wanted, *, anchors: bool) -> list[Edit]:
    """What makes a container run the image; raises `Trouble`."""
    return replaced(slot.spot, wanted.text, "image", anchors=anchors)


def _of_workload(root: Spot, kind: str, path: tuple[str, ...]) -> Iterator[Slot]:
    pod = root.at(*path)
    if pod is None:
        return
    name = root.at("metadata", "name") or root.at("metadata", "generateName")
    owner = f"{kind.lower()}/{(name.text if name else None) or '?'}"
    for each in _LISTS:
        for container in pod.get(each) or ():
            called, image = container.get("name"), container.get("image")
            if image is not None:
                yield Slot(
                    "container",
                    (called.text if called else None) or "?",
                    owner,
                    image.text or "",
                    image,
                    container,
                )
