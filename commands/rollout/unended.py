"""Reports of a command that ends before its verdicts: by an error, or by Ctrl-C.

Whoever reads a report finds in it what is known, rather than no file at all.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.commands.rollout.watched import Shown
    from opskit.errors import OpskitError
    from opskit.findings import Report
    from opskit.rollout.targets import Target
    from opskit.rollout.verdict import Verdict


@dataclass(slots=True)
class Seen:
    """What a watch is about, and the verdicts it has come to, also where it does not end well."""

    cluster: str = ""
    targets: "list[Target]" = field(default_factory=list)
    verdicts: "dict[Target, Verdict]" = field(default_factory=dict)
    told: bool = False

    def all(self, error: "OpskitError") -> "list[Verdict]":
        """The verdicts; of what has none it is not known how it ends, for this error."""
        from opskit.rollout.judge.completion import Progress
        from opskit.rollout.verdict import Cause, Outcome, Verdict

        found = []
        for each in self.targets:
            cause = Cause("ROL121", "CouldNotLook", error.message, str(each))
            none = Progress(0, 0, 0, "")
            left = Verdict(self.cluster, each, Outcome.UNKNOWN, none, [cause])
            found.append(self.verdicts.get(each, left))
        return found


@contextmanager
def told_too(shown: "Shown", schema: str) -> Iterator[None]:
    """Where what is within raises, --report, --events and -o say so; it is raised all the same."""
    from opskit.errors import OpskitError, UnknownError

    try:
        yield
    except KeyboardInterrupt:
        left = UnknownError("the watch was interrupted: how it ends is not known")
        left.code = "interrupted"
        tell(shown, schema, left)
        raise
    except OpskitError as error:
        tell(shown, schema, error)
        raise


def tell(shown: "Shown", schema: str, error: "OpskitError") -> None:
    """Write the reports, and the JSON on stdout, of a command that the error ended."""
    from opskit.output import Format, Record, emit_record, quiet_on_closed_pipe
    from opskit.rollout.telling.told import verdict_fields

    if shown.seen.told:
        return
    shown.seen.told = True
    verdicts = shown.seen.all(error)
    with quiet_on_closed_pipe():
        if shown.events:
            _event(shown, error)
        elif shown.output in ("json", "yaml"):
            fields = {
                "verdicts": [verdict_fields(each) for each in verdicts],
                "outcome": "interrupted" if error.code == "interrupted" else "unknown",
                "error": _fields(shown, error),
            }
            emit_record(Record(schema, fields, ""), Format(shown.output))
    _write(shown, _report(shown, schema, verdicts, error))


def _fields(shown: "Shown", error: "OpskitError") -> dict[str, object]:
    texts = {"message": error.message, "where": error.where, "hint": error.hint}
    return {"code": error.code, **{name: shown.clean(text) for name, text in texts.items()}}


def _event(shown: "Shown", error: "OpskitError") -> None:
    from datetime import UTC, datetime

    from opskit.output import write
    from opskit.output.values import dumps
    from opskit.rollout.telling.told import EVENT_SCHEMA

    at = datetime.now(UTC)
    stamp = f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03}Z"
    head = {"schema": EVENT_SCHEMA, "type": "error", "time": stamp}
    write(dumps({**head, **_fields(shown, error)}) + "\n")


def _report(
    shown: "Shown", schema: str, verdicts: "Sequence[Verdict]", error: "OpskitError"
) -> "Report":
    from opskit.findings import Finding, Report, Severity
    from opskit.rollout.telling.report import report

    if verdicts:
        return report(verdicts, shown.locations, schema)
    text = shown.clean(str(error))
    found = Finding(text, rule=error.code, object="rollout", severity=Severity.UNKNOWN)
    return Report(schema, [found], checked=1, unit="rollout")


def _write(shown: "Shown", made: "Report") -> None:
    from opskit.commands.rollout.reports import rendered, write_reports
    from opskit.output import write

    if shown.output == "github" and not shown.events:
        write(rendered(made, "github"))
    write_reports(made, shown, 0)
