"""What a plan names twice: a workload, or a namespace of a cluster under two names.

Two runs on one workload would each take the other's image for the one of before.
"""

from collections.abc import Hashable, Iterator

from opskit.documents import Document, Problems
from opskit.rollout.targets import parse
from opskit.rollout.wave.document import ClusterSpec, RolloutWave

_Found = tuple[tuple[str | int, ...], Hashable, str]


def check(document: Document, plan: RolloutWave) -> None:
    """InputError with the line of each that stands there again."""
    problems = Problems(document)
    first: dict[Hashable, tuple[str | int, ...]] = {}
    for path, key, text in [*_workloads(plan), *_clusters(plan)]:
        before = first.setdefault(key, path)
        if before != path:
            line = document.location(before).line
            problems.add(
                document.node(path).start,
                f"{text} stands in line {line} already",
                "name each workload once, and each namespace of a cluster once",
            )
    problems.check()


def _workloads(plan: RolloutWave) -> Iterator[_Found]:
    for number, word in enumerate(plan.targets):
        target = parse(word, "")
        yield ("targets", number), target, f"the workload {target}"


def _clusters(plan: RolloutWave) -> Iterator[_Found]:
    for number, wave in enumerate(plan.waves):
        for index, each in enumerate(wave.clusters):
            path = ("waves", number, "clusters", index)
            space = each.namespace or plan.namespace
            yield path, (_cluster(each), space), f"the cluster of {each.label!r}"


def _cluster(spec: ClusterSpec) -> Hashable:
    """What tells a cluster from others: an ARN does alone, a name where it is looked for."""
    if spec.context or spec.eks.startswith("arn:"):
        return spec.context or spec.eks
    return spec.eks, spec.region, spec.profile, spec.role_arn
