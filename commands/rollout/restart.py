"""`opskit rollout restart`: all pods replaced, one after another."""

from opskit.commands.options import RowsOutput, Yes
from opskit.commands.rollout.changing import DryRun, Timeout, Wait
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace, Selector, Targets
from opskit.commands.rollout.watched import Redact


def restart(
    targets: Targets = None,
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
    """Replace all pods, one after another.

    The pod template gets the annotation that kubectl's restart writes, so that a rollout starts
    with the same images. A paused Deployment is refused.

    \b
    Example:
      opskit rollout restart deploy/web sts/db --wait
    """
    from opskit.commands.rollout.changing import carry_out
    from opskit.commands.rollout.common import chosen, connected
    from opskit.commands.rollout.watched import policy
    from opskit.rollout.changes import switches

    cluster = connected(context, kubeconfig)
    return carry_out(
        cluster,
        chosen(cluster, namespace, targets, selector),
        lambda target: switches.restart(cluster, target),
        command="restart",
        yes=yes,
        dry_run=dry_run,
        wait=policy(timeout) if wait else None,
        redact=redact,
        output=output,
    )
