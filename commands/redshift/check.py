"""`opskit redshift check`: what is wrong with a warehouse, worst first."""

from typing import Annotated, Any

import typer

from opskit.commands.options import ExitZero, FailOn, FindingsOutput, Ignore
from opskit.commands.redshift.connection import Where, connected


@connected
def check(
    rules: Annotated[
        list[str] | None,
        typer.Argument(metavar="[RULE]...", help="Codes, their beginnings, or groups; all."),
    ] = None,
    threshold: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A threshold (repeat); see 'thresholds'."),
    ] = None,
    window: Annotated[
        str | None, typer.Option(metavar="TIME", help="How far back, as in 24h or 7d; 24h.")
    ] = None,
    output: FindingsOutput = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    exit_zero: ExitZero = False,
    *,
    where: Where,
) -> int:
    """Say what is wrong, worst first, and the SQL that mends it.

    It reads only, in transactions that are rolled back. What could not be looked at is a finding
    of its own, and the exit status is 3 where nothing worse was found.

    \b
    Example:
      opskit redshift check --target redshift://ops@HOST:5439/dev
      opskit redshift check locks queues --target prod
      opskit redshift check --capture prod.duckdb --at 2026-01-31T03:00
    """
    from opskit.commands.redshift.connection import asked
    from opskit.commands.results import check_options, finish_check
    from opskit.redshift import check as health
    from opskit.redshift.rules import RULES

    options = check_options(RULES, output, None, ignore, fail_on, exit_zero)
    limits, span = _settings(threshold, window)
    select = health.codes(rules or ()) or options.select
    with asked(where) as source:
        report = health.check(
            source, select=select, ignore=options.ignore, window=span, limits=limits
        )
    return finish_check(report, RULES, options)


def _settings(threshold: list[str] | None, window: str | None) -> Any:
    """The thresholds in force and the window."""
    from opskit.commands.results import load_settings
    from opskit.redshift import thresholds
    from opskit.redshift.check import WINDOW, window_of

    found = load_settings(**{"redshift.thresholds": threshold or None, "redshift.window": window})
    span = found.get("redshift.window")
    return (
        thresholds.parse(found.get("redshift.thresholds") or {}),
        window_of(span) if span else WINDOW,
    )
