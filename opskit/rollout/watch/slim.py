"""Objects without what no rule looks at, so that the memory of a watch stays flat."""

import hashlib
from collections.abc import Mapping
from typing import Any

from opskit.rollout.templates import comparable, of_replica_set

Object = dict[str, Any]

#: Where a slim ReplicaSet bears the digest of its template.
DIGEST = "digest"
_META = frozenset(
    ("name", "namespace", "uid", "labels", "annotations", "ownerReferences", "generation")
    + ("deletionTimestamp", "deletionGracePeriodSeconds", "finalizers", "creationTimestamp")
    + ("resourceVersion",)
)
_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
#: What is as long as the rest of a pod, and says nothing of how it starts.
_NO_POD = frozenset(("volumes", "tolerations", "affinity"))
_NO_CONTAINER = frozenset(("env", "envFrom", "volumeMounts", "command", "args", "securityContext"))


def slim_event(event: Object) -> Object:
    """An event without what no rule looks at."""
    names = ("type", "reason", "message", "count", "lastTimestamp", "eventTime", "series")
    kept = {name: event[name] for name in (*names, "involvedObject") if event.get(name)}
    return {**kept, "metadata": {"uid": event["metadata"]["uid"]}}


def slim(plural: str, thing: Object) -> Object:
    """An object without what no rule looks at: most of its metadata, and of a pod its volumes
    and environment. A ReplicaSet keeps of its template what names the images, and what tells
    whether it is that of its Deployment.
    """
    meta = {name: value for name, value in thing["metadata"].items() if name in _META}
    if _LAST_APPLIED in (meta.get("annotations") or ()):
        kept = {name: text for name, text in meta["annotations"].items() if name != _LAST_APPLIED}
        meta["annotations"] = kept
    made = {**thing, "metadata": meta}
    if plural == "pods":
        made["spec"] = _slim_pod(thing.get("spec") or {})
    elif plural == "replicasets":
        spec = dict(thing.get("spec") or {})
        template = dict(spec.get("template") or {})
        made["spec"] = {**spec, "template": {**template, "spec": _images(template)}}
        if template.get("spec"):
            made[DIGEST] = digest(of_replica_set(thing))
    return made


def digest(template: Mapping[str, Any]) -> bytes:
    """What is the same for the same pod template."""
    import msgspec

    text = msgspec.json.encode(comparable(template), order="sorted")
    return hashlib.blake2b(text, digest_size=16).digest()


def _slim_pod(spec: Object) -> Object:
    made = {name: value for name, value in spec.items() if name not in _NO_POD}
    for name in ("initContainers", "containers"):
        if made.get(name):
            made[name] = [
                {key: value for key, value in each.items() if key not in _NO_CONTAINER}
                for each in made[name]
            ]
    return made


def _images(template: Object) -> Object:
    spec = template.get("spec") or {}
    return {
        name: [{"name": each.get("name"), "image": each.get("image")} for each in spec[name]]
        for name in ("initContainers", "containers")
        if spec.get(name)
    }
