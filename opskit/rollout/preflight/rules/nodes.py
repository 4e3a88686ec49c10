"""ROL030 to ROL032: the platforms of the image, and the nodes that may run the pods."""

from collections import Counter
from collections.abc import Iterator, Sequence

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.preflight.facts import Facts, Object, Unseen, Workload, not_told
from opskit.rollout.preflight.rules.rules import RULES
from opskit.rollout.preflight.selectors import takes

_REFERENCE = "Kubernetes documentation, Assigning Pods to Nodes; Well-Known Labels"


@RULES.rule(
    Rule(
        "ROL030",
        Severity.ERROR,
        title="an image for none of the nodes",
        why="The image has no platform that a node of the workload has: no pod can run it "
        "(no matching manifest, or exec format error).",
        fix="build it for the nodes' architecture, or let the pods run on other nodes",
        reference=_REFERENCE,
    )
)
def no_platform(facts: Facts) -> Iterator[Finding]:
    if facts.workload is None or facts.found is None or facts.found.status not in ("", "ACTIVE"):
        return
    name = facts.workload.name
    if isinstance(facts.found.platforms, Unseen):
        yield not_told(
            "could not see the platforms of the image", facts.found.platforms, object_=name
        )
    elif not facts.found.platforms:
        yield Finding(f"{facts.name} tells no platform", object=name, severity=Severity.UNKNOWN)
    if isinstance(facts.workload.nodes, Unseen):
        yield not_told("could not see the nodes", facts.workload.nodes, object_=name)
    sides = _sides(facts)
    if sides and not sides[0] and sides[1]:
        yield Finding(
            f"{facts.name} is built for none of the nodes of {name}",
            object=name,
            observed=_listed(_of_image(facts)),
            expected=_counted(sides[1]),
        )


@RULES.rule(
    Rule(
        "ROL031",
        Severity.ERROR,
        title="an image for some of the nodes only",
        why="A pod that is scheduled to one of the other nodes cannot start there, and the "
        "scheduler does not look at the image.",
        fix="build it for all of these platforms, or select nodes by kubernetes.io/arch",
        reference=_REFERENCE,
    )
)
def some_platforms(facts: Facts) -> Iterator[Finding]:
    sides = _sides(facts)
    if facts.workload and sides and sides[0] and sides[1]:
        missing = _counted(sides[1])
        yield Finding(
            f"pods of {facts.workload.name} may land on nodes that {facts.name} is not built for: "
            f"{missing}",
            object=facts.workload.name,
            observed=_listed(_of_image(facts)),
            expected=_counted([*sides[0], *sides[1]]),
        )


@RULES.rule(
    Rule(
        "ROL032",
        Severity.WARNING,
        title="no node may run the pods",
        why="Node selector, affinity and taints leave no node of those that are there now; only a "
        "new one, as an autoscaler makes them, would do.",
        fix="check nodeSelector, affinity and tolerations against the nodes' labels and taints",
        reference="Kubernetes documentation, Assigning Pods to Nodes; Taints and Tolerations",
    )
)
def no_node(facts: Facts) -> Iterator[Finding]:
    workload = facts.workload
    if workload is None or isinstance(workload.nodes, Unseen):
        return
    if not able(workload):
        yield Finding(
            f"none of the {len(workload.nodes)} nodes may run pods of {workload.name}",
            object=workload.name,
            observed="0 nodes",
        )


def able(workload: Workload) -> list[Object]:
    """The nodes that may run the workload's pods, as far as is known."""
    if isinstance(workload.nodes, Unseen):
        return []
    return [node for node in workload.nodes if takes(node, workload.pod)]


def _sides(facts: Facts) -> tuple[list[str], list[str]] | None:
    """The platforms of the nodes, one each: of those that the image is for, and of the others.

    None where either side is not known.
    """
    of_image = _of_image(facts)
    if facts.workload is None or not of_image:
        return None
    of_nodes = [each for each in map(_of_node, able(facts.workload)) if each]
    fitting = [each for each in of_nodes if each in of_image]
    return fitting, [each for each in of_nodes if each not in of_image]


def _of_image(facts: Facts) -> set[str]:
    """The image's platforms as `linux/arm64`; variants such as v7 are left out."""
    if facts.found is None or isinstance(facts.found.platforms, Unseen):
        return set()
    return {f"{each['os'] or 'linux'}/{each['architecture']}" for each in facts.found.platforms}


def _of_node(node: Object) -> str:
    """The platform of a node; empty where it does not say one."""
    labels = (node.get("metadata") or {}).get("labels") or {}
    said = (node.get("status") or {}).get("nodeInfo") or {}
    architecture = labels.get("kubernetes.io/arch") or said.get("architecture")
    system = labels.get("kubernetes.io/os") or said.get("operatingSystem") or "linux"
    return f"{system}/{architecture}" if architecture else ""


def _listed(platforms: set[str]) -> str:
    return ", ".join(sorted(platforms))


def _counted(platforms: Sequence[str]) -> str:
    """`3 nodes linux/amd64, 1 node linux/arm64`, most first."""
    return ", ".join(
        f"{count} {'node' if count == 1 else 'nodes'} {name}"
        for name, count in sorted(Counter(platforms).items(), key=lambda pair: (-pair[1], pair[0]))
    )
