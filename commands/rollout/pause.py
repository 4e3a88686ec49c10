"""`opskit rollout pause`: the rollouts of Deployments paused."""

from opskit.commands.options import RowsOutput, Yes
from opskit.commands.rollout.changing import DryRun
from opskit.commands.rollout.common import Context, Kubeconfig, Namespace, Selector, Targets


def pause(
    targets: Targets = None,
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    selector: Selector = "",
    dry_run: DryRun = None,
    yes: Yes = False,
    output: RowsOutput = None,
) -> int:
    """Pause the rollouts of Deployments.

    Changes of its pod template wait, and start no rollout, until 'opskit rollout resume'.
    Other kinds cannot be paused.

    \b
    Example:
      opskit rollout pause deploy/web
    """
    from opskit.commands.rollout.changing import carry_out
    from opskit.commands.rollout.common import chosen, connected
    from opskit.rollout.changes import switches
    from opskit.rollout.kinds import DEPLOYMENT

    cluster = connected(context, kubeconfig)
    return carry_out(
        cluster,
        chosen(cluster, namespace, targets, selector, kinds=[DEPLOYMENT]),
        lambda target: switches.pause(cluster, target),
        command="pause",
        yes=yes,
        dry_run=dry_run,
        output=output,
    )
