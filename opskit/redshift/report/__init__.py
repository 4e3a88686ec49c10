"""One page about a warehouse: findings first, then charts; no file beside it, no script."""

from collections.abc import Sequence
from importlib.resources import files
from string import Template

from opskit import __version__
from opskit.findings import Report, Rule
from opskit.output import summary_line
from opskit.redshift.report import findings
from opskit.redshift.report.growth import Sizes
from opskit.redshift.report.markup import tag, text
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
    here = files("opskit.redshift.report")
    facts = [
        ("Engine", warehouse.engine),
        ("At", f"{moment(warehouse.now)} UTC"),
        ("Window", f"{figure(warehouse.hours)} h, from {moment(warehouse.since)} UTC"),
        ("Checked", summary_line(report)),
    ]
    page = Template(here.joinpath("page.html").read_text("utf-8")).substitute(
        style=here.joinpath("page.css").read_text("utf-8"),
        title=text(f"Redshift check of {name}, {moment(warehouse.now)} UTC"),
        name=tag("bdi", name),
        facts="\n".join(tag("div", tag("dt", key), tag("dd", value)) for key, value in facts),
        tiles=findings.tiles(report),
        banner=findings.not_looked(report),
        findings=findings.section(report, {rule.code: rule for rule in rules}),
        charts=sections(warehouse, history),
        version=text(__version__),
    )
    return page.encode("utf-8")
