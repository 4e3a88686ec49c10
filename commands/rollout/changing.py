"""The commands that change workloads: all planned first, shown, asked about, made, watched."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.commands.rollout.works import Work
    from opskit.rollout.changes.plan import Change
    from opskit.rollout.judge.situation import Policy
    from opskit.rollout.targets import Target

DryRunMode = Literal["client", "server"]
DryRun = Annotated[
    DryRunMode | None,
    typer.Option("--dry-run", help="Print the diff; change nothing. server has it checked there."),
]
Wait = Annotated[bool, typer.Option("--wait", help="Watch the rollouts to their end.")]
Timeout = Annotated[
    str, typer.Option(metavar="TIME", help="How long --wait watches: 90s, 5m; 10m if not set.")
]

_QUESTIONS = {
    "set": "Change",
    "undo": "Take back",
    "restart": "Restart",
    "pause": "Pause",
    "resume": "Resume",
}


def carry_out(
    cluster: "Cluster",
    targets: "Sequence[Target]",
    planned: "Callable[[Target], Change]",
    *,
    command: str,
    yes: bool,
    dry_run: DryRunMode | None = None,
    wait: "Policy | None" = None,
    redact: bool = False,
    output: str | None = None,
) -> int:
    """Plan the change of every target, and only then make the first one.

    The diffs go to stderr, or with `dry_run` to stdout; the result to stdout. `wait` is the policy
    by which the rollouts are watched, None for not at all. The exit status: 0 when all is done, 1
    when the answer was no or, with `dry_run`, where there is something to do; 4 where some could
    be changed and some not; else that of the first error, or of the verdicts.
    """
    from opskit.commands.results import finish_rows
    from opskit.commands.rollout.works import Work, rows_of
    from opskit.errors import ExitCode
    from opskit.output import confirm, message, warn

    works = [Work(planned(target)) for target in targets]
    for work in works:
        for warning in work.change.warnings:
            warn(f"{work.change.target}: {warning}")
    if dry_run:
        return _shown(cluster, works, dry_run, command, output)
    needed = [work for work in works if work.change.needed]
    for work in works:
        _say(work)
    if needed:
        if not confirm(_question(cluster, command, needed), yes=yes):
            message("nothing was changed")
            return ExitCode.NO
        _make(cluster, works)
    status = _exit_code(works)
    if wait and status in (ExitCode.OK, ExitCode.PARTIAL):
        return _watch(cluster, works, wait, redact, command, output)
    _say_next(works)
    finish_rows(rows_of(cluster, works, command), output)
    return status


def _shown(
    cluster: "Cluster", works: "list[Work]", mode: DryRunMode, command: str, output: str | None
) -> int:
    """Print the changes and make none; 1 where there is one, as diff does."""
    from opskit.commands.results import finish_rows, output_format
    from opskit.commands.rollout.works import rows_of
    from opskit.errors import ExitCode
    from opskit.output import ROWS, message, write
    from opskit.rollout.changes import plan

    for work in works:
        change = work.change
        after = plan.tried(cluster, change) if mode == "server" else None
        work.diff = change.diff(after)
        work.result = "would change" if change.needed else "no change"
    if output_format(output, ROWS) == "table":
        for work in works:
            if work.change.note or not work.change.needed:
                message(f"{work.change.target}: {work.change.note or 'no change'}")
            write(work.diff)
    else:
        finish_rows(rows_of(cluster, works, command), output)
    return ExitCode.NO if any(work.change.needed for work in works) else ExitCode.OK


def _say(work: "Work") -> None:
    """Show one change on stderr before it is asked about."""
    from opskit.output import message

    change = work.change
    if change.needed and change.action not in ("pause", "resume", "restart"):
        message(change.diff().rstrip("\n"), verbatim=True)
    if change.note:
        message(f"{change.target}: {change.note}")
    if not change.needed:
        work.result = "no change"


def _question(cluster: "Cluster", command: str, works: "list[Work]") -> str:
    target = works[0].change.target
    what = f"{target} in {target.namespace}" if len(works) == 1 else f"{len(works)} workloads"
    return f"{_QUESTIONS[command]} {what} of {cluster.name}?"


def _make(cluster: "Cluster", works: "list[Work]") -> None:
    """Make the changes one after another; one that fails keeps none of the others back."""
    from opskit.errors import OpskitError
    from opskit.output import error, message
    from opskit.rollout.changes import plan, undoing

    for work in works:
        if not work.change.needed:
            continue
        try:
            if work.change.action == "undo":
                for note in undoing.take_back(cluster, work.change):
                    message(f"{work.change.target}: {note}")
            else:
                plan.carry_out(cluster, work.change)
        except OpskitError as failure:
            if not failure.where or failure.where == cluster.name:
                failure.where = str(work.change.target)
            if len(works) == 1:
                raise
            error(failure)
            work.error, work.result = failure, "failed"
        else:
            work.result = _DONE[work.change.action]


_DONE = {
    "set": "changed",
    "undo": "taken back",
    "restart": "restarted",
    "pause": "paused",
    "resume": "resumed",
}


def _say_next(works: "list[Work]") -> None:
    """Say how to watch what was started and is not watched."""
    from opskit.output import message
    from opskit.rollout.kinds import ROLLING

    started = [
        work.change.target
        for work in works
        if work.result in ("changed", "taken back", "restarted", "resumed")
        if work.change.target.kind in ROLLING
    ]
    if started:
        names = " ".join(map(str, started))
        message(f"to watch it: opskit rollout status {names} -n {started[0].namespace}")


def _exit_code(works: "list[Work]") -> int:
    from opskit.errors import ExitCode

    failures = [work.error for work in works if work.error]
    if not failures:
        return ExitCode.OK
    return failures[0].exit_code if len(failures) == len(works) else ExitCode.PARTIAL


def _watch(
    cluster: "Cluster",
    works: "list[Work]",
    policy: "Policy",
    redact: bool,
    command: str,
    output: str | None,
) -> int:
    """Watch the rollouts to their end, write down how they ended, and print that."""
    from opskit.commands.results import finish_rows, output_format
    from opskit.commands.rollout.unended import told_too
    from opskit.commands.rollout.watched import Shown, finish, followed
    from opskit.commands.rollout.works import rows_of
    from opskit.errors import ExitCode
    from opskit.output import ROWS, message
    from opskit.rollout.changes import outcomes
    from opskit.rollout.verdict import exit_code

    fmt = output_format(output, ROWS)
    shown = Shown(fmt if fmt in ("json", "yaml") else "table", redact=redact)
    for work in works:
        message(f"{work.change.target}: {work.result}")
    expected = {work.change.target: work.change.expected for work in works if not work.error}
    with told_too(shown, f"opskit.rollout.{command}/1"):
        verdicts = followed(cluster, list(expected), policy, shown, expected=expected)
    for verdict in verdicts:
        for note in outcomes.record(cluster, verdict):
            message(f"note: {note}")
        for work in works:
            if work.change.target == verdict.target:
                work.verdict = verdict
    table = rows_of(cluster, works, command)
    if fmt in ("table", "json", "yaml"):
        extra = {"workloads": table.rows}
        status = finish(verdicts, shown, schema=table.schema, extra=extra)
    else:
        finish_rows(table, output)
        status = exit_code(verdicts)
    return ExitCode.PARTIAL if any(work.error for work in works) else status
