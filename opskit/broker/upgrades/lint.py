"""What `broker lint` finds on the new release and would not find on the old one."""

from collections.abc import Iterator

from opskit.broker.model import Network
from opskit.broker.rules import RULES
from opskit.broker.rules.lists import static_excluded
from opskit.broker.upgrades.registry import MIGRATION, Migration
from opskit.findings import Finding, Rule, Severity

#: Rules of lint that look at the release, and have a rule of their own here.
_HERE_TOO = ("BRK001", "BRK002", "BRK015", "BRK023")


@MIGRATION.rule(
    Rule(
        "BRK111",
        Severity.ERROR,
        title="a static include that an exclusion stops from 5.14 on",
        why="To 5.13 static includes are checked before exclusions, from 5.14 on after them: the "
        'bridge is "established" as before, and no message of this destination crosses.',
        fix='take the exclusion out, and set staticBridge="true" so that nothing else crosses',
        reference="AMQ-6331, https://issues.apache.org/jira/browse/AMQ-6331",
    )
)
def static_stops(migration: Migration) -> Iterator[Finding]:
    """BRK001 of lint. Source: isPermissableDestination in DemandForwardingBridgeSupport, 5.13.5
    and 5.14.0.
    """
    if migration.crosses(5, 14):
        for finding in static_excluded(migration.running(migration.new)):
            finding.message = f"from ActiveMQ 5.14 on, {finding.message}"
            yield finding


@MIGRATION.rule(
    Rule(
        "BRK112",
        Severity.ERROR,
        title="what lint finds only on the new release",
        why="The rule of lint that the message names depends on the release: what it finds was no "
        "fault before the upgrade.",
        fix="see 'opskit rule' on the rule that the message names",
        reference="opskit broker lint",
    )
)
def lint_finds_more(migration: Migration) -> Iterator[Finding]:
    """Whatever its severity is; a message that names the release counts as another one."""
    before = {_key(finding) for finding in _lint(migration.running(migration.old))}
    for finding in _lint(migration.running(migration.new)):
        if _key(finding) not in before:
            finding.message = f"{finding.message} ({finding.rule})"
            yield finding


def _lint(network: Network) -> list[Finding]:
    return RULES.run(network, ignore=_HERE_TOO)


def _key(finding: Finding) -> tuple[object, ...]:
    return finding.rule, finding.location, finding.message
