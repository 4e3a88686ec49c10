"""System views with a few rows, for the tests of rules: real SQL, run by DuckDB."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from opskit.findings import Finding
from opskit.redshift import check, duck, thresholds
from opskit.redshift.catalog import Engine, views
from opskit.redshift.queries import Library
from opskit.redshift.rules import RULES
from opskit.redshift.rules.registry import RedshiftRule

NOW = datetime(2026, 11, 20, 4, 0, 0)
Rows = Mapping[str, Iterable[Mapping[str, Any]]]


def ago(**length: float) -> datetime:
    """A time before NOW: `ago(hours=2)`."""
    return NOW - timedelta(**length)


def findings(
    code: str,
    rows: Rows,
    *,
    engine: Engine = "provisioned",
    window: timedelta = check.WINDOW,
    **limits: float,
) -> list[Finding]:
    """What one rule finds in views that hold these rows; thresholds as `stats_off=5`."""
    codes = {rule.code for rule in check.chosen([code])}
    needed = {view for c in codes for query in reads(c, engine) for view in query} | set(rows)
    source = duck.memory(engine, NOW, rows, needed)
    given = {name.replace("_", "-"): str(value) for name, value in limits.items()}
    report = check.check(source, select=[code], window=window, limits=thresholds.parse(given))
    return [finding for finding in report.findings if finding.rule == code]


def nulls(code: str, engine: Engine = "provisioned") -> dict[str, list[dict[str, Any]]]:
    """One row of nothing but NULL in every view that a rule reads."""
    return {view: [{}] for query in reads(code, engine) for view in query}


def reads(code: str, engine: Engine) -> list[Sequence[str]]:
    """The views of each query that a rule reads on an engine."""
    library = Library()
    [rule] = [rule for rule in RULES.rules if rule.code == code]
    assert isinstance(rule, RedshiftRule)
    return [
        [view for view in library.find(name, engine).header.views if view in views()]
        for name in rule.reads
        if library.has(name, engine)
    ]
