"""The reports of `--report FORMAT=FILE`, rendered and written."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opskit.commands.rollout.watched import Shown
    from opskit.findings import Report


def write_reports(made: "Report", shown: "Shown", status: int) -> int:
    """Write the reports that were asked for; a file that cannot be written hides no verdict."""
    from opskit.errors import ExitCode, OpskitError
    from opskit.files import write_atomic
    from opskit.output import error, write

    for wanted in shown.reports:
        text = rendered(made, wanted.format)
        if wanted.file == "-":
            write(text)
            continue
        try:
            write_atomic(wanted.file, text.encode("utf-8"))
        except OpskitError as failure:
            error(failure)
            status = status or int(ExitCode.UNKNOWN)
    return status


def rendered(made: "Report", fmt: str) -> str:
    """A report of rollouts in a format."""
    from opskit.findings import FailOn
    from opskit.output import Format, render_report
    from opskit.rollout.judge.judging import RULES

    return render_report(made, Format(fmt), RULES.rules, FailOn.ERROR)
