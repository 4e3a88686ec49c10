"""One page about a warehouse: findings first, then charts; no file beside it, no script."""

from collections.abc import Sequence

from opskit.findings import Report, Rule
from opskit.output import summary_line
from opskit.output.page import Section, render_page
from opskit.output.page.markup import join, tag
from opskit.redshift.report import findings
from opskit.redshift.report.growth import Sizes
from opskit.redshift.report.scales import figure, moment
from opskit.redshift.report.sections import sections
from opskit.redshift.warehouse import Warehouse

#: The queries that the charts show, beside those that the rules read.
READS = ("commit-stats", "loads-by-hour", "queue-wait", "table-info", "top-queries")


def render(
    warehouse: Warehouse,
    report: Report,
    rules: Sequence[Rule],
    *,
    name: str,
    history: Sequence[Sizes] = (),
) -> bytes:
    """The page, in UTF-8; the same bytes for the same answers."""
    facts = [
        ("Engine", warehouse.engine),
        ("At", f"{moment(warehouse.now)} UTC"),
        ("Window", f"{figure(warehouse.hours)} h, from {moment(warehouse.since)} UTC"),
        ("Checked", summary_line(report)),
    ]
    told = findings.section(report, {rule.code: rule for rule in rules})
    note = tag("p", "All times are UTC. The figures of a chart stand below it.", class_="lead")
    return render_page(
        "opskit redshift check",
        f"Redshift check of {name}, {moment(warehouse.now)} UTC",
        name,
        facts,
        [
            Section("findings", "Findings", "Findings, worst first", told),
            Section("charts", "Charts", "Charts", join([note, sections(warehouse, history)])),
        ],
        summary=join([findings.tiles(report), findings.not_looked(report)]),
    )
