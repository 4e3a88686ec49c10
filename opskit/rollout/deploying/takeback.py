"""What a deploy changed taken back: to how each object was before it.

Of a workload the pod template is put back, and of a ConfigMap or a Secret the content, for pods
read it. Where the template of before is known to be bad, the last good one is. Other objects stay
as they were applied, and so does what is new: both are told. What somebody else changed after the
deploy is left alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from opskit.clients.kube import Cluster
from opskit.errors import OpskitError
from opskit.rollout.changes import owned, stuck
from opskit.rollout.changes import plan as planning
from opskit.rollout.changes.jsonpatch import NO_MATCH, guarded, pointer, test
from opskit.rollout.changes.patching import cause_operations
from opskit.rollout.deploying.apply import Item, changed
from opskit.rollout.deploying.lastgood import instead
from opskit.rollout.kinds import DEPLOYMENT
from opskit.rollout.targets import Target
from opskit.rollout.templates import comparable
from opskit.rollout.workload import CHANGE_CAUSE, annotations, images, template

Object = Mapping[str, Any]

_CONTENT = ("data", "binaryData")
_CONFIG = ("ConfigMap", "Secret")


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What became of one object: `done` says that it is as it was before, `note` what there is.

    `images` are those that a workload went back to.
    """

    name: str
    done: bool
    note: str
    target: Target | None = None
    images: Mapping[str, str] | None = None


def take_back(
    cluster: Cluster,
    items: Sequence[Item],
    said: Callable[[TakenBack], None] = lambda each: None,
) -> list[TakenBack]:
    """Take back what was applied of these items, configuration first; never raises.

    Items whose `after` is None were not applied. The rest comes in their order.
    """
    found = []
    for item in [each for each in items if each.target is None] + [
        each for each in items if each.target is not None
    ]:
        for each in _taken(cluster, item):
            said(each)
            found.append(each)
    return found


def removal(item: Item) -> str:
    """The command that deletes what is new."""
    place = f" -n {item.namespace}" if item.namespace else ""
    return f"kubectl delete {item.name}{place}"


def _taken(cluster: Cluster, item: Item) -> Iterator[TakenBack]:
    if item.after is None or (item.before is not None and not changed(item.before, item.after)):
        return
    if item.before is None:
        note = f"is new: there is nothing to go back to; {removal(item)} removes it"
        yield TakenBack(item.name, False, note, item.target)
        return
    try:
        if item.target is not None:
            yield _workload(cluster, item, item.target, item.before, item.after)
        elif item.after.get("kind") in _CONFIG:
            yield _config(cluster, item, item.before, item.after)
        else:
            yield TakenBack(item.name, False, "stays as it was applied")
    except OpskitError as error:
        message = error.message
        if message == NO_MATCH:
            message = "somebody else changed it meanwhile"
        yield TakenBack(item.name, False, f"could not be taken back: {message}", item.target)


def _workload(
    cluster: Cluster, item: Item, target: Target, before: Object, after: Object
) -> TakenBack:
    old = template(target.kind, before)
    if comparable(old) == comparable(template(target.kind, after)):
        return TakenBack(item.name, False, "its pod template did not change", target)
    cause = annotations(before).get(CHANGE_CAUSE, "")
    ours, now, why = template(target.kind, after), planning.read(cluster, target), ""
    if better := instead(cluster, target, now, before, ours):
        old, cause, why = better
    change = _back(target, old, ours, cause, now)
    planning.carry_out(cluster, change)
    note = f"back to {', '.join(dict.fromkeys(images(old).values()))}{why}"
    if target.kind is DEPLOYMENT and change.before["spec"].get("paused"):
        note += "; it is paused"
    left = owned.adopt(cluster, target.path, [target.kind.template])
    note = "; ".join([note, *([left] if left else []), *stuck.release(cluster, target)])
    return TakenBack(item.name, True, note, target, images(old))


def _back(target: Target, old: Object, ours: Object, cause: str, now: Object) -> planning.Change:
    """The change that puts a pod template back, if what stands there is what the deploy put.

    With it goes its change cause: the one of the deploy is not that of the old revision.
    """
    there = template(target.kind, now)
    again = partial(_back, target, old, ours, cause)
    if comparable(there) == comparable(old):
        return planning.Change("undo", target, now, (), again)
    if comparable(there) != comparable(ours):
        raise planning.NotDoneError("somebody else changed it meanwhile", where=str(target))
    path = target.kind.template
    operations = [test(path, there), {"op": "replace", "path": pointer(path), "value": old}]
    operations += cause_operations(now, cause)
    return planning.Change("undo", target, now, operations, again)


def _config(cluster: Cluster, item: Item, before: Object, after: Object) -> TakenBack:
    operations = [
        operation for field in _CONTENT for operation in guarded(after, (field,), before.get(field))
    ]
    if not operations:
        return TakenBack(item.name, False, "its content did not change")
    cluster.patch(item.path, operations)
    left = owned.adopt(cluster, item.path, [(field,) for field in _CONTENT])
    note = "has its content of before"
    return TakenBack(item.name, True, f"{note}; {left}" if left else note)
