"""The newest run of a CronJob."""

from opskit.clients.kubeerrors import ApiError
from opskit.rollout.kinds import core_path
from opskit.rollout.reader import Object, Reader
from opskit.rollout.targets import Target
from opskit.rollout.workload import condition, owner


def of_cron_job(
    reader: Reader, target: Target, workload: Object, notes: list[str]
) -> tuple[list[Object], list[Object]]:
    """The pods of its newest job, and the events about them; what could not be had is noted."""
    own = runs(reader, target, workload, notes)
    if not own:
        return [], []
    uid = own[-1]["metadata"]["uid"]
    pods = [each for each in _list(reader, target, "pods", notes) if owner(each) == uid]
    uids = {each["metadata"]["uid"] for each in pods}
    events = [
        each
        for each in _list(reader, target, "events", notes)
        if (each.get("involvedObject") or {}).get("uid") in uids
    ]
    return pods, events


def runs(reader: Reader, target: Target, workload: Object, notes: list[str]) -> list[Object]:
    """Its jobs that are still there, the newest last."""
    path = f"/apis/batch/v1/namespaces/{target.namespace}/jobs"
    try:
        jobs, _ = reader.list(path)
    except ApiError as error:
        if error.status not in (403, 404):
            raise
        notes.append(f"jobs could not be looked at: {error.message}")
        return []
    own = [each for each in jobs if owner(each) == workload["metadata"]["uid"]]
    return sorted(own, key=lambda each: str(each["metadata"].get("creationTimestamp", "")))


def failure(job: Object) -> str:
    """Why a job has failed; empty where it has not."""
    failed = condition(job, "Failed")
    if failed.get("status") != "True":
        return ""
    return f"{failed.get('reason')}: {failed.get('message')}"


def _list(reader: Reader, target: Target, plural: str, notes: list[str]) -> list[Object]:
    try:
        return reader.list(core_path(target.namespace, plural))[0]
    except ApiError as error:
        if error.status not in (403, 404):
            raise
        notes.append(f"{plural} could not be looked at: {error.message}")
        return []
