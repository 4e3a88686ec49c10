"""The objects of one namespace, kept as the feeds tell them, and slim: memory stays flat."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from opskit.rollout.kinds import DAEMON_SET, DEPLOYMENT
from opskit.rollout.targets import Target
from opskit.rollout.workload import labels, owner, revision

Object = dict[str, Any]

#: Of how many objects the events are kept, and how many of each.
_OBJECTS = 4000
_EVENTS = 12
_META = frozenset(
    ("name", "namespace", "uid", "labels", "annotations", "ownerReferences", "generation")
    + ("deletionTimestamp", "creationTimestamp", "resourceVersion")
)


class Events:
    """The newest events of the objects that were spoken of last."""

    def __init__(self) -> None:
        self._by_object: OrderedDict[str, OrderedDict[str, Object]] = OrderedDict()

    def put(self, event: Object) -> None:
        uid = (event.get("involvedObject") or {}).get("uid") or ""
        kept = self._by_object.setdefault(uid, OrderedDict())
        kept[event["metadata"]["uid"]] = _slim_event(event)
        kept.move_to_end(event["metadata"]["uid"])
        self._by_object.move_to_end(uid)
        if len(kept) > _EVENTS:
            kept.popitem(last=False)
        if len(self._by_object) > _OBJECTS:
            self._by_object.popitem(last=False)

    def of(self, uids: Iterable[str]) -> list[Object]:
        """The events about these objects, the oldest first."""
        found = [event for uid in uids for event in self._by_object.get(uid, {}).values()]
        return sorted(found, key=_when)


def _when(event: Mapping[str, Any]) -> str:
    series = (event.get("series") or {}).get("lastObservedTime")
    stamps = (series, event.get("lastTimestamp"), event.get("eventTime"))
    return str(next((stamp for stamp in stamps if stamp), ""))


def _slim_event(event: Object) -> Object:
    names = ("type", "reason", "message", "count", "lastTimestamp", "eventTime", "series")
    kept = {name: event[name] for name in (*names, "involvedObject") if event.get(name)}
    return {**kept, "metadata": {"uid": event["metadata"]["uid"]}}


def slim(thing: Object) -> Object:
    """An object without what no rule looks at."""
    meta = {name: thing["metadata"][name] for name in _META if name in thing["metadata"]}
    return {**thing, "metadata": meta}


class Store:
    """What is known of one namespace. `plural` names a kind as the API's paths do."""

    def __init__(self) -> None:
        self.events = Events()
        self._objects: dict[str, dict[str, Object]] = {}

    def replace(self, plural: str, objects: Iterable[Object]) -> None:
        """Take a list in: what is not in it is gone."""
        if plural == "events":
            for event in sorted(objects, key=_when):
                self.events.put(event)
            return
        self._objects[plural] = {each["metadata"]["uid"]: slim(each) for each in objects}

    def change(self, plural: str, thing: Object, *, gone: bool) -> None:
        """Take one change in."""
        if plural == "events":
            if not gone:
                self.events.put(thing)
            return
        kept = self._objects.setdefault(plural, {})
        if gone:
            kept.pop(thing["metadata"]["uid"], None)
        else:
            kept[thing["metadata"]["uid"]] = slim(thing)

    def find(self, target: Target) -> Object | None:
        """The workload that a target names."""
        for each in self._objects.get(target.kind.plural, {}).values():
            if each["metadata"]["name"] == target.name:
                return each
        return None

    def replica_set(self, deployment: Object) -> Object | None:
        """The ReplicaSet of a Deployment's present revision; None where it is not there yet."""
        uid, wanted = deployment["metadata"]["uid"], revision(deployment)
        for each in self._objects.get("replicasets", {}).values():
            if wanted and owner(each) == uid and revision(each) == wanted:
                return each
        return None

    def newest_pods(self, target: Target, workload: Object) -> list[Object]:
        """The pods of the newest revision; none while it is not known which that is."""
        status = workload.get("status") or {}
        if workload["metadata"].get("generation", 0) > status.get("observedGeneration", 0):
            return []
        if target.kind is DEPLOYMENT:
            replica_set = self.replica_set(workload)
            return self._owned(replica_set["metadata"]["uid"]) if replica_set else []
        revision_hash = status.get("updateRevision")
        if target.kind is DAEMON_SET:
            revision_hash = self._daemon_hash(workload)
        return [
            pod
            for pod in self._owned(workload["metadata"]["uid"])
            if revision_hash and labels(pod).get("controller-revision-hash") == revision_hash
        ]

    def _owned(self, uid: str) -> list[Object]:
        return [pod for pod in self._objects.get("pods", {}).values() if owner(pod) == uid]

    def _daemon_hash(self, workload: Object) -> str:
        """The hash of the revision that has the DaemonSet's present template."""
        template = workload["spec"]["template"]
        for each in self._objects.get("controllerrevisions", {}).values():
            if owner(each) != workload["metadata"]["uid"]:
                continue
            made = dict(((each.get("data") or {}).get("spec") or {}).get("template") or {})
            made.pop("$patch", None)
            if made == template:
                return labels(each).get("controller-revision-hash", "")
        return ""
