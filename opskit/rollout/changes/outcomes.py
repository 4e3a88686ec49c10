"""What became of a revision, written on the cluster's own objects for `history` and `undo`.

The workload's annotation `opskit.dev/last-good` names the last revision whose rollout was complete.
The annotation `opskit.dev/outcome` of a revision's ReplicaSet or ControllerRevision says how its
rollout ended. Both are compact JSON, both name the object of the revision, as `web-889dd49f5`.

The deployment controller copies a Deployment's annotations to its newest ReplicaSet and takes none
away there; kubectl's undo copies those of a ReplicaSet to the Deployment. So an outcome may come to
stand on another ReplicaSet: it counts only where it names the object that it stands on. Neither
annotation starts a rollout; one of a Deployment does raise its generation (measured, 1.36), so that
nothing is written where only the time would change.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from opskit.clients.kube import Cluster
from opskit.clients.kubeerrors import NotFoundError
from opskit.errors import OpskitError
from opskit.rollout.changes.jsonpatch import NO_MATCH, Operation, annotated, test
from opskit.rollout.changes.plan import read
from opskit.rollout.changes.serving import proved
from opskit.rollout.kinds import CRON_JOB
from opskit.rollout.targets import Target
from opskit.rollout.verdict import Outcome, Verdict
from opskit.rollout.workload import annotations, images, template

Object = Mapping[str, Any]

LAST_GOOD = "opskit.dev/last-good"
OUTCOME = "opskit.dev/outcome"

#: Outcomes that say something of the revision, and codes of causes that say nothing of it.
_TOLD = (Outcome.COMPLETE, Outcome.FAILED, Outcome.TIMED_OUT)
_NOT_ITS_FAULT = ("ROL114", "ROL117", "ROL118", "ROL120")  # paused, deleted, by hand, overtaken
#: Codes of causes that lie in what runs: pods that had them may serve, and fail again.
_LASTING = ("", "ROL107", "ROL108", "ROL109", "ROL116", "ROL124")


@dataclass(frozen=True, slots=True)
class LastGood:
    """The last revision that was complete; `name` is its ReplicaSet or ControllerRevision."""

    name: str
    revision: int = 0
    images: Mapping[str, str] = field(default_factory=dict)
    at: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How the rollout of a revision ended; `code` is the rule that its root cause has."""

    outcome: str
    code: str = ""
    at: str = ""

    @property
    def good(self) -> bool:
        return self.outcome == Outcome.COMPLETE

    @property
    def lasting(self) -> bool:
        """Whether it failed for a reason that does not pass: pods that serve do not disprove it.

        An image that could not be pulled, a quota, a node that was missing, a start that took too
        long are over once the pods serve.
        """
        return self.outcome == Outcome.FAILED and self.code in _LASTING


def last_good(workload: Object) -> LastGood | None:
    """What the workload says of its last good revision; None where nothing usable is written."""
    told = _told(workload, LAST_GOOD)
    shown = told.get("images")
    if not told.get("template"):
        return None
    return LastGood(
        str(told["template"]),
        _number(told.get("revision")),
        {str(name): str(image) for name, image in shown.items()} if isinstance(shown, dict) else {},
        str(told.get("at", "")),
    )


def outcome_of(revision: Object) -> Recorded | None:
    """What is written on a ReplicaSet or ControllerRevision about itself."""
    told = _told(revision, OUTCOME)
    if told.get("template") != revision["metadata"]["name"] or not told.get("outcome"):
        return None
    return Recorded(str(told["outcome"]), str(told.get("code", "")), str(told.get("at", "")))


def record(cluster: Cluster, verdict: Verdict, *, now: datetime | None = None) -> list[str]:
    """Write down how the rollout that a verdict is about ended; what could not be, as sentences.

    Nothing is written for a CronJob, for an outcome that says nothing of the revision (unknown,
    paused, overtaken; complete with no pod, or while a partition keeps old pods), or where the
    workload has other images than the verdict's by now. Never raises what the cluster answers: a
    rollout is not worse for a note that is missing.
    """
    code = verdict.causes[0].code if verdict.causes else ""
    if verdict.target.kind is CRON_JOB or verdict.outcome not in _TOLD or code in _NOT_ITS_FAULT:
        return []
    if verdict.outcome is Outcome.COMPLETE and not proved(verdict.progress):
        return []
    notes: list[str] = []
    try:
        _record(cluster, verdict, code, now or datetime.now(UTC), notes)
    except OpskitError as error:
        notes.append(_cannot(verdict.target, error))
    return notes


def _record(cluster: Cluster, verdict: Verdict, code: str, now: datetime, notes: list[str]) -> None:
    from opskit.rollout.changes import revisions

    target = verdict.target
    workload = read(cluster, target)
    if images(template(target.kind, workload)) != dict(verdict.images):
        notes.append(f"{target}: was changed since; its outcome is not recorded")
        return
    current = revisions.history(cluster, target, workload, pods=False).current
    if current is None:
        why = "it is paused" if workload["spec"].get("paused") else "its controller is slow"
        notes.append(f"{target}: has no revision yet, {why}; its outcome is not recorded")
        return
    stamp = f"{now:%Y-%m-%dT%H:%M:%SZ}"
    about = {"template": current.name, "revision": current.number, "at": stamp}
    wanted: dict[str, str | None] = {OUTCOME: None}  # as kubectl's undo may have left it
    if verdict.outcome is Outcome.COMPLETE:
        wanted[LAST_GOOD] = _kept(workload, LAST_GOOD, {**about, "images": current.images})
    told = {"outcome": verdict.outcome.value, "code": code, **about}
    outcome = {OUTCOME: _kept(current.object, OUTCOME, told)}
    guard = [test(target.kind.template, template(target.kind, workload))]
    for path, operations in (
        (target.path, _guarded(guard, annotated(workload, wanted))),
        (current.path, annotated(current.object, outcome)),
    ):
        try:
            if operations:
                cluster.patch(path, operations)
        except OpskitError as error:
            notes.append(_cannot(target, error))


def _guarded(guard: list[Operation], operations: list[Operation]) -> list[Operation]:
    return [*guard, *operations] if operations else []


def _cannot(target: Target, error: OpskitError) -> str:
    what = error.message
    if what == NO_MATCH or isinstance(error, NotFoundError):
        what = "it was changed at the same time"
    return f"{target}: the outcome could not be recorded: {what}"


def _kept(thing: Object, name: str, told: Mapping[str, object]) -> str:
    """What to write: what is there already, if only the time is another one."""
    new = {key: value for key, value in told.items() if value}
    if {**_told(thing, name), "at": new["at"]} == new:
        return annotations(thing)[name]
    return json.dumps(new, separators=(",", ":"))


def _told(thing: Object, name: str) -> dict[str, Any]:
    try:
        told = json.loads(annotations(thing).get(name, ""))
    except (ValueError, RecursionError):  # anybody may write there
        return {}
    return told if isinstance(told, dict) else {}


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
