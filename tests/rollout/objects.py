"""Objects of the API as a cluster has them, for tests of the rules; the real ones come from
the control plane in the tests of the commands.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from opskit.rollout.judge.situation import Memory, Policy, Situation
from opskit.rollout.kinds import DAEMON_SET, DEPLOYMENT, STATEFUL_SET, Kind

Object = dict[str, Any]


def ago(seconds: float) -> str:
    """A timestamp of that long ago, as the API writes it."""
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def container(state: Object, *, name: str = "web", restarts: int = 0, **more: Any) -> Object:
    """The status of a container."""
    return {
        "name": name,
        "state": state,
        "restartCount": restarts,
        "ready": False,
        "started": False,
        "lastState": {},
        **more,
    }


def waiting(reason: str, message: str = "", **more: Any) -> Object:
    """The status of a container that waits."""
    return container({"waiting": {"reason": reason, "message": message}}, **more)


def crashed(code: int = 1, *, restarts: int = 2, reason: str = "Error", **more: Any) -> Object:
    """The status of a container in a crash loop."""
    ended = {"exitCode": code, "reason": reason, "finishedAt": ago(5)}
    state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}
    return container(state, restarts=restarts, lastState={"terminated": ended}, **more)


def running(*, ready: bool = True, **more: Any) -> Object:
    state = {"running": {"startedAt": ago(30)}}
    return container(state, **{"ready": ready, "started": True, **more})


def pod(
    *statuses: Object, name: str = "web-1", init: tuple[Object, ...] = (), **more: Any
) -> Object:
    """A pod with these containers; `status` and `metadata` add to what it has."""
    image = {"image": "registry.example.com/web:1"}
    spec = {
        "containers": [{"name": each["name"], **image} for each in statuses],
        "initContainers": [{"name": each["name"], **image} for each in init],
    }
    status = {
        "phase": "Pending",
        "containerStatuses": list(statuses),
        "initContainerStatuses": list(init),
        **more.get("status", {}),
    }
    meta = {"name": name, "uid": f"uid-{name}", "namespace": "shop", **more.get("metadata", {})}
    return {"metadata": meta, "spec": {**spec, **more.get("spec", {})}, "status": status}


def event(about: Object, reason: str, message: str, **more: Any) -> Object:
    uid = about["metadata"]["uid"]
    meta = {"uid": f"{reason}-{uid}-{message[:20]}"}
    said = {"type": "Warning", "reason": reason, "message": message}
    return {"metadata": meta, "involvedObject": {"uid": uid}, **said, **more}


def deployment(
    *, desired: int = 1, updated: int = 0, total: int = 1, available: int = 0, **more: Any
) -> Object:
    status = {
        "observedGeneration": 2,
        "updatedReplicas": updated,
        "replicas": total,
        "availableReplicas": available,
        "conditions": more.get("conditions", []),
    }
    meta = {"name": "web", "uid": "uid-web", "namespace": "shop", "generation": 2}
    return {
        "kind": "Deployment",
        "metadata": {**meta, **more.get("metadata", {})},
        "spec": {"replicas": desired, **more.get("spec", {})},
        "status": status,
    }


def stateful_set(*, desired: int = 3, status: Object | None = None, **spec: Any) -> Object:
    meta = {"name": "db", "uid": "uid-db", "namespace": "shop", "generation": 2}
    made = {"observedGeneration": 2, "replicas": desired, **(status or {})}
    return {
        "kind": "StatefulSet",
        "metadata": meta,
        "spec": {"replicas": desired, **spec},
        "status": made,
    }


def daemon_set(*, status: Object | None = None, **spec: Any) -> Object:
    meta = {"name": "agent", "uid": "uid-agent", "namespace": "shop", "generation": 2}
    made = {"observedGeneration": 2, "desiredNumberScheduled": 3, **(status or {})}
    return {"kind": "DaemonSet", "metadata": meta, "spec": spec, "status": made}


_KINDS = {kind.name: kind for kind in (DEPLOYMENT, STATEFUL_SET, DAEMON_SET)}


def situation(
    *pods: Object,
    workload: Object | None = None,
    events: tuple[Object, ...] = (),
    now: float = 0.0,
    memory: Memory | None = None,
    older: tuple[Object, ...] = (),
    former: tuple[str, ...] = (),
    **policy: Any,
) -> Situation:
    """What the rules are shown; a Deployment that is not complete, unless another is given."""
    work = workload or deployment()
    kind: Kind = _KINDS[work["kind"]]
    return Situation(
        kind=kind,
        workload=work,
        pods=pods,
        events=events,
        now=now,
        policy=Policy(**policy),
        memory=memory or Memory(),
        older=older,
        former=former,
    )
