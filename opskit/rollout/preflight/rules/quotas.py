"""ROL040 to ROL042: whether the namespace's quotas leave room for what a rollout adds."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.kinds import CRON_JOB, DEPLOYMENT
from opskit.rollout.preflight.facts import Facts, Object, Unseen, Workload, not_told
from opskit.rollout.preflight.quantities import quantity, shown
from opskit.rollout.preflight.rules.rules import RULES
from opskit.rollout.preflight.scopes import counts
from opskit.rollout.preflight.surge import Amounts, steps, unset, usage

_REFERENCE = "Kubernetes documentation, Resource Quotas"
#: What each container has to say where a quota limits it (`validationSet` of the quota evaluator).
_DEMANDED = ("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
_LONG = {"cpu": "requests.cpu", "memory": "requests.memory"}


class Room(NamedTuple):
    """What a quota has of one resource, and what a rollout of the workload would need."""

    quota: str
    resource: str
    hard: Fraction
    used: Fraction
    each: Fraction

    @property
    def fits(self) -> int:
        """How many pods more fit."""
        return max(0, (self.hard - self.used) // self.each)

    def told(self) -> str:
        used, hard = shown(self.used, self.resource), shown(self.hard, self.resource)
        return f"{self.resource} {used} of {hard} used"


@RULES.rule(
    Rule(
        "ROL040",
        Severity.ERROR,
        title="a quota that leaves no room for the pods of a rollout",
        why="Before it takes old pods away a Deployment adds new ones (maxSurge). What goes "
        "beyond a quota is refused (FailedCreate, exceeded quota), and the rollout waits.",
        fix="raise the quota, or set maxSurge: 0 with maxUnavailable: 1",
        reference=f"{_REFERENCE}; Deployments, Rolling Update Deployment",
    )
)
def no_room(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None:
        return
    for part, name in ((workload.quotas, "quotas"), (workload.limit_ranges, "limit ranges")):
        if isinstance(part, Unseen):
            yield not_told(f"could not see the {name}", part, object_=workload.name)
    added = steps(workload).added
    for room in _rooms(workload):
        if room.fits < added:
            yield _short(workload, room, added)


def _short(workload: Workload, room: Room, added: int) -> Finding:
    pods = "pod" if added == 1 else "pods"
    why = "the next run starts" if workload.kind is CRON_JOB else "a rollout adds"
    return Finding(
        f"quota {room.quota}: room for {room.fits} of the {added} {pods} that {why} "
        f"({room.told()})",
        object=workload.name,
        observed=room.told(),
        expected=f"{shown(room.each * added, room.resource)} more",
        severity=Severity.WARNING if room.fits else None,
    )


@RULES.rule(
    Rule(
        "ROL041",
        Severity.ERROR,
        title="a quota on CPU or memory, and containers that do not say theirs",
        why="Where a quota limits CPU or memory, a pod with a container that says neither is "
        "refused (must specify requests.cpu).",
        fix="set the containers' resources, or give defaults with a LimitRange",
        reference=f"{_REFERENCE}, Quota for compute resources",
    )
)
def unsaid(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if (
        workload is None
        or isinstance(workload.quotas, Unseen)
        or isinstance(workload.limit_ranges, Unseen)
    ):
        return
    for quota in workload.quotas:
        if not counts(quota, workload.pod):
            continue
        demanded = {_LONG.get(name, name) for name in _hard(quota)}
        for resource in sorted(demanded.intersection(_DEMANDED)):
            names = unset(workload.pod, resource, workload.limit_ranges)
            if names:
                yield Finding(
                    f"quota {_name(quota)}: {', '.join(names)} of {workload.name} must say "
                    f"{resource}",
                    object=workload.name,
                    observed=f"no {resource}",
                    expected=f"resources.{resource}",
                )


@RULES.rule(
    Rule(
        "ROL042",
        Severity.ERROR,
        title="a quota that is exceeded already",
        why="Pods that run stay, but none that is taken away comes back, whatever the strategy.",
        fix="raise the quota, or remove what is too much",
        reference=_REFERENCE,
    )
)
def exceeded(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None or steps(workload).added:
        return  # ROL040 tells of it
    for room in _rooms(workload):
        if room.used > room.hard:
            yield Finding(
                f"quota {room.quota} is exceeded: {room.told()}",
                object=workload.name,
                observed=room.told(),
            )


def _rooms(workload: Workload) -> Iterator[Room]:
    """Each resource that a quota limits, and that a pod of the workload uses."""
    if isinstance(workload.quotas, Unseen) or isinstance(workload.limit_ranges, Unseen):
        return
    needs = usage(workload.pod, workload.limit_ranges)
    for quota in workload.quotas:
        if counts(quota, workload.pod):
            yield from _of_quota(quota, needs)
        if workload.kind is DEPLOYMENT and "count/replicasets.apps" in _hard(quota):
            yield from _of_quota(quota, {"count/replicasets.apps": Fraction(1)})


def _of_quota(quota: Object, needs: Amounts) -> Iterator[Room]:
    used: Mapping[str, object] = (quota.get("status") or {}).get("used") or {}
    for resource, limit in _hard(quota).items():
        each = needs.get(resource, Fraction(0))
        if each > 0:
            yield Room(
                _name(quota), resource, quantity(limit), quantity(used.get(resource, 0)), each
            )


def _hard(quota: Object) -> Mapping[str, object]:
    found: Mapping[str, object] = (quota.get("spec") or {}).get("hard") or {}
    return found


def _name(quota: Object) -> str:
    return str((quota.get("metadata") or {}).get("name", ""))
