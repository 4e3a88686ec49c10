"""The common end of the commands that watch rollouts: options, progress, verdict, reports."""

import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

import typer

if TYPE_CHECKING:
    from opskit.clients.kube import Cluster
    from opskit.rollout.board import Board
    from opskit.rollout.judge.situation import Policy
    from opskit.rollout.report import Locations
    from opskit.rollout.targets import Target
    from opskit.rollout.verdict import Verdict
    from opskit.rollout.watching import Step

_GRACES = "Rules of failing"
Timeout = Annotated[
    str, typer.Option(metavar="TIME", help="How long to watch: 90s, 5m, 1h; 10m if not set.")
]
MaxRestarts = Annotated[
    int, typer.Option(min=0, help="Restarts after which a crash fails the rollout.")
]
ScheduleGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long a pod may find no node.")
]
PullGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long pulls may fail for a passing reason.")
]
QuotaGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long pods may be refused by a quota or policy.")
]
ReadyGrace = Annotated[
    str, typer.Option(metavar="TIME", help="How long to get ready; else the probes tell.")
]
Quorum = Annotated[
    Literal["any", "all"] | None,
    typer.Option(help="Fail for any doomed pod, or for all; all for a Deployment, else any."),
]
Tolerate = Annotated[
    list[str] | None,
    typer.Option(metavar="REASON", help="Never fail for this, as ImagePullBackOff. Repeat."),
]
Redact = Annotated[bool, typer.Option("--redact", help="Mask secrets in logs and events.")]
Events = Annotated[
    bool, typer.Option("--events", help="Print each change as a line of JSON on stdout.")
]
Reports = Annotated[
    list[str] | None,
    typer.Option(
        "--report",
        metavar="FORMAT=FILE",
        help="Also write junit, sarif, github, json or md; - is stdout. Repeat.",
    ),
]
VerdictOutput = Annotated[
    Literal["table", "json", "yaml", "github"] | None,
    typer.Option("-o", "--output", help="Output format; table if not set."),
]


def policy(
    timeout: str = "",
    *,
    max_restarts: int = 2,
    schedule_grace: str = "",
    pull_grace: str = "",
    quota_grace: str = "",
    ready_grace: str = "",
    quorum: Literal["any", "all"] | None = None,
    tolerate: Sequence[str] | None = None,
) -> "Policy":
    """The policy that options mean; what is empty is as in `Policy`."""
    from opskit.rollout.durations import seconds
    from opskit.rollout.judge.situation import Policy

    texts = {
        "timeout": timeout,
        "schedule_grace": schedule_grace,
        "pull_grace": pull_grace,
        "quota_grace": quota_grace,
        "ready_grace": ready_grace,
    }
    times: dict[str, Any] = {
        name: seconds(text, f"--{name.replace('_', '-')}") for name, text in texts.items() if text
    }
    return Policy(
        **times, max_restarts=max_restarts, quorum=quorum, tolerate=frozenset(tolerate or ())
    )


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
    from opskit.rollout.report import locate

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
    from opskit.rollout.told import cleaned
    from opskit.rollout.watching import watch

    with progress([(cluster.name, target) for target in targets], shown) as say:
        verdicts = watch(
            cluster,
            targets,
            policy,
            expected=expected,
            say=lambda step: say(cluster.name, step),
            stop=stop,
        )
    return [cleaned(each, shown.clean) for each in verdicts]


Say = Callable[[str, "Step"], None]


@contextmanager
def progress(keys: "Sequence[tuple[str, Target]]", shown: Shown) -> Iterator[Say]:
    """Show steps as they come: `say(cluster's name, step)`, from any thread.

    A table on stderr where that is a terminal, else a line each; with `events` lines of JSON on
    stdout, and on stderr only if nobody would read both at once. `keys` are clusters and targets.
    """
    from opskit.output.console import is_terminal
    from opskit.output.live import can_be_live, live
    from opskit.rollout.board import HEADINGS, Board

    board, lock = Board(keys), threading.Lock()
    teller = _Teller(board, lock, shown)
    if shown.events and is_terminal(sys.stdout):
        yield teller.event
    elif can_be_live():
        with live(HEADINGS, teller.rows):
            yield teller.quiet
    else:
        yield teller.line


class _Teller:
    """Takes steps in, under a lock, and tells of them."""

    def __init__(self, board: "Board", lock: threading.Lock, shown: Shown) -> None:
        self._board, self._lock, self._shown = board, lock, shown
        self._started = time.monotonic()

    def _take(self, cluster: str, step: "Step") -> "Step":
        from opskit.rollout.told import cleaned_step

        step = cleaned_step(step, self._shown.clean)
        self._board.put(step, cluster)
        if self._shown.events:
            self._emit(cluster, step)
        return step

    def _emit(self, cluster: str, step: "Step") -> None:
        from datetime import UTC, datetime

        from opskit.output import write
        from opskit.output.values import dumps
        from opskit.rollout.told import event_fields

        since = time.monotonic() - self._started
        write(dumps(event_fields(step, cluster, since, datetime.now(UTC))) + "\n")

    def event(self, cluster: str, step: "Step") -> None:
        with self._lock:
            self._take(cluster, step)

    quiet = event  # the table is drawn by itself

    def line(self, cluster: str, step: "Step") -> None:
        from opskit.output import message
        from opskit.output.text import one_line

        with self._lock:
            text = self._board.line(self._take(cluster, step), cluster)
            if text:
                since = time.monotonic() - self._started
                message(f"{since:6.1f} s  {one_line(text)}", verbatim=True)

    def rows(self, most: int) -> "tuple[str, Sequence[Sequence[str]]]":
        from opskit.rollout.durations import shown

        with self._lock:
            count = f"{self._board.ended} of {self._board.count} rollouts ended"
            return f"{count}, {shown(time.monotonic() - self._started)}", self._board.rows(most)


def finish(
    verdicts: "Sequence[Verdict]",
    shown: Shown,
    *,
    schema: str = "opskit.rollout.status/1",
    extra: "Mapping[str, object] | None" = None,
) -> int:
    """Print the verdicts, write the reports; the exit status. `extra` goes into the JSON."""
    from opskit.rollout.told import cleaned
    from opskit.rollout.verdict import exit_code

    verdicts = [cleaned(each, shown.clean) for each in verdicts]
    if not shown.events:
        _print(verdicts, shown, schema, extra or {})
    return _write(verdicts, shown, schema, int(exit_code(verdicts)))


def _print(
    verdicts: "Sequence[Verdict]", shown: Shown, schema: str, extra: "Mapping[str, object]"
) -> None:
    from opskit.output import Format, Record, emit_record, quiet_on_closed_pipe, write
    from opskit.rollout import words
    from opskit.rollout.told import verdict_fields, whole_outcome

    with quiet_on_closed_pipe():
        if shown.output == "github":
            write(_rendered(verdicts, shown, schema, "github"))
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
    from opskit.rollout.words import VERBATIM

    first, *rest = visible(text).split("\n")
    head = fitted(first, indent="  ")
    for word, style in (("failed", "red"), ("timed out", "magenta"), ("unknown", "magenta")):
        if f": {word} after" in head:
            head = head.replace(f": {word} after", f": {paint(word, style)} after", 1)
    body = (line if line.startswith(VERBATIM) else fitted(line) for line in rest)
    return "".join(f"{line}\n" for line in (head, *body))


def _write(verdicts: "Sequence[Verdict]", shown: Shown, schema: str, status: int) -> int:
    """Write the reports; a file that cannot be written hides no verdict."""
    from opskit.errors import ExitCode, OpskitError
    from opskit.files import write_atomic
    from opskit.output import error, write

    for wanted in shown.reports:
        text = _rendered(verdicts, shown, schema, wanted.format)
        if wanted.file == "-":
            write(text)
            continue
        try:
            write_atomic(wanted.file, text.encode("utf-8"))
        except OpskitError as failure:
            error(failure)
            status = status or int(ExitCode.UNKNOWN)
    return status


def _rendered(verdicts: "Sequence[Verdict]", shown: Shown, schema: str, fmt: str) -> str:
    from opskit.findings import FailOn
    from opskit.output import Format, render_report
    from opskit.rollout.judge.judging import RULES
    from opskit.rollout.report import report

    made = report(verdicts, shown.locations, schema)
    return render_report(made, Format(fmt), RULES.rules, FailOn.ERROR)
