"""The common end of the commands that watch rollouts: options, progress, verdict, reports."""

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from opskit.commands.rollout.showing import Say, progress
from opskit.commands.rollout.unended import Seen
from opskit.commands.rollout.watchoptions import (
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
    policy,
)

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.findings import Report
    from opskit.rollout.judge.situation import Policy
    from opskit.rollout.targets import Target
    from opskit.rollout.telling.report import Locations
    from opskit.rollout.verdict import Verdict

__all__ = [
    "Events",
    "MaxRestarts",
    "PullGrace",
    "Quorum",
    "QuotaGrace",
    "ReadyGrace",
    "Redact",
    "Reports",
    "Say",
    "ScheduleGrace",
    "Shown",
    "Timeout",
    "Tolerate",
    "VerdictOutput",
    "Wanted",
    "finish",
    "followed",
    "paragraph",
    "policy",
    "progress",
    "shown",
]


class Wanted(NamedTuple):
    """A report to be written: its format and its file, `-` for stdout."""

    format: str
    file: str


@dataclass(frozen=True, slots=True)
class Shown:
    """How a watch and its verdicts are told of. `locations` are those of `report.locate`."""

    output: str = "table"
    events: bool = False
    redact: bool = False
    reports: Sequence[Wanted] = ()
    locations: "Locations" = field(default_factory=dict)
    seen: Seen = field(default_factory=Seen)

    @property
    def clean(self) -> Callable[[str], str]:
        """What texts of the cluster go through before anybody sees them."""
        from opskit.redact import scrubbed

        return scrubbed if self.redact else str


_REPORTS = ("junit", "sarif", "github", "json", "md")


def shown(
    output: str | None,
    *,
    events: bool = False,
    redact: bool = False,
    reports: Sequence[str] | None = None,
    files: Sequence[Path] | None = None,
) -> Shown:
    """The options of the command line, checked before anything is done; UsageError."""
    from opskit.commands.results import output_format
    from opskit.errors import UsageError
    from opskit.rollout.telling.report import locate

    wanted = [_wanted(text) for text in reports or ()]
    to_stdout = [each for each in wanted if each.file == "-"]
    if events and (output not in (None, "table") or to_stdout):
        raise UsageError(
            "--events and another format would both go to stdout", hint="write reports to files"
        )
    if len(to_stdout) > 1 or (to_stdout and output not in (None, "table")):
        raise UsageError("stdout takes one format", hint="write the others to files")
    formats = ("table", "json", "yaml", "github")
    fmt = output or ("table" if events else output_format(None, formats))
    return Shown(fmt, events, redact, wanted, locate(files or ()))


def _wanted(text: str) -> Wanted:
    from opskit.errors import UsageError

    fmt, equals, file = text.partition("=")
    if fmt not in _REPORTS or not equals or not file:
        raise UsageError(
            f"{text[:80]!r} is no report",
            where="--report",
            hint=f"write FORMAT=FILE, FORMAT one of {', '.join(_REPORTS)}",
        )
    if file != "-" and not Path(file).parent.is_dir():
        raise UsageError(
            f"there is no folder {Path(file).parent}", where="--report", hint="make it first"
        )
    return Wanted(fmt, file)


def followed(
    cluster: "Cluster",
    targets: "Sequence[Target]",
    policy: "Policy",
    shown: Shown,
    *,
    expected: "Mapping[Target, Mapping[str, str]] | None" = None,
    stop: threading.Event | None = None,
) -> "list[Verdict]":
    """Watch to the end, and show how it goes; the verdicts, cleaned of secrets if asked for.

    Raises as `watching.watch` does.
    """
    from opskit.output import message
    from opskit.rollout.changes.undoing import with_ways_back
    from opskit.rollout.telling.numbered import with_revisions
    from opskit.rollout.telling.told import cleaned
    from opskit.rollout.watch.watching import Step, watch

    shown.seen.cluster = cluster.name
    shown.seen.targets += [each for each in targets if each not in shown.seen.targets]

    def heard(step: Step) -> None:
        if step.verdict is not None:
            shown.seen.verdicts.setdefault(step.verdict.target, cleaned(step.verdict, shown.clean))
        say(cluster.name, step)

    try:
        with progress([(cluster.name, target) for target in targets], shown) as say:
            verdicts = watch(
                cluster,
                targets,
                policy,
                expected=expected,
                say=heard,
                stop=stop,
            )
    except KeyboardInterrupt:
        message("the rollout goes on by itself; 'opskit rollout status' watches it again")
        raise
    verdicts = with_revisions(cluster, with_ways_back(cluster, verdicts))
    return [cleaned(each, shown.clean) for each in verdicts]


def finish(
    verdicts: "Sequence[Verdict]",
    shown: Shown,
    *,
    schema: str = "opskit.rollout.status/1",
    extra: "Mapping[str, object] | None" = None,
) -> int:
    """Print the verdicts, write the reports; the exit status. `extra` goes into the JSON."""
    from opskit.commands.rollout.reports import write_reports
    from opskit.rollout.telling.told import cleaned
    from opskit.rollout.verdict import exit_code

    verdicts = [cleaned(each, shown.clean) for each in verdicts]
    shown.seen.told = True
    if not shown.events:
        _print(verdicts, shown, schema, extra or {})
    return write_reports(_report(verdicts, shown, schema), shown, int(exit_code(verdicts)))


def _print(
    verdicts: "Sequence[Verdict]", shown: Shown, schema: str, extra: "Mapping[str, object]"
) -> None:
    from opskit.commands.rollout.reports import rendered
    from opskit.output import Format, Record, emit_record, quiet_on_closed_pipe, write
    from opskit.rollout.telling import words
    from opskit.rollout.telling.told import verdict_fields, whole_outcome

    with quiet_on_closed_pipe():
        if shown.output == "github":
            write(rendered(_report(verdicts, shown, schema), "github"))
            return
        fields = {
            **extra,
            "verdicts": [verdict_fields(each) for each in verdicts],
            "outcome": whole_outcome(verdicts),
        }
        text = "\n".join(paragraph(each) for each in words.told(verdicts))
        emit_record(Record(schema, fields, text), Format(shown.output))


def paragraph(text: str) -> str:
    """A block as a terminal shows it best: wrapped, but for logs; its outcome painted."""
    from opskit.output.console import fitted, paint
    from opskit.output.text import visible
    from opskit.rollout.telling.words import VERBATIM

    first, *rest = visible(text).split("\n")
    head = fitted(first, indent="  ")
    for word, style in (("failed", "red"), ("timed out", "magenta"), ("unknown", "magenta")):
        if f": {word} after" in head:
            head = head.replace(f": {word} after", f": {paint(word, style)} after", 1)
    body = (line if line.startswith(VERBATIM) else fitted(line) for line in rest)
    return "".join(f"{line}\n" for line in (head, *body))


def _report(verdicts: "Sequence[Verdict]", shown: Shown, schema: str) -> "Report":
    from opskit.rollout.telling.report import report

    return report(verdicts, shown.locations, schema)
