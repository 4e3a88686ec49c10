"""What a scenario must hold beyond its shape: names that exist, columns that there are.

Every problem is an `InputError` with file, line and column.
"""

from opskit.documents import Document
from opskit.redshift.emulator.checks_objects import ObjectChecks
from opskit.redshift.emulator.checks_times import TimeChecks
from opskit.redshift.emulator.checks_work import WorkChecks
from opskit.redshift.emulator.scenario import Scenario


class _Checks(ObjectChecks, TimeChecks, WorkChecks):
    """The checks of one scenario."""


def check(scenario: Scenario, document: Document) -> None:
    """Raise an InputError that lists what is wrong, if anything is."""
    checks = _Checks(scenario, document)
    checks.objects()
    checks.grants()
    checks.work()
    checks.times()
    checks.sessions()
    checks.faults()
    checks.raw()
    checks.problems.check()
