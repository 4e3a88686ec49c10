"""The findings of a check as HTML, worst first."""

from collections.abc import Iterator, Mapping, Sequence

from opskit.findings import Finding, Report, Rule, Severity
from opskit.output.page.markup import Html, details, join, link, table, tag
from opskit.output.text import count
from opskit.redshift.report.scales import NOTHING
from opskit.redshift.rules.figures import duration, excerpt, size

WORDS = {
    Severity.ERROR: "Error",
    Severity.UNKNOWN: "Not looked at",
    Severity.WARNING: "Warning",
    Severity.INFO: "Info",
}
_MANY = 3


def tiles(report: Report) -> Html:
    """How many findings of each severity, none included."""
    counts = report.summary()
    made = [
        tag(
            "li",
            tag("strong", counts[severity.value]),
            tag("span", words if counts[severity.value] == 1 else _plural(severity)),
            class_=f"tile {severity.value}" if counts[severity.value] else "tile none",
        )
        for severity, words in WORDS.items()
    ]
    return tag("ul", *made, class_="tiles")


def _plural(severity: Severity) -> str:
    words = WORDS[severity]
    return f"{words}s" if severity in (Severity.ERROR, Severity.WARNING) else words


def not_looked(report: Report) -> Html:
    """What must not be taken for fine, before anything else."""
    missed = [(n, f) for n, f in _numbered(report) if f.level is Severity.UNKNOWN]
    if not missed:
        return Html("")
    items = [tag("li", tag("a", _missing(f), href=f"#finding-{n}")) for n, f in missed]
    many = "1 check could" if len(missed) == 1 else f"{len(missed)} checks could"
    return tag(
        "div",
        tag(
            "p",
            tag("strong", f"Not complete: {many} not be made. "),
            "Nothing is known of what would have been seen, and it is not counted as fine.",
        ),
        tag("ul", *items),
        class_="banner unknown",
        role="note",
    )


def _numbered(report: Report) -> Iterator[tuple[int, Finding]]:
    return enumerate(report.findings, 1)


def _missing(finding: Finding) -> str:
    message = finding.message.removeprefix("could not look: ")
    return f"{finding.object}: {message}" if finding.object else message


def section(report: Report, rules: Mapping[str, Rule]) -> Html:
    """All findings, with a list of them where there are many."""
    if not report.findings:
        return tag("p", f"No findings in {count(report.checked, report.unit)}.", class_="fine")
    articles = [_article(n, f, rules.get(f.rule)) for n, f in _numbered(report)]
    return join([_glance(report) if len(articles) > _MANY else "", *articles])


def _glance(report: Report) -> Html:
    rows = [
        (
            badge(f.level),
            tag("a", excerpt(f.message, 160), href=f"#finding-{n}"),
            cost(f) or NOTHING,
        )
        for n, f in _numbered(report)
    ]
    heads = ["Severity", "Finding", "Cost in the window"]
    return tag("div", table(heads, rows, "All findings, worst first"), class_="glance")


def badge(severity: Severity) -> Html:
    return tag("span", WORDS[severity], class_=f"badge {severity.value}")


def cost(finding: Finding) -> str:
    """What a finding costs over the window, where that is known."""
    known = finding.data.get("cost") or {}
    parts = []
    if known.get("seconds"):
        parts.append(duration(known["seconds"]))
    if known.get("gigabytes"):
        parts.append(size(known["gigabytes"]))
    return ", ".join(parts)


def _article(number: int, finding: Finding, rule: Rule | None) -> Html:
    facts = [
        ("Object", tag("bdi", finding.object) if finding.object else ""),
        ("Observed", finding.observed),
        ("Threshold", finding.expected),
        ("Cost in the window", cost(finding)),
    ]
    listed = [tag("div", tag("dt", name), tag("dd", value)) for name, value in facts if value]
    return tag(
        "article",
        tag("header", badge(finding.level), tag("span", finding.rule, class_="code")),
        tag("h3", finding.message),
        tag("dl", *listed) if listed else "",
        _fix(finding),
        _why(finding, rule),
        class_=f"finding {finding.level.value}",
        id=f"finding-{number}",
    )


def _fix(finding: Finding) -> Html:
    """The statements in a block that one click selects, and whether they can be taken back."""
    if not finding.fix:
        return Html("")
    if not finding.data.get("sql"):
        return tag("p", tag("strong", "What to do: "), finding.fix, class_="advice")
    return join(
        [
            tag("h4", "SQL that mends it"),
            tag("pre", tag("code", finding.fix), class_="copy", tabindex="0"),
            _undo(finding),
        ]
    )


def _undo(finding: Finding) -> Html:
    undo = str(finding.data.get("undo") or "")
    match finding.data.get("reversible"):
        case True:
            said = tag("strong", "Reversible." if undo else _harm(finding.data["sql"]))
        case False:
            said = tag("strong", "Not reversible.", class_="warned")
        case _:
            return Html("")
    how = _sentence(undo) if undo else Html("")
    return tag("p", said, " ", how, class_="undo")


def _harm(statements: Sequence[str]) -> str:
    """What may be said where a rule names no way back."""
    if all(sql.startswith(("ANALYZE ", "VACUUM ", "SHOW ")) for sql in statements):
        return "Changes no data."
    if all(sql.startswith("REFRESH ") for sql in statements):
        return "Changes no data but the view's own."
    return "Reversible; note first how it is now."  # a design that the views do not show


def _sentence(undo: str) -> Html:
    """SQL as code, words as a sentence."""
    if undo.rstrip().endswith(";"):
        return join(["To undo: ", tag("code", undo)], "")
    return join([undo[:1].upper() + undo[1:], "" if undo.endswith(".") else "."], "")


def _why(finding: Finding, rule: Rule | None) -> Html:
    parts: Sequence[object] = [
        tag("p", rule.why) if rule else "",
        tag("p", "Reference: ", link(finding.reference)) if finding.reference else "",
    ]
    if not any(parts):
        return Html("")
    return details(f"Why: {rule.title}" if rule else "Reference", *parts, class_="why")
