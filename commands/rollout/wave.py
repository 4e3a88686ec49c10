"""`opskit rollout wave`: a plan carried out on many clusters, in waves."""

from pathlib import Path
from typing import Annotated

import typer

from opskit.commands.options import RowsOutput, Yes
from opskit.commands.rollout.common import Kubeconfig
from opskit.commands.rollout.watched import Redact, Reports


def wave(
    plan: Annotated[Path, typer.Argument(metavar="PLAN", help="The plan, as wave.yaml.")],
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run that was cut off.")
    ] = False,
    state: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The journal; else PLAN.journal beside the plan."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Ask the clusters and print the plan.")
    ] = False,
    kubeconfig: Kubeconfig = "",
    redact: Redact = False,
    report: Reports = None,
    yes: Yes = False,
    output: RowsOutput = None,
) -> int:
    """Roll out to many clusters, in waves.

    The plan names images, workloads, and waves of clusters: contexts of the kubeconfig, or EKS
    clusters ('opskit schema rollout-wave' has all keys). A wave begins when the one before serves,
    and has for its soak time. Where more clusters fail than max-failures allows, on-failure says
    what goes back to the images of before: the wave, all waves, or nothing. A cluster that fails
    within max-failures is taken back alone. One that cannot be asked meanwhile is asked again for
    the policy's timeout, and not taken back for that alone: the run stops, and --resume goes on.

    All clusters are asked before anything is changed. Where one does not answer then, the rollout
    does not begin, whatever max-failures says.

    Each step is in the journal before it is made, and its result after it. --resume goes on with
    a run that ended early, and does nothing twice; a soak that was cut off begins anew. A changed
    plan is not resumed.

    Exit status: 0 when all clusters serve, 4 when only some do, 1 when none does, 3 where it could
    not be told. With --dry-run 3 where a cluster does not tell what it has; 2 where all that is
    wrong is that workloads of the plan are not there.

    \b
    Example:
      opskit rollout wave wave.yaml --dry-run
      opskit rollout wave wave.yaml --yes --report junit=wave.xml
      opskit rollout wave wave.yaml --resume --yes
    """
    from opskit.commands.results import output_format
    from opskit.commands.rollout import watched
    from opskit.commands.rollout.unended import told_too
    from opskit.commands.rollout.waving import SCHEMA, Run
    from opskit.errors import UsageError
    from opskit.output import ROWS

    if str(plan) == "-" and state is None and not dry_run:
        raise UsageError("a plan from stdin has no journal beside it", hint="give --state FILE")
    shown = watched.shown("table" if output is None else output, redact=redact, reports=report)
    with told_too(shown, SCHEMA):
        run = Run(plan, output_format(output, ROWS), shown, kubeconfig=kubeconfig)
        if dry_run:
            return run.show()
        journal = state or plan.with_name(f"{plan.name}.journal")
        return run.carry_out(journal, resume=resume, yes=yes)
