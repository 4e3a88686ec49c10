"""`opskit rollout set`: the image of containers, guarded by the old one."""

from typing import Annotated, Literal

import typer

from opskit.commands.options import RowsOutput, Yes
from opskit.commands.rollout.changing import DryRun, Timeout, Wait
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace, Selector
from opskit.commands.rollout.watched import Redact


def set_(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="TARGET... CONTAINER=IMAGE...",
            help="Workloads, as deploy/web, and images, as web=nginx:1.27; * is all containers.",
        ),
    ],
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    selector: Selector = "",
    init: Annotated[bool, typer.Option("--init", help="Let * mean init containers, too.")] = False,
    expect: Annotated[
        str, typer.Option(metavar="IMAGE", help="Change nothing unless this is the image now.")
    ] = "",
    cause: Annotated[
        str, typer.Option(metavar="TEXT", help="The change cause that the history shows.")
    ] = "",
    if_unchanged: Annotated[
        Literal["noop", "restart", "fail"],
        typer.Option(help="What to do where the image is set already."),
    ] = "noop",
    dry_run: DryRun = None,
    wait: Wait = False,
    timeout: Timeout = "",
    redact: Redact = False,
    yes: Yes = False,
    output: RowsOutput = None,
) -> int:
    """Set the image of containers, guarded by the old one.

    Words with = are images, the others workloads. An init container is set by its name; * leaves
    init containers alone unless --init is given. Each image is changed only where the old one is
    the one shown: what others change meanwhile stays. An image that is set already is no change,
    and starts no rollout. Without --cause, the change cause of the revision before is taken away.

    Exit status: 0 when all is set (with --wait: and serves), 1 when a rollout failed, --expect did
    not hold or, with --if-unchanged fail, nothing was to be changed; with --dry-run where there is
    something to change; 3 when it timed out, 4 when only some workloads could be changed.

    \b
    Example:
      opskit rollout set deploy/web web=registry.example.com/web:1.4.2 --wait
      opskit rollout set deploy/web cj/report '*=web:1.4.2' --dry-run server
    """
    from opskit.commands.rollout.changing import carry_out
    from opskit.commands.rollout.common import chosen, connected
    from opskit.commands.rollout.watched import policy
    from opskit.errors import UsageError
    from opskit.rollout.changes import patching

    images = patching.assignments(word for word in words if "=" in word)
    if not images:
        raise UsageError("no image is given", hint="name one as CONTAINER=IMAGE")
    wanted = patching.Wanted(images, init, cause, expect, if_unchanged)
    cluster = connected(context, kubeconfig)
    targets = chosen(cluster, namespace, [word for word in words if "=" not in word], selector)
    return carry_out(
        cluster,
        targets,
        lambda target: patching.plan(cluster, target, wanted),
        command="set",
        yes=yes,
        dry_run=dry_run,
        wait=policy(timeout) if wait else None,
        redact=redact,
        output=output,
    )
