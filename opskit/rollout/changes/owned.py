"""Fields that a patch put back, owned as applied ones again.

What a patch writes belongs to opskit as an update, and server-side apply takes away only what the
same manager applied before ("Server-Side Apply", Kubernetes documentation, "Field management"). So
what a later manifest leaves out would stay for ever. The fields are moved from the one entry of
`managedFields` to the other, as kubectl's csaupgrade does.
"""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from opskit.clients.kube import FIELD_MANAGER, Cluster
from opskit.errors import OpskitError
from opskit.rollout.changes.jsonpatch import NO_MATCH, test

Fields = Mapping[str, Any]

_ATTEMPTS = 5
_MEMBER = "."
#: Annotations that no manifest has, and that stay: a deploy must not take back a restart.
_KEPT = ("kubectl.kubernetes.io/restartedAt",)


def adopt(cluster: Cluster, path: str, parts: Sequence[Sequence[str]]) -> str:
    """Own what stands at `parts`, as `("spec", "template")`, as applied; why it could not be.

    Nothing is done to an object that opskit never applied. Raises nothing that the server answers.
    """
    try:
        for _ in range(_ATTEMPTS):
            now = cluster.get(path)
            entries = adopted(now["metadata"].get("managedFields") or [], parts)
            if entries is None:
                return ""
            guard = test(("metadata", "resourceVersion"), now["metadata"]["resourceVersion"])
            change = {"op": "replace", "path": "/metadata/managedFields", "value": entries}
            try:
                cluster.patch(path, [guard, change])
            except OpskitError as error:
                if error.message != NO_MATCH:
                    raise
            else:
                return ""
        why = "it changes all the time"
    except OpskitError as error:
        why = error.message
    return f"what a later manifest leaves out may stay: it could not be owned again: {why}"


def adopted(
    entries: Sequence[Mapping[str, Any]], parts: Sequence[Sequence[str]]
) -> list[dict[str, Any]] | None:
    """The entries of `managedFields` with the fields at `parts` moved; None for no change."""
    made = [copy.deepcopy(dict(each)) for each in entries]
    own = [e for e in made if e.get("manager") == FIELD_MANAGER and not e.get("subresource")]
    applied = next((each for each in own if each.get("operation") == "Apply"), None)
    updates = [each for each in own if each.get("operation") == "Update"]
    if applied is None:
        return None
    moved = False
    for update in updates:
        for part in parts:
            found = _at(update["fieldsV1"], [f"f:{name}" for name in part])
            if found and update.get("apiVersion") == applied.get("apiVersion"):
                applied["fieldsV1"] = _union(applied["fieldsV1"], found)
                update["fieldsV1"] = _minus(update["fieldsV1"], found) or {}
                moved = True
    return [e for e in made if e.get("fieldsV1") != {}] if moved else None


def _at(fields: Fields, path: Sequence[str]) -> dict[str, Any]:
    """The fields at and below a path, still below it; empty where there are none."""
    if not path:
        return _without_kept(fields)
    head, *rest = path
    if head not in fields:
        return {}
    if not rest and not fields[head]:
        return {head: {}}
    below = _at(fields[head], rest)
    return {head: below} if below else {}


def _without_kept(fields: Fields) -> dict[str, Any]:
    """The fields without those that stay; what they leave empty goes, too."""
    found = {}
    for name, below in fields.items():
        if name.removeprefix("f:") in _KEPT:
            continue
        rest = _without_kept(below)
        if rest or not below:
            found[name] = rest
    return found


def _union(one: Fields, other: Fields) -> dict[str, Any]:
    """All fields of both. A field without any below it is itself one, as is one with `.`."""
    if not one or not other:
        return {_MEMBER: {}, **one, **other} if one or other else {}
    found = dict(one)
    for name, below in other.items():
        found[name] = _union(found[name], below) if name in found else below
    return found


def _minus(one: Fields, other: Fields) -> dict[str, Any] | None:
    """The fields of `one` that are not of `other`; None where none is left."""
    member = (not one or _MEMBER in one) and not (not other or _MEMBER in other)
    found = {}
    for name, below in one.items():
        if name == _MEMBER:
            continue
        left = _minus(below, other[name]) if name in other else dict(below)
        if left is not None:
            found[name] = left
    if not found:
        return {} if member else None
    return {_MEMBER: {}, **found} if member else found
