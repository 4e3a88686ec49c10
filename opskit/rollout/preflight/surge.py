"""How many pods a rollout adds and takes away, and what one of them asks for.

The rounding is that of the controllers of Kubernetes 1.36 (`ResolveFenceposts` for Deployments,
`getStatefulSetMaxUnavailable`, `daemonset_util.go`), the sum over containers that of the
documentation, "Sidecar Containers" and "Assign Pod-level CPU and memory resources".
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from opskit.rollout.kinds import CRON_JOB, DAEMON_SET, DEPLOYMENT
from opskit.rollout.preflight.facts import Workload
from opskit.rollout.preflight.quantities import quantity, share

Object = Mapping[str, Any]
Amounts = dict[str, Fraction]


class Steps(NamedTuple):
    """`added`: the most pods beyond what runs; `away`: the most that are missing at a time, of
    the `replicas`.
    """

    replicas: int
    added: int
    away: int


def steps(workload: Workload) -> Steps:
    """What a rollout of the workload does to its number of pods."""
    spec, kind = workload.spec, workload.kind
    if kind is CRON_JOB:
        job = (spec.get("jobTemplate") or {}).get("spec") or {}
        return Steps(0, int(job.get("parallelism", 1)), 0)
    if kind is DAEMON_SET:
        count = int((workload.object.get("status") or {}).get("desiredNumberScheduled") or 0)
        return _daemons(spec.get("updateStrategy") or {}, count)
    count = int(spec.get("replicas", 1))
    if workload.new:
        return Steps(count, count, 0)
    if kind is DEPLOYMENT:
        return _deployment(spec.get("strategy") or {}, count)
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type") == "OnDelete":
        return Steps(count, 0, 0)
    away = share((strategy.get("rollingUpdate") or {}).get("maxUnavailable", 1), count, up=False)
    return Steps(count, 0, min(max(away, 1), count))


def _deployment(strategy: Object, count: int) -> Steps:
    if strategy.get("type") == "Recreate":
        return Steps(count, 0, count)
    rolling = strategy.get("rollingUpdate") or {}
    added = share(rolling.get("maxSurge", "25%"), count, up=True)
    away = share(rolling.get("maxUnavailable", "25%"), count, up=False)
    if not added and not away:
        away = 1
    return Steps(count, added, min(away, count))


def _daemons(strategy: Object, count: int) -> Steps:
    if strategy.get("type") == "OnDelete":
        return Steps(count, 0, 0)
    rolling = strategy.get("rollingUpdate") or {}
    added = share(rolling.get("maxSurge", 0), count, up=True)
    away = share(rolling.get("maxUnavailable", 1), count, up=True)
    if not added and not away:
        away = 1
    return Steps(count, added, min(away, count))


def usage(pod: Object, limit_ranges: Sequence[Object] = ()) -> Amounts:
    """What quotas count for one pod: `pods`, and `requests.X` and `limits.X` of each resource."""
    found: Amounts = {"pods": Fraction(1), "count/pods": Fraction(1)}
    defaults = container_defaults(limit_ranges)
    for column in ("requests", "limits"):
        for name, amount in _total(pod, column, defaults).items():
            found[f"{column}.{name}"] = amount
    for name in ("cpu", "memory", "ephemeral-storage"):
        if f"requests.{name}" in found:
            found[name] = found[f"requests.{name}"]
    return found


def unset(pod: Object, resource: str, limit_ranges: Sequence[Object] = ()) -> list[str]:
    """The containers for which nothing says a resource, as `requests.cpu`: a quota on it refuses
    their pods, unless the pod says resources as a whole.
    """
    column, _, name = resource.partition(".")
    defaults = container_defaults(limit_ranges)
    everywhere = pod.get("resources") or {}
    if everywhere.get("requests") or everywhere.get("limits"):
        return []
    return [
        str(each.get("name"))
        for each in [*(pod.get("initContainers") or ()), *(pod.get("containers") or ())]
        if name not in _amounts(each, column, defaults)
    ]


def container_defaults(limit_ranges: Iterable[Object]) -> dict[str, Object]:
    """What LimitRanges give to containers that do not say it: `requests` and `limits`."""
    found: dict[str, dict[str, Any]] = {"requests": {}, "limits": {}}
    for each in limit_ranges:
        for item in (each.get("spec") or {}).get("limits") or ():
            if item.get("type") == "Container":
                found["limits"].update(item.get("default") or {})
                found["requests"].update(item.get("defaultRequest") or {})
    return dict(found)


def _amounts(container: Object, column: str, defaults: Mapping[str, Object]) -> Amounts:
    """Of a request that is not written, the API server makes the limit."""
    resources = container.get("resources") or {}
    said = dict(resources.get(column) or {})
    if column == "requests":
        said = {**(resources.get("limits") or {}), **said}
    return {name: quantity(value) for name, value in {**defaults[column], **said}.items()}


def _total(pod: Object, column: str, defaults: Mapping[str, Object]) -> Amounts:
    total: Amounts = {}
    for each in pod.get("containers") or ():
        _add(total, _amounts(each, column, defaults))
    beside: Amounts = {}  # sidecars that run already
    peak: Amounts = {}  # the most while the init containers run
    for each in pod.get("initContainers") or ():
        own = _amounts(each, column, defaults)
        during = dict(beside)
        _add(during, own)
        peak = _larger(peak, during)
        if each.get("restartPolicy") == "Always":
            beside = during
    _add(total, beside)
    total = _larger(total, peak)
    everywhere = (pod.get("resources") or {}).get(column) or {}
    total.update({name: quantity(value) for name, value in everywhere.items()})
    overhead = pod.get("overhead") or {}
    counted = overhead if column == "requests" else {*overhead} & {*total}
    _add(total, {name: quantity(overhead[name]) for name in counted})
    return total


def _larger(one: Amounts, other: Amounts) -> Amounts:
    names = {*one, *other}
    return {name: max(one.get(name, Fraction(0)), other.get(name, Fraction(0))) for name in names}


def _add(total: Amounts, more: Mapping[str, Fraction]) -> None:
    for name, amount in more.items():
        total[name] = total.get(name, Fraction(0)) + amount
