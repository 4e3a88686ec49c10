"""What the commands of the group share: where the cluster is, and what is meant."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.rollout.kinds import Kind
    from opskit.rollout.targets import Target

#: The files of a command that has no -f.
NO_FILES: "Sequence[Path]" = ()


def _not_empty(context: typer.Context, option: typer.CallbackParam, value: str) -> str:
    """Refuse an empty text: a variable that is not set must not mean another place."""
    from opskit.errors import UsageError

    source = context.get_parameter_source(str(option.name))
    if value == "" and source is not None and source.name == "COMMANDLINE":
        raise UsageError(
            "is empty",
            where=max(option.opts, key=len),
            hint="give it a value, or leave the option out; is a variable not set?",
        )
    return value


Targets = Annotated[
    list[str] | None,
    typer.Argument(metavar="TARGET...", help="Workloads: deploy/web, sts/db, ds/agent."),
]
Namespace = Annotated[
    str,
    typer.Option(
        "-n", "--namespace", help="The namespace; else the context's.", callback=_not_empty
    ),
]
Context = Annotated[
    str, typer.Option("--context", help="The kubeconfig's context.", callback=_not_empty)
]
Kubeconfig = Annotated[
    str,
    typer.Option(
        "--kubeconfig",
        metavar="FILE",
        help="Else $KUBECONFIG, ~/.kube/config.",
        callback=_not_empty,
    ),
]
Selector = Annotated[
    str,
    typer.Option(
        "-l", "--selector", help="Workloads with these labels, as app=web.", callback=_not_empty
    ),
]
Files = Annotated[
    list[Path] | None,
    typer.Option("-f", "--file", help="The workloads in this manifest; - is stdin. Repeat."),
]


def connected(context: str, kubeconfig: str) -> "Cluster":
    """The cluster that the options name; commands that are advised name it too."""
    from shlex import quote

    from opskit import invocation
    from opskit.clients.kubeconfig import connect

    flags = (("--context", context), ("--kubeconfig", kubeconfig))
    invocation.cluster_flags = "".join(f" {name} {quote(text)}" for name, text in flags if text)
    return connect(context, kubeconfig)


def chosen(
    cluster: "Cluster",
    namespace: str,
    words: Sequence[str] | None,
    selector: str = "",
    files: Sequence[Path] | None = NO_FILES,
    kinds: "Sequence[Kind] | None" = None,
    *,
    look: bool = True,
) -> "list[Target]":
    """The workloads that the command line means; all of them are there.

    UsageError where it means none, NotThereError where one is not there; with `look` false that is
    not asked for: a watch does it itself. `files` None is a command with -f that got none.
    """
    from opskit.errors import UsageError
    from opskit.rollout import present, targets
    from opskit.rollout.kinds import ROLLING

    if namespace:
        targets.check_namespace(namespace)
    place = namespace or cluster.namespace
    found = [targets.parse(word, place) for word in words or ()]
    if files:
        found += targets.in_manifests(files, place, given=bool(namespace))
    if look:
        present.check(cluster, found)
    if selector:
        found += targets.selected(cluster, place, selector, kinds or ROLLING)
    if not found:
        other = "with -l LABELS" if files is NO_FILES else "with -l LABELS or with -f FILE"
        raise UsageError("no workload is named", hint=f"name one as deploy/web, or {other}")
    return list(dict.fromkeys(found))
