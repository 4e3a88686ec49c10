"""What a command writes: data to stdout in the format asked for, messages to stderr.

The one package that prints. Importing it loads no renderer: each is loaded where it is used.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from opskit.output.console import (
    Color,
    configure,
    confirm,
    error,
    fitted,
    is_terminal,
    message,
    progress,
    quiet_on_closed_pipe,
    warn,
    write,
    write_bytes,
)

if TYPE_CHECKING:
    from opskit.findings import FailOn, Report, Rule
    from opskit.output.findings import render_report, summary_line
    from opskit.output.formats import FINDINGS, MEASURES, RECORD, ROWS, Format
    from opskit.output.measures import Measures, render_measures
    from opskit.output.record import Record, render_record
    from opskit.output.rows import Column, Table, render_rows

_LATER = {
    **dict.fromkeys(("render_report", "summary_line"), "findings"),
    **dict.fromkeys(("FINDINGS", "MEASURES", "RECORD", "ROWS", "Format"), "formats"),
    **dict.fromkeys(("Measures", "render_measures"), "measures"),
    **dict.fromkeys(("Record", "render_record"), "record"),
    **dict.fromkeys(("Column", "Table", "render_rows"), "rows"),
}

__all__ = [
    "FINDINGS",
    "MEASURES",
    "RECORD",
    "ROWS",
    "Color",
    "Column",
    "Format",
    "Measures",
    "Record",
    "Table",
    "configure",
    "confirm",
    "emit_measures",
    "emit_record",
    "emit_report",
    "emit_rows",
    "error",
    "fitted",
    "message",
    "progress",
    "quiet_on_closed_pipe",
    "render_measures",
    "render_record",
    "render_report",
    "render_rows",
    "summary_line",
    "warn",
    "write",
    "write_bytes",
]


def __getattr__(name: str) -> Any:
    """The renderers, each when it is first asked for: a help text needs none of them."""
    if name in _LATER:
        return getattr(import_module(f"opskit.output.{_LATER[name]}"), name)
    raise AttributeError(name)


def emit_rows(table: "Table", fmt: "Format") -> None:
    """Write the rows to stdout."""
    from opskit.output.rows import render_rows

    _emit(render_rows(table, fmt), fmt)


def emit_record(record: "Record", fmt: "Format") -> None:
    """Write one answer to stdout."""
    from opskit.output.record import render_record

    _emit(render_record(record, fmt), fmt)


def emit_measures(measures: "Measures", fmt: "Format") -> None:
    """Write the measurements to stdout."""
    from opskit.output.measures import render_measures

    _emit(render_measures(measures, fmt), fmt)


def emit_report(
    report: "Report",
    fmt: "Format",
    rules: "Sequence[Rule]" = (),
    fail_on: "FailOn | None" = None,
) -> None:
    """Write the findings to stdout and the line that sums them up to stderr.

    `fail_on` is the severity from which JUnit calls them failures: error, if it is not given.
    """
    from opskit.findings import FailOn
    from opskit.output.findings import render_report, summary_line

    _emit(render_report(report, fmt, rules, fail_on or FailOn.ERROR), fmt)
    message(summary_line(report))


def _emit(text: str, fmt: "Format") -> None:
    from opskit.output.formats import Format
    from opskit.output.text import visible

    # a table is safe already and has colours; other formats keep data as it is for programs
    if fmt is not Format.TABLE and is_terminal(sys.stdout):
        text = visible(text)
    write(text)
