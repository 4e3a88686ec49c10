"""The change cause of what is applied: the new one, and never that of the revision before.

The controllers copy the annotation of a workload to each revision that they make, and do not take
it from one that is there (pkg/controller/deployment/util, SetNewReplicaSetAnnotations). So a stale
one goes before the pod template changes, and a new one comes together with it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opskit.clients.kube import Cluster
from opskit.rollout.changes.jsonpatch import annotated
from opskit.rollout.workload import CHANGE_CAUSE, annotations, template

if TYPE_CHECKING:
    from opskit.rollout.deploying.apply import Item

Object = Mapping[str, Any]


def noted(item: "Item", cause: str) -> None:
    """Let a workload whose pod template is new, or is new itself, say why; others as they are."""
    if item.target is None or not _rolls(item):
        return
    named = annotations(item.thing).get(CHANGE_CAUSE, "")
    wanted = cause or named
    before = annotations(item.before).get(CHANGE_CAUSE, "") if item.before else ""
    item.stale_cause = bool(before) and before != wanted
    if cause:
        item.thing = _with(item.thing, cause)
    if item.planned is not None:
        item.planned = _with(item.planned, wanted)


def clear(cluster: Cluster, item: "Item") -> None:
    """Take away the cause of the revision before, if there is one."""
    if not item.stale_cause:
        return
    now = cluster.get(item.path)
    if operations := annotated(now, {CHANGE_CAUSE: None}):
        cluster.patch(item.path, list(operations))


def _rolls(item: "Item") -> bool:
    if item.before is None or item.planned is None or item.target is None:
        return True
    kind = item.target.kind
    return template(kind, item.before) != template(kind, item.planned)


def _with(thing: Object, cause: str) -> Object:
    """The object with this change cause; without one for an empty text."""
    notes = {name: text for name, text in annotations(thing).items() if name != CHANGE_CAUSE}
    if cause:
        notes[CHANGE_CAUSE] = cause
    meta = {name: value for name, value in thing["metadata"].items() if name != "annotations"}
    return {**thing, "metadata": {**meta, **({"annotations": notes} if notes else {})}}
