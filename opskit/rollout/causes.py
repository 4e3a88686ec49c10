"""The chain of causes: from a symptom to the events about it and the container's last words."""

from collections.abc import Iterable, Sequence
from itertools import islice

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import ApiError, ForbiddenError
from opskit.errors import OpskitError
from opskit.rollout.judge.situation import Situation, Symptom
from opskit.rollout.kinds import core_path
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause

LOG_LINES = 25
#: A line of a log that is longer is cut.
_LINE = 500
_LOG_SECONDS = 8.0
_MOST = 5
_EVENTS = 5
#: Symptoms of a container that runs or ran, and so may have said something.
_SPEAKING = ("ROL107", "ROL108", "ROL109", "ROL112", "ROL113", "ROL116")


def causes(
    cluster: Cluster, target: Target, situation: Situation, symptoms: Iterable[Symptom]
) -> list[Cause]:
    """The causes that symptoms stand for, each once however many pods have it."""
    groups: dict[tuple[str, str, str], list[Symptom]] = {}
    for each in symptoms:
        groups.setdefault((each.code, each.container, each.reason), []).append(each)
    return [_cause(cluster, target, situation, group) for group in islice(groups.values(), _MOST)]


def _cause(
    cluster: Cluster, target: Target, situation: Situation, group: Sequence[Symptom]
) -> Cause:
    first = group[0]
    log: tuple[str, ...] = ()
    note = ""
    if first.pod and first.container and first.code in _SPEAKING:
        log, note = last_words(cluster, target.namespace, first)
    return Cause(
        code=first.code,
        reason=first.reason,
        message=first.message,
        object=f"pod/{first.pod}" if first.pod else str(target),
        container=first.container,
        others=[f"pod/{each.pod}" for each in group[1:] if each.pod != first.pod],
        events=_events(situation, first),
        log=log,
        log_note=note,
    )


def _events(situation: Situation, each: Symptom) -> list[str]:
    """The newest texts about the object, each once."""
    if each.pod:
        uids = [p["metadata"]["uid"] for p in situation.pods if p["metadata"]["name"] == each.pod]
    else:
        uids = [situation.workload["metadata"]["uid"]]
        if situation.replica_set:
            uids.append(situation.replica_set["metadata"]["uid"])
    texts = [
        f"{event.get('reason')}: {event.get('message')}"
        for uid in uids
        for event in situation.events_of(uid)
        if event.get("type") != "Normal" or event.get("reason") in ("TriggeredScaleUp",)
    ]
    return list(dict.fromkeys(texts))[-_EVENTS:]


def last_words(cluster: Cluster, namespace: str, symptom: Symptom) -> tuple[tuple[str, ...], str]:
    """The last lines of a container, of the one that ended if it was restarted; and why none."""
    path = core_path(namespace, "pods", symptom.pod, "log")
    note = ""
    for previous in (True, False) if symptom.restarts else (False,):
        query: dict[str, str | int | bool] = {"tailLines": LOG_LINES, "previous": previous}
        query["container"] = symptom.container
        try:
            text = cluster.text(path, query, seconds=_LOG_SECONDS)
        except ForbiddenError:
            return (), "its log may not be read: the user lacks get on pods/log"
        except ApiError as error:
            note = f"its log cannot be read: {error.message}"
            continue
        except OpskitError as error:
            return (), f"its log cannot be read: {error.message}"
        if lines := text.splitlines()[-LOG_LINES:]:
            return tuple(line[:_LINE] for line in lines), ""
        note = "it wrote no log"
    return (), note
