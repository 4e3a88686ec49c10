"""`opskit rollout status`: rollouts watched to their end, and why one fails."""

from typing import Annotated

import typer

from opskit.commands.rollout.common import (
    Context,
    Files,
    Kubeconfig,
    Namespace,
    Selector,
    Targets,
)
from opskit.commands.rollout.watched import (
    Events,
    MaxRestarts,
    PullGrace,
    Quorum,
    QuotaGrace,
    ReadyGrace,
    Redact,
    Reports,
    ScheduleGrace,
    Timeout,
    Tolerate,
    VerdictOutput,
)


def status(
    targets: Targets = None,
    selector: Selector = "",
    file: Files = None,
    namespace: Namespace = "",
    context: Context = "",
    kubeconfig: Kubeconfig = "",
    timeout: Timeout = "",
    max_restarts: MaxRestarts = 2,
    schedule_grace: ScheduleGrace = "60s",
    pull_grace: PullGrace = "45s",
    quota_grace: QuotaGrace = "15s",
    ready_grace: ReadyGrace = "",
    quorum: Quorum = None,
    tolerate: Tolerate = None,
    record: Annotated[
        bool, typer.Option("--record", help="Note each outcome on its revision, for undo.")
    ] = False,
    redact: Redact = False,
    events: Events = False,
    report: Reports = None,
    output: VerdictOutput = None,
) -> int:
    """Watch rollouts, and say at once why one fails.

    It ends when each workload is rolled out, has failed by the rules of 'opskit rule' (ROL), or
    after --timeout. A failure comes with the events, the container's last lines, and what to do.
    Exit status: 1 failed, 3 timed out or could not tell, 4 some only.

    Nothing is changed, unless with --record: then the outcome is noted on the revision, and a
    complete one on the workload as the last good one, as --wait does it. So 'undo' knows where to
    go, and 'history' what became of it, also where kubectl or a pipeline made the change.

    \b
    Example:
      opskit rollout status deploy/web sts/db -n shop --timeout 5m
      opskit rollout status -l app.kubernetes.io/part-of=shop -n shop --events
      opskit rollout status -f shop.yaml --report junit=rollout.xml --redact
      kubectl apply -f shop.yaml && opskit rollout status -f shop.yaml --record
    """
    from opskit.commands.rollout import watched
    from opskit.commands.rollout.common import chosen, connected
    from opskit.commands.rollout.unended import told_too
    from opskit.output import message
    from opskit.rollout.changes import outcomes
    from opskit.rollout.telling.told import STATUS_SCHEMA

    policy = watched.policy(
        timeout,
        max_restarts=max_restarts,
        schedule_grace=schedule_grace,
        pull_grace=pull_grace,
        quota_grace=quota_grace,
        ready_grace=ready_grace,
        quorum=quorum,
        tolerate=tolerate,
    )
    shown = watched.shown(output, events=events, redact=redact, reports=report, files=file)
    with told_too(shown, STATUS_SCHEMA):
        cluster = connected(context, kubeconfig)
        found = chosen(cluster, namespace, targets, selector, file, look=False)
        verdicts = watched.followed(cluster, found, policy, shown)
    for verdict in verdicts if record else ():
        for note in outcomes.record(cluster, verdict):
            message(f"note: {note}")
    return watched.finish(verdicts, shown)
