"""`opskit emrfs lint`: rules over role mappings and what is behind them."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from opskit.commands.emrfs.common import DEFAULT_FILE
from opskit.commands.options import Diff, ExitZero, FailOn, FindingsOutput, Ignore, Select, Yes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opskit.emrfs.lint import File

_UNMENDED = (
    "--fix mends emrfs.yaml, security configurations and templates of CloudFormation; "
    "mend this file by hand"
)


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[PATH]...", help="More files, in any format; - is stdin."),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            "-f",
            "--file",
            metavar="FILE",
            help="The role mappings; emrfs.yaml if no file is named (repeat).",
        ),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely.")] = False,
    diff: Diff = False,
    yes: Yes = False,
    output: FindingsOutput = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
) -> int:
    """Check role mappings, and the roles and data behind them.

    The rules find what EMRFS reads otherwise than meant, mappings that never decide, roles that
    cannot be assumed, and data that leaks ('opskit rule'). --fix mends what has one meaning only,
    in emrfs.yaml, security configurations and templates of CloudFormation. With --diff the change
    is printed, and nothing is changed.

    \b
    Example:
      opskit emrfs lint
      opskit emrfs lint -f security-configuration.json --fail-on warning -o sarif
      opskit emrfs lint main.tf emrfs-site.xml --ignore EMR021
      opskit emrfs lint --fix --diff
    """
    from opskit.commands.changes import carry_out, show
    from opskit.commands.emrfs.common import noted
    from opskit.commands.results import check_options, finish_check
    from opskit.emrfs import lint as emrfs
    from opskit.emrfs.rules import RULES
    from opskit.emrfs.rules.notice import NOTICE_RULE
    from opskit.errors import ExitCode

    named = [*(file or ()), *(paths or ())] or [DEFAULT_FILE]
    fix = fix or diff
    _refuse_stdin(named, writes=fix and not diff)
    options = check_options(RULES, output, select, ignore, fail_on, exit_zero)
    check = partial(emrfs.check, named, select=options.select, ignore=options.ignore)
    files, report = check()
    written = ExitCode.OK
    if fix:
        _say_unmended(files)
        rewrites = emrfs.mended(files, select=options.select, ignore=options.ignore)
        if diff:
            shown = show(rewrites)
            return ExitCode.OK if exit_zero else shown
        if rewrites:
            written = carry_out(rewrites, yes=yes)
            files, report = check()
    status = finish_check(report, RULES, options)
    if not any(finding.rule == NOTICE_RULE for finding in report.findings):
        noted(status)
    return written if written is ExitCode.PARTIAL else status


def _refuse_stdin(paths: "Sequence[Path]", *, writes: bool) -> None:
    from opskit.errors import UsageError

    if sum(path == Path("-") for path in paths) > 1:
        raise UsageError("stdin can be read once", hint="name - once")
    if writes and Path("-") in paths:
        raise UsageError("stdin cannot be mended in place", hint="--diff prints the change")


def _say_unmended(files: "Sequence[File]") -> None:
    """Which files --fix does not touch, whatever is found in them."""
    from opskit.emrfs import fixes
    from opskit.output import warn

    for file in files:
        if not fixes.mends(file.design):
            warn(f"{file.source.name}: {_UNMENDED}")
