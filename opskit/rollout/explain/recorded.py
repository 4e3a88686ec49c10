"""A cluster as it was: what `kubectl get deploy,rs,pods,events -o yaml` printed, and logs.

A recording answers as the cluster did (`opskit.rollout.reader`), so that what is said of a live
workload can be said of it, elsewhere and later. Its own newest stamp is the time that it is at.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from opskit.clients.kubeerrors import ApiError, NotFoundError
from opskit.errors import InputError, UsageError
from opskit.rollout.explain.shapes import trouble
from opskit.rollout.kinds import KINDS
from opskit.rollout.reader import Object, Query
from opskit.rollout.targets import Target, of_object, read_manifests

_PLURALS = {kind.name: kind.plural for kind in KINDS} | {
    "Pod": "pods",
    "Event": "events",
    "ReplicaSet": "replicasets",
    "ControllerRevision": "controllerrevisions",
    "Job": "jobs",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers",
    "PodDisruptionBudget": "poddisruptionbudgets",
}
_PATH = re.compile(
    r"/namespaces/(?P<space>[^/]+)/(?P<plural>[^/]+)(?:/(?P<name>[^/]+))?(?P<log>/log)?$"
)
#: Fields whose values say when something was.
_STAMPS = frozenset(
    ("creationTimestamp", "lastTimestamp", "firstTimestamp", "eventTime", "lastObservedTime")
    + ("lastTransitionTime", "lastUpdateTime", "lastProbeTime", "startedAt", "finishedAt")
    + ("startTime", "deletionTimestamp")
)
_DEPTH = 60


class Recording:
    """The objects of a file. `logs` are texts by pod, or by `pod/container`."""

    def __init__(self, name: str, objects: Sequence[Object], logs: Mapping[str, str]) -> None:
        self.name = name
        self._logs = logs
        self._kinds: dict[str, list[Object]] = {}
        for each in objects:
            if plural := _PLURALS.get(str(each["kind"])):
                self._kinds.setdefault(plural, []).append(each)
        self.at = max(_stamps(objects), default=0.0)
        """When it was made, in seconds since 1970: its newest stamp."""

    def workloads(self) -> list[Target]:
        """The workloads that it holds."""
        return sorted(
            of_object(each, "default")
            for kind in KINDS
            for each in self._kinds.get(kind.plural, ())
        )

    def target(self, named: Target, *, anywhere: bool) -> Target:
        """The workload that is meant; with `anywhere` in whatever namespace it is.

        InputError where it is not there.
        """
        there = self.workloads()
        fitting = [
            each
            for each in there
            if (each.short, each.name) == (named.short, named.name)
            if anywhere or each.namespace == named.namespace
        ]
        if len(fitting) == 1:
            return fitting[0]
        known = ", ".join(f"{each} -n {each.namespace}" for each in there[:5])
        trouble = "is there more than once" if fitting else "is not in it"
        raise InputError(
            f"{named} {trouble}", where=self.name, hint=f"it holds {known or 'no workload'}"
        )

    def get(self, path: str, query: Query | None = None) -> Object:
        """As `Cluster.get`."""
        space, plural, name, _ = _parsed(path)
        for each in self._kinds.get(plural, ()):
            meta = each["metadata"]
            if meta["name"] == name and meta.get("namespace", "default") == space:
                return each
        raise NotFoundError(f"{plural}/{name} is not in the recording", where=self.name, status=404)

    def list(self, path: str, query: Query | None = None) -> tuple[list[Object], str]:
        """As `Cluster.list`, without its selectors; `NotFoundError` for what was not recorded."""
        space, plural, _, _ = _parsed(path)
        if plural not in self._kinds:
            raise NotFoundError(f"the recording holds no {plural}", where=self.name, status=404)
        here = self._kinds[plural]
        return [each for each in here if each["metadata"].get("namespace", "default") == space], ""

    def text(self, path: str, query: Query, *, seconds: float) -> str:
        """As `Cluster.text`, of a container's log."""
        _, _, pod, _ = _parsed(path)
        for key in (f"{pod}/{query.get('container')}", pod):
            if key in self._logs:
                return self._logs[key]
        raise ApiError("it was not recorded (--log POD=FILE)", where=self.name, status=404)


def read(file: str | Path, logs: Iterable[str] = ()) -> Recording:
    """A recording, with logs given as `POD=FILE` or `POD/CONTAINER=FILE`.

    InputError for a file that is no such thing, UsageError for a log that is not given so.
    """
    from opskit.files import display_name

    done: dict[int, Any] = {}
    objects = [_plain(each, done) for each in _objects(file)]
    for number, each in enumerate(objects, 1):
        if wrong := trouble(each):
            name = f"{each['kind']}/{each['metadata']['name']}"
            raise InputError(
                f"object {number}, {name}, is not as kubectl prints it: {wrong}",
                where=display_name(file),
                hint="record with: kubectl get deploy,rs,pods,events -o yaml",
            )
    pods = {each["metadata"]["name"] for each in objects if each["kind"] == "Pod"}
    return Recording(display_name(file), objects, dict(_log(text, pods) for text in logs))


def _objects(file: str | Path) -> list[Object]:
    found = read_manifests(file)
    if not any(each["kind"] in _PLURALS for each in found):
        from opskit.files import display_name

        raise InputError(
            "holds no workload, pod or event",
            where=display_name(file),
            hint="record with: kubectl get deploy,rs,pods,events -o yaml",
        )
    return found


def _log(text: str, pods: Iterable[str]) -> tuple[str, str]:
    from opskit.files import read_bytes

    pod, equals, file = text.partition("=")
    if not pod or not equals or not file:
        raise UsageError(
            f"{text[:80]!r} is no log", where="--log", hint="write POD=FILE or POD/CONTAINER=FILE"
        )
    if pod.partition("/")[0] not in pods:
        raise UsageError(
            f"no pod is called {pod.partition('/')[0][:80]!r} in the recording",
            where="--log",
            hint=f"there are {', '.join(sorted(pods)[:5]) or 'none'}",
        )
    return pod, read_bytes(file).decode("utf-8", "replace")


def _plain(value: Any, done: dict[int, Any], depth: int = 0) -> Any:
    """Dates, which YAML reads where stamps stand in no quotes, as the API writes them.

    `done` holds what was made of collections, by `id`: an alias is not written out.
    """
    if isinstance(value, datetime):
        aware = value if value.tzinfo else value.replace(tzinfo=UTC)
        return f"{aware.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    if not isinstance(value, dict | list):
        return value.isoformat() if isinstance(value, date) else value
    if depth > _DEPTH:
        raise InputError("is nested too deeply", hint="record it with kubectl")
    if id(value) not in done:
        if isinstance(value, dict):
            made: Any = {str(key): _plain(each, done, depth + 1) for key, each in value.items()}
        else:
            made = [_plain(each, done, depth + 1) for each in value]
        done[id(value)] = made
    return done[id(value)]


def _stamps(objects: Iterable[Object]) -> Iterable[float]:
    """All stamps in objects; each collection is looked at once."""
    left: list[Any] = list(objects)
    seen: set[int] = set()
    while left:
        value = left.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(each, dict | list):
                left.append(each)
            elif key in _STAMPS and isinstance(each, str):
                yield from seconds(each)


def seconds(stamp: str) -> Iterable[float]:
    """A stamp of the API in seconds since 1970; nothing where it is none."""
    try:
        made = datetime.fromisoformat(stamp)
    except ValueError:
        return
    yield (made if made.tzinfo else made.replace(tzinfo=UTC)).timestamp()


def _parsed(path: str) -> tuple[str, str, str, bool]:
    found = _PATH.search(path)
    assert found is not None, path
    return found["space"], found["plural"], unquote(found["name"] or ""), bool(found["log"])
