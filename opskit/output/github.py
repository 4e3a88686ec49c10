"""Findings as GitHub Actions workflow commands, which become annotations of a change."""

from collections import Counter

from opskit.findings import Finding, Report, Severity, worst_first
from opskit.output.parts import file_of, whole_message
from opskit.output.text import count, visible

# GitHub drops what comes after ten annotations of a kind from one step.
LIMIT = 10
_KINDS = {
    Severity.ERROR: "error",
    Severity.UNKNOWN: "warning",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}


def render(report: Report) -> str:
    """The worst ten of each kind as annotations, the rest as a count in the log."""
    seen: Counter[str] = Counter()
    lines = []
    for finding in worst_first(report.findings):
        kind = _KINDS[finding.level]
        seen[kind] += 1
        if seen[kind] <= LIMIT:
            lines.append(_command(kind, finding))
    rest = [count(n - LIMIT, f"more {kind}") for kind, n in seen.items() if n > LIMIT]
    if rest:
        lines.append(f"not shown as annotations: {', '.join(rest)}")
    return "".join(f"{line}\n" for line in lines)


def _command(kind: str, finding: Finding) -> str:
    at = finding.location
    file = file_of(finding)
    properties = {
        "file": file,
        "line": at.line if at and file else None,
        "col": at.column if at and file and at.line else None,
        "title": f"{finding.rule} {finding.object}".strip(),
    }
    given = ",".join(f"{key}={_property(value)}" for key, value in properties.items() if value)
    return f"::{kind} {given}".rstrip() + f"::{_data(whole_message(finding))}"


def _data(text: str) -> str:
    return visible(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: object) -> str:
    return _data(str(value)).replace(":", "%3A").replace(",", "%2C")
