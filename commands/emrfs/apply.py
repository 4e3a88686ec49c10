"""`opskit emrfs apply`: the security configuration created in EMR, and old ones removed."""

from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE, DesignFile
from opskit.commands.options import AwsProfile, AwsRegion, RowsOutput, Yes

if TYPE_CHECKING:
    from opskit.emrfs.apply import Plan
    from opskit.emrfs.live.emr import Emr
    from opskit.output import Table


def apply(
    file: DesignFile = DEFAULT_FILE,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="The name before the hash; else the file's.")
    ] = "",
    clean_up: Annotated[
        bool,
        typer.Option("--clean-up", help="Delete those of this name that no cluster uses."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show the plan; change nothing.")
    ] = False,
    yes: Yes = False,
    profile: AwsProfile = "",
    region: AwsRegion = "",
    output: RowsOutput = None,
) -> int:
    """Create the security configuration; clean up old ones.

    EMR cannot change a security configuration: each content gets a name of its own, NAME-HASH, and
    clusters have to be made anew with it. The plan, with the clusters that use the old ones, comes
    first. A second run finds nothing to do. With --dry-run the exit status is 1 where there is
    something to do.

    \b
    Example:
      opskit emrfs apply --dry-run
      opskit emrfs apply --clean-up --yes --region eu-west-1
    """
    from opskit.commands.emrfs.common import finish_rows, loaded
    from opskit.emrfs import apply as applying
    from opskit.emrfs.live import Account, using
    from opskit.emrfs.live.emr import Emr
    from opskit.errors import ExitCode
    from opskit.output import confirm, message, warn

    with using(Account(profile, region)):
        emr = Emr()
        plan = applying.plan(loaded(file), emr, base=name, clean_up=clean_up)
        finish_rows(_table(plan), output)
        if plan.diff and plan.steps[0].action == "create":
            message(plan.diff.rstrip("\n"), verbatim=True)
        for note in plan.notes:
            warn(note)
        if not plan.changes:
            message(f"{plan.name}: nothing to change")
            _say_older(plan)
            return ExitCode.OK
        if dry_run:
            return ExitCode.NO
        if not confirm(_question(plan), yes=yes):
            message("nothing was changed")
            return ExitCode.NO
        return _carry_out(plan, emr)


def _table(plan: "Plan") -> "Table":
    from opskit.output import Column, Table

    rows = [
        {
            "action": step.action,
            "name": step.name,
            "why": step.why,
            "clusters": [
                {"id": each.id, "name": each.name, "state": each.state} for each in step.clusters
            ],
            "used_by": ", ".join(f"{each.id} {each.name} ({each.state})" for each in step.clusters),
        }
        for step in plan.steps
    ]
    columns = [Column("action"), Column("name"), Column("why"), Column("used_by")]
    extra = {
        "name": plan.name,
        "compared_with": plan.before or None,
        "diff": plan.diff,
        "security_configurations": plan.total,
        "notes": list(plan.notes),
    }
    return Table("opskit.emrfs.apply/1", columns, rows, "steps", extra)


def _question(plan: "Plan") -> str:
    created = [step for step in plan.changes if step.action == "create"]
    deleted = len(plan.changes) - len(created)
    gone = f"delete {deleted} that no cluster uses" if deleted else ""
    if not created:
        return f"D{gone[1:]}?"
    return f"Create {plan.name}{f' and {gone}' if gone else ''}?"


def _carry_out(plan: "Plan", emr: "Emr") -> int:
    """Do it; 4 where some could be done and some not, the error itself where none could."""
    from opskit.emrfs import apply as applying
    from opskit.errors import ExitCode
    from opskit.output import error, message

    done = failed = 0
    for step, failure in applying.carry_out(plan, emr):
        if failure is not None:
            if not done:
                raise failure
            error(failure)
            failed += 1
            continue
        done += 1
        message(f"{step.name}: {'created' if step.action == 'create' else 'deleted'}")
    _say_older(plan)
    return ExitCode.PARTIAL if failed else ExitCode.OK


def _say_older(plan: "Plan") -> None:
    from opskit.output import message

    old = sum(len(step.clusters) for step in plan.steps if step.name != plan.name)
    if old == 1:
        message(f"a running cluster uses an older one: make it anew with {plan.name}")
    elif old:
        message(f"{old} running clusters use an older one: make them anew with {plan.name}")
