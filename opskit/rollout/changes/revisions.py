"""The revisions of a workload, and the way back to one.

A Deployment's are its ReplicaSets, those of a StatefulSet and of a DaemonSet are its
ControllerRevisions; a CronJob has none.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from opskit.errors import InputError, UsageError
from opskit.rollout.changes import outcomes, serving
from opskit.rollout.changes.outcomes import LastGood, Recorded
from opskit.rollout.changes.plan import diff, masked, read
from opskit.rollout.changes.serving import Standing
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT, STATEFUL_SET, apps_path
from opskit.rollout.reader import Reader
from opskit.rollout.targets import Target
from opskit.rollout.templates import comparable, of_controller, of_replica_set
from opskit.rollout.workload import (
    CHANGE_CAUSE,
    annotations,
    images,
    owner,
    revision,
    selector,
    template,
)

Object = Mapping[str, Any]

_UNKNOWN = Standing()


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision: `object` is its ReplicaSet or ControllerRevision, `template` the pod template.

    `now` is how its pods are, where that is known; `completed` says that a StatefulSet's controller
    counts it as rolled out.
    """

    number: int
    name: str
    path: str
    object: Object
    template: Object
    current: bool
    last_good: bool
    now: Standing = _UNKNOWN
    completed: bool = False

    @property
    def images(self) -> dict[str, str]:
        return images(self.template)

    @property
    def created(self) -> str:
        return str(self.object["metadata"].get("creationTimestamp", ""))

    @property
    def cause(self) -> str:
        return annotations(self.object).get(CHANGE_CAUSE, "")

    @property
    def recorded(self) -> Recorded | None:
        return outcomes.outcome_of(self.object)


@dataclass(frozen=True, slots=True)
class History:
    """The revisions of a workload, the oldest first; `last_good` is what is recorded."""

    target: Target
    workload: Object
    revisions: Sequence[Revision]
    last_good: LastGood | None

    @property
    def current(self) -> Revision | None:
        """The revision that has the workload's pod template; None until the controller made it."""
        return next((each for each in reversed(self.revisions) if each.current), None)

    def numbered(self, number: int) -> Revision:
        """The revision with a number. InputError, with what there is, where it is not there."""
        for each in self.revisions:
            if each.number == number:
                return each
        raise self.lacks(f"there is no revision {number}")

    def lacks(self, message: str) -> InputError:
        """The error for a revision that is not there; the hint says which are."""
        return InputError(message, where=str(self.target), hint=self.there)

    @property
    def there(self) -> str:
        """Which revisions there are, for a hint."""
        numbers = ", ".join(str(each.number) for each in self.revisions)
        if not numbers:
            return "its controller has made none yet"
        are = "there are" if len(self.revisions) > 1 else "there is"
        place = f"{self.target} -n {self.target.namespace}"
        return f"{are} {numbers}: 'opskit rollout history {place}'"

    def before(self, one: Revision) -> Revision | None:
        """The revision before one; None for the oldest."""
        earlier = [each for each in self.revisions if each.number < one.number]
        return earlier[-1] if earlier else None

    def shown(self, one: Revision) -> Object:
        """The pod template of a revision, with secrets masked."""
        shown: Object = masked(comparable(one.template))
        return shown

    def diff(self, one: Revision) -> str:
        """The pod template of a revision against that of the one before; all of it if none is."""
        before = self.before(one)
        there = comparable(before.template) if before else {"metadata": {}}
        return diff(f"{self.target} {one.number}", there, comparable(one.template))


def history(
    cluster: Reader, target: Target, workload: Object | None = None, *, pods: bool = True
) -> History:
    """The revisions of a workload as they are now; UsageError for a CronJob, which has none.

    Without `pods` these are not looked at, and not all is known of how a revision is now.
    """
    has_revisions(target)
    workload = read(cluster, target) if workload is None else workload
    plural = "replicasets" if target.kind is DEPLOYMENT else "controllerrevisions"
    items, _ = cluster.list(
        apps_path(target.namespace, plural), {"labelSelector": selector(workload)}
    )
    uid = workload["metadata"]["uid"]
    good = outcomes.last_good(workload)
    own = [each for each in items if owner(each) == uid]
    seen = serving.own_pods(cluster, target, workload) if pods else None
    found = [_revision(target, workload, plural, each, good, seen) for each in own]
    found.sort(key=lambda each: each.number)
    return History(target, workload, found, good)


def has_revisions(target: Target) -> None:
    """UsageError for a CronJob."""
    if target.kind is CRON_JOB:
        raise UsageError(
            f"{target}: a CronJob has no revisions",
            hint="set the image that it shall have: opskit rollout set",
        )


def _revision(
    target: Target,
    workload: Object,
    plural: str,
    thing: Object,
    good: LastGood | None,
    pods: Sequence[Object] | None,
) -> Revision:
    name = thing["metadata"]["name"]
    made = of_replica_set(thing) if target.kind is DEPLOYMENT else of_controller(thing)
    status = workload.get("status") or {}
    return Revision(
        number=revision(thing) if target.kind is DEPLOYMENT else int(thing.get("revision") or 0),
        name=name,
        path=apps_path(target.namespace, plural, name),
        object=thing,
        template=made,
        current=comparable(made) == comparable(template(target.kind, workload)),
        last_good=good is not None and good.name == name,
        now=serving.standing(target.kind, workload, thing, pods),
        completed=target.kind is STATEFUL_SET and status.get("currentRevision") == name,
    )
