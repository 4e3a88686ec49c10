"""What a command writes: data to stdout in the format asked for, messages to stderr.

The one package that prints. Importing it loads no renderer: each is loaded where it is used.
"""

import sys
from collections.abc import Sequence

from opskit.findings import FailOn, Report, Rule
from opskit.output.console import (
    Color,
    configure,
    confirm,
    error,
    fitted,
    is_terminal,
    message,
    quiet_on_closed_pipe,
    warn,
    write,
    write_bytes,
)
from opskit.output.findings import render_report, summary_line
from opskit.output.formats import FINDINGS, ROWS, Format
from opskit.output.rows import Column, Table, render_rows
from opskit.output.text import visible

__all__ = [
    "FINDINGS",
    "ROWS",
    "Color",
    "Column",
    "Format",
    "Table",
    "configure",
    "confirm",
    "emit_report",
    "emit_rows",
    "error",
    "fitted",
    "message",
    "quiet_on_closed_pipe",
    "render_report",
    "render_rows",
    "summary_line",
    "warn",
    "write",
    "write_bytes",
]


def emit_rows(table: Table, fmt: Format) -> None:
    """Write the rows to stdout."""
    _emit(render_rows(table, fmt), fmt)


def emit_report(
    report: Report, fmt: Format, rules: Sequence[Rule] = (), fail_on: FailOn = FailOn.ERROR
) -> None:
    """Write the findings to stdout and the line that sums them up to stderr."""
    _emit(render_report(report, fmt, rules, fail_on), fmt)
    message(summary_line(report))


def _emit(text: str, fmt: Format) -> None:
    # a table is safe already and has colours; other formats keep data as it is for programs
    if fmt is not Format.TABLE and is_terminal(sys.stdout):
        text = visible(text)
    write(text)
