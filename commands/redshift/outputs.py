"""What `opskit redshift check` gives beside its findings: a page, measurements."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opskit.commands.redshift.connection import Where
    from opskit.commands.results import CheckOptions
    from opskit.findings import Report, Rule
    from opskit.output import Format, Measures
    from opskit.redshift.rules.registry import RedshiftRule
    from opskit.redshift.source import Source
    from opskit.redshift.warehouse import Warehouse


class Outputs(NamedTuple):
    """What was asked for; `wire` is the format of what is pushed."""

    output: str
    page: Path | None
    push: tuple[str, int] | None
    prefix: str

    @property
    def measured(self) -> bool:
        """Whether stdout, or Graphite in its place, gets measurements instead of findings."""
        from opskit.output import MEASURES

        return self.output in MEASURES

    @property
    def wire(self) -> str:
        return self.output if self.measured else "graphite"

    def reads(self) -> list[str]:
        """The queries that this needs, beside those of the rules."""
        from opskit.redshift import metrics, report

        measures = metrics.READS if self.measured or self.push else ()
        return [*measures, *(report.READS if self.page else ())]


def outputs(
    options: "CheckOptions", page: Path | None, push: str | None, prefix: str | None
) -> Outputs:
    """The options, before anything is asked; UsageError or InputError where they cannot be."""
    import re

    from opskit.clients import graphite
    from opskit.errors import InputError, UsageError
    from opskit.redshift.metrics import PREFIX

    if push and options.output == "openmetrics":
        raise UsageError(
            "OpenMetrics is fetched, not pushed",
            where="--push",
            hint="-o graphite or graphite-tagged is pushed; or leave --push out",
        )
    if prefix is not None and not re.fullmatch(r"[A-Za-z_][\w-]*(\.[\w-]+)*", prefix, re.ASCII):
        raise UsageError(
            f"{prefix[:80]!r} cannot begin a metric's name",
            where="--metric-prefix",
            hint="letters, digits, _ and - with dots between, as in ops.redshift",
        )
    if page is not None and not page.absolute().parent.is_dir():
        raise InputError("the folder does not exist", where=str(page), hint="make it first")
    place = graphite.address(push) if push else None
    return Outputs(options.output, page, place, prefix or PREFIX)


def name_of(where: "Where", source: "Source") -> str:
    """How pages and series call a warehouse: as the settings do, else as it is reached."""
    from opskit.commands.results import load_settings
    from opskit.redshift.history.offline import CaptureSource

    if isinstance(source, CaptureSource):
        return source.contents.target
    named = load_settings(**{"redshift.target": where.target}).get("redshift.target")
    place = where.host or where.cluster or where.workgroup
    return named if named and "://" not in named and not place else source.name


def finish(
    wanted: Outputs,
    seen: "Warehouse",
    report: "Report",
    rules: "Sequence[RedshiftRule]",
    options: "CheckOptions",
    name: str,
) -> int:
    """Print, then send; the exit status is that of the findings.

    UnknownError where the measurements cannot be sent and the findings are no worse than that.
    """
    from opskit.commands.results import finish_check
    from opskit.errors import ExitCode, UnknownError
    from opskit.findings import FailOn
    from opskit.output import Format, emit_measures, message, quiet_on_closed_pipe, summary_line
    from opskit.output import error as say_error
    from opskit.redshift.metrics import measure
    from opskit.redshift.rules import RULES

    if not wanted.measured and not wanted.push:
        return finish_check(report, RULES, options)
    measures = measure(seen, report, rules, name=name, prefix=wanted.prefix)
    status = report.exit_code(FailOn(options.fail_on), exit_zero=options.exit_zero)
    if not wanted.measured:
        finish_check(report, RULES, options)
    elif not wanted.push:
        with quiet_on_closed_pipe():
            emit_measures(measures, Format(wanted.output))
            message(summary_line(report))
    if wanted.push:
        try:
            _push(wanted.push, measures, Format(wanted.wire))
        except UnknownError as failure:
            if status != ExitCode.NO:
                raise
            failure.exit_code = ExitCode.NO  # what is wrong with the warehouse is worse
            say_error(failure, as_json=options.output == "json")
            if wanted.measured:  # nothing has said why it is a no
                message(summary_line(report))
    return status


def _push(place: tuple[str, int], measures: "Measures", wire: "Format") -> None:
    """Send the measurements to Graphite; UnknownError where it does not take them."""
    from opskit.clients import graphite
    from opskit.output import message, render_measures

    lines = render_measures(measures, wire)
    graphite.send(place, lines.encode())
    message(f"{lines.count(chr(10))} values sent to {place[0]}:{place[1]}")


def write_page(
    wanted: Outputs,
    seen: "Warehouse",
    report: "Report",
    rules: "Sequence[Rule]",
    where: "Where",
    name: str,
) -> None:
    """Write the page of `--report`, if it was asked for."""
    if wanted.page is None:
        return
    from opskit.files import write_atomic
    from opskit.redshift.report import render
    from opskit.redshift.report.growth import history

    past = history(where.capture, seen.now) if where.capture else ()
    write_atomic(wanted.page, render(seen, report, rules, name=name, history=past))
