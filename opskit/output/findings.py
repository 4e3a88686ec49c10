"""The findings of a check in each of the formats for findings.

Each function that renders takes a `Report` and returns text; only the format for people may be
empty, where there is nothing to say on stdout. Findings keep the order of the report, which is
by file and line (`Registry.run`), as compilers have it; GitHub's annotations are worst first.
"""

from collections.abc import Iterable, Iterator, Sequence

from opskit.findings import FailOn, Finding, Report, Rule, Severity
from opskit.output import console
from opskit.output.formats import FINDINGS, Format, require
from opskit.output.parts import details
from opskit.output.rows import Column, Table, markdown_text, render_rows
from opskit.output.text import count, one_line, visible

_STYLES = {
    Severity.ERROR: "red",
    Severity.UNKNOWN: "magenta",
    Severity.WARNING: "yellow",
    Severity.INFO: "cyan",
}
_SNIPPET = "    "


def render_report(
    report: Report, fmt: Format, rules: Sequence[Rule] = (), fail_on: FailOn = FailOn.ERROR
) -> str:
    """`report` in one of the formats `FINDINGS`; UsageError for any other.

    `rules` are the rules that were run; SARIF describes them. `fail_on` decides which findings
    JUnit is told of as failures.
    """
    require(fmt, FINDINGS, "findings")
    match fmt:
        case Format.TABLE:
            return _blocks(report)
        case Format.MD:
            return _md(report)
        case Format.CSV:
            return render_rows(_flat(report), fmt)
        case Format.JUNIT:
            from opskit.output import junit

            blocks = ["\n".join(_block(finding)) for finding in report.findings]
            return junit.render(report, summary_line(report), blocks, fail_on)
        case Format.SARIF:
            from opskit.output import sarif

            return sarif.render(report, rules)
        case Format.GITHUB:
            from opskit.output import github

            return github.render(report)
    return render_rows(_nested(report), fmt)


def summary_line(report: Report) -> str:
    """`2 errors, 1 not checked in 3 files (1 fixable with --fix)`, `no findings in 3 files`."""
    counts = report.summary()
    parts = {
        "error": count(counts["error"], "error"),
        "unknown": f"{counts['unknown']} not checked",
        "warning": count(counts["warning"], "warning"),
        "info": f"{counts['info']} info",
    }
    told = ", ".join(text for severity, text in parts.items() if counts[severity])
    scope = f" in {count(report.checked, report.unit)}" if report.checked else ""
    fixable = sum(finding.fixable for finding in report.findings)
    mend = f" ({fixable} fixable with --fix)" if fixable else ""
    return f"{told or 'no findings'}{scope}{mend}"


def _nested(report: Report) -> Table:
    """The report as the contract has it in JSON."""
    records = [_record(finding) for finding in report.findings]
    extra = {**report.extra, "summary": report.summary()}
    return Table(report.schema, (), records, key="findings", extra=extra)


def _record(finding: Finding) -> dict[str, object]:
    fields: dict[str, object] = {
        "rule": finding.rule,
        "severity": finding.level,
        "message": finding.message,
        "object": finding.object,
        "location": finding.location,
        "observed": finding.observed,
        "expected": finding.expected,
        "fix": finding.fix,
        "reference": finding.reference,
    }
    # a domain adds fields behind these and cannot change one of them
    return {**fields, **finding.data, **fields}


def _flat(report: Report) -> Table:
    """The report with one column a field, for CSV."""
    where = ("file", "line", "column")
    texts = ("object", "message", "observed", "expected", "fix", "reference")
    rows = [
        {**_record(finding), **{name: getattr(finding.location, name, None) for name in where}}
        for finding in report.findings
    ]
    return Table(report.schema, ("rule", "severity", *where, *texts), rows)


def _md(report: Report) -> str:
    """A table, then what each finding says more, folded: for a GitHub job summary."""
    title = f"**{markdown_text(summary_line(report))}**\n"
    if not report.findings:
        return title
    columns = [Column(name, name.capitalize()) for name in ("severity", "rule", "where")]
    columns += [Column("object", "Object"), Column("message", "Message")]
    rows = [{**_record(finding), "where": _where(finding)} for finding in report.findings]
    table = render_rows(Table(report.schema, columns, rows), Format.MD)
    return "\n".join([title, table, *filter(None, map(_md_details, report.findings))])


def _where(finding: Finding) -> str:
    at = finding.location
    return "" if at is None else f"{at.file}:{at.line}" if at.line else at.file


def _md_details(finding: Finding) -> str:
    from html import escape

    parts = [f"{label.capitalize()}:\n\n{_fenced(text)}\n" for label, text in details(finding)]
    if not parts:
        return ""
    title = escape(
        one_line(" ".join(filter(None, (finding.rule, _where(finding), finding.object))))
    )
    return "\n".join([f"<details><summary>{title}</summary>\n", *parts, "</details>\n"])


def _fenced(text: str) -> str:
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}text\n{visible(text)}\n{fence}"


def _blocks(report: Report) -> str:
    """One block a finding, as compilers do, with an empty line between blocks."""
    return "\n".join(
        _painted(finding, "\n".join(_fitted(_block(finding)))) + "\n" for finding in report.findings
    )


def _block(finding: Finding) -> Iterator[str]:
    fixable = "[*] " if finding.fixable else ""
    yield f"{_lead(finding)}{_mark(finding)} {fixable}{one_line(finding.message)}"
    for label, text in details(finding):
        first, *more = visible(text).split("\n")
        if more:
            yield f"  {label}:"
            yield from (f"{_SNIPPET}{line}".rstrip() for line in (first, *more))
        else:
            yield f"  {label}: {first}"


def _lead(finding: Finding) -> str:
    place = str(finding.location or finding.object)
    return f"{one_line(place)}: " if place else ""


def _mark(finding: Finding) -> str:
    return " ".join(filter(None, (finding.level.value, one_line(finding.rule))))


def _painted(finding: Finding, block: str) -> str:
    lead, mark = len(_lead(finding)), _mark(finding)
    painted = console.paint(mark, _STYLES[finding.level])
    return block[:lead] + block[lead:].replace(mark, painted, 1)


def _fitted(lines: Iterable[str]) -> Iterator[str]:
    """Lines of a block as a terminal shows them best; snippets are left whole, to be copied."""
    return (line if line.startswith(_SNIPPET) else console.fitted(line) for line in lines)
