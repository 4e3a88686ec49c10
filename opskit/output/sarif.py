"""Findings as SARIF 2.1.0 (OASIS), as GitHub code scanning and editors read it."""

from collections import Counter
from collections.abc import Sequence

from opskit import __version__
from opskit.findings import Finding, Report, Rule, Severity
from opskit.output.parts import file_of, uri_of, whole_message
from opskit.output.values import dumps

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
_Object = dict[str, object]


def render(report: Report, rules: Sequence[Rule]) -> str:
    """One run. A finding whose rule is not in `rules` gets a rule that has only its code."""
    known: dict[str, Rule | None] = {rule.code: rule for rule in rules}
    for finding in report.findings:
        known.setdefault(_rule_id(finding), None)
    driver = {
        "name": "opskit",
        "version": __version__,
        "rules": [_rule(rule) if rule else {"id": code} for code, rule in known.items()],
    }
    run = {
        "tool": {"driver": driver},
        "invocations": [{"executionSuccessful": report.summary()["unknown"] == 0}],
        "columnKind": "unicodeCodePoints",
        "results": _results(report.findings, list(known)),
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rule_id(finding: Finding) -> str:
    return finding.rule or "opskit"  # a result needs a rule


def _rule(rule: Rule) -> _Object:
    is_url = rule.reference.startswith(("https://", "http://"))
    return {
        "id": rule.code,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why or rule.title},
        "help": {"text": "\n\n".join(filter(None, (rule.why, rule.fix, rule.reference)))},
        **({"helpUri": uri_of(rule.reference)} if is_url else {}),
        "defaultConfiguration": {"level": _LEVELS.get(rule.severity, "note")},
    }


def _results(findings: Sequence[Finding], codes: list[str]) -> list[_Object]:
    index = {code: position for position, code in enumerate(codes)}
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        print_ = _fingerprint(finding)
        seen[print_] += 1
        results.append(
            {
                "ruleId": _rule_id(finding),
                "ruleIndex": index[_rule_id(finding)],
                **_level(finding),
                "message": {"text": whole_message(finding)},
                **_locations(finding),
                "partialFingerprints": {"opskitFinding/v1": f"{print_}:{seen[print_]}"},
            }
        )
    return results


def _level(finding: Finding) -> _Object:
    """SARIF has a kind for "not enough information to decide"; its level is then `none`."""
    level = _LEVELS.get(finding.level)
    return {"level": level} if level else {"kind": "open", "level": "none"}


def _locations(finding: Finding) -> _Object:
    location: _Object = {}
    if file := file_of(finding):
        location["physicalLocation"] = _physical(finding, file)
    if finding.object:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.object}]
    return {"locations": [location]} if location else {}


def _physical(finding: Finding, file: str) -> _Object:
    uri = uri_of(file)
    artifact: _Object = {"uri": uri}
    if "://" not in uri:
        artifact["uriBaseId"] = "%SRCROOT%"
    at = finding.location
    if not at or not at.line:
        return {"artifactLocation": artifact}
    column = {"startColumn": at.column} if at.column else {}
    return {"artifactLocation": artifact, "region": {"startLine": at.line, **column}}


def _fingerprint(finding: Finding) -> str:
    """The same for a finding that only moved: no line, and no value that was observed."""
    from hashlib import sha256

    parts = (_rule_id(finding), file_of(finding), finding.object or finding.message)
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]
