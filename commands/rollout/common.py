"""What the commands of the group share: where the cluster is, and what is meant."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.rollout.kinds import Kind
    from opskit.rollout.targets import Target

Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="TARGET...", help="Workloads: deploy/web, sts/db, ds/agent."),
]
Namespace = Annotated[
    str, typer.Option("-n", "--namespace", help="The namespace; else the context's.")
]
Context = Annotated[str, typer.Option("--context", help="The kubeconfig's context.")]
Kubeconfig = Annotated[
    str, typer.Option("--kubeconfig", metavar="FILE", help="Else $KUBECONFIG, ~/.kube/config.")
]
Selector = Annotated[
    str, typer.Option("-l", "--selector", help="Workloads with these labels, as app=web.")
]
Files = Annotated[
    list[Path] | None,
    typer.Option("-f", "--file", help="The workloads in this manifest; - is stdin. Repeat."),
]


def connected(context: str, kubeconfig: str) -> "Cluster":
    """The cluster that the options name."""
    from opskit.clients.kubeconfig import connect

    return connect(context, kubeconfig)


def chosen(
    cluster: "Cluster",
    namespace: str,
    words: Sequence[str] | None,
    selector: str = "",
    files: Sequence[Path] | None = None,
    kinds: "Sequence[Kind] | None" = None,
) -> "list[Target]":
    """The workloads that the command line means; UsageError where it means none."""
    from opskit.errors import UsageError
    from opskit.rollout import targets
    from opskit.rollout.kinds import ROLLING

    place = namespace or cluster.namespace
    found = [targets.parse(word, place) for word in words or ()]
    if files:
        found += targets.in_manifests(files, place)
    if selector:
        found += targets.selected(cluster, place, selector, kinds or ROLLING)
    if not found:
        raise UsageError(
            "no workload is named", hint="name one as deploy/web, with -l LABELS or with -f FILE"
        )
    return list(dict.fromkeys(found))
