"""Findings as a JUnit report, as GitLab and Jenkins read it."""

from collections import Counter
from typing import TYPE_CHECKING

from opskit.findings import FailOn, Finding, Report, Severity
from opskit.output.parts import file_of
from opskit.output.text import visible

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def render(report: Report, summary: str, details: list[str], fail_on: FailOn) -> str:
    """One test case a finding and one for all that passed, or one where there are neither.

    `details` is each finding as text.

    A case fails where the exit status does: from `fail_on` up. In ASCII, so that the declared
    encoding holds on every stream.
    """
    from xml.etree.ElementTree import Element, SubElement, indent, tostring

    name = report.schema.partition("/")[0]
    kinds = Counter(_element(finding, fail_on) for finding in report.findings)
    counts = {
        "name": name,
        "tests": str(len(report.findings) + len(report.passed or ()) or 1),
        "failures": str(kinds["failure"]),
        "errors": str(kinds["error"]),
    }
    root = Element("testsuites", counts)
    suite = SubElement(root, "testsuite", counts)
    names: Counter[str] = Counter()
    for finding, detail in zip(report.findings, details, strict=True):
        named = (name, finding.object) if report.passed is not None else None
        _add_case(suite, finding, detail, name, names, _element(finding, fail_on), named)
    for passed in report.passed or ():
        SubElement(suite, "testcase", {"classname": name, "name": _single(passed, name, names)})
    if not report.findings and not report.passed:
        SubElement(suite, "testcase", {"classname": name, "name": summary})
    indent(root)
    document: bytes = tostring(root, encoding="us-ascii", xml_declaration=True)
    return document.decode("ascii") + "\n"


def _element(finding: Finding, fail_on: FailOn) -> str:
    """What could not be checked is an error of the test, not a failure of what is tested."""
    if finding.level is Severity.UNKNOWN:
        return "error"
    return "failure" if fail_on.covers(finding.level) else "system-out"


def _add_case(
    suite: "Element",
    finding: Finding,
    detail: str,
    fallback: str,
    names: Counter[str],
    element: str,
    named: tuple[str, str] | None,
) -> None:
    """`named` is the class and the name of a case that may pass as well: they stay the same."""
    from xml.etree.ElementTree import SubElement

    file = file_of(finding)
    classname = visible(file or fallback)
    name = f"{finding.rule} {finding.object}".strip() or finding.message
    if named is not None:
        classname, name = named
    name = _single(name, classname, names)
    attributes = {"classname": classname, "name": name} | ({"file": visible(file)} if file else {})
    case = SubElement(suite, "testcase", attributes)
    told = {"message": visible(finding.message), "type": finding.level.value}
    SubElement(case, element, {} if element == "system-out" else told).text = visible(detail)


def _single(text: str, classname: str, names: Counter[str]) -> str:
    """A name with a number where it comes again: GitLab keeps one of the cases that share class
    and name.
    """
    name = visible(text)
    key = f"{classname}\n{name}"
    names[key] += 1
    return f"{name} ({names[key]})" if names[key] > 1 else name
