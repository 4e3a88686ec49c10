"""The notice that ends every report on role mappings."""

from collections.abc import Iterator

from opskit.emrfs.model import NOTICE, Design
from opskit.emrfs.rules.registry import RULES
from opskit.findings import Finding, Location, Rule, Severity

#: The rule that ends every report of lint.
NOTICE_RULE = "EMR060"


@RULES.rule(
    Rule(
        NOTICE_RULE,
        Severity.INFO,
        title="role mappings isolate nobody who means harm",
        why="EMRFS picks the role in the user's own process. Whoever has a shell, or runs code on "
        "the cluster, can ask the instance metadata for the base role, which may assume them all.",
        fix="keep data that must be out of reach on another cluster, or under another base role",
        reference="EMR Management Guide, Configure IAM roles for EMRFS requests to Amazon S3",
    )
)
def isolation(design: Design) -> Iterator[Finding]:
    """Said once a file, whatever it holds."""
    yield Finding(NOTICE, location=Location(design.source))
