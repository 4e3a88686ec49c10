"""A deploy that goes on in another process: what has to be remembered, as a small dict of JSON.

For a workload it names the revision that has the pod template of before, so that it can be taken
back later; a CronJob has none, and goes back to its images. What other objects held is not
remembered: they stay as they were applied.
"""

import copy
from collections.abc import Mapping
from typing import Any

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import NotFoundError
from opskit.rollout.changes import plan as planning
from opskit.rollout.changes.revisions import history
from opskit.rollout.deploying.apply import Item
from opskit.rollout.deploying.deploy import Deployed
from opskit.rollout.kinds import CRON_JOB
from opskit.rollout.targets import Target, parse
from opskit.rollout.templates import comparable
from opskit.rollout.workload import containers, images, template

Object = Mapping[str, Any]
State = dict[str, Any]


def state(cluster: Cluster, done: Deployed) -> State:
    """What a later process has to know of a deploy that was applied.

    `workloads` has of each `namespace`, `target`, `uid`, `images`, and where it was changed
    `before` (the images) and `back` (the revision's object); `others` names what else changed.
    """
    changed = done.changed
    return {
        "workloads": [
            _remembered(cluster, item, item.target, item.after, item in changed)
            for item in done.applied
            if item.target is not None and item.after is not None
        ],
        "others": [item.name for item in changed if item.target is None],
    }


def resumed(cluster: Cluster, state: State) -> Deployed:
    """The deploy as far as it is remembered: to be watched, or taken back.

    Raises what the cluster answers. A workload that is gone, or that is another one under the same
    name, is an item that was not applied.
    """
    items = [_item(cluster, told) for told in state["workloads"]]
    return Deployed(cluster.name, items)


def _remembered(
    cluster: Cluster, item: Item, target: Target, after: Object, changed: bool
) -> State:
    told: State = {
        "namespace": target.namespace,
        "target": str(target),
        "uid": after["metadata"]["uid"],
        "images": images(template(target.kind, after)),
    }
    if changed and item.before is not None:
        old = template(target.kind, item.before)
        told["before"] = images(old)
        if target.kind is not CRON_JOB:
            found = history(cluster, target, after).revisions
            told["back"] = next(
                (each.name for each in found if comparable(each.template) == comparable(old)), ""
            )
    elif changed:
        told["new"] = True
    return told


def _item(cluster: Cluster, told: State) -> Item:
    target = parse(told["target"], told["namespace"])
    item = Item(str(target), target.path, {"kind": target.kind.name}, target.namespace, target)
    try:
        now = planning.read(cluster, target)
    except NotFoundError:
        return item
    if now["metadata"]["uid"] != told["uid"]:
        return item
    item.planned = item.after = now
    if images(template(target.kind, now)) != told["images"]:
        item.after = None  # somebody changed it: it is not taken back
    item.before = None if told.get("new") else _before(cluster, target, now, told)
    return item


def _before(cluster: Cluster, target: Target, now: Object, told: State) -> Object:
    """The workload as it was: with the template of its revision, else with its old images."""
    if "before" not in told:
        return now
    if told.get("back"):
        for revision in history(cluster, target, now).revisions:
            if revision.name == told["back"]:
                return _with_template(target, now, revision.template)
    old = copy.deepcopy(dict(template(target.kind, now)))
    for each in containers(old):
        image = told["before"].get(each.name, each.image)
        old["spec"][each.list_name][each.index]["image"] = image
    return _with_template(target, now, old)


def _with_template(target: Target, workload: Object, made: Object) -> Object:
    result: dict[str, Any] = copy.deepcopy(dict(workload))
    result.pop("status", None)  # it is that of now, and says nothing of before
    node = result
    for step in target.kind.template[:-1]:
        node = node[step]
    node[target.kind.template[-1]] = made
    return result
