"""What is shown of a change of an object of any kind."""

from collections.abc import Mapping
from typing import Any

from opskit.rollout.changes import plan as planning

Object = Mapping[str, Any]

MASK = "***"
_SECRET = ("data", "stringData")


def object_diff(name: str, before: Object | None, after: Object) -> str:
    """The change of an object as a unified diff of YAML; all of it, where there was none before.

    Of a Secret the keys are shown, and which values change, but not the values.
    """
    if before is None:
        return _whole(name, after)
    if after.get("kind") == "Secret":
        before, after = _veiled(before, None), _veiled(after, before)
    return planning.diff(name, before, after)


def _whole(name: str, thing: Object) -> str:
    import yaml

    from opskit.unified import unified

    if thing.get("kind") == "Secret":
        thing = _veiled(thing, None)
    written = ("creationTimestamp", "uid", "managedFields", "resourceVersion", "generation")
    meta = {name: value for name, value in thing["metadata"].items() if name not in written}
    shown = {**{k: v for k, v in thing.items() if k != "status"}, "metadata": meta}
    return unified(name, "", yaml.safe_dump(shown, sort_keys=False, width=1_000_000))


def _veiled(secret: Object, other: Object | None) -> Object:
    """A Secret without its values, and without the copy of them that `kubectl apply` keeps."""
    result = dict(secret)
    for field in _SECRET:
        values = secret.get(field)
        if isinstance(values, Mapping):
            old = (other or {}).get(field) or {}
            result[field] = {
                key: MASK if other is None or old.get(key) == value else f"{MASK} (another one)"
                for key, value in values.items()
            }
    notes = (secret["metadata"].get("annotations") or {}).items()
    hidden = {key: MASK if "last-applied" in key else value for key, value in notes}
    if hidden:
        result["metadata"] = {**secret["metadata"], "annotations": hidden}
    return result
