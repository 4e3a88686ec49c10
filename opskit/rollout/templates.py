"""Pod templates where controllers keep them, in the form in which they can be compared."""

from opskit.rollout.workload import Object

#: The label that a Deployment's controller adds to the template of a ReplicaSet.
_HASH = "pod-template-hash"


def of_replica_set(thing: Object) -> Object:
    """The pod template of a ReplicaSet without the label that its controller put there."""
    made = dict(thing["spec"]["template"])
    meta = dict(made.get("metadata") or {})
    if labels := {k: v for k, v in (meta.get("labels") or {}).items() if k != _HASH}:
        meta["labels"] = labels
    else:
        meta.pop("labels", None)
    return {**made, "metadata": meta}


def of_controller(thing: Object) -> Object:
    """The pod template in a ControllerRevision: a patch that replaces, as its controller does."""
    made = dict(((thing.get("data") or {}).get("spec") or {}).get("template") or {})
    made.pop("$patch", None)
    return made


def comparable(made: Object) -> Object:
    """A pod template without the null that some versions write for its creation."""
    meta = {
        name: value
        for name, value in (made.get("metadata") or {}).items()
        if not (name == "creationTimestamp" and value is None)
    }
    return {**made, "metadata": meta}
