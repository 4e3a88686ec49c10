"""`opskit rollout undo`: back to the last good revision, or to a given one."""

from typing import Annotated

import typer

from opskit.commands.options import RowsOutput, Yes
from opskit.commands.rollout.changing import DryRun, Timeout, Wait
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace, Selector, Targets
from opskit.commands.rollout.watched import Redact


def undo(
    targets: Targets = None,
    to: Annotated[
        str,
        typer.Option("--to", metavar="REVISION", help="last-good, previous, or a number."),
    ] = "",
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    selector: Selector = "",
    dry_run: DryRun = None,
    wait: Wait = False,
    timeout: Timeout = "",
    redact: Redact = False,
    yes: Yes = False,
    output: RowsOutput = None,
) -> int:
    """Go back to the last good revision, or to a given one.

    Without --to it is the revision recorded as the last good one, unless a newer one before the
    present one serves now with all its pods. Where none is recorded, it is the newest earlier one
    that was complete or so serves, else the one whose pods serve now (of a StatefulSet: that
    completed last), else the newest not known to have failed; which rule decided is said. A
    workload at its last good revision stays there while that is healthy; where it is not, it goes
    back to the good one before. A paused Deployment is refused.

    \b
    Example:
      opskit rollout undo deploy/web --wait
      opskit rollout undo deploy/web --to 3 --dry-run client
    """
    from opskit.commands.rollout.changing import carry_out
    from opskit.commands.rollout.common import chosen, connected
    from opskit.commands.rollout.watched import policy
    from opskit.rollout.changes import undoing

    undoing.check(to)
    cluster = connected(context, kubeconfig)
    return carry_out(
        cluster,
        chosen(cluster, namespace, targets, selector),
        lambda target: undoing.undo(cluster, target, to),
        command="undo",
        yes=yes,
        dry_run=dry_run,
        wait=policy(timeout) if wait else None,
        redact=redact,
        output=output,
    )
