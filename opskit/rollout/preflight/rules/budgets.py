"""ROL045 to ROL049: disruption budgets, and how many pods a rollout leaves.

A rollout is not held by a budget: controllers delete pods, and budgets are asked for evictions
only, as a drain of a node makes them.
"""

from collections.abc import Iterator

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.kinds import CRON_JOB, DAEMON_SET, DEPLOYMENT
from opskit.rollout.preflight.facts import Facts, Object, Unseen, Workload, not_told
from opskit.rollout.preflight.quantities import share
from opskit.rollout.preflight.rules.rules import RULES
from opskit.rollout.preflight.selectors import matches
from opskit.rollout.preflight.surge import steps
from opskit.rollout.workload import labels

_REFERENCE = "Kubernetes documentation, Specifying a Disruption Budget for your Application"


@RULES.rule(
    Rule(
        "ROL045",
        Severity.WARNING,
        title="a disruption budget that never lets a pod go",
        why="With minAvailable at the number of replicas, or maxUnavailable 0, no node with such "
        "a pod can be drained. The rollout itself is not held by it.",
        fix="leave room for one pod: minAvailable below the replicas, or maxUnavailable: 1",
        reference=_REFERENCE,
    )
)
def immovable(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None:
        return
    if isinstance(workload.budgets, Unseen):
        yield not_told(
            "could not see the disruption budgets", workload.budgets, object_=workload.name
        )
    replicas = steps(workload).replicas
    for budget in _budgets(workload):
        if replicas and least(budget, replicas) >= replicas:
            yield Finding(
                f"budget {_name(budget)}: none of the {replicas} pods may be evicted, so their "
                "nodes cannot be drained; the rollout is not held by it",
                object=workload.name,
                observed=_told(budget),
            )


@RULES.rule(
    Rule(
        "ROL046",
        Severity.INFO,
        title="a disruption budget with nothing left",
        why="A node cannot be drained at this moment; a rollout takes pods away all the same.",
        fix="see which pods are not ready: opskit rollout explain TARGET",
        reference=_REFERENCE,
    )
)
def used_up(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None:
        return
    replicas = steps(workload).replicas
    for budget in _budgets(workload):
        status = budget.get("status") or {}
        if replicas and least(budget, replicas) >= replicas:
            continue  # never more than that: ROL045
        if status.get("expectedPods") and not status.get("disruptionsAllowed"):
            healthy, wanted = status.get("currentHealthy", 0), status.get("desiredHealthy", 0)
            yield Finding(
                f"budget {_name(budget)} lets no pod go now: {healthy} healthy, {wanted} wanted",
                object=workload.name,
                observed=f"{healthy} healthy",
                expected=f"more than {wanted}",
            )


@RULES.rule(
    Rule(
        "ROL047",
        Severity.WARNING,
        title="more than one disruption budget for a pod",
        why="The eviction of a pod that two budgets select is refused with an error, so that its "
        "node cannot be drained.",
        fix="keep one budget, or narrow its selector",
        reference=_REFERENCE,
    )
)
def several(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    names = [_name(each) for each in _budgets(workload)] if workload else []
    if workload and len(names) > 1:
        yield Finding(
            f"{len(names)} budgets select the pods of {workload.name}",
            object=workload.name,
            observed=", ".join(sorted(names)),
            expected="one",
        )


@RULES.rule(
    Rule(
        "ROL048",
        Severity.WARNING,
        title="a rollout that takes all pods away at once",
        why="With strategy Recreate, or a maxUnavailable as large as the number of replicas, "
        "nothing serves until the new pods are ready.",
        fix="set maxUnavailable: 0 and maxSurge: 1",
        reference="Kubernetes documentation, Deployments, Strategy",
    )
)
def all_away(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None or workload.kind in (CRON_JOB, DAEMON_SET):
        return
    replicas, _, away = steps(workload)
    if replicas and away >= replicas:
        single = workload.kind is not DEPLOYMENT and replicas == 1
        pods = "the one pod" if replicas == 1 else f"all {replicas} pods"
        yield Finding(
            f"a rollout takes {pods} of {workload.name} away before a new one is ready",
            object=workload.name,
            observed=f"{away} of {replicas} unavailable",
            severity=Severity.INFO if single else None,  # a StatefulSet knows no other way
        )


@RULES.rule(
    Rule(
        "ROL049",
        Severity.WARNING,
        title="a rollout that goes below the disruption budget",
        why="The strategy takes more pods away at a time than the budget would let go. Budgets do "
        "not hold a rollout, so that fewer pods serve than somebody counted on.",
        fix="lower maxUnavailable to what the budget leaves",
        reference=_REFERENCE,
    )
)
def below_budget(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None:
        return
    replicas, _, away = steps(workload)
    for budget in _budgets(workload):
        wanted = least(budget, replicas)
        if away and replicas > wanted > replicas - away:
            yield Finding(
                f"a rollout leaves {replicas - away} of {replicas} pods; budget {_name(budget)} "
                f"wants {wanted}",
                object=workload.name,
                observed=f"{replicas - away} available",
                expected=f"{wanted} available",
            )


def _budgets(workload: Workload) -> list[Object]:
    """The budgets that select the workload's pods."""
    if isinstance(workload.budgets, Unseen) or workload.kind is CRON_JOB:
        return []
    own = labels(workload.template)
    return [
        each for each in workload.budgets if matches((each.get("spec") or {}).get("selector"), own)
    ]


def least(budget: Object, replicas: int) -> int:
    """How many pods the budget wants available; percentages are rounded up on either side."""
    spec = budget.get("spec") or {}
    if "maxUnavailable" in spec:
        return replicas - share(spec["maxUnavailable"], replicas, up=True)
    return share(spec.get("minAvailable", 1), replicas, up=True)


def _told(budget: Object) -> str:
    spec = budget.get("spec") or {}
    name = "maxUnavailable" if "maxUnavailable" in spec else "minAvailable"
    return f"{name} {spec.get(name, 1)}"


def _name(budget: Object) -> str:
    return str((budget.get("metadata") or {}).get("name", ""))
