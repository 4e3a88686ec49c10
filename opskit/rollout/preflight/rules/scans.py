"""ROL020 to ROL022: the findings of ECR's scan."""

from collections.abc import Iterator, Mapping

from opskit.findings import Finding, Rule, Severity
from opskit.rollout.preflight.facts import Facts, Object, Unseen, not_told
from opskit.rollout.preflight.lookup import DONE
from opskit.rollout.preflight.rules.rules import RULES

#: Worst first; what `--max-severity` takes, besides `none`.
SEVERITIES = ("critical", "high", "medium", "low", "informational")
_UNRATED = ("UNDEFINED", "UNTRIAGED")
_REFERENCE = "Amazon ECR API reference, DescribeImageScanFindings"


@RULES.rule(
    Rule(
        "ROL020",
        Severity.ERROR,
        title="a scan with findings above --max-severity",
        why="The image has vulnerabilities worse than what is let through. Without the option "
        "the counts are told, and none of them stops anything.",
        fix="build the image on a newer base; 'aws ecr describe-image-scan-findings' lists them",
        reference=_REFERENCE,
    )
)
def too_bad(facts: Facts) -> Iterator[Finding]:
    scan = _scan(facts)
    if scan is None or not scan["counts"]:
        return
    told = _told(scan["counts"])
    if not facts.limit:
        yield Finding(
            f"the scan of {facts.name} found {told}",
            object=facts.name,
            observed=told,
            severity=Severity.INFO,
            data={"scan": dict(scan["counts"])},
        )
        return
    above = {name: scan["counts"][name.upper()] for name in _above(facts.limit, scan["counts"])}
    if above:
        yield Finding(
            f"the scan of {facts.name} found {_told(above)}",
            object=facts.name,
            observed=told,
            expected=f"nothing above {facts.limit}" if facts.limit != "none" else "nothing",
            data={"scan": dict(scan["counts"])},
        )


def _above(limit: str, counts: Mapping[str, int]) -> list[str]:
    known = SEVERITIES[: SEVERITIES.index(limit)] if limit in SEVERITIES else SEVERITIES
    return [name for name in known if counts.get(name.upper())]


def _told(counts: Mapping[str, int]) -> str:
    order = {name.upper(): place for place, name in enumerate(SEVERITIES)}
    names = sorted(counts, key=lambda name: order.get(name.upper(), len(order)))
    return ", ".join(f"{counts[name]} {name.lower()}" for name in names)


@RULES.rule(
    Rule(
        "ROL021",
        Severity.INFO,
        title="no scan that is complete",
        why="Nothing is known of vulnerabilities. With --max-severity that is not good enough, "
        "and counts as not checked.",
        fix="turn on scanning for the repository, or wait until the scan is done",
        reference=_REFERENCE,
    )
)
def no_scan(facts: Facts) -> Iterator[Finding]:
    if facts.found is None:
        return
    scan, severity = facts.found.scan, Severity.UNKNOWN if facts.limit else None
    if isinstance(scan, Unseen):
        yield not_told(f"could not see the scan of {facts.name}", scan, object_=facts.name)
    elif scan is None and not facts.ecr:
        if facts.limit:
            said = f"the registry of {facts.name} tells of no scan: --max-severity is for ECR"
            yield Finding(said, object=facts.name, severity=severity)
    elif scan is None:
        yield Finding(f"{facts.name} was not scanned", object=facts.name, severity=severity)
    elif isinstance(scan, Mapping) and scan["status"] not in DONE:
        yield Finding(
            f"the scan of {facts.name} is {scan['status']}",
            object=facts.name,
            observed=scan["description"] or scan["status"],
            expected=" or ".join(DONE),
            severity=severity,
        )


@RULES.rule(
    Rule(
        "ROL022",
        Severity.WARNING,
        title="a scan with findings that have no severity yet",
        why="They may be worse than what --max-severity lets through; it does not count them.",
        fix="look at them: 'aws ecr describe-image-scan-findings' lists them",
        reference=_REFERENCE,
    )
)
def unrated(facts: Facts) -> Iterator[Finding]:
    scan = _scan(facts)
    count = sum(scan["counts"].get(name, 0) for name in _UNRATED) if scan else 0
    if count and facts.limit:
        yield Finding(
            f"{count} findings of the scan of {facts.name} have no severity yet",
            object=facts.name,
            observed=str(count),
        )


def _scan(facts: Facts) -> Object | None:
    """The scan, where there is one whose findings count."""
    scan = facts.found.scan if facts.found else None
    return scan if isinstance(scan, Mapping) and scan["counts"] else None
