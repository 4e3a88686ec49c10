"""`opskit rollout resume`: the rollouts of Deployments resumed."""

from opskit.commands.options import RowsOutput, Yes
from opskit.commands.rollout.changing import DryRun, Timeout, Wait
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace, Selector, Targets
from opskit.commands.rollout.watched import Redact


def resume(
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
    """Resume the rollouts of Deployments.

    What was changed while it was paused rolls out now, all at once.
    Other kinds cannot be resumed.

    \b
    Example:
      opskit rollout resume deploy/web
    """
    from opskit.commands.rollout.changing import carry_out
    from opskit.commands.rollout.common import chosen, connected
    from opskit.commands.rollout.watched import policy
    from opskit.rollout.changes import switches
    from opskit.rollout.kinds import DEPLOYMENT

    cluster = connected(context, kubeconfig)
    return carry_out(
        cluster,
        chosen(cluster, namespace, targets, selector, kinds=[DEPLOYMENT]),
        lambda target: switches.resume(cluster, target),
        command="resume",
        yes=yes,
        dry_run=dry_run,
        wait=policy(timeout) if wait else None,
        redact=redact,
        output=output,
    )
