"""The chain of causes: from a symptom to the events about it and the container's last words."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from opskit.clients.kubeerrors import ApiError, ForbiddenError
from opskit.errors import OpskitError
from opskit.rollout.judge.ended import container_of
from opskit.rollout.judge.situation import Situation, Symptom
from opskit.rollout.kinds import core_path
from opskit.rollout.reader import Reader
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Cause

LOG_LINES = 25
#: A line of a log that is longer is cut.
_LINE = 500
_LOG_SECONDS = 8.0
_LEAST = 0.5
_MOST = 5
_EVENTS = 5
#: Symptoms of a container that runs or ran, and so may have said something.
_SPEAKING = ("ROL107", "ROL108", "ROL109", "ROL112", "ROL113", "ROL116", "ROL125")


class Patience:
    """How long logs may be waited for, in seconds, all together: a kubelet may not answer.

    What does not answer costs its wait once, and then no other is asked for in vain.
    """

    def __init__(self, seconds: float) -> None:
        self.left = seconds

    def spend(self, since: float) -> None:
        """Take off what was waited since then, on the monotonic clock."""
        self.left -= time.monotonic() - since


def causes(
    cluster: Reader,
    target: Target,
    situation: Situation,
    symptoms: Iterable[Symptom],
    patience: Patience | None = None,
) -> list[Cause]:
    """The causes that symptoms stand for, each once however many pods have it.

    `patience` is shared with others whose logs are asked for; else these have 8 s together.
    """
    groups: dict[tuple[str, str, str], list[Symptom]] = {}
    for each in symptoms:
        groups.setdefault((each.code, each.container, each.reason), []).append(each)
    patience = patience or Patience(_LOG_SECONDS)
    return [
        _cause(cluster, target, situation, group, patience)
        for group in islice(groups.values(), _MOST)
    ]


def _cause(
    cluster: Reader,
    target: Target,
    situation: Situation,
    group: Sequence[Symptom],
    patience: Patience,
) -> Cause:
    first = group[0]
    log: tuple[str, ...] = ()
    note = ""
    if first.pod and first.container and first.code in _SPEAKING:
        log, note = last_words(cluster, target.namespace, first, patience)
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
    """The newest texts about the object, each once; none about another container of the pod."""
    if each.pod:
        pods = (*situation.pods, *situation.older)
        uids = [pod["metadata"]["uid"] for pod in pods if pod["metadata"]["name"] == each.pod]
    else:
        uids = [situation.workload["metadata"]["uid"]]
        if situation.replica_set:
            uids.append(situation.replica_set["metadata"]["uid"])
    texts = [
        f"{event.get('reason')}: {event.get('message')}"
        for uid in uids
        for event in situation.events_of(uid)
        if not each.container or container_of(event) in ("", each.container)
        if event.get("type") != "Normal" or _tells(event)
    ]
    return list({_kind(text): text for text in texts}.values())[-_EVENTS:]


def _tells(event: Mapping[str, Any]) -> bool:
    """Whether an event that is no warning says why: pods are killed for other reasons as well."""
    killed = event.get("reason") == "Killing" and "probe" in str(event.get("message"))
    return killed or event.get("reason") == "TriggeredScaleUp"


def _kind(text: str) -> str:
    """What an event says, without the name of the pod that it says it of."""
    return re.sub(r'"[^"]*"', '""', text.replace("(combined from similar events): ", ""))


def last_words(
    cluster: Reader, namespace: str, symptom: Symptom, patience: Patience | None = None
) -> tuple[tuple[str, ...], str]:
    """The last lines of a container, of the one that ended if it was restarted; and why none."""
    path = core_path(namespace, "pods", symptom.pod, "log")
    note = ""
    for previous in (True, False) if symptom.restarts else (False,):
        query: dict[str, str | int | bool] = {"tailLines": LOG_LINES, "previous": previous}
        query["container"] = symptom.container
        left = patience.left if patience else _LOG_SECONDS
        if left <= 0:
            return (), "its log was not waited for: logs do not come"
        started = time.monotonic()
        try:
            text = cluster.text(path, query, seconds=min(_LOG_SECONDS, max(left, _LEAST)))
        except ForbiddenError:
            return (), "its log may not be read: the user lacks get on pods/log"
        except ApiError as error:
            note = f"its log cannot be read: {error.message}"
            continue
        except OpskitError as error:
            return (), f"its log cannot be read: {error.message}"
        finally:
            if patience:
                patience.spend(started)
        if lines := text.splitlines()[-LOG_LINES:]:
            return tuple(line[:_LINE] for line in lines), ""
        note = "it wrote no log"
    return (), note
