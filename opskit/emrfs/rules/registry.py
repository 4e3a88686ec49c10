"""The registry that every rule on role mappings stands in."""

from collections.abc import Iterator

from opskit.emrfs.model import Design
from opskit.findings import Finding, Registry

RULES: Registry[Design] = Registry()


def faults(design: Design, code: str) -> Iterator[Finding]:
    """What the reader of the file saw that breaks the rule `code`."""
    for fault in design.faults:
        if fault.rule == code:
            yield Finding(
                fault.message,
                location=fault.location,
                observed=fault.observed,
                expected=fault.expected,
            )
