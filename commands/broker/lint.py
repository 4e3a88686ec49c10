"""`opskit broker lint`: rules over broker files and topologies."""

from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import typer

from opskit.commands.options import Diff, ExitZero, FailOn, FindingsOutput, Ignore, Select, Yes


def lint(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="PATH...", help="Broker files, topologies, folders; - is stdin."),
    ],
    engine: Annotated[
        str | None, typer.Option(metavar="VERSION", help="The release they run on, as in 5.18.")
    ] = None,
    target: Annotated[
        Literal["self-managed", "amazon-mq"] | None,
        typer.Option(help="Where they run; what a file looks like if not set."),
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(metavar="PATH", help="What runs now, to find changes that lose messages."),
    ] = None,
    fix: Annotated[bool, typer.Option("--fix", help="Mend what can be mended safely.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Mend what changes the flow of messages, too.")
    ] = False,
    diff: Diff = False,
    yes: Yes = False,
    output: FindingsOutput = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
) -> int:
    """Check broker files and topologies.

    The rules find what stops start-up, what forwards nothing, what loses messages ('opskit rule').
    Files are read as ActiveMQ 5.19 unless --engine says otherwise. With --diff, what --fix would
    change is printed, and nothing is changed.

    \b
    Example:
      opskit broker lint activemq.xml
      opskit broker lint conf/ topology.yaml --engine 5.18 -o sarif
      opskit broker lint activemq.xml --fix --diff
    """
    from opskit.broker import lint as broker
    from opskit.broker import versions
    from opskit.broker.rules import RULES
    from opskit.commands.changes import carry_out, show
    from opskit.commands.results import check_options, finish_check, load_settings
    from opskit.errors import ExitCode
    from opskit.output import message, warn

    fix = fix or unsafe_fixes or diff
    _refuse_stdin(paths, writes=fix and not diff)
    options = check_options(RULES, output, select, ignore, fail_on, exit_zero)
    settings = load_settings(**{"broker.engine": engine, "broker.target": target})
    check = partial(
        broker.check,
        paths,
        engine=settings.get("broker.engine"),
        target=settings.get("broker.target"),
        against=against or (),
        select=options.select,
        ignore=options.ignore,
    )
    network, report = check()
    for remark in versions.remarks(each.version for each in network.brokers):
        warn(remark)
    written = ExitCode.OK
    if fix:
        rewrites = broker.mended(
            network, report, unsafe=unsafe_fixes, select=options.select, ignore=options.ignore
        )
        if diff:
            shown = show(rewrites)
            return ExitCode.OK if exit_zero else shown
        if rewrites:
            written = carry_out(rewrites, yes=yes)
            network, report = check()
    status = finish_check(report, RULES, options)
    if assumption := broker.assumption(network):
        message(assumption)
    return written if written is ExitCode.PARTIAL else status


def _refuse_stdin(paths: list[Path], *, writes: bool) -> None:
    from opskit.errors import UsageError

    if writes and Path("-") in paths:
        raise UsageError("stdin cannot be mended in place", hint="--diff prints the change")
