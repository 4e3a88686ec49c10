"""`opskit redshift check`: what is wrong with a warehouse, worst first."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from opskit.commands.options import ExitZero, FailOn, Ignore
from opskit.commands.redshift.connection import Where, connected

Output = Annotated[
    Literal[
        "table",
        "json",
        "jsonl",
        "csv",
        "md",
        "junit",
        "sarif",
        "github",
        "openmetrics",
        "graphite",
        "graphite-tagged",
    ]
    | None,
    typer.Option(
        *("-o", "--output"),
        metavar="FORMAT",
        help="table (if not set), json, jsonl, csv, md, junit, sarif or github of the findings; "
        "openmetrics, graphite or graphite-tagged of measurements.",
    ),
]


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
    output: Output = None,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a page with charts, too (HTML).")
    ] = None,
    push: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Send measurements to Graphite.")
    ] = None,
    metric_prefix: Annotated[
        str | None, typer.Option(metavar="WORDS", help="Of metrics; opskit.redshift if not set.")
    ] = None,
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
      opskit redshift check --target prod --report prod.html
      opskit redshift check --target prod -o graphite --push HOST:2003
    """
    from opskit.commands.redshift.connection import asked
    from opskit.commands.redshift.outputs import finish, name_of, outputs, write_page
    from opskit.commands.results import check_options
    from opskit.output import progress
    from opskit.redshift import check as health
    from opskit.redshift.rules import RULES

    passed_over = health.codes(ignore) if ignore else None
    options = check_options(RULES, output, None, passed_over, fail_on, exit_zero)
    wanted = outputs(options, report, push, metric_prefix)
    limits, span = _settings(threshold, window)
    chosen = health.chosen(health.codes(rules or ()) or options.select, options.ignore)
    reads = [*(query for rule in chosen for query in rule.reads), *wanted.reads()]
    with asked(where) as source, progress() as say:
        seen = health.look(
            source, reads, window=span, limits=limits, progress=lambda name: say(f"asking {name}")
        )
        name = name_of(where, source)
    found = health.judge(seen, chosen)
    write_page(wanted, seen, found, chosen, where, name)
    return finish(wanted, seen, found, chosen, options, name)


def _settings(threshold: list[str] | None, window: str | None) -> Any:
    """The thresholds in force and the window."""
    from opskit.commands.results import load_settings
    from opskit.redshift import thresholds
    from opskit.redshift.check import WINDOW, window_of

    found = load_settings(**{"redshift.thresholds": threshold or None, "redshift.window": window})
    span = found.get("redshift.window")
    return (
        thresholds.parse(
            found.get("redshift.thresholds") or {}, found.origin("redshift.thresholds")
        ),
        window_of(span) if span else WINDOW,
    )
