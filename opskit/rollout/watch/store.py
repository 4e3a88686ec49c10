"""The objects of one namespace, kept as the feeds tell them, and slim.

They are found by name and by owner, and a change tells which workload it is about, so that what
a change costs does not grow with the number of workloads.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from opskit.rollout.kinds import DAEMON_SET, DEPLOYMENT, KINDS
from opskit.rollout.targets import Target
from opskit.rollout.templates import comparable, of_controller
from opskit.rollout.watch.slim import DIGEST, digest, slim, slim_event
from opskit.rollout.workload import labels, observed, owner, revision

Object = dict[str, Any]

#: Of how many objects the events are kept, and how many of each.
_OBJECTS = 4000
_EVENTS = 12
_WORKLOADS = frozenset(kind.plural for kind in KINDS)


class Events:
    """The newest events of the objects that were spoken of last."""

    def __init__(self) -> None:
        self._by_object: OrderedDict[str, OrderedDict[str, Object]] = OrderedDict()

    def put(self, event: Object) -> None:
        uid = (event.get("involvedObject") or {}).get("uid") or ""
        kept = self._by_object.setdefault(uid, OrderedDict())
        kept[event["metadata"]["uid"]] = slim_event(event)
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


class _Kept:
    """The objects of one kind, by uid, by name and by the uid of the controller that owns them."""

    def __init__(self) -> None:
        self.by_uid: dict[str, Object] = {}
        self.by_name: dict[str, Object] = {}
        self._by_owner: dict[str, dict[str, Object]] = {}

    def put(self, thing: Object) -> None:
        uid = thing["metadata"]["uid"]
        self.drop(uid)  # its owner may be another one
        self.by_uid[uid] = self.by_name[thing["metadata"]["name"]] = thing
        if over := owner(thing):
            self._by_owner.setdefault(over, {})[uid] = thing

    def drop(self, uid: str) -> None:
        thing = self.by_uid.pop(uid, None)
        if thing is None:
            return
        name = thing["metadata"]["name"]
        if self.by_name.get(name) is thing:  # a new object may have the name already
            del self.by_name[name]
        over = owner(thing)
        siblings = self._by_owner.get(over, {})
        siblings.pop(uid, None)
        if not siblings:
            self._by_owner.pop(over, None)

    def owned(self, uid: str) -> list[Object]:
        return list(self._by_owner.get(uid, {}).values())


class Store:
    """What is known of one namespace. `plural` names a kind as the API's paths do."""

    def __init__(self) -> None:
        self.events = Events()
        self._kinds: dict[str, _Kept] = {}
        self._touched: set[tuple[str, str]] = set()

    def replace(self, plural: str, objects: Iterable[Object]) -> None:
        """Take a list in: what is not in it is gone."""
        if plural == "events":
            for event in sorted(objects, key=_when):
                self.events.put(event)
            return
        kept = self._kinds[plural] = _Kept()
        for each in objects:
            kept.put(slim(plural, each))

    def change(self, plural: str, thing: Object, *, gone: bool) -> None:
        """Take one change in."""
        if plural == "events":
            if not gone:
                self.events.put(thing)
                self._touch(str((thing.get("involvedObject") or {}).get("uid") or ""))
            return
        kept = self._kinds.setdefault(plural, _Kept())
        uid = thing["metadata"]["uid"]
        self._touch(uid)  # of what it was
        if gone:
            kept.drop(uid)
        else:
            kept.put(slim(plural, thing))
            self._touch(uid)

    def touched(self) -> set[tuple[str, str]]:
        """The workloads, as (plural, name), that changes were about since this was asked last."""
        found, self._touched = self._touched, set()
        return found

    def _touch(self, uid: str) -> None:
        """Note the workload that is, or that by its ReplicaSet owns, the object with this uid."""
        while uid:
            plural, thing = self._known(uid)
            if thing is None:
                return  # its owner comes later, and is a change of its own
            if plural in _WORKLOADS:
                self._touched.add((plural, thing["metadata"]["name"]))
                return
            uid = owner(thing)

    def _known(self, uid: str) -> tuple[str, Object | None]:
        for plural, kept in self._kinds.items():
            if uid in kept.by_uid:
                return plural, kept.by_uid[uid]
        return "", None

    def find(self, target: Target) -> Object | None:
        """The workload that a target names."""
        kept = self._kinds.get(target.kind.plural)
        return kept.by_name.get(target.name) if kept else None

    def replica_set(self, deployment: Object) -> Object | None:
        """The ReplicaSet with a Deployment's template; None where it is not there yet.

        Its revision tells only where a recording lacks templates: the Deployment bears that of
        the former one until the controller has made the new one, or has found it again.
        """
        wanted, number = None, revision(deployment)
        for each in self._owned("replicasets", deployment):
            if DIGEST in each:
                wanted = wanted or digest(deployment["spec"]["template"])
                if each[DIGEST] == wanted:
                    return each
            elif number and revision(each) == number:
                return each
        return None

    def former(self, deployment: Object) -> list[str]:
        """The names of a Deployment's other ReplicaSets."""
        now = self.replica_set(deployment)
        sets = self._owned("replicasets", deployment)
        return [each["metadata"]["name"] for each in sets if each is not now]

    def newest_pods(self, target: Target, workload: Object) -> list[Object]:
        """The pods of the newest revision; none while it is not known which that is."""
        if target.kind is DEPLOYMENT:
            replica_set = self.replica_set(workload) if observed(workload) else None
            return self._owned("pods", replica_set) if replica_set else []
        return self._pods(target, workload, newest=True)

    def older_pods(self, target: Target, workload: Object) -> list[Object]:
        """The others of a StatefulSet or a DaemonSet, while it is known which are the newest."""
        return [] if target.kind is DEPLOYMENT else self._pods(target, workload, newest=False)

    def _pods(self, target: Target, workload: Object, *, newest: bool) -> list[Object]:
        """Those of a StatefulSet or a DaemonSet that are of its newest revision, or are not."""
        wanted = (workload.get("status") or {}).get("updateRevision")
        if target.kind is DAEMON_SET:
            wanted = self._daemon_hash(workload)
        if not wanted or not observed(workload):
            return []
        return [
            pod
            for pod in self._owned("pods", workload)
            if (labels(pod).get("controller-revision-hash") == wanted) is newest
        ]

    def _owned(self, plural: str, by: Object) -> list[Object]:
        kept = self._kinds.get(plural)
        return kept.owned(by["metadata"]["uid"]) if kept else []

    def _daemon_hash(self, workload: Object) -> str:
        """The hash of the revision that has the DaemonSet's present template."""
        template = comparable(workload["spec"]["template"])
        for each in self._owned("controllerrevisions", workload):
            if comparable(of_controller(each)) == template:
                return labels(each).get("controller-revision-hash", "")
        return ""
